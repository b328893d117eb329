"""What Spark says slowly or not at all: a Delta table's newest version, and the columns of a CSV."""

from __future__ import annotations

import csv
import re
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from pyspark.sql import SparkSession

_AT_ONCE = 16  # a header is one small request; in S3 hundreds of them wait for each other otherwise


def is_delta_table(spark: SparkSession, location: str) -> bool:
    """Whether there is a Delta table at the location. Delta itself would look in every folder above, too."""
    log = _jvm(spark).org.apache.hadoop.fs.Path(location, "_delta_log")
    return bool(log.getFileSystem(spark._jsc.hadoopConfiguration()).exists(log))


def newest_version(spark: SparkSession, location: str) -> int:
    """The newest version of the Delta table at the location: the commit with the highest number in its log."""
    log = _jvm(spark).org.apache.hadoop.fs.Path(location, "_delta_log")
    found = log.getFileSystem(spark._jsc.hadoopConfiguration()).listStatus(log)
    commits = (re.fullmatch(r"(\d{20})\.json", status.getPath().getName()) for status in found)
    return max(int(commit[1]) for commit in commits if commit)


def csv_headers(spark: SparkSession, uris: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """The column names of each CSV. Files that waited while their contract gained a column lack that column."""
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        return dict(zip(uris, pool.map(lambda uri: _header(spark, uri), uris), strict=True))


def escape_glob(uri: str) -> str:
    """The URI with the characters that Spark would take for a pattern made plain."""
    return re.sub(r"([\[\]{}*?\\])", r"\\\1", uri)


def _header(spark: SparkSession, uri: str) -> tuple[str, ...]:
    jvm = _jvm(spark)
    path = jvm.org.apache.hadoop.fs.Path(uri)
    stream = path.getFileSystem(spark._jsc.hadoopConfiguration()).open(path)
    try:
        reader = jvm.java.io.BufferedReader(jvm.java.io.InputStreamReader(stream, "UTF-8"))
        return tuple(next(csv.reader([reader.readLine()])))
    finally:
        stream.close()


def _jvm(spark: SparkSession) -> Any:
    return spark.sparkContext._jvm
