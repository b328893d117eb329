"""Lambda functions, called in this process as the Lambda service would call them."""

from __future__ import annotations

import importlib.util
import json
import threading
import time
import traceback
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType
from typing import Any

from lakectl import assets
from lakectl.errors import UsageError
from lakectl.platforms.local.asl_model import StateError

# Lambda's own most, in seconds; a handler that looks at its remaining time sees what it would see there.
_LIMIT = 900


@dataclass
class Context:
    """What a handler is given besides its event; the part of Lambda's context object that handlers use."""

    function_name: str
    function_version: str = "$LATEST"
    aws_request_id: str = field(default_factory=lambda: str(uuid.uuid4()))
    started: float = field(default_factory=time.monotonic)

    def get_remaining_time_in_millis(self) -> int:
        """Milliseconds until Lambda would end the call."""
        return max(0, int((_LIMIT - time.monotonic() + self.started) * 1000))


class Functions:
    """The functions in `lambdas/`, each imported once, as in a warm Lambda."""

    def __init__(self, project: Path | None = None) -> None:
        self._project = project
        self._modules: dict[str, ModuleType] = {}
        self._lock = threading.Lock()

    def invoke(self, name: str, payload: Any) -> dict[str, Any]:
        """Calls `handler(event, context)` and returns the result of `lambda:invoke`.

        Raises StateError with the name of the exception's class and Lambda's own JSON as the cause.
        """
        context = Context(name)
        handler = self._handler(name, context)
        try:
            answer = handler(json.loads(json.dumps(payload)), context)
        except (Exception, SystemExit) as error:
            raise _failed(error, context) from error
        return _result(_marshalled(answer, context), context)

    def _handler(self, name: str, context: Context) -> Callable[[Any, Context], Any]:
        try:
            path = assets.find("lambdas", f"{name}.py", self._project)
        except UsageError as error:
            raise StateError("Lambda.ResourceNotFoundException", f"Function not found: {name}. {error.hint}") from error
        try:
            with self._lock:
                if name not in self._modules:
                    self._modules[name] = load_module(path, f"lakectl_lambda_{name}")
            handler: Callable[[Any, Context], Any] = self._modules[name].handler
        except (ImportError, AttributeError) as error:
            raise _failed(error, context, "Runtime.ImportModuleError") from error
        return handler


def load_module(path: Path, name: str) -> ModuleType:
    """Imports a file as a module of that name, fresh. Raises whatever its code raises."""
    spec = importlib.util.spec_from_file_location(name, path)
    if spec is None or spec.loader is None:
        raise ImportError(f"{path} is not a Python file")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def _marshalled(answer: Any, context: Context) -> Any:
    try:
        return json.loads(json.dumps(answer))
    except (TypeError, ValueError) as error:
        raise _failed(error, context, "Runtime.MarshalError") from error


def _result(payload: Any, context: Context) -> dict[str, Any]:
    return {
        "ExecutedVersion": context.function_version,
        "Payload": payload,
        "SdkHttpMetadata": {"HttpStatusCode": 200},
        "SdkResponseMetadata": {"RequestId": context.aws_request_id},
        "StatusCode": 200,
    }


def _failed(error: BaseException, context: Context, name: str = "") -> StateError:
    kind = name or ("Runtime.ExitError" if isinstance(error, SystemExit) else type(error).__name__)
    cause = {
        "errorMessage": str(error),
        "errorType": kind,
        "requestId": context.aws_request_id,
        "stackTrace": traceback.format_tb(error.__traceback__),
    }
    return StateError(kind, json.dumps(cause, ensure_ascii=False, separators=(",", ":")))
