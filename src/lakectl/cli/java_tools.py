"""What `lakectl doctor` may install or make for Spark on this machine, each with what it costs."""

from __future__ import annotations

from lakectl.cli import render
from lakectl.operations.doctor import JavaTools, Provision
from lakectl.platforms.local import jars, spark_training
from lakectl.platforms.local.java import find_java, install_java


def java_tools() -> JavaTools:
    """Java, then Delta's jars, then the archive of classes, which is made by running Spark on both."""
    return JavaTools(find_java, install_java, (_JARS, _CLASSES), render.say)


_JARS = Provision(
    "spark jars",
    cost="12 MB from Maven Central, some seconds",
    missing="the first run with --engine spark fetches Delta's jars",
    is_there=lambda _: jars.has_delta_jars(),
    make=jars.delta_jars,
)
_CLASSES = Provision(
    "spark classes",
    cost="a minute or more, 190 MB in the cache",
    missing="the first run with --engine spark takes twice the time, and makes Java's archive of classes afterwards",
    is_there=spark_training.is_trained,
    make=spark_training.train,
)
