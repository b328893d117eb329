"""A contract as SQL: the statements that load a dataset, the same for every engine.

    raw, parent_N  ->  checked     every row: its values, all its faults, and the row as it was where it has any
    checked        ->  refused     the rows with faults, and what these are in words
    checked        ->  duplicates  the rows without fault that lose against another of the batch with the same key
    checked        ->  key_ranges  where the batch's keys lie, so that an engine can leave out most of the table's files
    target         ->  compared    the rows that remain, each inserted, updated, unchanged or stale against the table
    compared       ->  changes     the rows to write, with the partition in which the row they replace lies
    all of these   ->  counts      read = inserted + updated + unchanged + duplicate + stale + rejected

`lakehouse.etl.engines` says who runs which of them when; what is refused goes on in `lakehouse.etl.rejects`.
"""

from __future__ import annotations

from sqlglot import exp

from lakehouse.contracts.model import Column, Contract
from lakehouse.etl import marked as marks
from lakehouse.etl import types
from lakehouse.etl.faults import Check, checks, formed, is_excel_error, text_of
from lakehouse.etl.marked import NOTHING, Marked
from lakehouse.etl.sql import literal, name, names, statement

# Where a row comes from and its place in the order of delivery, which is the order of these but for the sheet.
SOURCE = ("_source_file", "_source_sheet", "_position", "_source_row")
DELIVERY = ("_source_file", "_position", "_source_row")

_BUCKETS = 256


def statements(contract: Contract, with_retried: bool, marked: Marked = NOTHING) -> dict[str, exp.Expr]:
    """The dataset's statements by the name of what they define, in the order in which they run.

    With `retried` rows of earlier executions among those of `raw`, or without. Where nothing is `marked`, nothing is
    looked for.
    """
    return {
        "checked": checked(contract, marked),
        "refused": refused(contract, marked),
        "duplicates": duplicates(contract),
        "key_ranges": key_ranges(contract),
        "compared": compared(contract, with_retried),
        "changes": changes(contract),
        "touched": statement("SELECT DISTINCT _partition_was FROM changes WHERE _outcome = 'updated'"),
        "counts": counts(),
        "faults": commonest_faults(),
    }


def checked(contract: Contract, marked: Marked = NOTHING) -> exp.Expr:
    """Every row of `raw`: values by column, where it is from, `_codes` of its faults and `_record` (both null if it has
    none), and whether it is `_waiting`: wrong only in that a parent row is not there.

    Where cells may be marked, also `_readings` of a row that waits, and `_cells`, the text of a record without cells.
    """
    columns = [column.name for column in contract.source_columns if column.name in marked.columns]
    opened = f"opened AS ({marks.opened(columns)})," if columns else ""
    read_as = f", CASE WHEN _orphan AND NOT _broken THEN {marks.read_as(columns)} END AS _readings" if columns else ""
    return statement(f"""
        WITH {opened}
             texts AS ({_texts(contract, marked)}),
             formed AS ({_formed(contract)}),
             typed AS ({_typed(contract)}),
             joined AS ({_joined(contract)}),
             judged AS (SELECT *, {_judgement(contract, marked)} FROM joined)
        SELECT {", ".join(names_of(contract))}, {names(SOURCE)},
               _orphan AND NOT _broken AS _waiting,
               CASE WHEN _broken OR _orphan THEN {_codes(contract, marked)} END AS _codes,
               CASE WHEN _broken OR _orphan THEN {_record(contract)} END AS _record
               {read_as} {", _cells" if marked.records else ""}
        FROM judged""")


def names_of(contract: Contract) -> list[str]:
    """The contract's columns, quoted, in table order."""
    return [name(column.name) for column in contract.columns]


def _texts(contract: Contract, marked: Marked) -> str:
    columns = [column.name for column in contract.source_columns if column.name in marked.columns]
    raw = ", ".join(_text(column, marked) for column in contract.source_columns)
    kept = "".join(f", {marks.rule_of(column)}, {marks.read_of(column)}" for column in columns)
    record = f", {marks.record(columns)} AS _cells" if marked.records else ""
    return f"SELECT {raw}{kept}{record}, {names(SOURCE)} FROM {'opened' if columns else 'raw'}"


def _text(column: Column, marked: Marked) -> str:
    """What a reject keeps of a cell, and what is judged."""
    raw = judged = name(column.name)
    if column.name in marked.columns:
        raw, judged = marks.kept(column.name, marked.records), marks.judged(column.name)
    return f"{raw} AS {name('_raw_' + column.name)}, {types.text(column, judged)} AS {text_of(column.name)}"


def _formed(contract: Contract) -> str:
    return f"SELECT *, {', '.join(map(_form, contract.source_columns))} FROM texts"


def _form(column: Column) -> str:
    text = text_of(column.name)
    condition = f"NOT {is_excel_error(text)}" if column.type.kind == "string" else types.is_type(column.type, text)
    return f"CASE WHEN {text} IS NOT NULL THEN {condition} END AS {formed(column.name)}"


def _typed(contract: Contract) -> str:
    given = f"SELECT *, {', '.join(map(_value, contract.source_columns))} FROM formed"
    derived = "".join(
        f", CAST({name(column.derived_from)} AS DATE) AS {name(column.name)}"
        for column in contract.columns
        if column.derived_from
    )
    return f"SELECT *{derived} FROM ({given}) AS given"


def _value(column: Column) -> str:
    text = text_of(column.name)
    too_fine = types.loses_decimals(column.type, text)
    exact = f" AND NOT {too_fine}" if too_fine else ""
    value = types.value(column.type, text)
    return f"CASE WHEN {formed(column.name)}{exact} THEN {value} END AS {name(column.name)}"


def _judgement(contract: Contract, marked: Marked) -> str:
    """Whether a row breaks a rule of its own, and whether it lacks a parent."""
    found = list(checks(contract, marked))
    orphan = [check.condition for check in found if check.rule == "foreign_key"] or ["FALSE"]
    broken = [check.condition for check in found if check.rule != "foreign_key"]
    return f"{_any(broken)} AS _broken, {_any(orphan)} AS _orphan"


def _any(conditions: list[str]) -> str:
    return f"COALESCE({' OR '.join(f'({condition})' for condition in conditions)}, FALSE)"


def _codes(contract: Contract, marked: Marked) -> str:
    """The numbers of all checks that a row fails, in their order."""
    found = enumerate(checks(contract, marked))
    told = ", ".join(f"CASE WHEN {check.condition} THEN {code} END" for code, check in found)
    return f"ARRAY_COMPACT(ARRAY({told}))"


def _joined(contract: Contract) -> str:
    """`typed` with `_found_N`: true where the parent row of foreign key N is there, else null."""
    found, joins = [], []
    for number, key in enumerate(contract.foreign_keys):
        parent = f"parent_{number}"
        met = " AND ".join(
            f"typed.{name(child)} = {parent}.{name(column)}"
            for child, column in zip(key.columns, key.parent_columns, strict=True)
        )
        found.append(f", {parent}._found AS _found_{number}")
        rows = f"SELECT DISTINCT {names(key.parent_columns)}, TRUE AS _found FROM {parent}"
        joins.append(f"LEFT JOIN ({rows}) AS {parent} ON {met}")
    return f"SELECT typed.*{''.join(found)} FROM typed {' '.join(joins)}"


def _record(contract: Contract) -> str:
    columns = [column.name for column in contract.source_columns]
    raw = ", ".join(name(f"_raw_{column}") for column in columns)
    return f"MAP_FROM_ARRAYS(ARRAY({', '.join(map(literal, columns))}), ARRAY({raw}))"


def duplicates(contract: Contract) -> exp.Expr:
    """The `SOURCE` of the rows that lose. Only rows whose key occurs twice are sorted: mostly none."""
    key = names(contract.primary_key)
    valid = "SELECT * FROM checked WHERE _codes IS NULL"
    same = " AND ".join(f"valid.{name(column)} = several.{name(column)}" for column in contract.primary_key)
    latest = ", ".join(f"valid.{name(column)} DESC NULLS LAST" for column in (*contract.latest_by, *DELIVERY))
    return statement(f"""
        WITH valid AS ({valid}),
             several AS (SELECT {key} FROM valid GROUP BY {key} HAVING COUNT(*) > 1),
             ranked AS (
                 SELECT {names(SOURCE, "valid")},
                        ROW_NUMBER() OVER (PARTITION BY {names(contract.primary_key, "valid")} ORDER BY {latest})
                            AS _rank
                 FROM valid JOIN several ON {same})
        SELECT {names(SOURCE)} FROM ranked WHERE _rank > 1""")


def key_ranges(contract: Contract) -> exp.Expr:
    """Inclusive ranges `low`, `high` that hold all of the batch's keys (by the key's first column), in order.

    Integers fall into equally wide buckets, so that a few stray keys do not make one range of everything.
    """
    column = contract.column(contract.primary_key[0])
    key = name(column.name)
    if column.type.kind != "integer":
        return statement(f"SELECT MIN({key}) AS low, MAX({key}) AS high FROM checked WHERE _codes IS NULL")
    place = f"(CAST({key} AS DOUBLE) - all_keys.low) / (all_keys.high - all_keys.low + 1)"
    return statement(f"""
        WITH valid AS (SELECT {key} FROM checked WHERE _codes IS NULL),
             all_keys AS (SELECT CAST(MIN({key}) AS DOUBLE) AS low, CAST(MAX({key}) AS DOUBLE) AS high FROM valid),
             placed AS (SELECT {key}, FLOOR({place} * {_BUCKETS}) AS bucket FROM valid CROSS JOIN all_keys)
        SELECT MIN({key}) AS low, MAX({key}) AS high FROM placed GROUP BY bucket ORDER BY low""")


def compared(contract: Contract, with_retried: bool) -> exp.Expr:
    """The batch's winning rows, each with its `_outcome` against `target`, and `_partition_was` of the row it meets."""
    lost = " AND ".join(f"checked.{column} = duplicates.{column}" for column in SOURCE)
    met = " AND ".join(f"winner.{name(column)} = target.{name(column)}" for column in contract.primary_key)
    equal = " AND ".join(f"winner.{column} <=> target.{column}" for column in names_of(contract))
    was = f"target.{name(contract.partition_by)}" if contract.partition_by else "NULL"
    return statement(f"""
        WITH winner AS (
                 SELECT {", ".join(["checked." + column for column in names_of(contract)])}, {names(SOURCE, "checked")}
                 FROM checked LEFT ANTI JOIN duplicates ON {lost} WHERE checked._codes IS NULL),
             sheets AS (SELECT DISTINCT _source_file, _source_sheet, _position FROM checked){_WAITED * with_retried}
        SELECT winner.*, {was} AS _partition_was,
               CASE WHEN target.{name(contract.primary_key[0])} IS NULL THEN 'inserted'
                    WHEN {equal} THEN 'unchanged'
                    WHEN {_older(contract, with_retried)} THEN 'stale'
                    ELSE 'updated' END AS _outcome
        FROM winner
        LEFT JOIN target ON {met}
        LEFT JOIN sheets
             ON target._source_file = sheets._source_file AND target._source_sheet = sheets._source_sheet
        {"LEFT JOIN waited ON target._source_file = waited._source_file" if with_retried else ""}""")


_WAITED = """,
             waited AS (SELECT _source_file, ANY_VALUE(_sheets) AS _sheets FROM retried GROUP BY _source_file)"""


def _older(contract: Contract, with_retried: bool) -> str:
    """The condition that `winner` comes before `target`: by `latest_by`, null first, then by delivery.

    The table does not keep the position of a row's sheet. It is known where the sheet is in this batch, too; and a row
    that waited has brought those of its upload's sheets along.
    """
    pairs = [(f"winner.{name(column)}", f"target.{name(column)}") for column in (*contract.latest_by, "_source_file")]
    known = ["sheets._position", *["waited._sheets[target._source_sheet]"] * with_retried, "winner._position"]
    pairs.append(("winner._position", f"COALESCE({', '.join(known)})"))
    condition = "winner._source_row < target._source_row"
    for ours, theirs in reversed(pairs):
        before = f"COALESCE({ours} < {theirs}, {ours} IS NULL AND NOT {theirs} IS NULL)"
        condition = f"{before} OR ({ours} <=> {theirs} AND ({condition}))"
    return condition


def changes(contract: Contract) -> exp.Expr:
    """The rows to write, with their lineage but for the execution, which the job adds."""
    lineage = names(("_source_file", "_source_sheet", "_source_row"))
    return statement(f"""
        SELECT {", ".join(names_of(contract))}, {lineage}, _execution_id, _partition_was, _outcome
        FROM compared CROSS JOIN execution WHERE _outcome IN ('inserted', 'updated')""")


def counts() -> exp.Expr:
    """One row: what became of the rows that were read. `duplicate` is counted on its own, so the proof proves."""
    outcomes = ", ".join(
        f"COUNT(*) FILTER (WHERE _outcome = '{outcome}') AS {outcome}"
        for outcome in ("inserted", "updated", "unchanged", "stale")
    )
    return statement(f"""
        SELECT {outcomes},
               (SELECT COUNT(*) FROM checked) AS read,
               (SELECT COUNT(*) FROM duplicates) AS duplicate,
               (SELECT COUNT(*) FROM checked WHERE NOT _codes IS NULL) AS rejected
        FROM compared""")


def refused(contract: Contract, marked: Marked = NOTHING) -> exp.Expr:
    """The rows of `checked` that have faults: `SOURCE`, `_faults` in words, `_waiting`, `_record`, `_readings`.

    Words are only found here, for few rows: to build them for every row of a batch costs more than all else.
    """
    told = ", ".join(
        f"CASE WHEN ARRAY_CONTAINS(_codes, {code}) THEN STRUCT({literal(check.column)} AS `column`,"
        f" {_told(check)} AS `value`, {literal(check.rule)} AS `rule`) END"
        for code, check in enumerate(checks(contract, marked))
    )
    read_as = "_readings" if marked.columns else "CAST(NULL AS MAP<STRING, STRING>) AS _readings"
    return statement(f"""
        SELECT {names(SOURCE)}, ARRAY_COMPACT(ARRAY({told})) AS _faults, _waiting, _record, {read_as}
        FROM checked WHERE NOT _codes IS NULL""")


def _told(check: Check) -> str:
    """The value of a fault: the cell's text as it was, or those of several with commas between, or the record's."""
    if not check.columns:
        return "_cells"
    first, *others = (f"_record[{literal(column)}]" for column in check.columns)
    return f"CONCAT_WS(', ', {', '.join([first, *others])})" if others else first


def commonest_faults() -> exp.Expr:
    """At most ten rows `column`, `rule`, `count`, the commonest fault first."""
    return statement("""
        WITH faults AS (SELECT EXPLODE(_faults) AS fault FROM refused)
        SELECT fault.`column` AS `column`, fault.`rule` AS `rule`, COUNT(*) AS `count`
        FROM faults GROUP BY fault.`column`, fault.`rule`
        ORDER BY `count` DESC, `column`, `rule` LIMIT 10""")
