"""Few ranges that hold many keys: what the files of a large table are compared with."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

LIMIT = 32


def coarsened(ranges: Sequence[tuple[Any, Any]], limit: int = LIMIT) -> list[tuple[Any, Any]]:
    """At most `limit` inclusive integer ranges that cover the given ones, which are sorted and apart.

    The widest gaps between them stay gaps.
    """
    if len(ranges) <= limit:
        return list(ranges)
    gaps = sorted(range(1, len(ranges)), key=lambda at: ranges[at][0] - ranges[at - 1][1], reverse=True)
    cuts = [0, *sorted(gaps[: limit - 1]), len(ranges)]
    return [(ranges[start][0], ranges[end - 1][1]) for start, end in pairwise(cuts)]
