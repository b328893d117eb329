"""What tests of several folders share: one Spark for the whole run, started when the first test asks for it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from lakectl.platforms.local.spark_session import LocalSpark


@pytest.fixture(scope="session")
def spark() -> Iterator[LocalSpark]:
    """The Spark that jobs find, as `lakectl --engine spark` starts it."""
    with LocalSpark() as spark:
        spark.session()
        yield spark
