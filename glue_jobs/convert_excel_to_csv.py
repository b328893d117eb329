"""Glue job: converts a batch of uploads that is too large for the Lambda; the same work, on a larger machine."""

from __future__ import annotations

import argparse
import json
import sys

from lakehouse.intake import convert_batch
from lakehouse.lake import WORDS, open_lake


def main(argv: list[str]) -> None:
    """Reads `--lake ROOT --execution ID --batch JSON` and the other words of `lakehouse.lake`."""
    parser = argparse.ArgumentParser(allow_abbrev=False)
    for name in ("--lake", "--execution", "--batch"):
        parser.add_argument(name, required=True)
    for word, default in WORDS.items():
        parser.add_argument(f"--{word}", default=default)
    given, _ = parser.parse_known_args(argv)
    lake = open_lake({"root": given.lake, **{word: getattr(given, word) for word in WORDS}})
    convert_batch(lake, given.execution, json.loads(given.batch))


if __name__ == "__main__":
    main(sys.argv[1:])
