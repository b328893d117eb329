"""The aws target's own costs: what is shipped to Lambda, how soon it is awake, and a deployment that has nothing to do.

The account is the tests' emulator, so the calls cost next to nothing and what is measured is lakectl itself.
"""

from __future__ import annotations

import zipfile

from tests.cloud.environments import lambda_python
from tests.cloud.launcher import running

from benchmarks.lab import Lab
from benchmarks.measure import MB, Line, best, run
from lakectl.platforms.aws.artifacts import build
from lakectl.settings import AwsTarget

_TARGET = AwsTarget(bucket="bench-lake", region="us-east-1")


def functions(lab: Lab) -> list[Line]:
    """The zip of all functions, and the import of the largest handler in a bare Python, nothing compiled before."""
    folder = lab.scratch("functions")
    artifacts = build(folder, _TARGET)
    [zipped] = [artifact for artifact in artifacts.files if artifact.key == artifacts.parameters["LambdaKey"]]
    packed, size = folder / "functions.zip", len(zipped.content)
    packed.write_bytes(zipped.content)
    with zipfile.ZipFile(packed) as archive:
        archive.extractall(folder / "unpacked")
    command = [lambda_python(), "-B", "-c", "import convert_excel_to_csv"]
    nothing = [lambda_python(), "-B", "-c", "pass"]
    cold, empty = best(
        5,
        lambda: run(command, cwd=folder / "unpacked").seconds,
        lambda: run(nothing, cwd=folder / "unpacked").seconds,
    )
    told = f"{cold - empty:.2f} s"
    return [
        Line("zip of the functions", "-", "< 10 MB", f"{size / MB:.1f} MB", size < 10 * MB, {"bytes": size}),
        Line(
            "cold import of the handler", "-", "< 0.4 s", told, cold - empty < 0.4, {"cold_s": cold, "empty_s": empty}
        ),
    ]


def deploy(lab: Lab) -> list[Line]:
    """`deploy` of what is deployed already, as a process."""
    folder = lab.scratch("deploy")
    (folder / "lakectl.toml").write_text(
        f'target = "aws"\n[targets.aws]\nbucket = "{_TARGET.bucket}"\nregion = "{_TARGET.region}"\n', encoding="utf-8"
    )
    (folder / "emulator").mkdir()
    with running(folder / "emulator") as emulator:
        environment = _account(emulator.endpoint)
        lab.lakectl(folder, "deploy", "--yes", **environment)
        [again] = best(3, lambda: lab.lakectl(folder, "deploy", "--yes", **environment).seconds)
    return [Line("deploy, nothing to change", "-", "< 1.5 s", f"{again:.2f} s", again < 1.5, {"seconds": again})]


def _account(endpoint: str) -> dict[str, str]:
    return {
        "AWS_ENDPOINT_URL": endpoint,
        "AWS_ACCESS_KEY_ID": "123456789012",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_DEFAULT_REGION": _TARGET.region,
    }
