"""Failures, arrivals, other contracts and refusals: the second half of the table of scenarios."""

from __future__ import annotations

from tests.local.shop import ATLAS, ITEM_1, ITEMS, ORDER_1, ORDER_2, ORDERS, PRODUCTS, Shop
from tests.scenarios.first_load import first_load

from lakehouse.contracts.load import PACKAGED

RUN = "if __name__ == '__main__':\n    import sys\n    main(sys.argv[1:])\n"  # Glue runs the file, a laptop its main()


def test_a_failed_dataset_stops_only_what_depends_on_it_and_resume_finishes(shop: Shop) -> None:
    files = [
        shop.csv("items.csv", ITEMS, ITEM_1),
        shop.csv("orders.csv", ORDERS, ORDER_1),
        shop.csv("products.csv", PRODUCTS, ATLAS),
    ]
    with shop.replaced("glue_jobs", "etl_products.py", f"def main(argv):\n    raise OSError('disk full')\n{RUN}"):
        answer = shop.ingest(*files)
    assert (answer.code, answer.json["status"]) == (1, "FAILED")
    assert answer.dataset("products")["status"] == "failed"
    assert "disk full" in answer.dataset("products")["error"]
    assert answer.dataset("orders")["status"] == "loaded"
    assert answer.dataset("order_items")["status"] == "blocked"
    resumed = shop.resume()
    assert (resumed.code, resumed.json["status"]) == (0, "SUCCEEDED")
    assert resumed.counts("order_items") == {"inserted": 1}
    assert resumed.dataset("orders")["status"] == "skipped"
    newest, failed = shop.lakectl("executions", "list").json
    assert (newest["trigger"], newest["resumed_from"]) == ("resume", failed["execution"])
    assert shop.resume().code == 0  # nothing left to resume
    assert shop.keys("uploads/") == []


def test_a_crash_between_commit_and_marker_counts_nothing_twice(shop: Shop) -> None:
    crash = "def handler(event, context):\n    raise RuntimeError('power cut')\n"
    file = shop.csv("orders.csv", ORDERS, ORDER_1, ORDER_2.replace("20", "n/a", 1))
    with shop.replaced("lambdas", "mark_processed.py", crash):
        assert shop.ingest(file).code == 1
    resumed = shop.resume()
    assert resumed.counts("orders") == {"unchanged": 1, "rejected": 1}
    assert shop.rows("select count(*) from orders") == [[1]]
    assert len(shop.lakectl("rejects", "list").json) == 1


def test_a_file_that_arrives_during_a_run_is_loaded_by_it(shop: Shop) -> None:
    late = shop.csv("late.csv", ORDERS, ORDER_2)
    script = f"""
import sys
from lakehouse.etl.job import main as load
from lakehouse.storage import open_storage

def main(argv):
    load([*argv, "--dataset", "orders"])
    storage = open_storage(argv[argv.index("--lake") + 1])
    if storage.create("once", b""):
        storage.write("uploads/late.csv", {late.read_bytes()!r})
{RUN}"""
    with shop.replaced("glue_jobs", "etl_orders.py", script):
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
    shop.write_contract("stock.yaml", contract)
    shop.ship()
    first = shop.ingest(shop.csv("stock.csv", ("SKU", "Warehouse", "pieces"), "a,north,5", "a,south,6", "b,north,x"))
    assert first.counts("stock") == {"inserted": 2, "rejected": 1}
    second = shop.ingest(shop.csv("stock.csv", ("SKU", "Warehouse", "pieces"), "a,north,5", "a,south,7"))
    assert second.counts("stock") == {"unchanged": 1, "updated": 1}
    assert shop.rows("select warehouse, sku, pieces from stock order by 1, 2") == [["north", "a", 5], ["south", "a", 7]]


def test_a_contract_may_gain_a_column_and_nothing_else(shop: Shop) -> None:
    first_load(shop)
    text = (PACKAGED / "products.yaml").read_text(encoding="utf-8").rstrip()
    grown = f"{text}\n      - name: colour\n        logicalType: string\n        physicalType: string\n"
    shop.write_contract("products.yaml", grown)
    shop.ship()
    answer = shop.ingest(shop.csv("p3.csv", (*PRODUCTS, "colour"), "3,4,Books,Poems,red"))
    assert answer.counts("products") == {"inserted": 1}
    assert shop.rows("select product_id, colour from products order by 1") == [[1, None], [2, None], [3, "red"]]
    columns = [column["name"] for column in shop.lakectl("tables", "show", "products").json["columns"]]
    assert columns == [*PRODUCTS, "colour", "_source_file", "_source_sheet", "_source_row", "_execution_id"]
    changed = grown.replace("physicalType: bigint", "physicalType: int", 1)
    shop.write_contract("products.yaml", changed)
    refused = shop.ingest(shop.csv("p4.csv", (*PRODUCTS, "colour"), "4,4,Books,Prose,blue"))
    assert refused.code == 2
    assert "product_id" in refused.json["error"]
    other = grown.replace("primaryKey: true", "primaryKey: false", 1).replace(
        "- name: colour", "- name: colour\n        primaryKey: true"
    )
    shop.write_contract("products.yaml", other)
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
