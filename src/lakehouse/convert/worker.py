"""The child process in which uploads are converted: `python -m lakehouse.convert.worker BYTES`, on behalf of `workers`.

It reads tasks from stdin and writes answers to stdout, pickles both, one after another; what anything else prints goes
to stderr. BYTES is the memory that it may take. It ends when its stdin ends, in the middle of a file, too: a thread of
its own listens, so a worker does not outlive its parent. Ctrl-C is the parent's business.
"""

from __future__ import annotations

import contextlib
import errno
import faulthandler
import os
import pickle
import queue
import resource
import signal
import sys
import tempfile
import threading
import traceback
from collections.abc import Callable, Mapping
from typing import Any, BinaryIO

from lakehouse.errors import LakehouseError

READY = ("ready",)
# What is wrong with the machine and not with the file.
_OF_THE_MACHINE = {errno.ENOSPC, errno.EDQUOT, errno.EMFILE, errno.ENFILE, errno.EROFS}


def serve(convert: Callable[..., Any], memory: int = 0) -> None:
    """Answers every task, the arguments of `convert` as a mapping, until stdin ends. Never returns."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    requests, answers = _pipes()
    _limit(memory)
    tasks: queue.SimpleQueue[Mapping[str, Any]] = queue.SimpleQueue()
    threading.Thread(target=_listen, args=(requests, tasks), daemon=True).start()
    _say(READY, answers)
    while True:
        _say(_answer(convert, tasks.get()), answers)


def _pipes() -> tuple[BinaryIO, BinaryIO]:
    """The ends that this process's stdin and stdout were. Those are then nothing and stderr, whoever uses them."""
    requests, answers = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.dup2(2, 1)
    faulthandler.enable()
    return requests, answers


def _limit(memory: int) -> None:
    """Takes no more than so many bytes of memory of its own; where the system knows no such limit, there is none."""
    if memory:
        _, most = resource.getrlimit(resource.RLIMIT_DATA)
        least = memory if most == resource.RLIM_INFINITY else min(memory, most)
        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(resource.RLIMIT_DATA, (least, most))


def _listen(requests: BinaryIO, tasks: queue.SimpleQueue[Mapping[str, Any]]) -> None:
    try:
        while True:
            tasks.put(pickle.load(requests))
    except EOFError:
        os._exit(0)
    except BaseException:  # noqa: BLE001 - the parent learns of it from stderr
        traceback.print_exc()
        os._exit(1)


def _say(answer: tuple[Any, ...], answers: BinaryIO) -> None:
    try:
        pickle.dump(answer, answers)
        answers.flush()
    except BrokenPipeError:  # nobody waits for it any more
        os._exit(0)


def _answer(convert: Callable[..., Any], task: Mapping[str, Any]) -> tuple[Any, ...]:
    """`("done", sheets)`, `("error", exception)` to be raised, or `("broken" or "memory", what, traceback)`."""
    tempfile.tempdir = str(task["folder"])  # the parent's, which clears it away whatever becomes of this process
    try:
        return "done", convert(**task)
    except LakehouseError as error:
        return "error", error
    except MemoryError:
        return "memory", "", traceback.format_exc()
    except BaseException as error:  # noqa: BLE001 - a panic of Rust code is no subclass of Exception
        if isinstance(error, OSError) and error.errno in _OF_THE_MACHINE:
            return "error", error
        return "broken", f"{type(error).__name__}: {error}", traceback.format_exc()


if __name__ == "__main__":
    from lakehouse.convert import convert

    serve(convert, int(sys.argv[1]))
