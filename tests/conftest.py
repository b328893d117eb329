"""What tests of several folders share: one Spark for the whole run, started when the first test asks for it."""

from __future__ import annotations

import os
from collections.abc import Iterator

import boto3
import pytest
from hypothesis import settings

from lakectl.platforms.local.spark_session import LocalSpark
from lakehouse import aws

# No test is timed. Where a change is judged, it is judged by the same examples each time; elsewhere new ones are tried.
settings.register_profile("lakectl", deadline=None, derandomize=bool(os.environ.get("CI")))
settings.load_profile("lakectl")


@pytest.fixture(autouse=True)
def clients_of_its_own() -> Iterator[None]:
    """No test talks to the AWS of the one before it, with its credentials."""
    yield
    aws.forget()
    boto3.DEFAULT_SESSION = None


@pytest.fixture(scope="session")
def spark() -> Iterator[LocalSpark]:
    """The Spark that jobs find, as `lakectl --engine spark` starts it."""
    with LocalSpark() as spark:
        spark.session()
        yield spark
