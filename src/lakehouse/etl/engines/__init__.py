"""What runs a job's statements: a small adapter per engine. The rules are in `lakehouse.etl.statements`, never in here.

A job asks an engine for these things, in this order (`lakehouse.etl.loading`):

1. `read` the manifest's raw CSVs as the relation `fresh`; `scan` each foreign key's parent as `parent_N` (N from 0);
   if waiting rows are to be tried again, `scan` `rejected_records` as `rejects` and `keep` `retried`.
2. `keep` `checked` (every row: its values, its faults), `refused` (those with faults), then `duplicates` (rows that
   lose within the batch).
3. `rows` of `key_ranges`, `scan` of the dataset's own table as `target`, pruned by those ranges; `define` `compared`
   and `changes` (what to insert or update), `rows` of `counts`: the job proves them; so far nothing has been written.
4. `create` or `grow` the table, then `append` or `merge` of `changes`.
5. Under the lock of `rejected_records`: `scan` it as `rejects`, `keep` `reject_changes`, `append` or `merge` that.

All relations are named, statements are sqlglot trees; an engine only renders them in its own dialect.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from sqlglot import exp

from lakehouse.etl.manifest import ManifestFile
from lakehouse.etl.tables import TableSpec

# Inclusive ranges of key values, as Python values of the column `TableSpec.prune_by`.
Ranges = Sequence[tuple[Any, Any]]


class Engine(Protocol):
    """An engine, for one job. Not safe between threads, but for `interrupt`. Raises JobFailed."""

    dialect: str
    """What sqlglot calls the engine's SQL: `duckdb` or `spark`."""

    def read(self, name: str, files: Sequence[ManifestFile], columns: Sequence[str]) -> None:
        """Defines a relation over raw CSVs: the columns as text (null where empty, or where a file lacks the column),
        then `_source_file string, _source_sheet string, _position int, _source_row bigint`. No file: no row."""

    def scan(self, name: str, table: TableSpec, ranges: Ranges | None = None) -> None:
        """Defines a relation over a Delta table as it is now: `table.columns`, null where the table lacks one; empty
        where there is no table. With ranges, files whose statistics exclude all of them may be left out."""

    def define(self, name: str, query: exp.Expr) -> None:
        """Names a query, as a view does; an engine for which computing it twice is dear may keep its rows."""

    def keep(self, name: str, query: exp.Expr) -> None:
        """Computes a query once and defines its rows as a relation."""

    def rows(self, query: exp.Expr) -> list[dict[str, Any]]:
        """A small query's rows, by column name, as Python values."""

    def columns(self, table: TableSpec) -> dict[str, str] | None:
        """A Delta table's columns, name -> type as `TableSpec` spells it, in order; None where there is none."""

    def version(self, table: TableSpec) -> int:
        """The Delta table's newest version."""

    def create(self, table: TableSpec) -> None:
        """Creates an empty Delta table; one that is there stays as it is. Protocol: reader 1, writer 2."""

    def grow(self, table: TableSpec, columns: Mapping[str, str]) -> None:
        """Adds nullable columns, name -> type, to a Delta table, each at its place in `table.columns`."""

    def append(self, table: TableSpec, source: str) -> None:
        """Adds the rows of a relation, whose further columns are ignored, in one commit."""

    def merge(self, table: TableSpec, source: str, partitions: Sequence[Any]) -> None:
        """Updates the rows that have the key of one in the relation, inserts the others, in one commit.

        The rows to update are all in `partitions` (values of `table.partition_by`; may hold None); only those are read.
        A row whose partition changes moves. An unpartitioned table ignores it."""

    def compact(self, table: TableSpec, keep_hours: int) -> None:
        """Puts the rows of small files together, and deletes files that no version of the last hours needs."""

    def interrupt(self) -> None:
        """Makes the running statement fail soon. May be called from another thread, at any time."""

    def close(self) -> None:
        """Gives back memory and temporary files."""
