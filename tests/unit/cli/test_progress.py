"""Progress: a line per change in a log, a board on a live terminal."""

from __future__ import annotations

import datetime as dt
import io

import pytest
from rich.console import Console

from lakectl.cli import progress, render
from lakectl.cli.progress import Board, Lines
from lakectl.operations.progress import Event, Phase

START = dt.datetime(2026, 11, 23, 2, 44, 13, tzinfo=dt.UTC)


def event(seconds: float, state: str, phase: Phase, dataset: str = "", **more: object) -> Event:
    return Event(START + dt.timedelta(seconds=seconds), state, phase, dataset, **more)


EVENTS = (
    event(0, "convert", "started"),
    event(1.5, "convert", "finished"),
    event(1.5, "load", "started", "orders"),
    event(2.0, "load", "retrying", "orders", detail="Lambda.Unknown: gone"),
    event(2.0, "load", "started", "products"),
    event(3.0, "load", "finished", "products", rows=1000, detail="2 rejected"),
)


def test_how_a_jobs_run_stands():
    heard = event(2.0, "load", "running", "orders", detail="WAITING as Glue run jr_0b8a15e11ff24")
    written: list[str] = []
    Lines(written.append).event(heard)
    assert written == ["2026-11-23T02:44:15Z load orders: WAITING as Glue run jr_0b8a15e11ff24"]
    board = Board(lambda: START + dt.timedelta(seconds=5))
    board.event(event(1.5, "load", "started", "orders"))
    board.event(heard)
    (line,) = drawn(board, 80)
    assert line.split()[1:] == ["load", "orders", "3.5", "s", "WAITING", "as", "Glue", "run", "jr_0b8a15e11ff24"]
    (narrow,) = drawn(board, 40)
    assert narrow.split()[1:6] == ["load", "orders", "3.5", "s", "WAITING"]


def drawn(board: Board, width: int) -> list[str]:
    console = Console(file=io.StringIO(), width=width, force_terminal=False)
    console.print(board.drawn())
    return [line.rstrip() for line in console.file.getvalue().splitlines()]


def test_one_row_is_one_row():
    written: list[str] = []
    Lines(written.append).event(event(3.0, "load", "finished", "products", rows=1))
    assert written == ["2026-11-23T02:44:16Z load products: finished, 1 row"]


def test_lines_of_a_log():
    written: list[str] = []
    lines = Lines(written.append)
    for each in EVENTS:
        lines.event(each)
    assert written == [
        "2026-11-23T02:44:13Z convert: started",
        "2026-11-23T02:44:14Z convert: finished",
        "2026-11-23T02:44:14Z load orders: started",
        "2026-11-23T02:44:15Z load orders: retrying: Lambda.Unknown: gone",
        "2026-11-23T02:44:15Z load products: started",
        "2026-11-23T02:44:16Z load products: finished, 1,000 rows: 2 rejected",
    ]


@pytest.mark.parametrize("width", [80, 120])
def test_the_board_has_a_line_for_every_piece_of_work(width):
    board = Board(lambda: START + dt.timedelta(seconds=5))
    for each in EVENTS:
        board.event(each)
    convert, orders, products = drawn(board, width)
    assert convert.split() == ["✓", "convert", "1.5", "s"]
    assert orders.split()[1:] == ["load", "orders", "3.5", "s", "trying", "again:", "Lambda.Unknown:", "gone"]
    assert products.split() == ["✓", "load", "products", "1,000", "rows", "1.0", "s", "2", "rejected"]


def test_work_that_begins_again_is_timed_anew():
    board = Board(lambda: START)
    for each in (*EVENTS[:2], event(10, "convert", "started"), event(12, "convert", "finished")):
        board.event(each)
    assert drawn(board, 80)[0].split() == ["✓", "convert", "2.0", "s"]


def test_work_whose_beginning_was_not_told_is_shown():
    board = Board(lambda: START)
    board.event(event(1, "load", "skipped", "orders"))
    board.event(event(2, "load", "failed", "products", detail="disk full"))
    assert [line.split()[0] for line in drawn(board, 80)] == ["–", "✗"]


class Stream(io.StringIO):
    def __init__(self, terminal: bool) -> None:
        super().__init__()
        self.terminal = terminal

    def isatty(self) -> bool:
        return self.terminal


@pytest.mark.parametrize(
    ("terminal", "environment", "live"),
    [
        (True, {"TERM": "xterm"}, True),
        (True, {"TERM": "dumb"}, False),
        (False, {"TERM": "xterm"}, False),
        (False, {"TERM": "xterm", "FORCE_COLOR": "1"}, False),
        (True, {"TERM": "xterm", "NO_COLOR": "1"}, True),
    ],
)
def test_only_a_real_terminal_is_painted_over(monkeypatch, terminal, environment, live):
    monkeypatch.delenv("NO_COLOR", raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr("sys.stderr", Stream(terminal))
    assert render.is_live(Stream(terminal)) == live
    with progress.following() as following:
        assert isinstance(following, Board) == live


def test_a_log_has_no_escape_sequences_even_with_forced_colour(monkeypatch, capsys):
    monkeypatch.setenv("FORCE_COLOR", "1")
    with progress.following() as following:
        for each in EVENTS:
            following.event(each)
    printed = capsys.readouterr()
    assert printed.out == ""
    assert len(printed.err.splitlines()) == len(EVENTS)
    assert "\x1b[2K" not in printed.err  # erases a line: what a live display does
    assert "\x1b[?25l" not in printed.err  # hides the cursor
