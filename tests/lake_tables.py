# ruff: noqa: E501 (rows read best on one line)
"""A small lake of Delta tables made by hand: the shop's shapes, with nulls, ties, refunds and refused rows in them."""

from __future__ import annotations

from pathlib import Path

import duckdb
from deltalake import DeltaTable, write_deltalake

from lakehouse import layout
from lakehouse.etl.catalog import FileCatalog, Table
from lakehouse.etl.engines.delta import column_types
from lakehouse.storage import DirectoryStorage

_LINEAGE = "'20260101T000000000Z-0001/shop.xlsx' AS _source_file, 'S1' AS _source_sheet, id AS _source_row, 'x1' AS _execution_id"

_TABLES = {
    "products": f"""
        SELECT id AS product_id, department_id, department, product_name, {_LINEAGE} FROM (VALUES
            (1::BIGINT, 10::BIGINT, 'Bakery', 'Rye bread'), (2, 10, 'Bakery', 'Bagel, plain'), (3, 20, 'Dairy', 'Milk "3.5 %"'),
            (4, 20, 'Dairy', 'Crème fraîche'), (5, 30, 'Pets', NULL), (6, NULL, NULL, '007')
        ) AS t(id, department_id, department, product_name)""",
    "orders": f"""
        SELECT id AS order_num, id + 100 AS order_id, user_id, order_timestamp::TIMESTAMPTZ AS order_timestamp,
            total_amount::DECIMAL(12,2) AS total_amount, (order_timestamp::TIMESTAMPTZ)::DATE AS date, {_LINEAGE} FROM (VALUES
            (1::BIGINT, 1::BIGINT, '2025-03-30 00:30:00+00', 10.50), (2, 1, '2025-03-31 23:59:59.999+00', 20.25),
            (3, 2, '2025-04-01 00:00:00+00', 30.75), (4, 2, '2025-04-01 12:15:30.5+00', 0.00), (5, 3, '2025-04-01 18:45:00+00', 30.75),
            (6, NULL, '2025-04-02 06:00:00+00', 5.01), (7, 4, '2025-04-02 07:00:00+00', -7.99), (8, 4, '2024-02-29 10:00:00+00', NULL)
        ) AS t(id, user_id, order_timestamp, total_amount)""",
    "order_items": f"""
        SELECT id, order_id, user_id, days::INTEGER AS days_since_prior_order, product_id, cart::INTEGER AS add_to_cart_order,
            reordered::INTEGER AS reordered, order_timestamp::TIMESTAMPTZ AS order_timestamp,
            (order_timestamp::TIMESTAMPTZ)::DATE AS date, {_LINEAGE} FROM (VALUES
            (1::BIGINT, 101::BIGINT, 1::BIGINT, NULL, 1::BIGINT, 1, 0, '2025-03-30 00:30:00+00'),
            (2, 101, 1, NULL, 3, 2, 0, '2025-03-30 00:30:00+00'), (3, 102, 1, 1, 1, 1, 1, '2025-03-31 23:59:59.999+00'),
            (4, 103, 2, 7, 2, 1, 0, '2025-04-01 00:00:00+00'), (5, 103, 2, 7, 3, 2, 1, '2025-04-01 00:00:00+00'),
            (6, 103, 2, 7, 4, 3, NULL, '2025-04-01 00:00:00+00'), (7, 105, 3, 30, 5, 1, 1, '2025-04-01 18:45:00+00'),
            (8, 999, 3, 30, 3, 1, 1, '2025-04-01 18:45:00+00')
        ) AS t(id, order_id, user_id, days, product_id, cart, reordered, order_timestamp)""",
    "rejected_records": """
        SELECT dataset, source_file, sheet, row, faults::STRUCT("column" VARCHAR, "value" VARCHAR, "rule" VARCHAR)[] AS faults,
            record, execution, TIMESTAMPTZ '2026-01-01 00:00:00+00' AS rejected_at, waiting, 1::INTEGER AS position, resolved_by,
            CASE WHEN resolved_by IS NOT NULL THEN TIMESTAMPTZ '2026-01-02 00:00:00+00' END AS resolved_at FROM (VALUES
            ('orders', '20260101T000000000Z-0001/a.xlsx', 'S1', 3::BIGINT,
                [('order_id', NULL, 'required'), ('total_amount', '12.5.1', 'type')],
                MAP {'order_num': '9', 'order_id': NULL, 'total_amount': '12.5.1'}, 'x1', false, NULL),
            ('orders', '20260101T000000000Z-0001/a.xlsx', 'S1', 2, [('order_id', NULL, 'required')],
                MAP {'order_num': '8', 'order_id': NULL, 'total_amount': '1.00'}, 'x1', false, NULL),
            ('order_items', '20260101T000000000Z-0002/b.csv', NULL, 7, [('product_id', '77', 'products')],
                MAP {'id': '70', 'product_id': '77'}, 'x2', true, NULL),
            ('order_items', '20260101T000000000Z-0002/b.csv', NULL, 8, [('product_id', '78', 'products')],
                MAP {'id': '71', 'product_id': '78'}, 'x2', true, 'x3')
        ) AS t(dataset, source_file, sheet, row, faults, record, execution, waiting, resolved_by)""",
}
_PARTITIONS = {"orders": ["date"], "order_items": ["date"], "rejected_records": ["dataset"]}


def make_lake(root: Path, names: tuple[str, ...] = tuple(_TABLES)) -> Path:
    """The lake's root, with these tables in the places where the pipeline keeps them."""
    con = duckdb.connect()
    con.execute("SET TimeZone = 'UTC'")
    catalog = FileCatalog(DirectoryStorage(root))
    for name in names:
        relation = con.sql(_TABLES[name])
        folder = root / layout.table(name)
        write_deltalake(folder, relation, partition_by=_PARTITIONS.get(name))
        columns = tuple(column_types(DeltaTable(folder)).items())
        catalog.register(Table(name, str(folder.absolute()), columns, tuple(_PARTITIONS.get(name, ()))))
    return root


def flat_links(root: Path, folder: Path) -> Path:
    """A folder with one link per table of the lake, as tools want it that take a folder of tables."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in _TABLES:
        if (root / layout.table(name)).exists():
            (folder / name).symlink_to(root / layout.table(name))
    return folder
