"""Glue job: loads raw CSVs of orders into their Delta table."""

from __future__ import annotations

import sys

from lakehouse.etl import job


def main(argv: list[str]) -> None:
    """Takes the arguments of `lakehouse.etl.job`; the dataset is this script's own."""
    job.main([*argv, "--dataset", "orders"])


if __name__ == "__main__":
    main(sys.argv[1:])
