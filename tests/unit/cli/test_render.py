"""Tables and talk: nothing is cut, stdout has only data, colour where it is wanted."""

from __future__ import annotations

import io

import pytest

from lakectl.cli import output, render

LONG = "a reason that is much longer than eighty columns can hold on one line of a terminal, and so goes on and on"
ROWS = [
    {"dataset": "orders", "rows": 1234567, "reason": LONG},
    {"dataset": "products", "rows": None, "reason": "[bold]not markup[/bold] :smile:"},
]


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_a_table_in_a_pipe_has_one_line_a_row(capsys):
    render.records(ROWS, ("dataset", "rows", "reason"))
    header, first, second = capsys.readouterr().out.splitlines()
    assert header.split() == ["dataset", "rows", "reason"]
    assert first.split(maxsplit=2) == ["orders", "1,234,567", LONG]
    assert second.endswith("[bold]not markup[/bold] :smile:")


@pytest.mark.parametrize("width", [80, 120])
def test_a_table_on_a_terminal_is_folded_and_whole(monkeypatch, width):
    terminal = Terminal()
    monkeypatch.setattr("sys.stdout", terminal)
    monkeypatch.setenv("COLUMNS", str(width))
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.setenv("TERM", "xterm")
    render.records(ROWS, ("dataset", "rows", "reason"))
    lines = terminal.getvalue().replace("\x1b[1m", "").replace("\x1b[0m", "").splitlines()
    assert max(map(len, lines)) <= width
    reason = " ".join(" ".join(line.split()) for line in lines[1:-1]).replace("orders 1,234,567 ", "")
    assert reason.replace(" ", "") == LONG.replace(" ", "")


def test_an_error_is_two_lines_on_stderr(capsys):
    render.error("orders.xlsx, sheet 3: no column order_id", "Add it.")
    printed = capsys.readouterr()
    assert printed.out == ""
    assert printed.err == "Error: orders.xlsx, sheet 3: no column order_id\nNext:  Add it.\n"


def test_an_error_without_a_hint_is_one_line(capsys):
    render.error("no", "")
    assert capsys.readouterr().err == "Error: no\n"


def test_colour_is_forced_and_refused(monkeypatch, capsys):
    monkeypatch.setenv("FORCE_COLOR", "1")
    render.error("no", "")
    assert "\x1b[" in capsys.readouterr().err
    monkeypatch.delenv("FORCE_COLOR")
    monkeypatch.setenv("NO_COLOR", "1")
    render.error("no", "")
    assert "\x1b[" not in capsys.readouterr().err


@pytest.mark.parametrize(
    ("value", "text"),
    [(None, ""), (True, "yes"), (1234, "1,234"), (["a", "b"], "a, b"), ({"a": 1, "b": 2}, "a: 1\nb: 2"), ("x", "x")],
)
def test_cells(value, text):
    assert render.cell(value).plain == text


def test_counting():
    assert render.count(1, "row") == "1 row"
    assert render.count(0, "row") == "0 rows"
    assert render.count(12345, "row") == "12,345 rows"


def test_a_json_array_is_streamed_row_by_row(capsys):
    seen: list[str] = []

    def rows():
        for number in range(3):
            seen.append(capsys.readouterr().out)
            yield {"n": number}

    output.write_json_array(rows())
    assert seen == ["[", '\n  {"n": 0}', ',\n  {"n": 1}']
    output.write_json_array([])
    assert capsys.readouterr().out.endswith("[\n]\n")


def test_a_reader_that_left_is_told_apart(monkeypatch):
    class Closed(io.StringIO):
        def write(self, text: str) -> int:
            raise BrokenPipeError

        def fileno(self) -> int:
            return self.handle

    with open("/dev/null", "w") as sink:  # noqa: PTH123 - a handle that may be replaced
        Closed.handle = sink.fileno()
        monkeypatch.setattr("sys.stdout", Closed())
        with pytest.raises(output.ReaderGone):
            output.write("x")


def test_a_table_too_wide_for_a_terminal_becomes_records(monkeypatch):
    terminal = Terminal()
    monkeypatch.setattr("sys.stdout", terminal)
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.setenv("TERM", "dumb")
    columns = [f"column_{number}" for number in range(12)]
    render.table([range(12), range(12, 24)], columns)
    lines = [line.split() for line in terminal.getvalue().splitlines()]
    assert lines[:2] == [["column_0", "0"], ["column_1", "1"]]
    assert lines[12] == []
    assert lines[13:] == [[name, str(12 + number)] for number, name in enumerate(columns)]
