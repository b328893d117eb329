"""The local session: what it leaves alone, what it says when something is wrong, and that it can be stopped."""

from __future__ import annotations

import subprocess
import sys
import threading
from pathlib import Path

import pytest

from lakectl.platforms.local.jvm_errors import explain
from lakectl.platforms.local.spark_options import java_options, spark_conf
from lakectl.platforms.local.spark_session import LocalSpark
from lakehouse.errors import JobFailed
from lakehouse.etl.engines.spark import SparkEngine
from lakehouse.etl.engines.spark_errors import failed
from lakehouse.etl.live import at_work, interrupt_all
from lakehouse.etl.sql import statement

_SCRIPT = """
import os, signal
from lakectl.platforms.local.spark_session import LocalSpark
before, handler = dict(os.environ), signal.getsignal(signal.SIGINT)
for _ in range(2):
    with LocalSpark() as spark:
        assert spark.session().range(3).count() == 3
assert dict(os.environ) == before and signal.getsignal(signal.SIGINT) is handler
"""


@pytest.mark.spark
def test_it_is_silent_and_leaves_nothing_and_can_start_again(tmp_path: Path) -> None:
    """A machine's own Spark settings have no say, and folders may have any name."""
    folder = tmp_path / "tmp ä 🎉"
    folder.mkdir()
    environment = {
        "TMPDIR": str(folder),
        "SPARK_HOME": "/nowhere",
        "SPARK_CONF_DIR": "/nowhere",
        "PATH": "/usr/bin:/bin",
    }
    environment |= {"PYTHONPATH": ":".join(sys.path), "HOME": str(Path.home())}
    command = [sys.executable, "-c", _SCRIPT]
    done = subprocess.run(command, env=environment, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert not [path.name for path in folder.iterdir() if path.name.startswith("lakectl")]
    assert [path.name for path in tmp_path.iterdir()] == [folder.name]


@pytest.mark.spark
def test_an_interrupt_ends_what_runs(spark: LocalSpark) -> None:
    with at_work(SparkEngine()) as engine:
        timer = threading.Timer(3, interrupt_all)
        timer.start()
        with pytest.raises(JobFailed, match="interrupted"):
            engine.rows(statement("SELECT COUNT(*) FROM RANGE(1000000000000) WHERE RAND() < 2"))
        with pytest.raises(JobFailed, match="interrupted"):
            engine.rows(statement("SELECT 1"))
    assert spark.session().range(1).count() == 1  # the session lives on


@pytest.mark.spark
def test_what_spark_says_of_a_bad_statement_is_one_line(spark: LocalSpark) -> None:
    with at_work(SparkEngine()) as engine, pytest.raises(JobFailed) as caught:
        engine.rows(statement("SELECT nowhere FROM nothing"))
    assert "nothing" in caught.value.message
    assert "\n" not in caught.value.message


@pytest.mark.parametrize(
    ("told", "message"),
    [
        ("java.io.IOException: No space left on device", "the disk is full"),
        ("java.lang.OutOfMemoryError: Java heap space", "Spark ran out of memory"),
        ("[Errno 111] Connection refused", "Spark has died"),
    ],
)
def test_what_went_wrong_in_a_job(told: str, message: str) -> None:
    error = failed(OSError(f"An error occurred while calling o42.sql.\n: {told}\n\tat org.apache"))
    assert error.message == message
    assert error.hint


@pytest.mark.parametrize(
    ("log", "message"),
    [
        ("java.lang.UnsupportedClassVersionError: org/apache/spark", "too old"),
        ("Error occurred during initialization of VM\nCould not reserve enough space for heap", "memory ran out"),
        ("Unrecognized VM option 'Foo'\nError: Could not create the Java Virtual Machine.", "refused its options"),
        ("WARN nothing\njava.net.BindException: Address in use\n\tat sun.nio", "BindException: Address in use"),
    ],
)
def test_why_spark_did_not_start(log: str, message: str) -> None:
    error = explain(RuntimeError("gateway exited"), log)
    assert message in error.message
    assert error.hint


def test_only_small_inputs_give_up_the_optimising_compiler(tmp_path: Path) -> None:
    assert "-XX:TieredStopAtLevel=1" in java_options(small=True)
    assert "-XX:TieredStopAtLevel=1" not in java_options(small=False)
    conf = spark_conf(
        [Path("/a/x.jar"), Path("/a/y.jar")], java_options(True, Path("/a b/c.jsa")), tmp_path, small=True
    )
    assert conf["spark.driver.extraClassPath"] == "/a/x.jar:/a/y.jar"
    assert "'-XX:SharedArchiveFile=/a b/c.jsa'" in conf["spark.driver.extraJavaOptions"]
    assert (conf["spark.driver.bindAddress"], conf["spark.ui.enabled"]) == ("127.0.0.1", "false")
