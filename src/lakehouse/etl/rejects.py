"""What becomes of refused rows: the statements around the table `rejected_records`, the same for all datasets.

A row is in there once, by where it came from, however often it is refused. It leaves the open rejects when it is read
again without a fault, which is what happens to waiting rows; it stays in the table as history.
"""

from __future__ import annotations

from collections.abc import Collection

from sqlglot import exp

from lakehouse.contracts.model import Contract
from lakehouse.etl.marked import marked_again
from lakehouse.etl.sql import literal, name, names, statement
from lakehouse.etl.statements import SOURCE
from lakehouse.etl.tables import rejects_table

# What stays of a row that has passed: all but by whom and when it was resolved.
_ROW = ", ".join(
    f"mine.`{column}`" for column in rejects_table("").columns if column not in ("resolved_by", "resolved_at")
)


def retried(contract: Contract) -> exp.Expr:
    """The rows of `rejects` that wait for a parent, in the shape of `raw` and with `_sheets`, the positions of their
    upload's sheets, and `_readings`, what some cells are read as; but none of a sheet that `fresh` reads."""
    columns = ", ".join(
        f"rejects.`record`[{literal(column.name)}] AS {name(column.name)}" for column in contract.source_columns
    )
    return statement(f"""
        SELECT {columns}, rejects.`source_file` AS _source_file, rejects.`sheet` AS _source_sheet,
               rejects.`position` AS _position, rejects.`row` AS _source_row, rejects.`sheets` AS _sheets,
               rejects.`read_as` AS _readings
        FROM rejects LEFT ANTI JOIN (SELECT DISTINCT _source_file, _source_sheet FROM fresh) AS read
             ON rejects.`source_file` = read._source_file AND rejects.`sheet` = read._source_sheet
        WHERE rejects.`dataset` = {literal(contract.dataset)}
              AND rejects.`waiting` AND rejects.`resolved_by` IS NULL""")


def read_columns() -> exp.Expr:
    """The columns, as `column`, in which cells of `retried` are read as another text."""
    return statement(
        "SELECT DISTINCT `column` FROM (SELECT EXPLODE(MAP_KEYS(_readings)) AS `column` FROM retried) AS t"
    )


def raw(contract: Contract, with_retried: bool, read: Collection[str] = ()) -> exp.Expr:
    """What a job reads: `fresh`, the manifest's files, and, if wanted, `retried`, the rows that waited.

    Cells of these are marked again in the columns `read` (`read_columns`).
    """
    columns = [column.name for column in contract.source_columns]
    fresh = f"SELECT {names([*columns, *SOURCE])} FROM fresh"
    if not with_retried:
        return statement(fresh)
    cells = ", ".join(marked_again(column, "_readings") if column in read else name(column) for column in columns)
    return statement(f"{fresh} UNION ALL SELECT {cells}, {names(SOURCE)} FROM retried")


def source_range() -> exp.Expr:
    """The range `low`, `high` of source files that `checked` has rows of; nulls where it has none."""
    return statement("SELECT MIN(_source_file) AS low, MAX(_source_file) AS high FROM checked")


def reject_changes(contract: Contract) -> exp.Expr:
    """The rows of `rejected_records` to write, each with its `_outcome`: those of `refused` that are not open in there
    as they are now (inserted or updated), and open ones that have passed (updated). Needs `execution`."""
    dataset = literal(contract.dataset)
    return statement(f"""
        WITH mine AS (SELECT * FROM rejects WHERE `dataset` = {dataset}),
             sheets AS (SELECT DISTINCT _source_file, _source_sheet, _position FROM checked),
             uploads AS (
                 SELECT _source_file, MAP_FROM_ARRAYS(ARRAY_AGG(_source_sheet), ARRAY_AGG(_position)) AS _sheets
                 FROM sheets GROUP BY _source_file),
             told AS (
                 SELECT {dataset} AS `dataset`, refused._source_file AS `source_file`, refused._source_sheet AS `sheet`,
                        refused._source_row AS `row`, refused._faults AS `faults`, refused._record AS `record`,
                        execution._execution_id AS `execution`, execution._started_at AS `rejected_at`,
                        refused._waiting AS `waiting`, refused._position AS `position`,
                        CASE WHEN refused._waiting THEN COALESCE(mine.`sheets`, uploads._sheets) END AS `sheets`,
                        refused._readings AS `read_as`,
                        CAST(NULL AS STRING) AS `resolved_by`, CAST(NULL AS TIMESTAMP_LTZ) AS `resolved_at`,
                        CASE WHEN mine.`row` IS NULL THEN 'inserted' ELSE 'updated' END AS _outcome
                 FROM refused CROSS JOIN execution LEFT JOIN mine ON {_same("refused")}
                      LEFT JOIN uploads ON refused._source_file = uploads._source_file
                 WHERE mine.`row` IS NULL OR NOT mine.`resolved_by` IS NULL OR NOT mine.`faults` <=> refused._faults
                       OR NOT MAP_ENTRIES(mine.`read_as`) <=> MAP_ENTRIES(refused._readings)),
             passed AS (
                 SELECT {_ROW},
                        execution._execution_id AS `resolved_by`, execution._started_at AS `resolved_at`,
                        'updated' AS _outcome
                 FROM mine JOIN checked ON {_same("checked")} CROSS JOIN execution
                 WHERE checked._codes IS NULL AND mine.`resolved_by` IS NULL)
        SELECT * FROM told UNION ALL SELECT * FROM passed""")


def _same(relation: str) -> str:
    return (
        f"{relation}._source_file = mine.`source_file` AND {relation}._source_sheet = mine.`sheet`"
        f" AND {relation}._source_row = mine.`row`"
    )


def waiting(contract: Contract) -> exp.Expr:
    """How many rows of the dataset wait for a parent row, as `waiting`."""
    return statement(f"""
        SELECT COUNT(*) AS waiting FROM rejects
        WHERE `dataset` = {literal(contract.dataset)} AND `waiting` AND `resolved_by` IS NULL""")


def outcomes() -> exp.Expr:
    """One row: how many of `reject_changes` are to be `inserted`, and how many `updated`."""
    return statement("""
        SELECT COUNT(*) FILTER (WHERE _outcome = 'inserted') AS inserted,
               COUNT(*) FILTER (WHERE _outcome = 'updated') AS updated
        FROM reject_changes""")
