"""The converter's function at work on one upload: python convert_function.py LAKE FILE, where functions lie."""

import json
import sys
from pathlib import Path

from convert_excel_to_csv import handler

lake, upload = map(Path, sys.argv[1:])
found = {"key": f"uploads/{upload.name}", "source_file": f"20260101T000000000Z-0001/{upload.name}"}
found |= {"size": upload.stat().st_size, "modified": "2026-01-01T00:00:00+00:00"}
(lake / "uploads").mkdir(parents=True)
(lake / "uploads" / upload.name).symlink_to(upload)
(lake / "inbox.json").write_text(json.dumps([found]))
batch = {"manifest": "inbox.json", "first": 0, "last": 1}
handler({"lake": {"root": str(lake), "contracts": ""}, "execution": "e1", "batch": batch}, None)
if not list(lake.glob("lakehouse/raw/*/*.csv")):
    sys.exit("nothing was converted")
