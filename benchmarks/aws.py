"""The aws target's own costs: what Lambda is given and what it takes there, deploying, sending many files, looking.

The account is the tests' emulator, so the calls cost next to nothing and what is measured is lakectl itself; where the
waiting for S3 is what matters, the emulator is put a round trip away.
"""

from __future__ import annotations

import io
import os
import shutil
import sys
import zipfile
from pathlib import Path

from tests.cloud.environments import lambda_python
from tests.cloud.launcher import running

from benchmarks import made
from benchmarks.lab import Lab
from benchmarks.latency import ROUND_TRIP, away
from benchmarks.measure import MB, Line, at_least, best, run
from lakectl.platforms.aws.artifacts import build
from lakectl.settings import AwsTarget

_TARGET = AwsTarget(bucket="bench-lake", region="us-east-1")
_MEMORY = 1769  # MB, with which a function has one whole CPU


def functions(lab: Lab) -> list[Line]:
    """The zip of all functions, and the import of the largest handler in a bare Python, nothing compiled before."""
    folder = lab.scratch("functions")
    size = _unpack(folder)
    command = [lambda_python(), "-B", "-c", "import convert_excel_to_csv"]
    nothing = [lambda_python(), "-B", "-c", "pass"]
    cold, empty = best(5, lambda: run(command, cwd=folder).seconds, lambda: run(nothing, cwd=folder).seconds)
    took, raw = cold - empty, {"cold_s": cold, "empty_s": empty}
    return [
        Line("zip of the functions", "-", "< 10 MB", f"{size / MB:.1f} MB", size < 10 * MB, {"bytes": size}),
        Line("cold import of the handler", "-", "< 0.4 s", f"{took:.2f} s", took < 0.4, raw),
    ]


def function_memory(lab: Lab) -> list[Line]:
    """A workbook of 60 MB through the converter's function, though by default the likes of it are sent to Glue."""
    workbook = made.once(lab.folder / "huge", made.huge_workbook) / "order_items.xlsx"
    folder, lake = lab.scratch("functions"), lab.scratch("lake")
    _unpack(folder)
    shutil.copyfile(Path(__file__).with_name("convert_function.py"), folder / "convert_function.py")
    done = run([lambda_python(), "-B", "convert_function.py", lake, workbook.absolute()], cwd=folder)
    size, most = workbook.stat().st_size / MB, _TARGET.lambda_megabytes
    measured = f"{done.peak / MB:.0f} MB; above {most} MB a batch goes to Glue"
    raw = {"workbook_mb": size, "peak_bytes": done.peak, "lambda_megabytes": most}
    what = f"peak memory of the function, {size:.0f} MB workbook"
    return [Line(what, "-", f"< {_MEMORY} MB or Glue", measured, done.peak < _MEMORY * MB or size > most, raw)]


def _unpack(folder: Path) -> int:
    """What Lambda unpacks, into the folder; returns the size of the zip."""
    artifacts = build(folder, _TARGET)
    [zipped] = [artifact for artifact in artifacts.files if artifact.key == artifacts.parameters["LambdaKey"]]
    with zipfile.ZipFile(io.BytesIO(zipped.content)) as archive:
        archive.extractall(folder)
    return len(zipped.content)


def deploy(lab: Lab) -> list[Line]:
    """`deploy` of what is deployed already, as a process."""
    folder = _project(lab, "deploy")
    with running(folder / "emulator") as emulator:
        environment = _account(emulator.endpoint)
        lab.lakectl(folder, "deploy", "--yes", **environment)
        [again] = best(3, lambda: lab.lakectl(folder, "deploy", "--yes", **environment).seconds)
    return [Line("deploy, nothing to change", "-", "< 1.5 s", f"{again:.2f} s", again < 1.5, {"seconds": again})]


def uploads(lab: Lab) -> list[Line]:
    """A thousand small files into the inbox, as `ingest` brings them, against the same one after another."""
    folder = _project(lab, "uploads")
    files = [folder / f"{number:04}.csv" for number in range(1000)]
    for number, file in enumerate(files):
        file.write_text(f"order_id,order_timestamp\n{number},2025-04-01\n", encoding="utf-8")
    with running(folder / "emulator") as emulator, away(emulator.endpoint) as endpoint:
        environment = {**os.environ, **_account(endpoint)}
        lab.lakectl(folder, "deploy", "--yes", **environment)
        command = [sys.executable, "-m", "benchmarks.bring", folder]
        one, many = (float(run([*command, at_once], env=environment).out) for at_once in ("1", "16"))
    text, fast = at_least(5, one, many)
    raw = {"one_by_one_s": one, "lakectl_s": many, "round_trip_s": ROUND_TRIP}
    return [Line("1,000 small files to S3, 30 ms away", "one after another", ">= 5x faster", text, fast, raw)]


def status(lab: Lab) -> list[Line]:
    """`status` of an execution: how many requests it takes."""
    folder = _project(lab, "status")
    with running(folder / "emulator") as emulator:
        environment = _account(emulator.endpoint)
        lab.lakectl(folder, "deploy", "--yes", **environment)
        lab.lakectl(folder, "run", **environment)
        command = [sys.executable, "-m", "benchmarks.calls", "--project", folder, "status"]
        calls = int(run(command, env={**os.environ, **environment}).out)
    return [Line("calls of one `status`", "-", "<= 5", str(calls), 0 < calls <= 5, {"calls": calls})]


def _project(lab: Lab, name: str) -> Path:
    """A project on AWS, with a folder for the emulator."""
    folder = lab.scratch(name)
    settings = f'target = "aws"\n[targets.aws]\nbucket = "{_TARGET.bucket}"\nregion = "{_TARGET.region}"\n'
    (folder / "lakectl.toml").write_text(settings, encoding="utf-8")
    (folder / "emulator").mkdir()
    return folder


def _account(endpoint: str) -> dict[str, str]:
    return {
        "AWS_ENDPOINT_URL": endpoint,
        "AWS_ACCESS_KEY_ID": "123456789012",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_DEFAULT_REGION": _TARGET.region,
    }
