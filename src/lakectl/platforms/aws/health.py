"""How a deployed lakehouse stands: the account, the bucket, the stacks, which version is deployed, and the events."""

from __future__ import annotations

from collections.abc import Iterator

from lakectl.deploying import Finding
from lakectl.platforms.aws.names import Names
from lakectl.platforms.aws.site import Site
from lakectl.platforms.aws.stacks import Stack, Stacks, check_ready
from lakehouse.errors import LakehouseError

_DEPLOY = "Run `lakectl -t aws deploy`."


def findings(names: Names, stacks: Stacks, site: Site) -> Iterator[Finding]:
    """Every finding, in the order in which one needs another."""
    yield Finding("account", True, f"{names.account} in {names.target.region}")
    yield _bucket(names.bucket, site)
    found = {name: stacks.find(name) for name in (names.data_stack, names.app_stack)}
    yield from (_stack(name, stack) for name, stack in found.items())
    if (app := found[names.app_stack]) and app.works:
        yield Finding("version", True, f"{app.parameters['WheelKey'].rpartition('/')[2]}, deployed {app.updated}")
        yield _events(names, site.undelivered())


def _bucket(name: str, site: Site) -> Finding:
    try:
        there = site.has_bucket()
    except LakehouseError as error:
        return Finding("bucket", False, error.message, error.hint)
    return Finding("bucket", True, name) if there else Finding("bucket", False, f"{name} is not there", _DEPLOY)


def _events(names: Names, undelivered: int) -> Finding:
    if not undelivered:
        return Finding("events", True, "all were delivered")
    what_next = f"Load what waits: `lakectl -t aws run`; then purge the queue {names.dead_letters}."
    return Finding("events", True, f"{undelivered} could not be delivered", what_next)


def _stack(name: str, stack: Stack | None) -> Finding:
    what = f"stack {name}"
    if stack is None:
        return Finding(what, False, "it is not there", _DEPLOY)
    try:
        check_ready(stack)
    except LakehouseError as error:
        return Finding(what, False, error.message, error.hint)
    if not stack.works:
        return Finding(what, False, f"{stack.status}: it was never used", f"{_DEPLOY} It is made again.")
    return Finding(what, True, stack.status)
