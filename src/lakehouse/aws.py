"""The clients with which the lake talks to AWS, each made once in a process: making one takes a tenth of a second.

Credentials, region and endpoint come from AWS's usual chain. Whoever knows better, as lakectl does of a target's
region, hands over another `Clients`. What the archive job imports, this file among it, stays Python 3.9 clean.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from functools import cache
from typing import Any

from lakehouse.errors import LakehouseError

Clients = Callable[[str], Any]
"""Gives the boto3 client of a service."""

_one_at_a_time = threading.Lock()  # boto3's own session is not made for threads
_CONNECTIONS = 32  # as many as threads write at once anywhere in the pipeline


def client(service: str) -> Any:
    """The client of this process. Raises LakehouseError where there is no boto3."""
    with _one_at_a_time:
        return _made(service)


def forget() -> None:
    """The next clients are made anew, from the credentials, region and endpoint that are in force then."""
    with _one_at_a_time:
        _made.cache_clear()


@cache
def _made(service: str) -> Any:
    try:
        import boto3
        from botocore.config import Config
    except ImportError as error:
        raise LakehouseError("a lake on AWS needs boto3", "pip install boto3") from error
    retries = {"mode": "standard", "total_max_attempts": 5}
    return boto3.client(service, config=Config(retries=retries, max_pool_connections=_CONNECTIONS))
