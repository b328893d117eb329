"""Glue job: keeps the tables quick to read, on a schedule: compaction, and deletion of what no version needs."""

from __future__ import annotations

import sys

from lakehouse.etl import upkeep


def main(argv: list[str]) -> None:
    """Takes the arguments of `lakehouse.etl.upkeep`."""
    upkeep.main(argv)


if __name__ == "__main__":
    main(sys.argv[1:])
