"""A question, asked of a lake at rest, as a process of its own."""

from __future__ import annotations

import json
import os
from importlib.metadata import version
from pathlib import Path

from benchmarks.lab import BIN, Lab
from benchmarks.measure import Line, at_least, best, run

QUESTION = "select date, count(*) as orders, sum(total_amount) as amount from {} group by date order by date"


def query(lab: Lab) -> list[Line]:
    """Sales by day, against spark-sql on the same Delta table, its jars in Ivy's cache already."""
    project = lab.project()
    lab.lakectl(project, "ingest", lab.month)
    tables = json.loads(lab.lakectl(project, "tables", "list", "-o", "json").out)
    location = next(table["location"] for table in tables if table["table"] == "orders")
    _spark_sql(lab, location)
    slow, quick = best(
        2,
        lambda: _spark_sql(lab, location),
        lambda: min(lab.lakectl(project, "query", QUESTION.format("orders")).seconds for _ in range(3)),
    )
    text, fast = at_least(10, slow, quick)
    raw = {"spark_sql_s": slow, "lakectl_s": quick}
    line = Line("query, cold, as a process", "spark-sql", ">= 10x faster, < 1 s", text, fast and quick < 1, raw)
    return [line]


def _spark_sql(lab: Lab, location: str) -> float:
    scala = "_2.13"
    spark = ".".join(version("pyspark").split(".")[:2])
    settings = {
        "spark.jars.packages": f"io.delta:delta-spark_{spark}{scala}:{version('delta-spark')}",
        "spark.sql.extensions": "io.delta.sql.DeltaSparkSessionExtension",
        "spark.sql.catalog.spark_catalog": "org.apache.spark.sql.delta.catalog.DeltaCatalog",
    }
    options = [part for name, value in settings.items() for part in ("--conf", f"{name}={value}")]
    question = QUESTION.format(f"delta.`{Path(location)}`")
    # As in an activated environment: its shell scripts look for Python on the path.
    path = {**os.environ, "PATH": f"{BIN}{os.pathsep}{os.environ['PATH']}"}
    return run([BIN / "spark-sql", *options, "-e", question], cwd=lab.scratch("spark-sql"), env=path).seconds
