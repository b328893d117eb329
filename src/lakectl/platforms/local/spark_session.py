"""Spark on one machine: one JVM for all jobs of a command, started when the first needs it, gone with the command.

Jobs know nothing of this. They ask pyspark for the session there is, in Glue as here; `LocalSpark` sees to it that
there is one, tuned (`spark_options.py`), with Delta's jars (`jars.py`) and an archive of loaded classes (`cds.py`).

What the JVM says goes to a file in its temporary folder and never to the terminal; when it does not start, the line
that says most becomes the error. A machine's own Spark settings (SPARK_HOME, SPARK_CONF_DIR and the like) have no say.
"""

from __future__ import annotations

import logging
import os
import shutil
import signal
import subprocess
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lakectl.platforms.local import cds
from lakectl.platforms.local.jars import delta_jars, spark_home
from lakectl.platforms.local.java import Java, require_java
from lakectl.platforms.local.jvm_errors import SparkFailed, explain
from lakectl.platforms.local.spark_options import SMALL_INPUT, java_options, spark_conf

if TYPE_CHECKING:
    from pyspark.sql import SparkSession


class LocalSpark:
    """The Spark of one command. Use as a context manager; `session` may be called from several threads.

    Where this process has a Spark already, as in a notebook, that one is used and left running.

    `raw` is the folder of CSVs that the jobs will read from; how much is in there when the JVM starts decides how it is
    tuned. `train` is the file to which the JVM writes the archive of its classes as it exits: only `spark_training.py`
    asks for that, since it makes the exit slow.
    """

    def __init__(self, raw: Path | None = None, java: Java | None = None, train: Path | None = None) -> None:
        self._raw = raw
        self._java = java
        self._train = train
        self._archive: Path | None = None
        self._lock = threading.Lock()
        self._folder: Path | None = None
        self._gateway: Any = None
        self._session: SparkSession | None = None

    def __enter__(self) -> LocalSpark:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def slow_start(self) -> bool:
        """Whether a JVM was started without an archive of classes: one should be made for the next time."""
        return self._gateway is not None and self._archive is None and self._train is None

    def check(self) -> None:
        """Sees to all that a JVM needs, without starting it. Raises SparkMissing or JavaMissing."""
        spark_home()
        self._java = self._java or require_java()
        delta_jars(self._java)

    def session(self) -> SparkSession:
        """The session, started on the first call. Raises SparkMissing, JavaMissing or SparkFailed."""
        with self._lock:
            if self._session is None:
                self._session = _present() or self._start()
            return self._session

    def interrupt(self) -> None:
        """Stops whatever Spark is doing now; the job that waits for it fails. Tables stay as they were."""
        if self._session is not None:
            self._session.sparkContext.cancelAllJobs()

    def close(self) -> None:
        """Ends the JVM and removes its temporary files. Does nothing where none was started."""
        with self._lock:
            if self._session is not None and self._gateway is not None:
                _stop(self._session, self._gateway)
            self._session = self._gateway = None
            if self._folder is not None:
                shutil.rmtree(self._folder, ignore_errors=True)
                self._folder = None

    def _start(self) -> SparkSession:
        home = spark_home()
        java = self._java or require_java()
        jars = delta_jars(java)
        self._archive = None if self._train else cds.find(java, home, jars)
        self._folder = Path(tempfile.mkdtemp(prefix="lakectl-spark-"))
        small = _bytes_in(self._raw) < SMALL_INPUT
        options = java_options(small, self._archive, self._train)
        with _environment(java, home):
            return self._launch(spark_conf(jars, options, self._folder, small), self._folder / "jvm.log")

    def _launch(self, settings: dict[str, str], log: Path) -> SparkSession:
        from pyspark import SparkConf, SparkContext
        from pyspark.errors import PySparkRuntimeError
        from pyspark.java_gateway import launch_gateway
        from pyspark.sql import SparkSession

        conf = SparkConf(loadDefaults=False).setAll(list(settings.items()))
        with log.open("wb") as file, _signals_kept():
            try:
                self._gateway = launch_gateway(conf, {"stdout": file, "stderr": subprocess.STDOUT})
                return SparkSession(SparkContext(conf=conf, gateway=self._gateway))
            except (PySparkRuntimeError, OSError) as error:
                raise explain(error, log.read_text(encoding="utf-8", errors="replace")) from error


def _present() -> SparkSession | None:
    """The session that somebody else started in this process."""
    from pyspark import SparkContext
    from pyspark.sql import SparkSession

    return None if SparkContext._active_spark_context is None else SparkSession.builder.getOrCreate()


def _bytes_in(folder: Path | None) -> int:
    return sum(file.stat().st_size for file in folder.rglob("*.csv")) if folder else 0


def _stop(session: SparkSession, gateway: Any) -> None:
    from py4j.protocol import Py4JError
    from pyspark import SparkContext

    try:
        session.stop()
        gateway.shutdown()
    except (Py4JError, OSError):
        gateway.proc.kill()  # the JVM is gone or does not answer, and no job is left that needs it
    finally:
        # pyspark keeps the gateway for good; the next session in this process must not talk to a JVM that has ended.
        SparkContext._gateway = SparkContext._jvm = SparkContext._active_spark_context = None
    gateway.proc.stdin.close()
    gateway.proc.wait()


@contextmanager
def _environment(java: Java, home: Path) -> Iterator[None]:
    """The environment in which pyspark starts its JVM: this Java, this Spark, and nothing a machine set for another."""
    before = dict(os.environ)
    for name in before:
        if name.startswith(("SPARK_", "PYSPARK_", "HADOOP_", "YARN_")):
            del os.environ[name]
    os.environ.update(JAVA_HOME=str(java.home), SPARK_HOME=str(home))
    if os.uname().sysname == "Linux":
        os.environ["LC_ALL"] = "C.UTF-8"  # else Java cannot open files with names beyond ASCII on a bare machine
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)


@contextmanager
def _signals_kept() -> Iterator[None]:
    """Takes Ctrl-C back from pyspark, and keeps py4j's talk about a lost JVM away from the terminal."""
    logging.getLogger().addHandler(logging.NullHandler())
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    handler = signal.getsignal(signal.SIGINT)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, handler)


__all__ = ["LocalSpark", "SparkFailed"]
