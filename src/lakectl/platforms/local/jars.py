"""Delta's jars for Spark: fetched once with the Ivy that pyspark brings, then given to Spark as paths.

The usual way (`spark.jars.packages`) asks Ivy at every start and fetches 86 MB, most of which pyspark has already. Here
Ivy runs on its own, once, for what pyspark lacks: Delta, its kernels and the Unity Catalog client, 12 MB. More must not
be there: jars of Jackson or Parquet in other versions than Spark's, first on the class path, break it. The folder is
named by both versions and appears under that name only when it is complete.
"""

from __future__ import annotations

import importlib.metadata
import importlib.util
import subprocess
import tempfile
from pathlib import Path

from lakectl.errors import UsageError
from lakectl.platforms.local.java import Java, cache_folder

_MODULE = """<ivy-module version="2.0">
  <info organisation="lakectl" module="spark"/>
  <dependencies>
    <dependency org="io.delta" name="{name}" rev="{version}" conf="default"/>
    <exclude org="^(?!io\\.(delta|unitycatalog)$).*" matcher="regexp"/>
  </dependencies>
</ivy-module>
"""


class SparkMissing(UsageError):
    """The parts of Spark that are not Java are not installed, or cannot be fetched."""


def spark_home() -> Path:
    """The folder of the installed pyspark. Raises SparkMissing where the extra is not installed."""
    spark, delta = (importlib.util.find_spec(name) for name in ("pyspark", "delta"))
    if spark is None or spark.origin is None or delta is None:
        raise SparkMissing("the Spark engine is not installed", "type: pip install 'lakectl[spark]'")
    return Path(spark.origin).parent


def delta_jars(java: Java, folder: Path | None = None) -> tuple[Path, ...]:
    """The jars to add to pyspark's own, fetched if `folder` (default: in the user's cache) does not have them yet.

    Raises SparkMissing where pyspark is not installed or the jars cannot be fetched.
    """
    home = spark_home()
    complete = _complete(folder)
    if not complete.is_dir():
        _fetch(java, home, *_delta_module(), complete)
    return tuple(sorted(complete.glob("*.jar")))


def has_delta_jars(folder: Path | None = None) -> bool:
    """Whether the jars are there already, so that `delta_jars` fetches nothing. pyspark must be installed."""
    return _complete(folder).is_dir()


def _complete(folder: Path | None) -> Path:
    return (folder or cache_folder() / "jars") / "-".join(_delta_module())


def _delta_module() -> tuple[str, str]:
    """Maven's name and version of Delta for the installed pyspark. Every Spark 4 is built with Scala 2.13."""
    major, minor, *_ = importlib.metadata.version("pyspark").split(".")
    return f"delta-spark_{major}.{minor}_2.13", importlib.metadata.version("delta-spark")


def _fetch(java: Java, home: Path, name: str, version: str, complete: Path) -> None:
    complete.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=complete.parent, prefix=".fetch-") as work:
        module, jars = Path(work, "ivy.xml"), Path(work, "jars")
        module.write_text(_MODULE.format(name=name, version=version), encoding="utf-8")
        ivy = [str(java.executable), "-jar", str(next((home / "jars").glob("ivy-*.jar")))]
        where = ["-cache", str(Path(work, "cache")), "-ivy", str(module)]
        what = ["-types", "jar", "-retrieve", f"{jars}/[artifact]-[revision].[ext]", "-warn"]
        told = subprocess.run([*ivy, *where, *what], capture_output=True, text=True, errors="replace", check=False)
        if told.returncode or not list(jars.glob("delta-spark*.jar")):
            raise SparkMissing(f"Delta's jars could not be fetched: {_reason(told.stdout + told.stderr)}", _HINT)
        _publish(jars, complete)


_HINT = "they come from Maven Central, once (12 MB): type lakectl doctor --fix when it can be reached"


def _publish(jars: Path, complete: Path) -> None:
    try:
        jars.rename(complete)
    except OSError:
        if not complete.is_dir():  # else another process was first, with the same jars
            raise


def _reason(told: str) -> str:
    """The line of Ivy's long talk that says most."""
    lines = [line.strip() for line in told.splitlines() if line.strip(" :.")]
    words = ("not found", "Exception", "refused", "timed out")
    telling = [line for line in lines if any(word in line for word in words)]
    return (telling or lines or ["Ivy said nothing"])[0]
