"""How Spark is set for one machine: all settings in one place, each with its reason. Pure: values in, a mapping out.

Most of a small run on Spark is loading classes and running cold code. So: few partitions, no web interface, a compiler
that is quick instead of clever and a collector that starts at once where the input is small, and Delta's jars on the
class path, since only classes from there can be in the archive of `cds.py`.
"""

from __future__ import annotations

import os
import shlex
from collections.abc import Sequence
from pathlib import Path

# Below this many bytes of raw CSV a run is over before the optimising compiler has paid for itself.
SMALL_INPUT = 64 << 20

# The same for every run, so that one archive of classes serves them all.
_ALWAYS = ("-Duser.timezone=UTC", "-Dfile.encoding=UTF-8", "-XX:-UsePerfData", "-Xshare:auto")
# A heap that is roomy from the start: growing it costs a small run seconds.
_SMALL = ("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xms1g", "-Xmn400m")


def java_options(small: bool, archive: Path | None = None, write_archive: Path | None = None) -> tuple[str, ...]:
    """Options of the JVM. It reads `archive`, checking by itself whether that fits, or writes one as it exits."""
    reads = (f"-XX:SharedArchiveFile={archive}",) if archive else ()
    writes = (f"-XX:ArchiveClassesAtExit={write_archive}",) if write_archive else ()
    return (*_ALWAYS, *(_SMALL if small else ()), *reads, *writes)


def spark_conf(jars: Sequence[Path], options: Sequence[str], folder: Path, small: bool) -> dict[str, str]:
    """Settings of the session; what Spark leaves on disk goes under `folder`."""
    partitions = "2" if small else str(max(2, os.cpu_count() or 2))
    return {
        "spark.master": "local[*]",
        "spark.app.name": "lakectl",
        "spark.driver.memory": f"{_heap_megabytes()}m",
        "spark.driver.extraClassPath": os.pathsep.join(map(str, jars)),
        "spark.driver.extraJavaOptions": shlex.join(options),
        # Nothing outside this machine may reach it, and a laptop's changing network names must not confuse it.
        "spark.driver.host": "127.0.0.1",
        "spark.driver.bindAddress": "127.0.0.1",
        "spark.ui.enabled": "false",
        "spark.ui.showConsoleProgress": "false",
        "spark.local.dir": str(folder),
        "spark.sql.warehouse.dir": (folder / "warehouse").as_uri(),
        "spark.sql.session.timeZone": "UTC",
        "spark.sql.ansi.enabled": "true",
        "spark.sql.shuffle.partitions": partitions,
        "spark.default.parallelism": partitions,
        "spark.sql.extensions": "io.delta.sql.DeltaSparkSessionExtension",
        "spark.sql.catalog.spark_catalog": "org.apache.spark.sql.delta.catalog.DeltaCatalog",
        # The log of a table this size is read in one task; Delta's default of 50 costs seconds.
        "spark.databricks.delta.snapshotPartitions": "1",
    }


def _heap_megabytes() -> int:
    """A quarter of the machine's memory, as Java itself would take, but never less than Spark's own 1 GB."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return int(min(max(memory // 4, 1 << 30), 16 << 30) >> 20)
