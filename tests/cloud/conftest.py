"""One emulator for all tests of this folder; each test has an account, and with it a cloud, of its own."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from tests.cloud.environments import CannotInstall
from tests.cloud.launcher import Emulator, running


@pytest.fixture(scope="session")
def aws(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Emulator]:
    """The emulator."""
    try:
        with running(tmp_path_factory.mktemp("aws")) as emulator:
            yield emulator
    except CannotInstall as error:
        pytest.fail(f"the emulator's packages cannot be installed: {error}", pytrace=False)


@pytest.fixture(scope="session")
def emulator(aws: Emulator) -> str:
    """Where it listens."""
    return aws.endpoint
