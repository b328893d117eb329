"""Glue job: converts a batch of uploads that is too large for the Lambda; the same work, on a larger machine."""

from __future__ import annotations

import argparse
import json
import sys

from lakehouse.intake import convert_batch
from lakehouse.lake import open_lake


def main(argv: list[str]) -> None:
    """Reads `--lake ROOT --contracts FOLDER --markers BACKEND --execution ID --batch JSON`."""
    parser = argparse.ArgumentParser(allow_abbrev=False)
    for name in ("--lake", "--contracts", "--markers", "--execution", "--batch"):
        parser.add_argument(name, required=True)
    given, _ = parser.parse_known_args(argv)
    lake = open_lake({"root": given.lake, "contracts": given.contracts, "markers": given.markers})
    convert_batch(lake, given.execution, json.loads(given.batch))


if __name__ == "__main__":
    main(sys.argv[1:])
