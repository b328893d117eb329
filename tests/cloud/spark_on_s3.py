"""Spark as Glue has it: Delta, and files in `s3://`, by settings and jars of which the job scripts know nothing.

hadoop-aws and the SDK that it needs (640 MB) are fetched once, with the Ivy that pyspark brings.
"""

from __future__ import annotations

import os
import shlex
import tempfile
from pathlib import Path

from tests.cloud.environments import once, run

from lakectl.platforms.local.jars import delta_jars, spark_home
from lakectl.platforms.local.java import require_java
from lakectl.platforms.local.spark_options import java_options

_HADOOP = "3.4.2"  # the Hadoop in pyspark 4.1
_MODULE = f"""<ivy-module version="2.0">
  <info organisation="lakectl" module="s3a"/>
  <dependencies>
    <dependency org="org.apache.hadoop" name="hadoop-aws" rev="{_HADOOP}" conf="default"/>
    <exclude org="^(?!org\\.apache\\.hadoop|software\\.amazon).*" matcher="regexp"/>
  </dependencies>
</ivy-module>
"""


def job_environment(folder: Path, endpoint: str) -> dict[str, str]:
    """The environment in which a job's Spark reads and writes `s3://` at the endpoint; its settings go to `folder`."""
    java = require_java()
    jars = [*delta_jars(java), *sorted(_s3_jars(java.executable).glob("*.jar"))]
    settings = {
        "spark.master": "local[2]",
        "spark.driver.memory": "1g",
        "spark.driver.host": "127.0.0.1",
        "spark.driver.bindAddress": "127.0.0.1",
        "spark.driver.extraClassPath": os.pathsep.join(map(str, jars)),
        "spark.driver.extraJavaOptions": shlex.join(java_options(small=True)),
        "spark.ui.enabled": "false",
        "spark.ui.showConsoleProgress": "false",
        "spark.default.parallelism": "2",
        "spark.sql.shuffle.partitions": "2",
        "spark.databricks.delta.snapshotPartitions": "1",
        "spark.hadoop.fs.s3.impl": "org.apache.hadoop.fs.s3a.S3AFileSystem",
        "spark.hadoop.fs.s3a.endpoint": endpoint,
        "spark.hadoop.fs.s3a.endpoint.region": "us-east-1",
        "spark.hadoop.fs.s3a.path.style.access": "true",
    }
    text = "".join(f"{name} {value}\n" for name, value in settings.items())
    (folder / "spark-defaults.conf").write_text(text, encoding="utf-8")
    return {"JAVA_HOME": str(java.home), "SPARK_HOME": str(spark_home()), "SPARK_CONF_DIR": str(folder)}


def _s3_jars(java: Path) -> Path:
    return once("s3a", [_HADOOP, _MODULE], lambda folder: _fetch(java, folder))


def _fetch(java: Path, folder: Path) -> None:
    ivy = next((spark_home() / "jars").glob("ivy-*.jar"))
    with tempfile.TemporaryDirectory(dir=folder.parent) as work:
        module = Path(work, "ivy.xml")
        module.write_text(_MODULE, encoding="utf-8")
        what = ["-types", "jar", "-retrieve", f"{work}/jars/[artifact]-[revision].[ext]", "-warn"]
        run(java, "-jar", ivy, "-cache", Path(work, "cache"), "-ivy", module, *what)
        Path(work, "jars").rename(folder)
