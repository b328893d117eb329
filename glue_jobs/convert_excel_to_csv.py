"""Glue job: converts a batch of uploads that is too large for the Lambda, or that the Lambda did not survive.

The same work, on a larger machine, and upload by upload: if this job is ended, too, it is known of which.
"""

from __future__ import annotations

import argparse
import json
import logging
import sys

from lakehouse.intake import convert_batch
from lakehouse.lake import add_words, open_lake, words_of


def main(argv: list[str]) -> None:
    """Reads `--lake ROOT --execution ID --batch JSON` and the other words of `lakehouse.lake`."""
    parser = argparse.ArgumentParser(allow_abbrev=False)
    for name in ("--execution", "--batch"):
        parser.add_argument(name, required=True)
    add_words(parser)
    given, _ = parser.parse_known_args(argv)
    lake = open_lake(words_of(given))
    convert_batch(lake, given.execution, json.loads(given.batch), alone=True)


if __name__ == "__main__":
    logging.basicConfig()  # a converter's traceback belongs into the job's log
    main(sys.argv[1:])
