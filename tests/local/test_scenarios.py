"""What happens to a shop's files in real life, end to end and on both engines: the table of scenarios.

Each scenario runs commands on a lake of its own and looks at what their JSON says and at what the tables then hold.
"""

from __future__ import annotations

from deltalake import DeltaTable
from tests.local.shop import ITEMS, ORDERS, PRODUCTS, Shop

ATLAS = "1,4,Books,Atlas"
NOVEL = "2,4,Books,Novel"
ORDER_1 = "1,10,7,2025-04-01T10:00:00,9.50,2025-04-01"
ORDER_2 = "2,11,8,2025-04-02T11:00:00,20,2025-04-02"
ITEM_1 = "100,10,7,3,1,1,0,2025-04-01T10:00:00,2025-04-01"
ITEM_2 = "101,11,8,,2,1,1,2025-04-02T11:00:00,2025-04-02"


def first_load(shop: Shop) -> None:
    answer = shop.ingest(
        shop.csv("order_items.csv", ITEMS, ITEM_1, ITEM_2),
        shop.csv("orders.csv", ORDERS, ORDER_1, ORDER_2),
        shop.csv("products.csv", PRODUCTS, ATLAS, NOVEL),
    )
    assert answer.code == 0, answer.talk
    for dataset in ("products", "orders", "order_items"):
        assert answer.counts(dataset) == {"inserted": 2}


def data_files(shop: Shop, table: str) -> set[str]:
    return set(DeltaTable(shop.project / "lake/lakehouse/processed" / table).file_uris())


def test_a_month_in_any_order_becomes_tables(shop: Shop) -> None:
    first_load(shop)
    joined = """
        select o.order_id, cast(o.date as varchar), cast(o.total_amount as varchar), p.product_name, i.reordered
        from order_items i join orders o on o.order_id = i.order_id join products p on p.product_id = i.product_id
        order by 1"""
    assert shop.rows(joined) == [[10, "2025-04-01", "9.50", "Atlas", 0], [11, "2025-04-02", "20.00", "Novel", 1]]
    tables = {table["table"]: table["rows"] for table in shop.lakectl("tables", "list").json}
    assert {name: tables[name] for name in ("products", "orders", "order_items")} == dict.fromkeys(
        ("products", "orders", "order_items"), 2
    )


def test_fifteen_sheets_are_all_loaded(shop: Shop) -> None:
    header = [name for name in ORDERS if name != "date"]
    sheets = {
        f"day {day}": [header, [day, day, 1, f"2025-04-{day:02}T10:00:00", 1.1], [day, 100 + day, 1, "2025-04-01", 2]]
        for day in range(1, 16)
    }
    answer = shop.ingest(shop.workbook("orders.xlsx", sheets))
    assert answer.json["uploads"][0]["sheets"] == 15
    assert answer.counts("orders") == {"inserted": 30}


def test_the_same_file_again_is_skipped_and_says_why(shop: Shop) -> None:
    first_load(shop)
    again = shop.ingest(shop.inbox / "orders.csv", shop.inbox / "order_items.csv", shop.inbox / "products.csv")
    assert again.code == 0
    assert [upload["status"] for upload in again.json["uploads"]] == ["skipped"] * 3
    assert all("same content as" in upload["reason"] for upload in again.json["uploads"])
    assert {dataset["status"] for dataset in again.json["datasets"]} == {"skipped"}


def test_the_same_content_under_another_name_is_skipped(shop: Shop) -> None:
    first_load(shop)
    copy = shop.csv("again/renamed.csv", ORDERS, ORDER_1, ORDER_2)
    assert shop.ingest(copy).json["uploads"][0]["status"] == "skipped"
    shop.drop("dropped.csv", copy)
    assert shop.run().json["uploads"][0]["status"] == "skipped"


def test_a_corrected_file_of_the_same_name_updates_only_what_changed(shop: Shop) -> None:
    first_load(shop)
    before = data_files(shop, "orders")
    answer = shop.ingest(shop.csv("orders.csv", ORDERS, ORDER_1.replace("9.50", "8.25"), ORDER_2))
    assert answer.counts("orders") == {"updated": 1, "unchanged": 1}
    assert shop.rows("select cast(total_amount as varchar) from orders order by order_id") == [["8.25"], ["20.00"]]
    kept = before & data_files(shop, "orders")
    assert len(kept) == 1  # the partition in which nothing changed was not written again


def test_unchanged_rows_in_other_files_write_nothing(shop: Shop) -> None:
    first_load(shop)
    before = data_files(shop, "orders")
    version = DeltaTable(shop.project / "lake/lakehouse/processed/orders").version()
    answer = shop.ingest(shop.csv("one.csv", ORDERS, ORDER_1), shop.csv("two.csv", ORDERS, ORDER_2))
    assert answer.counts("orders") == {"unchanged": 2}
    assert data_files(shop, "orders") == before
    assert DeltaTable(shop.project / "lake/lakehouse/processed/orders").version() == version


def test_an_older_row_is_stale_and_a_corrected_date_moves(shop: Shop) -> None:
    first_load(shop)
    older = ORDER_1.replace("T10:00:00", "T09:00:00").replace("9.50", "1.00")
    moved = ORDER_2.replace("2025-04-02T11", "2025-05-03T11")
    answer = shop.ingest(shop.csv("late.csv", ORDERS, older, moved))
    assert answer.counts("orders") == {"stale": 1, "updated": 1}
    assert shop.rows("select order_id, cast(date as varchar) from orders order by 1") == [
        [10, "2025-04-01"],
        [11, "2025-05-03"],
    ]


def test_all_faults_of_a_row_are_kept_with_where_it_stands(shop: Shop) -> None:
    header = [name for name in ORDERS if name != "date"]
    sheets = {
        "good": [header, [1, 10, 7, "2025-04-01T10:00:00", 9.5]],
        "bad": [header, [], ["n/a", 12, 1.5, "2025-02-30", 1.239], [1, None, 7, None, "99999999999"]],
    }
    answer = shop.ingest(shop.workbook("orders.xlsx", sheets))
    assert answer.code == 0
    assert answer.counts("orders") == {"inserted": 1, "rejected": 2}
    rejects = sorted(shop.lakectl("rejects", "list").json, key=lambda reject: reject["row"])
    assert [(reject["sheet"], reject["row"]) for reject in rejects] == [("bad", 3), ("bad", 4)]
    assert rejects[0]["source_file"].endswith("orders.xlsx")
    told = [[(fault["column"], fault["rule"]) for fault in reject["faults"]] for reject in rejects]
    assert told[0] == [
        ("order_num", "type"),
        ("user_id", "type"),
        ("order_timestamp", "type"),
        ("total_amount", "scale"),
    ]
    assert set(told[1]) == {("order_id", "required"), ("order_timestamp", "required"), ("total_amount", "range")}
    assert rejects[0]["record"]["order_num"] == "n/a"


def test_sheets_that_lack_an_optional_column_are_null_there(shop: Shop) -> None:
    full = shop.csv("full.csv", ("total_amount", "order_id", "order_timestamp"), "5,1,2025-04-01")
    short = shop.csv("short.csv", ("user_id", "ORDER ID", "order_timestamp"), "9,2,2025-04-01")
    answer = shop.ingest(full, short)
    assert answer.counts("orders") == {"inserted": 2}
    found = shop.rows("select order_id, user_id, cast(total_amount as varchar) from orders order by 1")
    assert found == [[1, None, "5.00"], [2, 9, None]]


def test_items_sent_before_their_products_end_up_right(shop: Shop) -> None:
    early = shop.ingest(shop.csv("items.csv", ITEMS, ITEM_1, ITEM_2))
    assert early.counts("order_items") == {"rejected": 2}
    assert len(shop.lakectl("rejects", "list").json) == 2
    some = shop.ingest(shop.csv("products.csv", PRODUCTS, ATLAS))
    assert some.counts("order_items") == {"inserted": 1, "rejected": 1}
    rest = shop.ingest(shop.csv("more products.csv", PRODUCTS, NOVEL))
    assert rest.dataset("order_items")["read"] == 1
    assert rest.counts("order_items") == {"inserted": 1}
    assert shop.lakectl("rejects", "list").json == []
    resolved = shop.lakectl("rejects", "list", "--all").json
    assert {reject["resolved_by"] for reject in resolved} == {some.json["execution"], rest.json["execution"]}
    assert shop.rows("select id from order_items order by id") == [[100], [101]]


def test_duplicates_in_a_batch_the_latest_wins(shop: Shop) -> None:
    later = ORDER_1.replace("T10:00:00", "T12:00:00").replace("9.50", "3.00")
    same_time = later.replace("3.00", "4.00")
    answer = shop.ingest(shop.csv("b.csv", ORDERS, later, ORDER_1), shop.csv("a.csv", ORDERS, same_time))
    assert answer.counts("orders") == {"inserted": 1, "duplicate": 2}
    assert shop.rows("select cast(total_amount as varchar), _source_row from orders") == [["4.00", 2]]


def test_a_failed_dataset_stops_only_what_depends_on_it_and_resume_finishes(shop: Shop) -> None:
    broken = shop.replace_asset("glue_jobs", "etl_products.py", "def main(argv):\n    raise OSError('disk full')\n")
    answer = shop.ingest(
        shop.csv("items.csv", ITEMS, ITEM_1),
        shop.csv("orders.csv", ORDERS, ORDER_1),
        shop.csv("products.csv", PRODUCTS, ATLAS),
    )
    assert (answer.code, answer.json["status"]) == (1, "FAILED")
    assert answer.dataset("products")["status"] == "failed"
    assert "disk full" in answer.dataset("products")["error"]
    assert answer.dataset("orders")["status"] == "loaded"
    assert answer.dataset("order_items")["status"] == "blocked"
    broken.unlink()
    resumed = shop.resume()
    assert (resumed.code, resumed.json["status"]) == (0, "SUCCEEDED")
    assert resumed.counts("order_items") == {"inserted": 1}
    assert resumed.dataset("orders")["status"] == "skipped"
    newest, failed = shop.lakectl("executions", "list").json
    assert (newest["trigger"], newest["resumed_from"]) == ("resume", failed["execution"])
    assert shop.resume().code == 0  # nothing left to resume
    assert list((shop.project / "lake/uploads").rglob("*.csv")) == []


def test_a_crash_between_commit_and_marker_counts_nothing_twice(shop: Shop) -> None:
    crash = "def handler(event, context):\n    raise RuntimeError('power cut')\n"
    broken = shop.replace_asset("lambdas", "mark_processed.py", crash)
    bad = ORDER_2.replace("20", "n/a", 1)
    answer = shop.ingest(shop.csv("orders.csv", ORDERS, ORDER_1, bad))
    assert answer.code == 1
    broken.unlink()
    resumed = shop.resume()
    assert resumed.counts("orders") == {"unchanged": 1, "rejected": 1}
    assert shop.rows("select count(*) from orders") == [[1]]
    assert len(shop.lakectl("rejects", "list").json) == 1


def test_a_file_that_arrives_during_a_run_is_loaded_by_it(shop: Shop) -> None:
    late = shop.csv("late.csv", ORDERS, ORDER_2)
    script = f"""
import shutil, pathlib
from lakehouse.etl.job import main as load

def main(argv):
    load(argv)
    inbox = pathlib.Path({str(shop.project / "lake" / "uploads")!r})
    if not (inbox.parent / "once").exists():
        (inbox.parent / "once").touch()
        shutil.copyfile({str(late)!r}, inbox / "late.csv")
"""
    shop.replace_asset("glue_jobs", "etl_orders.py", script)
    answer = shop.ingest(shop.csv("orders.csv", ORDERS, ORDER_1))
    assert answer.code == 0
    assert answer.counts("orders") == {"inserted": 2}
    assert [upload["file"] for upload in answer.json["uploads"]] == ["orders.csv", "late.csv"]


def test_a_fourth_dataset_is_one_more_file(shop: Shop) -> None:
    contract = """
apiVersion: v3.1.0
kind: DataContract
id: stock-levels
version: 1.0.0
status: active
schema:
  - name: stock
    logicalType: object
    properties:
      - {name: warehouse, logicalType: string, primaryKey: true, primaryKeyPosition: 1, required: true}
      - {name: sku, logicalType: string, primaryKey: true, primaryKeyPosition: 2, required: true}
      - {name: pieces, logicalType: integer, physicalType: int}
"""
    (shop.project / "contracts").mkdir(exist_ok=True)
    (shop.project / "contracts" / "stock.yaml").write_text(contract, encoding="utf-8")
    first = shop.ingest(shop.csv("stock.csv", ("SKU", "Warehouse", "pieces"), "a,north,5", "a,south,6", "b,north,x"))
    assert first.counts("stock") == {"inserted": 2, "rejected": 1}
    second = shop.ingest(shop.csv("stock.csv", ("SKU", "Warehouse", "pieces"), "a,north,5", "a,south,7"))
    assert second.counts("stock") == {"unchanged": 1, "updated": 1}
    assert shop.rows("select warehouse, sku, pieces from stock order by 1, 2") == [["north", "a", 5], ["south", "a", 7]]


def test_a_contract_may_gain_a_column_and_nothing_else(shop: Shop) -> None:
    first_load(shop)
    (shop.project / "contracts").mkdir(exist_ok=True)
    from lakehouse.contracts.load import PACKAGED

    text = (PACKAGED / "products.yaml").read_text(encoding="utf-8").rstrip()
    grown = f"{text}\n      - name: colour\n        logicalType: string\n        physicalType: string\n"
    (shop.project / "contracts" / "products.yaml").write_text(grown, encoding="utf-8")
    answer = shop.ingest(shop.csv("p3.csv", (*PRODUCTS, "colour"), "3,4,Books,Poems,red"))
    assert answer.counts("products") == {"inserted": 1}
    assert shop.rows("select product_id, colour from products order by 1") == [[1, None], [2, None], [3, "red"]]
    columns = [column["name"] for column in shop.lakectl("tables", "show", "products").json["columns"]]
    assert columns == [*PRODUCTS, "colour", "_source_file", "_source_sheet", "_source_row", "_execution_id"]
    changed = grown.replace("physicalType: bigint", "physicalType: int", 1)
    (shop.project / "contracts" / "products.yaml").write_text(changed, encoding="utf-8")
    refused = shop.ingest(shop.csv("p4.csv", (*PRODUCTS, "colour"), "4,4,Books,Prose,blue"))
    assert refused.code == 2
    assert "product_id" in refused.json["error"]
    other = grown.replace("primaryKey: true", "primaryKey: false", 1).replace(
        "- name: colour", "- name: colour\n        primaryKey: true"
    )
    (shop.project / "contracts" / "products.yaml").write_text(other, encoding="utf-8")
    rekeyed = shop.run()
    assert (rekeyed.code, "told apart by 'product_id'" in rekeyed.json["error"]) == (2, True)


def test_refused_sheets_and_files_exit_with_5_while_the_rest_is_loaded(shop: Shop) -> None:
    broken = shop.inbox / "broken.xlsx"
    broken.parent.mkdir(parents=True, exist_ok=True)
    broken.write_bytes(b"PK\x03\x04 this is no workbook")
    header = [name for name in ORDERS if name != "date"]
    sheets = {
        "fine": [header, [1, 10, 7, "2025-04-01T10:00:00", 9.5]],
        "headless": [["order_id", "user_id", "total_amount"], [1, 2, 3]],
    }
    answer = shop.ingest(broken, shop.workbook("mixed.xlsx", sheets))
    assert (answer.code, answer.json["status"]) == (5, "SUCCEEDED")
    assert {upload["file"]: upload["status"] for upload in answer.json["uploads"]} == {
        "broken.xlsx": "refused",
        "mixed.xlsx": "converted",
    }
    assert "order_timestamp" in next(u["reason"] for u in answer.json["uploads"] if u["file"] == "mixed.xlsx")
    assert answer.counts("orders") == {"inserted": 1}
