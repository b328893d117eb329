"""Conversion where a crash cannot take the run along: in child processes with a limit of memory.

A file that somebody sends can end whatever reads it: by an exception that nobody foresaw, by an abort inside a native
library, by the memory that it takes. So uploads are converted by workers (`worker`), which are started once, serve one
upload after another, and are started anew after a crash. The upload that a worker died of is refused; a worker that has
served others before might have died of those, so the upload is tried once more in a new one.

The sheets of a large workbook are shared out to all workers that are free; of small files, each takes one.
"""

from __future__ import annotations

import atexit
import contextlib
import logging
import os
import queue
import sys
import threading
import time
import weakref
import zipfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

from lakehouse.contracts.model import Contract
from lakehouse.contracts.reading import NONE, Reading
from lakehouse.convert.child import Child, Died
from lakehouse.convert.model import Sheet
from lakehouse.errors import LakehouseError, UploadRefused

COMMAND = (sys.executable, "-P", "-m", "lakehouse.convert.worker")
_MOST, _LEAST = 8 * 2**30, 3 * 2**29  # bytes of memory: what one worker may take, and below which one is enough
_WORKERS = 2
_PATIENCE = 1800.0  # seconds for one file
_SHARED = 2**18  # bytes: from this size on, a workbook's sheets are shared out

_log = logging.getLogger(__name__)
_log.addHandler(logging.NullHandler())  # whoever wants tracebacks says where: `lakectl --debug`, Lambda, Glue


_sharing = threading.Lock()
_shared: list[Workers] = []
_all: weakref.WeakSet[Workers] = weakref.WeakSet()


class ConverterFailed(UploadRefused):
    """An upload that the converter did not survive. `detail` is a traceback, or what the process said last."""

    def __init__(self, message: str, hint: str = "", detail: str = "") -> None:
        super().__init__(message, hint)
        self.detail = detail


class ConversionStopped(LakehouseError):
    """Nobody wants the result any more: the command was interrupted."""


class Converter(Protocol):
    """Whoever converts uploads, see `lakehouse.convert.convert`."""

    def convert(
        self, path: Path, name: str, contracts: Mapping[str, Contract], folder: Path, reading: Reading = NONE
    ) -> list[Sheet]:
        """As `lakehouse.convert.convert`. Raises UploadRefused, whatever happens to a file."""

    def close(self) -> None:
        """Ends what is being converted."""


class Workers:
    """Converts uploads, for several threads at once (see `Converter`). `memory` is each worker's, in bytes."""

    def __init__(
        self, command: Sequence[str] = COMMAND, count: int = 0, memory: int = 0, patience: float = _PATIENCE
    ) -> None:
        self._count = count or _room()
        limit = memory or min(_MOST, _memory() * 3 // 4 // self._count)
        self._start: Callable[[], Child] = lambda: Child(command, limit)
        self._patience = patience
        self._lock = threading.Lock()
        self._seats = [_Seat() for _ in range(self._count)]
        self._free: queue.LifoQueue[_Seat] = queue.LifoQueue()
        for seat in self._seats:
            self._free.put(seat)
        self.closed = False
        _all.add(self)

    def start(self, wait: bool = False) -> None:
        """Starts the processes, so that they are ready when the first upload is; with `wait`, until they are."""
        children = [self._child(seat) for seat in self._seats]
        for child in children if wait else ():
            child.ready(time.monotonic() + self._patience)

    def convert(
        self, path: Path, name: str, contracts: Mapping[str, Contract], folder: Path, reading: Reading = NONE
    ) -> list[Sheet]:
        """As `lakehouse.convert.convert`. Raises UploadRefused whatever happens to the file; ConversionStopped once
        closed; JobFailed where no worker can be started; OSError for want of disk."""
        task = {"path": path.absolute(), "name": name, "contracts": dict(contracts), "reading": reading}
        seats = self._take(self._count if _has_sheets_to_share(path) else 1)
        try:
            try:
                return self._asked(seats, task, folder.absolute() / "0")
            except Died as died:
                if not died.again:
                    raise
            return self._asked(seats[:1], task, folder.absolute() / "again")
        except Died as died:
            _log.warning("%s: %s\n%s", name, died.what, died.detail)
            raise ConverterFailed(f"{name}: {died.what}", died.hint, died.detail) from None
        finally:
            for seat in seats:
                self._free.put(seat)

    def close(self) -> None:
        """Ends all processes at once; who waits for one gets ConversionStopped."""
        with self._lock:
            self.closed = True
            for seat in self._seats:
                if seat.child:
                    seat.child.kill()

    def _take(self, most: int) -> list[_Seat]:
        """Waits for a seat; takes more only where they are free."""
        seats = [self._free.get()]
        with contextlib.suppress(queue.Empty):
            while len(seats) < most:
                seats.append(self._free.get_nowait())
        return seats

    def _child(self, seat: _Seat) -> Child:
        with self._lock:
            if self.closed:
                raise ConversionStopped("the conversion was stopped")
            if seat.child is None or not seat.child.lives:
                seat.child = self._start()
            return seat.child

    def _asked(self, seats: Sequence[_Seat], task: Mapping[str, Any], folder: Path) -> list[Sheet]:
        children = [self._child(seat) for seat in seats]
        deadline = time.monotonic() + self._patience
        try:
            for number, child in enumerate(children):
                own = folder / str(number)
                own.mkdir(parents=True, exist_ok=True)
                child.send({**task, "folder": own, "share": (number, len(children))}, deadline)
            sheets = [sheet for child in children for sheet in child.answer(deadline)]
        except BaseException as error:
            self._give_up(children, error)
            raise
        return sorted(sheets, key=lambda sheet: sheet.position)

    def _give_up(self, children: Sequence[Child], error: BaseException) -> None:
        """Ends what works for nothing now. A child that has refused a file alone is as good as before."""
        if len(children) > 1 or not isinstance(error, LakehouseError):
            for child in children:
                child.kill()
        if self.closed:
            raise ConversionStopped("the conversion was stopped") from None


class _Seat:
    """The place of one child, whichever process sits there."""

    child: Child | None = None


def _has_sheets_to_share(path: Path) -> bool:
    """Whether a file is a large workbook with several sheets, each in a file of its own (.xlsx, .xlsb)."""
    if path.stat().st_size < _SHARED or not zipfile.is_zipfile(path):
        return False
    try:
        with zipfile.ZipFile(path) as archive:
            return sum("worksheets/sheet" in name.lower().replace("\\", "/") for name in archive.namelist()) > 1
    except (zipfile.BadZipFile, NotImplementedError):  # the reader will say what is wrong
        return False


def _room() -> int:
    """How many workers: as many as there are cores and memory for, and no more than are of use."""
    return max(1, min(_WORKERS, os.cpu_count() or 1, _memory() * 3 // 4 // _LEAST))


def _memory() -> int:
    """Bytes of memory of this machine, or of the container that this process is in (cgroup v2)."""
    machine = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    with contextlib.suppress(OSError, ValueError):  # no container, or no limit ("max")
        return min(machine, int(Path("/sys/fs/cgroup/memory.max").read_text("ascii")))
    return machine


def shared() -> Workers:
    """The workers of this process: whoever converts uses these."""
    with _sharing:
        if not _shared or _shared[0].closed:
            _shared[:] = [Workers()]
        return _shared[0]


@atexit.register
def close_all() -> None:
    """Ends all workers of this process, at once; whoever asks for them next gets new ones."""
    for workers in list(_all):
        workers.close()
