"""What the rules make of a shop's files in real life: the first half of the table of scenarios.

Each scenario runs commands on a lake of its own and looks at what their JSON says and at what the tables then hold; see
`conftest` for where it does so.
"""

from __future__ import annotations

from tests.local.shop import ATLAS, ITEM_1, ITEM_2, ITEMS, NOVEL, ORDER_1, ORDER_2, ORDERS, PRODUCTS, Shop
from tests.scenarios.first_load import first_load


def data_files(shop: Shop, table: str) -> set[str]:
    return set(shop.table(table).file_uris())


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
    upload = answer.json["uploads"][0]
    assert upload["sheets_converted"] == 15
    assert [(sheet["name"], sheet["rows"]) for sheet in upload["sheets"]] == [(name, 2) for name in sheets]
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
    assert shop.dropped("dropped.csv", copy).json["uploads"][0]["status"] == "skipped"


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
    version = shop.table("orders").version()
    answer = shop.ingest(shop.csv("one.csv", ORDERS, ORDER_1), shop.csv("two.csv", ORDERS, ORDER_2))
    assert answer.counts("orders") == {"unchanged": 2}
    assert data_files(shop, "orders") == before
    assert shop.table("orders").version() == version


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
