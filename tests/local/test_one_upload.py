"""One upload never stops another, by whole commands: converters that die, files of folders, how a call reads files."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import jsonschema
import pytest
from tests.local.shop import ATLAS, NOVEL, ORDER_1, ORDERS, PRODUCTS, Shop
from tests.local.test_interruption import LAKECTL
from tests.local.test_workers import children, is_alive, wait_for, wait_until

SCHEMAS = Path(__file__).parents[2] / "docs/schemas"

# The converter's function, whose workers do as they are told of uploads of some names.
FUNCTION = """
import sys
from lakehouse.convert.workers import Workers
from lakehouse.intake import convert_batch
from lakehouse.lake import open_lake

SCRIPT = '''
import os, sys, time
from pathlib import Path
from lakehouse.convert import convert
from lakehouse.convert.worker import serve

def fragile(name, **task):
    if name.startswith("abort"): os.abort()
    if name.startswith("break"): return [][5]
    if name.startswith("sleep"):
        Path({begun!r}).touch()
        time.sleep(600)
    return convert(name=name, **task)

serve(fragile)
'''
workers = Workers((sys.executable, "-c", SCRIPT), count=1)

def handler(event, _context):
    convert_batch(open_lake(event["lake"]), event["execution"], event["batch"], converter=workers)
    return {{}}
"""


@pytest.fixture
def fragile(local_shop: Shop) -> Shop:
    """A shop whose converters die of some files."""
    script = FUNCTION.format(begun=str(local_shop.project / "begun"))
    local_shop.replace_asset("lambdas", "convert_excel_to_csv.py", script)
    return local_shop


def validated(shape: str, document: object) -> None:
    jsonschema.validate(document, json.loads((SCHEMAS / f"{shape}.schema.json").read_text()))


def test_what_its_converter_dies_of_is_refused_and_everything_else_is_loaded(fragile: Shop) -> None:
    good = [fragile.csv("p.csv", PRODUCTS, ATLAS), fragile.csv("o.csv", ORDERS, ORDER_1)]
    bad = [fragile.csv("abort.csv", PRODUCTS, NOVEL), fragile.csv("break.csv", PRODUCTS, NOVEL.replace("2", "3"))]
    ran = fragile.ingest(bad[0], good[0], bad[1], good[1])
    assert ran.code == 5
    validated("execution", ran.json)
    told = {upload["file"]: (upload["status"], upload["reason"]) for upload in ran.json["uploads"]}
    assert (told["p.csv"], told["o.csv"]) == (("converted", None), ("converted", None))
    assert [told[name][0] for name in ("abort.csv", "break.csv")] == ["refused", "refused"]
    assert "was ended by the system (SIGABRT) while it read this file" in told["abort.csv"][1]
    assert "IndexError: list index out of range" in told["break.csv"][1]
    assert (ran.counts("products"), ran.counts("orders")) == ({"inserted": 1}, {"inserted": 1})
    assert fragile.lakectl("status").json == ran.json
    assert fragile.keys("lakehouse/incoming/") == []
    later = fragile.run()
    assert (later.code, later.json["uploads"]) == (0, [])
    logs = fragile.lakectl("logs", ran.json["execution"]).json
    assert any("in fragile" in line["message"] and line["message"].startswith("break.csv: ") for line in logs)
    explained = fragile.lakectl("markers", "list", "--explain").json
    validated("markers", explained)
    refused = {line["source_file"].partition("/")[2] for line in explained if line["status"] == "refused"}
    assert refused == {"abort.csv", "break.csv"}


def test_what_was_dropped_and_kills_its_converter_is_told_once(fragile: Shop) -> None:
    first = fragile.dropped("abort.csv", fragile.csv("abort.csv", PRODUCTS, NOVEL))
    assert (first.code, first.json["uploads"][0]["status"]) == (5, "refused")
    fragile.drop("p.csv", fragile.csv("p.csv", PRODUCTS, ATLAS))
    second = fragile.run()
    assert second.code == 0
    assert [(each["file"], each["status"]) for each in second.json["uploads"]] == [
        ("abort.csv", "skipped"), ("p.csv", "converted")
    ]  # fmt: skip


def test_every_sheet_and_what_was_left_out_of_it_is_told_to_scripts(local_shop: Shop) -> None:
    book = local_shop.workbook(
        "w.xlsx",
        {
            "stock": [[*PRODUCTS, "Colour"], [1, 4, "Books", "Atlas", "red"]],
            "remarks": [["Dear all"], ["see below"]],
            "broken": [["department_id", "department"], [4, "Books"]],
        },
    )
    ran = local_shop.ingest(book)
    validated("execution", ran.json)
    (upload,) = ran.json["uploads"]
    stock, remarks, broken = upload["sheets"]
    assert (upload["sheets_converted"], stock["status"], stock["dataset"], stock["rows"]) == (
        1, "converted", "products", 1
    )  # fmt: skip
    assert [(note["kind"], note["column"]) for note in stock["notes"]] == [("kept_out", "Colour")]
    assert (remarks["status"], remarks["dataset"]) == ("ignored", None)
    assert "Dear all" in remarks["reason"]
    assert (broken["status"], broken["dataset"]) == ("refused", "products")
    logs = [line["message"] for line in local_shop.lakectl("logs").json]
    assert "w.xlsx: sheet stock: 1 column kept out: Colour" in logs
    explained = local_shop.lakectl("markers", "list", "--explain").json
    validated("markers", explained)
    assert {(line["sheet"], line["status"]) for line in explained} == {
        ("stock", "processed"), ("remarks", "ignored"), ("broken", "refused")
    }  # fmt: skip
    assert [note["column"] for line in explained for note in line["notes"]] == ["Colour"]


def test_files_of_a_folder_that_are_not_taken_are_named(local_shop: Shop) -> None:
    local_shop.csv("in/p.csv", PRODUCTS, ATLAS)
    for name in ("offer.pdf", "sub/notes.docx", ".DS_Store", "~$p.xlsx"):
        path = local_shop.inbox / "in" / name
        path.parent.mkdir(exist_ok=True)
        path.write_text("x")
    ran = local_shop.ingest(local_shop.inbox / "in")
    assert ran.json["ignored"] == ["offer.pdf", "sub/notes.docx"]
    assert local_shop.lakectl("status").json["ignored"] == ran.json["ignored"]


def test_a_call_may_say_how_to_read_its_files_and_the_same_content_is_then_loaded_again(local_shop: Shop) -> None:
    file = local_shop.csv("p.csv", PRODUCTS, ATLAS)
    statuses = [
        local_shop.ingest(*words, file).json["uploads"][0]["status"]
        for words in ((), (), ("--read", "decimalSeparator=,"), ("--read", "decimalSeparator=,"))
    ]
    assert statuses == ["converted", "skipped", "converted", "skipped"]


@pytest.mark.parametrize(
    ("words", "complaint"),
    [("colour=red", "colour"), ("decimalSeparator", "KEY=VALUE"), ("=,", "KEY=VALUE")],
)
def test_a_setting_that_is_none_is_refused_before_anything_is_done(
    local_shop: Shop, words: str, complaint: str
) -> None:
    ran = local_shop.ingest("--read", words, local_shop.csv("p.csv", PRODUCTS, ATLAS))
    assert (ran.code, complaint in ran.json["error"]) == (2, True)
    assert local_shop.keys("lakehouse/") == []


def test_ctrl_c_ends_a_converter_at_once_and_leaves_no_litter(fragile: Shop, tmp_path: Path) -> None:
    litter = tmp_path / "litter"
    litter.mkdir()
    file = fragile.csv("sleep.csv", PRODUCTS, ATLAS)
    words = ["--project", str(fragile.project), "-o", "json", "ingest", str(file)]
    process = subprocess.Popen(
        [sys.executable, "-c", LAKECTL, *words],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "TMPDIR": str(litter)},
    )
    wait_for(fragile.project / "begun")
    working = children(process.pid)
    assert working
    process.send_signal(signal.SIGINT)
    out, talk = process.communicate(timeout=60)
    assert process.returncode == 130, talk
    assert json.loads(out)["status"] == "ABORTED"
    assert "Traceback" not in talk
    wait_until(lambda: not any(map(is_alive, working)))
    assert list(litter.iterdir()) == []
    (fragile.project / "lambdas" / "convert_excel_to_csv.py").unlink()
    assert fragile.resume().counts("products") == {"inserted": 1}
