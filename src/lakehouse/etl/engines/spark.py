"""Jobs on Spark and Delta Lake: in Glue, and on a laptop with `--engine spark`.

Everything goes through SQL in a session of the job's own (a job beside it sees neither its views nor its settings), so
the adapter holds no rule and no type of its own. A step that is kept is checkpointed, not cached: Delta would compute a
cached step again after the MERGE it fed, from a table that is no longer the one it was computed from.

MERGE reads only what literal predicates leave of the table: the partitions that the job found to hold the keys.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import groupby
from threading import Event
from typing import Any

from py4j.protocol import Py4JError
from pyspark.errors import PySparkException
from pyspark.sql import DataFrame, SparkSession
from sqlglot import exp

from lakehouse.errors import JobFailed
from lakehouse.etl.engines import Ranges
from lakehouse.etl.engines.spark_errors import failed
from lakehouse.etl.engines.spark_files import csv_headers, escape_glob, is_delta_table, newest_version
from lakehouse.etl.manifest import ManifestFile
from lakehouse.etl.tables import TableSpec, predecessor

# What a row is told of where it comes from, besides its own number: column -> type.
ORIGIN = {"_source_file": "string", "_source_sheet": "string", "_position": "int"}


class SparkEngine:
    """The engine of one job, on the Spark that Glue or `lakectl` has started; a plain one where there is none."""

    dialect = "spark"

    def __init__(self) -> None:
        self._spark = _session()
        self._group = f"lakehouse-{uuid.uuid4().hex}"
        self._interrupted = Event()

    def read(self, name: str, files: Sequence[ManifestFile], columns: Sequence[str]) -> None:
        with self._running():
            headers = csv_headers(self._spark, [file.uri for file in files])
            parts = [self._no_rows(columns)]
            by_header = sorted(files, key=lambda file: headers[file.uri])
            for header, alike in groupby(by_header, key=lambda file: headers[file.uri]):
                parts.append(self._read_alike(header, list(alike), columns))
            self._define(name, " UNION ALL ".join(parts))

    def scan(self, name: str, table: TableSpec, ranges: Ranges | None = None) -> None:
        with self._running():
            present = self.columns(table) or {}
            wanted = [
                _name(column) if column in present else f"CAST(NULL AS {type_}) AS {_name(column)}"
                for column, type_ in table.columns.items()
            ]
            source = f"FROM {_delta(table)} WHERE {_within(table, ranges)}" if present else "WHERE FALSE"
            self._define(name, f"SELECT {', '.join(wanted)} {source}")

    def define(self, name: str, query: exp.Expr) -> None:
        self.keep(name, query)

    def keep(self, name: str, query: exp.Expr) -> None:
        # Kept when the next statement asks for it, which saves a pass over the rows.
        with self._running():
            self._sql(query.sql("spark")).localCheckpoint(eager=False).createOrReplaceTempView(name)

    def rows(self, query: exp.Expr) -> list[dict[str, Any]]:
        with self._running():
            rows = self._sql(query.sql("spark")).collect()
        return [{column: _aware(value) for column, value in row.asDict().items()} for row in rows]

    def columns(self, table: TableSpec) -> dict[str, str] | None:
        with self._running():
            if not is_delta_table(self._spark, table.location):
                return None
            fields = self._sql(f"SELECT * FROM {_delta(table)}").schema.fields
        return {field.name: field.dataType.simpleString() for field in fields}

    def version(self, table: TableSpec) -> int:
        with self._running():
            return newest_version(self._spark, table.location)

    def create(self, table: TableSpec) -> None:
        partitions = f"PARTITIONED BY ({_name(table.partition_by)})" if table.partition_by else ""
        columns = _declared(table.columns)
        with self._running():
            self._sql(f"CREATE TABLE IF NOT EXISTS {_delta(table)} ({columns}) USING DELTA {partitions}")

    def grow(self, table: TableSpec, columns: Mapping[str, str]) -> None:
        with self._running():
            self._sql(f"ALTER TABLE {_delta(table)} ADD COLUMNS ({', '.join(_placed(table, columns))})")

    def append(self, table: TableSpec, source: str) -> None:
        # One file a partition, however many tasks computed the rows; more only where one would be too large.
        together = f"/*+ REBALANCE({_name(table.partition_by)}) */" if table.partition_by else "/*+ REBALANCE */"
        columns = _names(table.columns)
        with self._running():
            self._sql(f"INSERT INTO {_delta(table)} ({columns}) SELECT {together} {columns} FROM {_name(source)}")

    def merge(self, table: TableSpec, source: str, partitions: Sequence[Any]) -> None:
        same_key = [f"t.{_name(column)} <=> s.{_name(column)}" for column in table.key]
        where = [*same_key, *self._bounds(table, source, partitions)]
        updates = ", ".join(f"t.{_name(column)} = s.{_name(column)}" for column in table.columns)
        values = ", ".join(f"s.{_name(column)}" for column in table.columns)
        with self._running():
            self._sql(
                f"MERGE INTO {_delta(table)} AS t USING {_name(source)} AS s ON {' AND '.join(where)} "
                f"WHEN MATCHED THEN UPDATE SET {updates} "
                f"WHEN NOT MATCHED THEN INSERT ({_names(table.columns)}) VALUES ({values})"
            )

    def compact(self, table: TableSpec, keep_hours: int) -> None:
        with self._running():
            self._sql(f"OPTIMIZE {_delta(table)}")
            self._sql(f"VACUUM {_delta(table)} RETAIN {keep_hours} HOURS")

    def interrupt(self) -> None:
        self._interrupted.set()
        self._spark.sparkContext.cancelJobGroup(self._group)

    def close(self) -> None:
        for view in self._spark.catalog.listTables():
            if view.isTemporary:
                self._spark.catalog.dropTempView(view.name)

    def _read_alike(self, header: tuple[str, ...], files: Sequence[ManifestFile], columns: Sequence[str]) -> str:
        """The SELECT over CSVs that have the same header."""
        reader = self._spark.read.options(
            header=True, multiLine=True, quote='"', escape='"', lineSep="\n", encoding="UTF-8", mode="FAILFAST"
        ).schema(", ".join(f"{_name(column)} string" for column in header))
        view = f"csv_{uuid.uuid4().hex}"
        paths = [escape_glob(file.uri) for file in files]
        reader.csv(paths).selectExpr("*", "_metadata.file_name AS _csv").createOrReplaceTempView(view)
        wanted = [f"NULLIF({_name(c)}, '') AS {_name(c)}" if c in header else f"NULL AS {_name(c)}" for c in columns]
        return (
            f"SELECT /*+ BROADCAST(_files) */ {', '.join([*wanted, *ORIGIN])}, "
            f"CAST(_source_row AS BIGINT) AS _source_row "
            f"FROM {view} JOIN {_listed(files)} ON _csv = _file"
        )

    def _no_rows(self, columns: Sequence[str]) -> str:
        types = {**dict.fromkeys(columns, "string"), **ORIGIN, "_source_row": "bigint"}
        nulls = ", ".join(f"CAST(NULL AS {type_}) AS {_name(column)}" for column, type_ in types.items())
        return f"SELECT {nulls} WHERE FALSE"

    def _bounds(self, table: TableSpec, source: str, partitions: Sequence[Any]) -> Iterator[str]:
        """Predicates that hold for every pair of rows with the same key, and let Delta leave out files."""
        if table.partition_by:
            yield _in_partitions(table, partitions)
        elif table.prune_by:
            column = _name(table.prune_by)
            [(low, high)] = self._sql(f"SELECT MIN({column}), MAX({column}) FROM {_name(source)}").collect()
            if low is not None:
                yield f"t.{column} BETWEEN {_literal(low)} AND {_literal(high)}"

    def _define(self, name: str, query: str) -> None:
        self._sql(query).createOrReplaceTempView(name)

    def _sql(self, statement: str) -> DataFrame:
        if self._interrupted.is_set():
            raise JobFailed("the job was interrupted")
        return self._spark.sql(statement)

    @contextmanager
    def _running(self) -> Iterator[None]:
        """Names what runs, so that `interrupt` ends it and nothing else; makes an error of Spark's one for a person."""
        self._spark.sparkContext.setJobGroup(self._group, "lakehouse job", interruptOnCancel=True)
        try:
            yield
        except (PySparkException, Py4JError, OSError) as error:
            if self._interrupted.is_set():
                raise JobFailed("the job was interrupted") from error
            raise failed(error) from error


def _session() -> SparkSession:
    """A session of its own on the Spark that is there. The settings are those Delta and the rules rest on."""
    started = (
        SparkSession.builder.config("spark.sql.extensions", "io.delta.sql.DeltaSparkSessionExtension")
        .config("spark.sql.catalog.spark_catalog", "org.apache.spark.sql.delta.catalog.DeltaCatalog")
        .getOrCreate()
    )
    session = started.newSession()
    session.conf.set("spark.sql.session.timeZone", "UTC")
    session.conf.set("spark.sql.ansi.enabled", "true")
    # Not as INT96, Spark's default: delta-rs wraps what lies beyond 2262, and its MERGE writes that back.
    session.conf.set("spark.sql.parquet.outputTimestampType", "TIMESTAMP_MICROS")
    # What a MERGE reads is kept already; Delta would not know and keep it again.
    session.conf.set("spark.databricks.delta.merge.materializeSource", "none")
    # VACUUM lists a table's folders in so many tasks, however few folders there are; Spark's default is 10,000.
    session.conf.set("spark.sql.sources.parallelPartitionDiscovery.parallelism", "32")
    return session


def _name(identifier: str) -> str:
    return f"`{identifier.replace('`', '``')}`"


def _names(identifiers: Mapping[str, str] | Sequence[str]) -> str:
    return ", ".join(map(_name, identifiers))


def _declared(columns: Mapping[str, str]) -> str:
    return ", ".join(f"{_name(column)} {type_}" for column, type_ in columns.items())


def _placed(table: TableSpec, columns: Mapping[str, str]) -> Iterator[str]:
    """New columns as declared, each with its place in the table."""
    for column, type_ in columns.items():
        before = predecessor(table, column)
        yield f"{_name(column)} {type_} {f'AFTER {_name(before)}' if before else 'FIRST'}"


def _delta(table: TableSpec) -> str:
    return f"delta.{_name(table.location)}"


def _listed(files: Sequence[ManifestFile]) -> str:
    """The files as a relation: the file's name, and what their rows say of where they come from."""
    rows = (
        f"({_literal(file.uri.rpartition('/')[2])}, {_literal(file.source_file)}, {_literal(file.sheet)}, "
        f"{file.position})"
        for file in files
    )
    return f"(VALUES {', '.join(rows)}) AS _files(_file, {', '.join(ORIGIN)})"


def _literal(value: Any) -> str:
    """A Python value as a constant."""
    match value:
        case str():
            return exp.Literal.string(value).sql("spark")
        case dt.datetime():
            return f"TIMESTAMP '{value.astimezone(dt.UTC).isoformat(' ')}'"
        case dt.date():
            return f"DATE '{value.isoformat()}'"
        case _:
            return str(value)


def _within(table: TableSpec, ranges: Ranges | None) -> str:
    if ranges is None or not table.prune_by:
        return "TRUE"
    column = _name(table.prune_by)
    return " OR ".join(f"{column} BETWEEN {_literal(low)} AND {_literal(high)}" for low, high in ranges) or "FALSE"


def _in_partitions(table: TableSpec, partitions: Sequence[Any]) -> str:
    column = f"t.{_name(table.partition_by)}"
    given = ", ".join(_literal(value) for value in partitions if value is not None)
    choices = [f"{column} IN ({given})"] if given else []
    if None in partitions:
        choices.append(f"{column} IS NULL")
    return f"({' OR '.join(choices) or 'FALSE'})"


def _aware(value: Any) -> Any:
    """Spark hands instants out as local times without a zone."""
    return value.astimezone(dt.UTC) if isinstance(value, dt.datetime) else value
