"""Lambdas in a Python that has what Lambda's has and no more; their errors with class name and stack trace."""

from __future__ import annotations

import threading
from typing import Any

from ministack.core import lambda_runtime
from ministack.services import lambda_svc
from tests.cloud.emulator.settings import settings

_TOLD = '"error": str(e), "trace": traceback.format_exc()'
_last = threading.local()


def patch() -> None:
    """Puts these in the place of MiniStack's."""
    if _TOLD not in lambda_runtime._PYTHON_WORKER_SCRIPT:
        raise RuntimeError("MiniStack's script of a Python worker is another than it was")
    script = lambda_runtime._PYTHON_WORKER_SCRIPT.replace(_TOLD, f'{_TOLD}, "etype": type(e).__name__')
    lambda_runtime._PYTHON_WORKER_SCRIPT = script
    _patch_errors()
    detect = lambda_runtime._detect_runtime_binary

    def detect_binary(runtime: str) -> tuple[str, str]:
        binary, script = detect(runtime)
        return (settings().lambda_python if runtime.startswith("python") else binary), script

    lambda_runtime._detect_runtime_binary = detect_binary


def _patch_errors() -> None:
    invoke, execute = lambda_runtime.Worker.invoke, lambda_svc._execute_function_warm

    def invoke_worker(self: Any, *given: Any, **named: Any) -> Any:
        _last.answer = invoke(self, *given, **named)
        return _last.answer

    def execute_warm(function: Any, event: Any, request: str) -> Any:
        _last.answer = None
        result = execute(function, event, request)
        answer = _last.answer or {}
        if result.get("error") and "etype" in answer:
            trace = (answer.get("trace") or "").splitlines(keepends=True)[1:-1]
            result["body"].update(errorType=answer["etype"], stackTrace=trace)
        return result

    lambda_runtime.Worker.invoke, lambda_svc._execute_function_warm = invoke_worker, execute_warm
