"""One spelling of a file's path in the log, so that a removal always cancels the addition.

A partition's value is part of a path. In the log, Spark leaves characters beyond ASCII in a path as they are
(`cname=é/part-0`), and delta-rs writes them as in a URL (`cname=%C3%A9/part-0`), also when it removes a file that Spark
has added. Whoever reads the log compares spellings (Delta's protocol, "Add File and Remove File"), so the removal
removes nothing, and the old rows stay beside the new ones. Hence, before delta-rs rewrites files, paths that it would
spell otherwise are renamed in the log, in one commit that changes no data: the file is the same.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterable, Iterator, Mapping
from typing import Any
from urllib.parse import quote

import duckdb
from deltalake import DeltaTable

_FIELDS = ("path", "partitionValues", "size", "modificationTime", "stats")


def renamings(table: DeltaTable, log: Iterable[bytes], connection: duckdb.DuckDBPyConnection) -> bytes | None:
    """A commit that gives every file of the table the path that delta-rs gives it; None where all have it.

    `log` are the entries of the table's log that are JSON; what only a checkpoint has is read with `connection`.
    """
    paths = [path for path in table.get_add_actions().column("path").to_pylist() if not path.isascii()]
    if not paths:
        return None
    added = {**_checkpointed(table, paths, connection), **_added(log)}
    now = int(time.time() * 1000)
    actions = [action for path in paths for action in _renamed(added[path], now)]
    told = {"commitInfo": {"timestamp": now, "operation": "RENAME PATHS", "operationParameters": {}}}
    # Not in JSON's escapes: delta-rs reads those of the highest plane (`\\udbff\\udffd`) as another character.
    return "".join(json.dumps(action, ensure_ascii=False) + "\n" for action in [told, *actions]).encode()


def _added(log: Iterable[bytes]) -> dict[str, dict[str, Any]]:
    """The additions in entries of the log, by path."""
    actions = (json.loads(line) for entry in log for line in entry.splitlines() if b'"add"' in line)
    return {action["add"]["path"]: action["add"] for action in actions if "add" in action}


def _checkpointed(
    table: DeltaTable, paths: list[str], connection: duckdb.DuckDBPyConnection
) -> dict[str, dict[str, Any]]:
    """The additions of these paths in the table's checkpoints, by path."""
    pattern = f"{table.table_uri.removeprefix('file://')}/_delta_log/*.checkpoint*.parquet"
    if connection.execute("SELECT count(*) FROM glob(?)", [pattern]).fetchall() == [(0,)]:
        return {}
    found = connection.execute(
        f"SELECT {', '.join(f'add.{field}' for field in _FIELDS)} FROM read_parquet(?, union_by_name = true)"
        " WHERE list_contains(?, add.path)",
        [pattern, paths],
    ).fetchall()
    return {row[0]: dict(zip(_FIELDS, row, strict=True)) for row in found}


def _renamed(add: Mapping[str, Any], now: int) -> Iterator[dict[str, Any]]:
    path = "".join(character if character.isascii() else quote(character) for character in add["path"])
    kept = {name: add[name] for name in ("partitionValues", "size")}
    yield {"remove": {"path": add["path"], "deletionTimestamp": now, "dataChange": False, **kept}}
    yield {"add": {**add, "path": path, "dataChange": False}}
