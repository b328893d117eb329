"""How an answer to a query reaches its reader: as a table, streamed in a format, or into a file."""

from __future__ import annotations

import contextlib
import shutil
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from itertools import islice
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, Literal, cast, get_args

from lakectl import assets, formats
from lakectl.asking.answers import Dialect, Result
from lakectl.asking.parameters import Parameter
from lakectl.cli import output, render
from lakectl.config import Config
from lakectl.errors import UsageError
from lakectl.operations.queries import NamedQuery, load_queries
from lakectl.operations.query import Question, prepare

if TYPE_CHECKING:
    from lakectl.cli.frame import Session

FileFormat = Literal["csv", "json", "jsonl", "parquet", "xlsx"]

_BINARY = ("parquet", "xlsx")
_MOST_ROWS = 1000  # of a table; whoever wants more wants a file
_SPOOLED = 16 * 2**20  # bytes in memory before a temporary file takes them
_NUMBERS = ("bigint", "integer", "smallint", "tinyint", "decimal", "double", "real")


def give(session: Session, text: str, values: Mapping[str, str], file: Path | None) -> None:
    """Answers a query in the format asked for. Raises UsageError, QueryError and what prepares a question raises."""
    form = _format(session.output, file)
    question = prepare(text, values, named_queries(session.config))
    if file:
        _into_file(session, question, form, file)
    elif form == "table":
        _as_table(session.platform.queries.run(question.statement, question.values))
    else:
        _to_stdout(session, question, form)


def show_sql(session: Session, text: str, values: Mapping[str, str], dialect: Dialect | None) -> None:
    """Prints what would run, the parameters bound."""
    question = prepare(text, values, named_queries(session.config))
    own: Dialect = "duckdb" if session.config.target == "local" else "athena"
    sql = session.platform.queries.text(question.statement, question.values, dialect or own)
    if session.json:
        output.write_json({"dialect": dialect or own, "sql": sql})
    else:
        output.write(sql.rstrip() + "\n")


def named_queries(config: Config) -> dict[str, NamedQuery]:
    """The packaged queries and the project's own, by name; the project's win."""
    return load_queries(assets.folders("sql", config.project))


def described(named: NamedQuery) -> dict[str, Any]:
    """A named query as its documented object."""
    return {"query": named.name, "title": named.title, "parameters": [asdict(each) for each in named.parameters]}


def signature(parameters: Sequence[Parameter]) -> str:
    """What `-p` takes, in a few words: `limit=10, since=(date)`."""
    return ", ".join(f"{p.name}={f'({p.type})' if p.default is None else p.default}" for p in parameters)


def _format(asked: str, file: Path | None) -> str:
    if file and asked == "table":
        asked = file.suffix.lower().removeprefix(".")
        if asked not in get_args(FileFormat):
            raise UsageError(f"{file}: no format has that ending", f"There are: {', '.join(get_args(FileFormat))}.")
    if not file and asked in _BINARY and sys.stdout.isatty():
        raise UsageError(
            f"{asked} is nothing for a terminal", "Name a file with --output-file, or send it into a pipe."
        )
    return asked


def _into_file(session: Session, question: Question, form: str, file: Path) -> None:
    """Writes the whole file or none: it gets its name when it is finished."""
    unfinished = file.with_name(f".{file.name}.unfinished")
    try:
        with unfinished.open("wb") as stream:
            _write(session, question, form, stream)
        unfinished.replace(file)
    except FileNotFoundError as error:
        raise UsageError(f"{file}: there is no such folder", "Make it, or name another file.") from error
    finally:
        unfinished.unlink(missing_ok=True)
    render.say(f"Wrote {file}.")


def _to_stdout(session: Session, question: Question, form: str) -> None:
    # JSON has to be valid even when the query fails half-way, so nothing is printed before all of it is there.
    with _spool() if form == "json" else output.binary() as stream:
        _write(session, question, form, stream)


@contextlib.contextmanager
def _spool() -> Iterator[IO[bytes]]:
    with tempfile.SpooledTemporaryFile(_SPOOLED) as spooled:
        yield spooled
        spooled.seek(0)
        with output.binary() as stdout:
            shutil.copyfileobj(spooled, stdout)


def _write(session: Session, question: Question, form: str, stream: IO[bytes]) -> None:
    queries = session.platform.queries
    if form == "parquet":
        with tempfile.TemporaryDirectory() as folder:
            note = queries.unload(question.statement, question.values, Path(folder, "answer.parquet"))
            with Path(folder, "answer.parquet").open("rb") as finished:
                shutil.copyfileobj(finished, stream)
    else:
        result = queries.run(question.statement, question.values)
        formats.write(result, cast(formats.Format, form), stream)
        note = result.note()
    _tell(note)


def _tell(note: str) -> None:
    if note:
        render.say(note)


def _as_table(result: Result) -> None:
    columns = [column.name for column in result.columns]
    right = [number for number, column in enumerate(result.columns) if column.type.startswith(_NUMBERS)]
    rows = list(islice(result.rows, _MOST_ROWS + 1))
    render.table([[_text(value) for value in row] for row in rows[:_MOST_ROWS]], columns, right)
    if len(rows) > _MOST_ROWS:
        render.say(f"(the first {_MOST_ROWS:,} rows; -o csv or --output-file give all of them)")
    else:
        render.footnote(rows, "row")
    _tell(result.note())


def _text(value: Any) -> str:
    if value is None:
        return ""
    return formats.json_text(value) if isinstance(value, (list, dict, tuple)) else formats.plain_text(value)
