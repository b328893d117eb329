"""How an execution's progress is shown: painted over on a live terminal, else one timestamped line per change.

All of it is talk and goes to stderr. The live display vanishes when the execution ends, since the summary says it all.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import sys
import threading
from collections.abc import Callable, Iterator

from rich.console import RenderableType
from rich.live import Live
from rich.spinner import Spinner
from rich.table import Table
from rich.text import Text

from lakectl.cli import render
from lakectl.operations.progress import Event, Progress

_GOES_ON = ("started", "running", "retrying")
_MARKS = {"finished": ("✓", "green"), "skipped": ("–", "dim"), "failed": ("✗", "red")}


@contextlib.contextmanager
def following() -> Iterator[Progress]:
    """Shows what happens inside the block, in the way that stderr allows."""
    if not render.is_live(sys.stderr):
        yield Lines(render.say)
        return
    board = Board(lambda: dt.datetime.now(dt.UTC))
    with Live(get_renderable=board.drawn, console=render.console(sys.stderr), transient=True, refresh_per_second=8):
        yield board


class Lines:
    """One line per change, for logs and pipes."""

    def __init__(self, write: Callable[[str], None]) -> None:
        self._write = write

    def event(self, event: Event) -> None:
        """Writes a line such as `2026-11-23T03:00:00Z load orders: finished, 7,500 rows`."""
        what = " ".join(filter(None, (event.state, event.dataset)))
        phase = f"{event.phase}, {render.count(event.rows, 'row')}" if event.rows is not None else event.phase
        told = [what, "" if event.phase == "running" else phase, event.detail]  # the detail says how it runs
        self._write(f"{event.at.astimezone(dt.UTC):%Y-%m-%dT%H:%M:%SZ} {': '.join(filter(None, told))}")


class Board:
    """A line for every piece of work, in the order in which they began, with its rows and its time."""

    def __init__(self, now: Callable[[], dt.datetime]) -> None:
        self._now = now
        self._began: dict[tuple[str, str], dt.datetime] = {}
        self._latest: dict[tuple[str, str], Event] = {}
        self._spinner = Spinner("dots", style="cyan")
        self._lock = threading.Lock()

    def event(self, event: Event) -> None:
        """Takes a change in; the next painting shows it."""
        with self._lock:
            work = event.state, event.dataset
            if event.phase == "started" or work not in self._began:
                self._began[work] = event.at
            self._latest[work] = event

    def drawn(self) -> Table:
        """The board as it is now."""
        board = Table(box=None, show_header=False, pad_edge=False)
        for justify in ("left", "left", "left", "right", "right"):
            board.add_column(justify=justify, no_wrap=True)
        # Rich narrows what may wrap before all else. The text does not: all of it is told when the execution ends.
        board.add_column(overflow="ellipsis")
        with self._lock:
            for work, event in self._latest.items():
                board.add_row(*self._line(event, self._began[work]))
        return board

    def _line(self, event: Event, began: dt.datetime) -> list[RenderableType]:
        running = event.phase in _GOES_ON
        mark: RenderableType = self._spinner if running else Text(*_MARKS[event.phase])
        seconds = ((self._now() if running else event.at) - began).total_seconds()
        rows = render.count(event.rows, "row") if event.rows is not None else ""
        detail = f"{'trying again: ' if event.phase == 'retrying' else ''}{event.detail}"
        style = "dim" if event.phase == "running" else "yellow"
        return [
            mark,
            event.state,
            event.dataset,
            rows,
            f"{max(seconds, 0):.1f} s",
            Text(detail, style=style, no_wrap=True),
        ]
