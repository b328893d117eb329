"""What tests of several folders share: one Spark and one emulator, each started when the first test asks for it."""

from __future__ import annotations

import os
from collections.abc import Iterator

import boto3
import pytest
from hypothesis import settings
from tests.cloud.environments import CannotInstall
from tests.cloud.launcher import Emulator, running

from lakectl.platforms.local.spark_session import LocalSpark
from lakehouse import aws as clients

# No test is timed. Where a change is judged, it is judged by the same examples each time; elsewhere new ones are tried.
settings.register_profile("lakectl", deadline=None, derandomize=bool(os.environ.get("CI")))
settings.load_profile("lakectl")


_MOST = 7 * 10**9  # bytes that one process of tests holds: its Spark, its emulator, and two JVMs of that


def pytest_xdist_auto_num_workers() -> int:
    """Two processes where there is room for them: much of a test is waiting for a third."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return max(1, min(2, memory // _MOST))


@pytest.fixture(autouse=True)
def clients_of_its_own() -> Iterator[None]:
    """No test talks to the AWS of the one before it, with its credentials."""
    yield
    clients.forget()
    boto3.DEFAULT_SESSION = None


@pytest.fixture(scope="session")
def spark() -> Iterator[LocalSpark]:
    """The Spark that jobs find, as `lakectl --engine spark` starts it."""
    with LocalSpark() as spark:
        spark.session()
        yield spark


@pytest.fixture(scope="session")
def aws(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Emulator]:
    """The emulator of AWS. Each test has an account, and with it a cloud, of its own."""
    try:
        with running(tmp_path_factory.mktemp("aws")) as emulator:
            yield emulator
    except CannotInstall as error:
        pytest.fail(f"the emulator's packages cannot be installed: {error}", pytrace=False)


@pytest.fixture(scope="session")
def emulator(aws: Emulator) -> str:
    """Where it listens."""
    return aws.endpoint
