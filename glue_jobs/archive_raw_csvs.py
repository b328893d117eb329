"""Glue Python-shell job: moves the CSVs that a dataset's job has loaded to `archived/`."""

from __future__ import annotations

import argparse
import json
import sys

from lakehouse.archive import archive_raw_csvs
from lakehouse.storage import open_storage


def main(argv: list[str]) -> None:
    """Reads `--lake ROOT --manifest KEY --result KEY`; the result says how many files left."""
    parser = argparse.ArgumentParser(allow_abbrev=False)
    for name in ("--lake", "--manifest", "--result"):
        parser.add_argument(name, required=True)
    given, _ = parser.parse_known_args(argv)
    storage = open_storage(given.lake)
    archived = archive_raw_csvs(storage, given.manifest)
    storage.write(given.result, json.dumps({"archived": archived}).encode())


if __name__ == "__main__":
    main(sys.argv[1:])
