"""Spark's errors, which are pages of Java, as one line for a person."""

from __future__ import annotations

import re

from lakehouse.errors import JobFailed

# What Spark says somewhere in its pages, what it means, what to do. The first that is found is it.
_KNOWN = (
    ("No space left on device", "the disk is full", "Free some space, then run it again: nothing was half written."),
    ("OutOfMemoryError", "Spark ran out of memory", "Give it more memory, or load fewer files at once."),
    ("Connection refused", "Spark has died", "Run it again; the tables are as they were before this step."),
    ("Connection reset", "Spark has died", "Run it again; the tables are as they were before this step."),
    ("ConcurrentAppendException", "somebody else wrote to the table meanwhile", "Run it again."),
)


def failed(error: Exception) -> JobFailed:
    """The error of a job that Spark could not go on with."""
    told = str(error)
    for sign, meaning, hint in _KNOWN:
        if sign in told:
            return JobFailed(meaning, hint)
    return JobFailed(f"Spark failed: {_first_line(told) or type(error).__name__}")


def _first_line(told: str) -> str:
    lines = (re.sub(r"^An error occurred while calling \S+\s*", "", line).strip(" :.") for line in told.splitlines())
    return next((line for line in lines if line), "")
