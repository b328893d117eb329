"""Glue job: loads raw CSVs of any dataset, also one of a project's own contract, into its Delta table."""

from __future__ import annotations

import sys

from lakehouse.etl import job


def main(argv: list[str]) -> None:
    """Takes the arguments of `lakehouse.etl.job`, `--dataset NAME` among them."""
    job.main(argv)


if __name__ == "__main__":
    main(sys.argv[1:])
