"""Where the process starts: `lakectl`, or `python -m lakectl`."""

from __future__ import annotations

import sys


def main() -> None:
    """Runs the command line and exits with its code."""
    try:
        from lakectl.cli.app import main as run

        code = run(sys.argv[1:])
    except KeyboardInterrupt:  # before a command was running
        code = 130
    sys.exit(code)


if __name__ == "__main__":
    main()
