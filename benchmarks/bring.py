"""Seconds to bring the CSVs of a project's folder into its inbox: python -m benchmarks.bring FOLDER AT_ONCE"""

from __future__ import annotations

import datetime as dt
import os
import sys
import time
from pathlib import Path

from lakectl import config, wiring
from lakectl.operations.ingest import bring
from lakectl.operations.status import new_name


def main(folder: str, at_once: str) -> None:
    platform = wiring.open_platform(config.load(Path(folder), os.environ, {}))
    files = sorted(Path(folder).glob("*.csv"))
    bring(platform, new_name(dt.datetime.now(dt.UTC)), files[:1])  # connected, and all is imported
    start = time.perf_counter()
    bring(platform, new_name(dt.datetime.now(dt.UTC)), files, int(at_once))
    sys.stdout.write(f"{time.perf_counter() - start}\n")


main(*sys.argv[1:])
