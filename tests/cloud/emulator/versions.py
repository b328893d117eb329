"""An execution runs the definition it was started with: that of its version or alias, or the machine's at that moment.

MiniStack keeps versions and aliases, and then runs the newest definition whatever was named.
"""

from __future__ import annotations

import contextvars
import json
from typing import Any

from ministack.services import stepfunctions as sfn

_started: contextvars.ContextVar[Any] = contextvars.ContextVar("started", default=None)  # (machine's ARN, definition)


def patch() -> None:
    """Puts these in the place of MiniStack's."""
    start, describe = sfn._start_execution, sfn._describe_execution
    machines = sfn._state_machines

    class Machines(type(machines)):  # type: ignore[misc]
        __slots__ = ()

        def get(self, key: str, default: Any = None) -> Any:
            found, own = super().get(key, default), _started.get()
            return {**found, "definition": own[1]} if found is not None and own and own[0] == key else found

    machines.__class__ = Machines

    def start_execution(data: dict[str, Any]) -> Any:
        named = data.get("stateMachineArn", "")
        machine, version = sfn._resolve_state_machine_arn(named), sfn._execution_version_arn(named)
        if (problem := _no_json(data)) is not None:
            return problem
        if (running := _running(machine, data)) is not None:
            return running
        definition = (sfn._state_machine_versions.get(version) if version else machines.get(machine)) or {}
        token = _started.set((machine, definition.get("definition")))  # the execution's thread gets a copy
        try:
            answer = start(data)
        finally:
            _started.reset(token)
        if answer[0] < 400 and version:
            alias = {"stateMachineAliasArn": named} if named in sfn._state_machine_aliases else {}
            execution = sfn._executions[json.loads(answer[2])["executionArn"]]
            execution.update(stateMachineVersionArn=version, **alias)
        return answer

    def describe_execution(data: dict[str, Any]) -> Any:
        status, headers, body = describe(data)
        if status >= 400:
            return status, headers, body
        execution = sfn._executions.get(data["executionArn"])
        names = ("stateMachineVersionArn", "stateMachineAliasArn")
        told = {name: execution[name] for name in names if name in execution}
        return status, headers, json.dumps({**json.loads(body), **told}).encode()

    sfn._start_execution, sfn._describe_execution = start_execution, describe_execution


def _no_json(data: dict[str, Any]) -> Any:
    try:
        json.loads(data.get("input", "{}"))
    except ValueError as error:
        return sfn.error_response_json("InvalidExecutionInput", f"Invalid State Machine Execution Input: {error}", 400)
    return None


def _running(machine: str | None, data: dict[str, Any]) -> Any:
    """The answer to the same start again, while it runs: the execution there is."""
    if not machine or not data.get("name"):
        return None
    execution = sfn._executions.get(f"{machine.replace(':stateMachine:', ':execution:')}:{data['name']}")
    if execution and execution["status"] == "RUNNING" and execution["input"] == data.get("input", "{}"):
        return sfn.json_response({"executionArn": execution["executionArn"], "startDate": execution["startDate"]})
    return None
