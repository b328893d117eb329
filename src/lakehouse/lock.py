"""Who may write now: a lock is one object, created only where there is none.

It belongs to an execution (or to a job of one, written `EXECUTION/JOB`) and outlives a process that is killed. It is
taken over only when its owner's execution no longer runs, and by one winner, since the old content must still be there.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Iterator
from typing import Protocol

from lakehouse import layout
from lakehouse.errors import LockHeld, ObjectMissing

PIPELINE = "pipeline"
REJECTS = "rejected_records"


class Places(Protocol):
    """Where locks are kept: a lake's storage, or a DynamoDB table (see `storage.Storage` for what each promises)."""

    def create(self, key: str, data: bytes) -> bool: ...
    def exists(self, key: str) -> bool: ...
    def read(self, key: str) -> bytes: ...
    def replace(self, key: str, data: bytes, expected: bytes) -> bool: ...
    def delete(self, key: str) -> None: ...


class Lock:
    """The locks of one lake. `is_running` tells of an execution's name whether it still runs."""

    def __init__(self, storage: Places, is_running: Callable[[str], bool]) -> None:
        self._storage = storage
        self._is_running = is_running

    def acquire(self, name: str, owner: str) -> str:
        """Takes the lock, also where this owner has it already. Returns the holder: the owner itself, or who has it."""
        key, wanted = _key(name), owner.encode()
        if self._storage.create(key, wanted):
            return owner
        try:
            present = self._storage.read(key)
        except ObjectMissing:  # released between the two calls
            return self.acquire(name, owner)
        holder = present.decode()
        if holder == owner or self._is_running(holder.partition("/")[0]):
            return holder
        return owner if self._storage.replace(key, wanted, expected=present) else self.acquire(name, owner)

    def holder(self, name: str) -> str:
        """Who has the lock; empty where nobody has."""
        return self._storage.read(_key(name)).decode() if self._storage.exists(_key(name)) else ""

    def running_holder(self, name: str) -> str:
        """Who has the lock and still runs; empty where nobody does."""
        holder = self.holder(name)
        return holder if holder and self._is_running(holder.partition("/")[0]) else ""

    def release(self, name: str, owner: str) -> None:
        """Gives the lock back; does nothing where another has it."""
        if self.holder(name) == owner:
            self._storage.delete(_key(name))

    @contextlib.contextmanager
    def held(
        self, name: str, owner: str, patience: float = 600, sleep: Callable[[float], None] = time.sleep
    ) -> Iterator[None]:
        """Waits for the lock, at most `patience` seconds, and has it inside the block. Raises LockHeld."""
        waited = 0.0
        while (holder := self.acquire(name, owner)) != owner:
            if waited >= patience:
                raise LockHeld(f"{holder} has held the lock {name!r} for {patience:.0f} s", "Wait for it, or stop it.")
            sleep(0.2)
            waited += 0.2
        try:
            yield
        finally:
            self.release(name, owner)


def _key(name: str) -> str:
    return f"{layout.LOCKS}{name}.json"
