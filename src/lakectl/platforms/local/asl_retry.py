"""Which error names a Retry or Catch speaks of, and how long a retry waits."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from lakectl.platforms.local.asl_model import StateError

# "Cannot be caught by States.ALL", says the language of these.
_BEYOND_ALL = frozenset({"States.DataLimitExceeded", "States.Runtime"})


def matches(names: Sequence[str], error: str) -> bool:
    """Whether one of the ErrorEquals names stands for the error, wildcards included."""
    if error == "States.Runtime":
        return False
    return error in names or any(_is_wildcard_for(name, error) for name in names)


def _is_wildcard_for(name: str, error: str) -> bool:
    if name == "States.ALL":
        return error not in _BEYOND_ALL
    if name == "States.TaskFailed":
        return error not in _BEYOND_ALL | {"States.Timeout"}
    return False


class Retries:
    """The retries of one visit to a state: each retrier counts its own attempts, as the language says."""

    def __init__(self, retriers: Sequence[Mapping[str, Any]]) -> None:
        self._retriers = retriers
        self._used = [0] * len(retriers)
        self.count = 0

    def delay(self, error: StateError, random: Callable[[], float]) -> float | None:
        """Seconds to wait before the next attempt, or None where no retrier is left for this error."""
        for position, retrier in enumerate(self._retriers):
            if matches(retrier["ErrorEquals"], error.error):
                return self._next(position, retrier, random)
        return None

    def _next(self, position: int, retrier: Mapping[str, Any], random: Callable[[], float]) -> float | None:
        used = self._used[position]
        if used >= retrier.get("MaxAttempts", 3):
            return None
        self._used[position] += 1
        self.count += 1
        seconds = retrier.get("IntervalSeconds", 1) * retrier.get("BackoffRate", 2.0) ** used
        seconds = min(seconds, retrier.get("MaxDelaySeconds", seconds))
        return float(seconds * random() if retrier.get("JitterStrategy") == "FULL" else seconds)


def catcher_for(catchers: Sequence[Mapping[str, Any]], error: StateError) -> Mapping[str, Any] | None:
    """The first catcher that takes the error."""
    return next((catcher for catcher in catchers if matches(catcher["ErrorEquals"], error.error)), None)
