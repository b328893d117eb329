"""How many requests to AWS a command makes: python -m benchmarks.calls WORD..."""

from __future__ import annotations

import logging
import sys
from contextlib import redirect_stdout

from lakectl.cli.app import main


class Requests(logging.Handler):
    """Counts what botocore says of each request."""

    count = 0

    def emit(self, record: logging.LogRecord) -> None:
        self.count += str(record.msg).startswith("Making request for")


requests = Requests()
logging.getLogger("botocore.endpoint").addHandler(requests)
logging.getLogger("botocore.endpoint").setLevel(logging.DEBUG)
with redirect_stdout(sys.stderr):
    code = main(sys.argv[1:])
sys.stdout.write(f"{requests.count}\n")
sys.exit(code)
