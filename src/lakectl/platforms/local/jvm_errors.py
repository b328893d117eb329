"""What went wrong with the JVM, told to a person: the line of its long talk that says most, and what to do."""

from __future__ import annotations

import re

from lakehouse.errors import LakehouseError


class SparkFailed(LakehouseError):
    """The JVM did not start or has died."""


# What the JVM says, what it means, what to do. The first that matches is it.
_KNOWN = (
    (
        r"No space left on device",
        "the disk is full",
        "free some space where temporary files go, or set TMPDIR to a larger disk",
    ),
    (r"UnsupportedClassVersionError", "this Java is too old for Spark", "type: lakectl doctor --fix"),
    (
        r"(OutOfMemoryError|Could not reserve enough space|Cannot allocate memory|insufficient memory)",
        "memory ran out",
        "close other programs, or use the embedded engine: --engine duckdb",
    ),
    (
        r"Unrecognized VM option|Error: Could not create the Java Virtual Machine",
        "Java refused its options",
        "unset JAVA_TOOL_OPTIONS and JDK_JAVA_OPTIONS",
    ),
)


def explain(error: Exception, log: str) -> SparkFailed:
    """The error for a person. `log` is all that the JVM has written so far."""
    for pattern, meaning, hint in _KNOWN:
        if re.search(pattern, f"{log}\n{error}"):
            return SparkFailed(f"Spark stopped: {meaning}", hint)
    return SparkFailed(f"Spark stopped: {_telling_line(log) or error}", "type: lakectl doctor, or use --engine duckdb")


def _telling_line(log: str) -> str:
    lines = [line.strip() for line in log.splitlines() if line.strip()]
    telling = [line for line in lines if re.search(r"\b(Error|Exception|FATAL|ERROR)\b|Exception:", line)]
    return (telling or lines or [""])[-1]
