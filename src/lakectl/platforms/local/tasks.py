"""What Task states call on this machine: handlers and jobs in this process, notifications into a file of the lake.

Arguments and results pass through JSON both ways, as over the wire, so nothing works here that would not work there.
"""

from __future__ import annotations

import json
import threading
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

from lakectl.platforms.local.asl_model import GLUE, LAMBDA, SNS, StateError
from lakectl.platforms.local.clock import Clock, SystemClock
from lakectl.platforms.local.functions import Functions
from lakectl.platforms.local.jobs import Jobs
from lakectl.platforms.local.spark_session import LocalSpark

NOTIFICATIONS = "lakehouse/notifications.jsonl"


class LocalTasks:
    """The resources of a state machine, by ARN (see `asl_task.Tasks`)."""

    def __init__(
        self,
        lake_root: Path,
        project: Path | None = None,
        clock: Clock | None = None,
        spark: LocalSpark | None = None,
    ) -> None:
        self._clock = clock or SystemClock()
        self._functions = Functions(project)
        self._jobs = Jobs(self._clock, project, spark)
        self._notifications = lake_root / NOTIFICATIONS
        self._lock = threading.Lock()

    def call(self, resource: str, arguments: Any, submitted: Callable[[Any], None]) -> Any:
        """Calls a function, runs a job or publishes a message. Raises StateError as the AWS service would."""
        if resource == LAMBDA:
            return self._functions.invoke(_text(arguments, "FunctionName"), arguments.get("Payload", {}))
        if resource == GLUE:
            given = arguments.get("Arguments", {})
            return self._jobs.run(_text(arguments, "JobName"), {name: _text(given, name) for name in given}, submitted)
        if resource == SNS:
            return self._publish(arguments)
        raise StateError("States.Runtime", f"{resource} is not there on this machine")

    def interrupt(self) -> None:
        """Ends the statements that engines are running, and the converters; what waits for them fails, and has written
        nothing."""
        from lakehouse.convert.workers import close_all
        from lakehouse.etl.live import interrupt_all

        close_all()
        interrupt_all()

    def _publish(self, arguments: dict[str, Any]) -> dict[str, Any]:
        message = arguments["Message"]
        text = message if isinstance(message, str) else json.dumps(message, ensure_ascii=False)
        sent = {
            "MessageId": str(uuid.uuid4()),
            "TopicArn": _text(arguments, "TopicArn"),
            "Subject": arguments.get("Subject"),
            "Message": text,
            "PublishedAt": self._clock.now().isoformat(),
        }
        with self._lock:
            self._notifications.parent.mkdir(parents=True, exist_ok=True)
            with self._notifications.open("a", encoding="utf-8") as file:
                file.write(json.dumps(sent, ensure_ascii=False) + "\n")
        return {"MessageId": sent["MessageId"], "SdkHttpMetadata": {"HttpStatusCode": 200}}


def _text(arguments: Any, name: str) -> str:
    """An argument that the service takes as a string only. Raises StateError as its SDK would."""
    value = arguments.get(name) if isinstance(arguments, dict) else None
    if not isinstance(value, str):
        raise StateError("States.Runtime", f"the argument {name} must be a string, not {value!r:.80}")
    return value
