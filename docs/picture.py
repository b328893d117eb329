"""Draws docs/terminal.svg, the README's picture, from what the commands really print: `python docs/picture.py`."""

from __future__ import annotations

import io
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

from rich.console import Console
from rich.text import Text

COMMANDS = (
    "lakectl init shop && cd shop",
    "lakectl sample workbooks --orders 500 --dirty 1 --seed 7",
    "lakectl ingest workbooks",
    "lakectl rejects list --dataset orders",
    "lakectl query top_customers -p limit=3",
)


def main() -> None:
    """Runs the commands in a temporary folder and writes the picture beside this file."""
    screen = Console(record=True, width=112, file=io.StringIO(), force_terminal=True)
    environment = {**os.environ, "FORCE_COLOR": "1", "COLUMNS": "112"}
    environment["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{environment['PATH']}"
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        for command in COMMANDS:
            ran = subprocess.run(command, shell=True, cwd=place, env=environment, capture_output=True, check=True)
            screen.print(Text.assemble(("$ ", "bold green"), (command, "bold")))
            screen.print(Text.from_ansi(ran.stdout.decode()))
            place = place / "shop" if (place / "shop").is_dir() else place
    drawn = re.sub(r"@font-face \{.*?\}", "", screen.export_svg(title="lakectl"), flags=re.DOTALL)  # loads nothing
    Path(__file__).with_name("terminal.svg").write_text(drawn, encoding="utf-8")


if __name__ == "__main__":
    main()
