"""Writes down, inside the emulator, what every role asks of it; and reads that again as needs (see `policies`).

In the emulator's process: `ministack.app.app = Recorder(file).around(ministack.app.app)`. Lambdas inherit the process's
AWS_SESSION_TOKEN, which is set to `lambda`; jobs are given `glue`. What comes without a role's name is somebody else's.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Awaitable, Callable, MutableMapping
from pathlib import Path
from typing import Any

from tests.cloud.policies import Need, Request, needs

ROLES = ("lambda", "glue")

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
App = Callable[[Message, Receive, Any], Awaitable[None]]


class Recorder:
    """Appends to a file, one JSON per line; each line is one write, so that threads do not mix theirs."""

    def __init__(self, file: Path) -> None:
        self._file = file

    def around(self, app: App) -> App:
        """The ASGI application, overheard."""

        async def overheard(scope: Message, receive: Receive, send: Any) -> None:
            headers = {
                name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope.get("headers", [])
            }
            if headers.get("x-amz-security-token") not in ROLES:
                return await app(scope, receive, send)
            kept: list[bytes] = []

            async def heard() -> Message:
                message = await receive()
                if _says_what_is_asked(scope, headers):
                    kept.append(message.get("body", b""))
                return message

            try:
                await app(scope, heard, send)
            finally:
                self._request(scope, headers, b"".join(kept))

        return overheard

    def note(self, need: Need) -> None:
        """What the emulator itself did in a role's name."""
        self._write(need._asdict())

    def _request(self, scope: Message, headers: dict[str, str], body: bytes) -> None:
        telling = {name: headers[name] for name in _TELLING if name in headers}
        line = {
            "role": headers["x-amz-security-token"],
            "method": scope["method"],
            "path": scope["raw_path"].decode("latin-1").partition("?")[0],
            "query": scope["query_string"].decode("latin-1"),
            "headers": telling,
            "body": base64.b64encode(body).decode(),
        }
        self._write(line)

    def _write(self, line: dict[str, Any]) -> None:
        with self._file.open("a") as file:
            file.write(json.dumps(line) + "\n")


_TELLING = ("x-amz-target", "x-amz-copy-source", "content-type", "if-match")


def _says_what_is_asked(scope: Message, headers: dict[str, str]) -> bool:
    """Whether the body names what the call is about; that of an object or of a function's payload does not."""
    form = headers.get("content-type", "").startswith("application/x-www-form-urlencoded")
    return (
        "x-amz-target" in headers or form or (scope["method"] == "POST" and scope["query_string"].startswith(b"delete"))
    )


def recorded(file: Path, account: str, region: str) -> list[Need]:
    """All that was needed, in order. Raises ValueError for a request that `needs` does not know."""
    found: list[Need] = []
    for line in file.read_text().splitlines():
        fields = json.loads(line)
        if "action" in fields:
            found.append(Need(**fields))
        else:
            found += needs(Request(**{**fields, "body": base64.b64decode(fields["body"])}), account, region)
    return found
