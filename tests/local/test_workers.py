"""Converters that come to grief, in real processes: one upload is refused, with a reason, and the next is converted."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import openpyxl
import pytest

from lakehouse.contracts.load import PACKAGED, load_contracts
from lakehouse.convert import convert
from lakehouse.convert.workers import ConversionStopped, ConverterFailed, Workers
from lakehouse.errors import ContractError, JobFailed, UploadRefused

# A converter that does what the first line of a file says.
FAKE = """
import os, signal, sys, time
from pathlib import Path
from lakehouse.convert.model import Sheet
from lakehouse.convert.worker import serve
from lakehouse.errors import ContractError, UploadRefused

def convert(path, name, contracts, folder, reading, share):
    word, _, rest = path.read_text().partition(" ")
    if word == "abort": os.abort()
    if word == "kill": os.kill(os.getpid(), signal.SIGKILL)
    if word == "exit" or word == "once" and not Path(rest).exists():
        word == "once" and Path(rest).touch()
        os._exit(3)
    if word == "sleep":
        Path(rest).touch()
        time.sleep(600)
    if word == "hoard": return [bytearray(2**20) for _ in range(100_000)]
    if word == "break": return [][5]
    if word == "panic": raise BaseException("called `Option::unwrap()` on a `None` value")
    if word == "full": raise OSError(28, "No space left on device")
    if word == "refuse": raise UploadRefused(f"{name}: it is damaged", "send it again")
    if word == "contract": raise ContractError("ambiguous", "rename")
    print("nobody hears this")
    return [Sheet(word, 1, "converted", reason=f"{os.getpid()} {share}")]

serve(convert, int(sys.argv[1]))
"""
COMMAND = (sys.executable, "-c", FAKE)


@pytest.fixture
def workers() -> Iterator[Workers]:
    made = Workers(COMMAND, count=1, memory=2**28)
    yield made
    made.close()


def ask(workers: Workers, folder: Path, words: str) -> str:
    """What a worker makes of a file with these words: its process."""
    path = folder / "upload"
    path.write_text(words)
    (sheet,) = workers.convert(path, "sent.csv", {}, folder / str(len(list(folder.iterdir()))))
    return sheet.reason.split()[0]


def failure(workers: Workers, folder: Path, words: str) -> ConverterFailed:
    with pytest.raises(ConverterFailed) as caught:
        ask(workers, folder, words)
    return caught.value


def test_one_process_serves_one_upload_after_another(workers: Workers, tmp_path: Path) -> None:
    assert ask(workers, tmp_path, "one") == ask(workers, tmp_path, "two")


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        ("abort", "the converter was ended by the system (SIGABRT) while it read this file"),
        ("kill", "ended by the system (SIGKILL) while it read this file, as happens when memory runs out"),
        ("exit", "the converter was ended with code 3 while it read this file"),
        ("break", "the converter failed (IndexError: list index out of range)"),
        ("panic", "the converter failed (BaseException: called `Option::unwrap()` on a `None` value)"),
        ("hoard", "to read this file takes more memory than the 0.2 GiB that one may take"),
    ],
)
def test_whatever_ends_a_converter_refuses_that_upload_only(
    workers: Workers, tmp_path: Path, words: str, reason: str
) -> None:
    ask(workers, tmp_path, "before")
    told = failure(workers, tmp_path, words)
    assert told.message.startswith("sent.csv: ")
    assert reason in told.message
    assert told.hint
    assert ask(workers, tmp_path, "after")


def test_what_nobody_foresaw_comes_with_its_traceback(workers: Workers, tmp_path: Path) -> None:
    assert "in convert" in failure(workers, tmp_path, "break").detail


def test_a_process_that_served_others_is_not_held_against_an_upload(workers: Workers, tmp_path: Path) -> None:
    first = ask(workers, tmp_path, "one")
    assert ask(workers, tmp_path, f"once {tmp_path / 'died'}") != first


def test_a_new_process_that_dies_is_held_against_its_upload(workers: Workers, tmp_path: Path) -> None:
    assert "ended with code 3" in failure(workers, tmp_path, f"once {tmp_path / 'died'}").message


def test_our_own_errors_come_through_and_cost_no_process(workers: Workers, tmp_path: Path) -> None:
    process = ask(workers, tmp_path, "one")
    with pytest.raises(UploadRefused) as refused:
        ask(workers, tmp_path, "refuse")
    assert (refused.value.message, refused.value.hint) == ("sent.csv: it is damaged", "send it again")
    with pytest.raises(ContractError):
        ask(workers, tmp_path, "contract")
    assert ask(workers, tmp_path, "two") == process


def test_a_full_disk_is_not_the_uploads_fault(workers: Workers, tmp_path: Path) -> None:
    with pytest.raises(OSError, match="No space left"):
        ask(workers, tmp_path, "full")


def test_what_takes_too_long_is_ended(tmp_path: Path) -> None:
    workers = Workers(COMMAND, count=1, patience=2)
    assert "took too long over this file" in failure(workers, tmp_path, f"sleep {tmp_path / 'begun'}").message
    workers.close()


def test_a_converter_that_does_not_start_is_not_the_uploads_fault(tmp_path: Path) -> None:
    workers = Workers((sys.executable, "-c", "raise SystemExit('no library')"), count=1)
    with pytest.raises(JobFailed, match="the converter does not start: no library"):
        ask(workers, tmp_path, "one")


def test_whoever_waits_when_all_is_stopped_hears_of_it_at_once(workers: Workers, tmp_path: Path) -> None:
    begun = tmp_path / "begun"
    stopper = threading.Thread(target=lambda: (wait_for(begun), workers.close()))
    stopper.start()
    with pytest.raises(ConversionStopped):
        ask(workers, tmp_path, f"sleep {begun}")
    stopper.join()
    with pytest.raises(ConversionStopped):
        ask(workers, tmp_path, "more")


def test_a_worker_does_not_outlive_a_parent_that_is_killed(tmp_path: Path) -> None:
    script = f"""
from pathlib import Path
from lakehouse.convert.workers import Workers
Path({str(tmp_path / "upload")!r}).write_text("sleep {tmp_path / "begun"}")
Workers({COMMAND!r}, count=1).convert(Path({str(tmp_path / "upload")!r}), "u", {{}}, Path({str(tmp_path / "out")!r}))
"""
    parent = subprocess.Popen([sys.executable, "-c", script])
    wait_for(tmp_path / "begun")
    (child,) = children(parent.pid)
    parent.kill()
    parent.wait()
    wait_until(lambda: not is_alive(child))


def children(process: int) -> list[int]:
    told = subprocess.run(["ps", "-o", "pid=", "--ppid", str(process)], capture_output=True, text=True, check=True)
    return [int(line) for line in told.stdout.split()]


def is_alive(process: int) -> bool:
    told = subprocess.run(["ps", "-o", "stat=", "-p", str(process)], capture_output=True, text=True, check=False)
    return bool(told.stdout.strip()) and not told.stdout.startswith("Z")


def wait_for(path: Path) -> None:
    wait_until(path.exists)


def wait_until(true: object) -> None:
    deadline = time.monotonic() + 60
    while not true():  # type: ignore[operator]
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_the_sheets_of_a_large_workbook_are_shared_out_and_come_back_in_order(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.remove(book.active)
    for number in range(5):
        sheet = book.create_sheet(f"day {number}")
        sheet.append(["product_id", "department_id", "department", "product_name"])
        for row in range(2500):
            sheet.append([10_000 * number + row, row * 7919 % 1000, f"shelf {row * 104729 % 9973}", f"product {row}"])
    path = tmp_path / "products.xlsx"
    book.save(path)
    assert path.stat().st_size > 2**18  # large enough to be shared out
    contracts = load_contracts([PACKAGED])
    (tmp_path / "here").mkdir()
    here = convert(path, path.name, contracts, tmp_path / "here")
    workers = Workers(count=2)
    there = workers.convert(path, path.name, contracts, tmp_path / "there")
    workers.close()
    assert [sheet.name for sheet in there] == [f"day {number}" for number in range(5)]
    assert len({sheet.csv.parent for sheet in there if sheet.csv}) == 2
    texts = [[sheet.csv.read_bytes() for sheet in sheets if sheet.csv] for sheets in (here, there)]
    assert texts[0] == texts[1]


def test_ctrl_c_in_a_terminal_is_not_for_the_workers(workers: Workers, tmp_path: Path) -> None:
    process = int(ask(workers, tmp_path, "one"))
    assert os.getpgid(process) != os.getpgid(0)
    os.kill(process, signal.SIGINT)
    assert int(ask(workers, tmp_path, "two")) == process
