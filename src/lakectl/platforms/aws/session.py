"""Whose account, which region: the one door to AWS, by the usual chain of credentials and nothing of our own."""

from __future__ import annotations

import os
from functools import cache, cached_property
from typing import Any

import boto3
from botocore.config import Config as ClientConfig

from lakectl.config import Config
from lakectl.errors import UsageError
from lakectl.platforms.aws.errors import translated
from lakectl.platforms.aws.names import Names
from lakectl.settings import AwsTarget

# As many connections as there are threads at most that ask at once.
_CONFIG = ClientConfig(retries={"mode": "standard", "max_attempts": 5}, max_pool_connections=32)


class Session:
    """Clients for the target's region. Safe between threads once a client is made."""

    def __init__(self, target: AwsTarget) -> None:
        self._target = target
        with translated():
            self._boto = boto3.Session()
            self.default_region = self._boto.region_name or ""  # where whoever calls works, if the shell says it
            self._boto = boto3.Session(region_name=target.region)
        self.client = cache(self._client)

    @property
    def boto(self) -> boto3.Session:
        """For libraries that want a session of boto3's."""
        return self._boto

    @cached_property
    def account(self) -> str:
        """The twelve digits of the account that the credentials belong to.

        Raises UsageError where the settings name another, or where there are no credentials; Unreachable.
        """
        with translated():
            found = str(self.client("sts").get_caller_identity()["Account"])
        if self._target.account and found != self._target.account:
            raise UsageError(
                f"the credentials belong to account {found}, and targets.aws.account is {self._target.account}",
                "Nothing was done. Choose the right profile (AWS_PROFILE), or correct lakectl.toml.",
            )
        return found

    def delta_options(self) -> dict[str, str]:
        """The storage options with which delta-rs uses the same credentials, region and endpoint."""
        with translated():
            credentials = self._boto.get_credentials()
        options = {"AWS_REGION": self._target.region}
        if credentials:
            frozen = credentials.get_frozen_credentials()
            options |= {"AWS_ACCESS_KEY_ID": frozen.access_key, "AWS_SECRET_ACCESS_KEY": frozen.secret_key}
            options |= {"AWS_SESSION_TOKEN": frozen.token} if frozen.token else {}
        endpoint = os.environ.get("AWS_ENDPOINT_URL_S3") or os.environ.get("AWS_ENDPOINT_URL", "")
        if endpoint:
            options |= {"AWS_ENDPOINT_URL": endpoint}
            options |= {"AWS_ALLOW_HTTP": "true"} if endpoint.startswith("http://") else {}
        return options

    def _client(self, service: str) -> Any:
        with translated():
            return self._boto.client(service, config=_CONFIG)


def open_session(config: Config) -> tuple[Session, Names]:
    """A session for the target's account, and the names that its resources have there.

    Raises UsageError, also where only a lakehouse built by hand is described, which lakectl brings up to date but does
    not operate; Unreachable.
    """
    assert config.aws is not None  # the settings of the aws target were read
    if not config.aws.bucket:
        raise UsageError(
            "only a lakehouse built by hand is described, by targets.aws.existing",
            "`lakectl deploy --only scripts,state-machine` brings it up to date; for all else set targets.aws.bucket.",
        )
    session = Session(config.aws)
    return session, Names(config.aws, session.account)
