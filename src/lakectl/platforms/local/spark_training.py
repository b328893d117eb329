"""A small pipeline for the sake of the classes it loads: what it leaves is the archive of `cds.py`.

It runs the real jobs twice over a lake in a temporary folder: rows that are inserted, corrected, refused and resolved,
so that every statement of a user's run has been here before.

    python -m lakectl.platforms.local.spark_training       makes the archive if there is none
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from lakectl.platforms.local import cds
from lakectl.platforms.local.jars import delta_jars, has_delta_jars, spark_home
from lakectl.platforms.local.java import Java, require_java
from lakectl.platforms.local.spark_session import LocalSpark
from lakehouse.errors import LakehouseError

_PRODUCTS = "product_id,department_id,department,product_name,_source_row\n"
_ORDERS = "order_num,order_id,user_id,order_timestamp,total_amount,_source_row\n"
_ITEMS = (
    "id,order_id,user_id,days_since_prior_order,product_id,add_to_cart_order,reordered,order_timestamp,_source_row\n"
)

# Two deliveries of each dataset. The second corrects rows, moves one to another day, brings a parent that was missing.
_DELIVERIES = (
    ("products", _PRODUCTS + '1,1,Bakery,"Bread, rye",2\n2,1,Bakery,Roll,3\n1,1,Bakery,Bread,4\nx,,,,5\n'),
    ("orders", _ORDERS + "1,1,1,2025-04-01T10:00:00,12.50,2\n2,2,1,2025-04-02 11:00,3,3\n3,3,1,soon,1.234,4\n"),
    ("order_items", _ITEMS + "1,1,1,,1,1,0,2025-04-01T10:00:00,2\n2,1,1,,9,2,1,2025-04-02T10:00:00,3\n"),
    ("products", _PRODUCTS + "2,1,Bakery,Roll (new),2\n9,2,Dairy,Milk,3\n"),
    ("orders", _ORDERS + "1,1,1,2025-04-03T10:00:00,12.75,2\n4,4,1,2025-04-04,9,3\n,,,,,4\n"),
    ("order_items", _ITEMS + "1,1,1,3,2,1,0,2025-04-05T10:00:00,2\n3,2,1,,1,1,1,2025-04-05T10:00:00,3\n"),
)


def archive_path(java: Java) -> Path:
    """Where the archive for this machine belongs, whether it is there or not. Raises SparkMissing."""
    return cds.path(java, spark_home(), delta_jars(java))


def is_trained(java: Java) -> bool:
    """Whether the archive is there. Fetches nothing. Raises SparkMissing."""
    return has_delta_jars() and archive_path(java).is_file()


def train(java: Java | None = None) -> bool:
    """Makes the archive if there is none, in half a minute. False where another process is at it.

    Raises JavaMissing, SparkMissing, SparkFailed.
    """
    java = java or require_java()
    return cds.train(archive_path(java), lambda unfinished: _run(java, unfinished))


def train_later() -> None:
    """Starts a process of lowest priority that makes the archive after this one has ended; it is quiet and may fail."""
    subprocess.Popen(
        [sys.executable, "-m", "lakectl.platforms.local.spark_training"],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,  # Ctrl-C in the terminal is not meant for it
    )


def _run(java: Java, unfinished: Path) -> None:
    from lakehouse.etl import job

    with tempfile.TemporaryDirectory(prefix="lakectl-") as lake, LocalSpark(java=java, train=unfinished) as spark:
        spark.session()
        for arguments in _jobs(Path(lake)):
            job.main(arguments)


def _jobs(lake: Path) -> Iterator[list[str]]:
    """Arguments of one job for each delivery, whose raw CSV and manifest are then in the lake."""
    for number, (dataset, text) in enumerate(_DELIVERIES):
        csv, execution = f"{dataset}-{number}.csv", f"training-{number}"
        (lake / csv).write_text(text, encoding="utf-8")
        header, *rows = text.splitlines()
        file = {"key": csv, "source_file": f"{number}/{csv}", "sheet": "", "position": 1, "rows": len(rows)}
        file["columns"] = header.split(",")[:-1]
        manifest = {"dataset": dataset, "execution": execution, "files": [file], "retry_waiting": number > 3}
        (lake / f"{execution}.json").write_text(json.dumps(manifest), encoding="utf-8")
        where = ["--lake", str(lake), "--manifest", f"{execution}.json", "--result", f"{execution}.result.json"]
        yield ["--dataset", dataset, "--execution", execution, "--engine", "spark", *where]


def main() -> int:
    """Makes the archive, out of everybody's way. Exit code 1 where that failed."""
    os.nice(19)
    try:
        train()
    except LakehouseError as error:
        sys.stderr.write(f"{error.message}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
