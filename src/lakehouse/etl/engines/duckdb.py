"""The embedded engine: DuckDB runs the statements, delta-rs commits to the tables. No Java, no cluster.

DuckDB reads a table's Parquet files itself, those that delta-rs names: all of them, or those whose statistics do not
rule out the batch's keys. What is written streams from DuckDB into delta-rs as Arrow.
"""

from __future__ import annotations

import contextlib
import shutil
import tempfile
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import duckdb
from deltalake import DeltaTable, WriterProperties, write_deltalake
from deltalake.exceptions import DeltaError
from sqlglot import exp

from lakehouse.errors import JobFailed
from lakehouse.etl.engines import Ranges, delta
from lakehouse.etl.engines.delta_paths import renamings
from lakehouse.etl.manifest import ManifestFile
from lakehouse.etl.tables import TableSpec
from lakehouse.storage import open_storage

_SOURCE_TYPES = {"_source_file": "VARCHAR", "_source_sheet": "VARCHAR", "_position": "INTEGER", "_source_row": "BIGINT"}

# What does not fit goes to disk: a laptop that loads ten million rows has other things to do with its memory.
_MEMORY = "768MB"

# How long a record may be, in bytes. Buffers are as long, so only those files are read like this that DuckDB cannot
# read with its own limit, which is 2 MB.
_LONGEST = 128 * 2**20

# A writer is open for every partition of a batch, and keeps in memory what it has not compressed: pages that are full
# soon, and dictionaries that are given up soon, make a third less of it. The files come out smaller, too.
_PARQUET = WriterProperties(
    compression="ZSTD", write_batch_size=512, data_page_row_count_limit=2048, dictionary_page_size_limit=16_384
)


class DuckDBEngine:
    """`lakehouse.etl.engines.Engine` in this process."""

    dialect = "duckdb"

    def __init__(self) -> None:
        self._spill = Path(tempfile.mkdtemp(prefix="lakectl-"))
        self._interrupted, self._closed = threading.Event(), threading.Event()
        self._read_again: Callable[[], None] | None = None
        self._connection = duckdb.connect(
            config={
                "memory_limit": _MEMORY,
                "temp_directory": str(self._spill),
                "preserve_insertion_order": False,
                "autoload_known_extensions": False,
                "autoinstall_known_extensions": False,
            }
        )
        self._run("SET TimeZone = 'UTC'")

    def read(self, name: str, files: Sequence[ManifestFile], columns: Sequence[str]) -> None:
        origin = f"{name}_origin"
        self._run(
            f"CREATE OR REPLACE TEMP TABLE {origin}"
            " (_csv VARCHAR, _source_file VARCHAR, _source_sheet VARCHAR, _position INTEGER)"
        )
        if not files:
            text = dict.fromkeys(columns, "VARCHAR")
            self._view(name, _no_rows({**text, **_SOURCE_TYPES}))
            return
        with self._failing():
            rows = [[file.uri, file.source_file, file.sheet, file.position] for file in files]
            self._connection.executemany(f"INSERT INTO {origin} VALUES (?, ?, ?, ?)", rows)
        self._view(name, _fresh(files, columns, origin))
        self._read_again = lambda: self._view(name, _fresh(files, columns, origin, f", max_line_size = {_LONGEST}"))

    def scan(self, name: str, table: TableSpec, ranges: Ranges | None = None) -> None:
        delta_table = self._open(table)
        candidates = f"{name}_files"
        if delta_table is None or not self._candidates(candidates, delta_table, table, ranges):
            self._view(name, _no_rows(delta.duckdb_types(table.columns)))
            return
        paths = [row["_file"] for row in self._fetch(f"SELECT _file FROM {candidates}")]
        read = f"read_parquet({_list(paths)}, filename = '_file', union_by_name = true, hive_partitioning = false)"
        with self._failing():
            present = set(self._connection.sql(f"SELECT * FROM {read}").columns)
        columns = ", ".join(
            f"CAST({_place(column, table, present)} AS {type_}) AS {_name(column)}"
            for column, type_ in delta.duckdb_types(table.columns).items()
        )
        self._view(name, f"SELECT {columns} FROM {read} AS stored JOIN {candidates} AS files USING (_file)")

    def define(self, name: str, query: exp.Expr) -> None:
        self._view(name, query.sql("duckdb"))

    def keep(self, name: str, query: exp.Expr) -> None:
        statement = f"CREATE OR REPLACE TEMP TABLE {name} AS {query.sql('duckdb')}"
        try:
            self._run(statement)
        except JobFailed as error:
            if self._read_again is None or not isinstance(error.__cause__, duckdb.InvalidInputException):
                raise
            # A record that is too long looks like one that is damaged: this and all that follow are read anew.
            self._read_again()
            self._read_again = None
            self._run(statement)

    def rows(self, query: exp.Expr) -> list[dict[str, Any]]:
        return self._fetch(query.sql("duckdb"))

    def columns(self, table: TableSpec) -> dict[str, str] | None:
        delta_table = self._open(table)
        return None if delta_table is None else delta.column_types(delta_table)

    def version(self, table: TableSpec) -> int:
        return int(DeltaTable(table.location).version())

    def create(self, table: TableSpec) -> None:
        with self._failing():
            nothing = self._connection.sql(_no_rows(delta.duckdb_types(table.columns)))
            write_deltalake(table.location, nothing, mode="ignore", partition_by=_partitions(table))

    def grow(self, table: TableSpec, columns: Mapping[str, str]) -> None:
        with self._failing():
            self._commit(table, *delta.growth(DeltaTable(table.location), table, columns))

    def append(self, table: TableSpec, source: str) -> None:
        with self._failing():
            write_deltalake(table.location, self._written(table, source), mode="append", writer_properties=_PARQUET)

    def merge(self, table: TableSpec, source: str, partitions: Sequence[Any]) -> None:
        same_key = " AND ".join(f"stored.{_name(key)} = new.{_name(key)}" for key in table.key)
        within = f"{delta.in_partitions(table, partitions)} AND " if table.partition_by else ""
        self._rename_paths(table)
        with self._failing():
            merger = DeltaTable(table.location).merge(
                self._written(table, source),
                within + same_key,
                source_alias="new",
                target_alias="stored",
                writer_properties=_PARQUET,
            )
            merger.when_matched_update_all().when_not_matched_insert_all().execute()

    def compact(self, table: TableSpec, keep_hours: int) -> None:
        self._rename_paths(table)
        with self._failing():
            DeltaTable(table.location).optimize.compact(writer_properties=_PARQUET)
            DeltaTable(table.location).vacuum(keep_hours, dry_run=False)

    def interrupt(self) -> None:
        self._interrupted.set()
        threading.Thread(target=self._keep_interrupting, daemon=True).start()

    def close(self) -> None:
        self._closed.set()
        self._connection.close()
        shutil.rmtree(self._spill, ignore_errors=True)

    def _rename_paths(self, table: TableSpec) -> None:
        """Before delta-rs removes files: whatever has added them, their paths get the spelling that it removes."""
        with self._failing():
            delta_table, storage = DeltaTable(table.location), open_storage(table.location)
            log = (storage.read(entry.key) for entry in storage.list("_delta_log/") if entry.key.endswith(".json"))
            if commit := renamings(delta_table, log, self._connection):
                self._commit(table, delta_table.version() + 1, commit)

    @staticmethod
    def _commit(table: TableSpec, version: int, commit: bytes) -> None:
        if not open_storage(table.location).create(f"_delta_log/{version:020}.json", commit):
            raise JobFailed(f"somebody else has written to {table.location} meanwhile", "Run it again.")

    def _keep_interrupting(self) -> None:
        """DuckDB forgets an interruption that comes just before a statement, so it is told until the engine closes."""
        with contextlib.suppress(duckdb.Error):  # closed between the question and the call
            while not self._closed.is_set():
                self._connection.interrupt()
                self._closed.wait(0.05)

    def _open(self, table: TableSpec) -> DeltaTable | None:
        with self._failing():
            return DeltaTable(table.location) if DeltaTable.is_deltatable(table.location) else None

    def _candidates(self, name: str, delta_table: DeltaTable, table: TableSpec, ranges: Ranges | None) -> int:
        """Keeps `_file` (and `_partition`) of the files that may hold a key of the ranges; returns how many."""
        with self._failing():
            actions = self._connection.register("actions", delta_table.get_add_actions(flatten=True))
            self._run(delta.candidates(name, table, actions.sql("SELECT * FROM actions").columns, ranges))
            actions.unregister("actions")
        return len(self._fetch(f"SELECT _file FROM {name}"))

    def _written(self, table: TableSpec, source: str) -> duckdb.DuckDBPyRelation:
        return self._connection.sql(f"SELECT {', '.join(map(_name, table.columns))} FROM {source}")

    def _view(self, name: str, sql: str) -> None:
        self._run(f"CREATE OR REPLACE TEMP VIEW {name} AS {sql}")

    def _run(self, sql: str) -> None:
        with self._failing():
            self._connection.execute(sql)

    def _fetch(self, sql: str) -> list[dict[str, Any]]:
        with self._failing():
            found = self._connection.sql(sql)
            return [dict(zip(found.columns, row, strict=True)) for row in found.fetchall()]

    @contextlib.contextmanager
    def _failing(self) -> Iterator[None]:
        """Turns what DuckDB, delta-rs and the machine say into one kind of error; begins nothing once interrupted."""
        if self._interrupted.is_set():
            raise JobFailed("the job was interrupted")
        try:
            yield
        except duckdb.InterruptException:
            raise JobFailed("the job was interrupted") from None
        except (duckdb.Error, DeltaError, OSError) as error:
            raise JobFailed(str(error).strip()) from error


def _fresh(files: Sequence[ManifestFile], columns: Sequence[str], origin: str, options: str = "") -> str:
    """The SELECT over raw CSVs; `origin` is the relation that says where each is from."""
    groups: dict[tuple[str, ...], list[str]] = {}
    for file in files:
        groups.setdefault(file.columns, []).append(file.uri)
    read = [_csv(uris, header, columns, options) for header, uris in groups.items()]
    return f"SELECT * EXCLUDE (_csv) FROM ({' UNION ALL '.join(read)}) JOIN {origin} USING (_csv)"


def _csv(uris: Sequence[str], header: Sequence[str], columns: Sequence[str], options: str) -> str:
    """The SELECT over raw CSVs that have the same header: `columns` as text, the row number, the file's name."""
    types = ", ".join(f"{_text(column)}: 'VARCHAR'" for column in [*header, "_source_row"])
    read = (
        f"read_csv({_list(uris)}, columns = {{{types}}}, header = true, auto_detect = false, delim = ',', quote = '\"',"
        f" escape = '\"', nullstr = '', strict_mode = true, filename = '_csv'{options})"
    )
    given = ", ".join(_name(column) if column in header else f"NULL::VARCHAR AS {_name(column)}" for column in columns)
    return f"SELECT {given}, CAST(_source_row AS BIGINT) AS _source_row, _csv FROM {read}"


def _place(column: str, table: TableSpec, present: set[str]) -> str:
    """Where a column's values are: in the log for the partition, in the files, or nowhere if the column is new."""
    if column == table.partition_by:
        return "files._partition"
    return f"stored.{_name(column)}" if column in present else "NULL"


def _no_rows(types: Mapping[str, str]) -> str:
    columns = ", ".join(f"CAST(NULL AS {type_}) AS {_name(column)}" for column, type_ in types.items())
    return f"SELECT {columns} WHERE false"


def _partitions(table: TableSpec) -> list[str] | None:
    return [table.partition_by] if table.partition_by else None


def _name(column: str) -> str:
    return exp.to_identifier(column, quoted=True).sql("duckdb")


def _text(value: str) -> str:
    return exp.Literal.string(value).sql("duckdb")


def _list(values: Sequence[str]) -> str:
    return f"[{', '.join(map(_text, values))}]"
