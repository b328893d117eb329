"""What each type of state does between entering and leaving it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from typing import Any

from lakectl.platforms.local.asl_model import Flow, StateError
from lakectl.platforms.local.asl_run import Aborted, Following, Run, Scope, Visit
from lakectl.platforms.local.asl_task import TaskThread
from lakectl.platforms.local.clock import Abort

# How many iterations of a Map run side by side where the definition does not say, as in Step Functions.
MAP_CONCURRENCY = 40


def _pass(run: Run, visit: Visit) -> Following:
    return run.leave(visit, visit.state.fields, visit.state.next, visit.input, {})


def _succeed(run: Run, visit: Visit) -> Following:
    return run.leave(visit, visit.state.fields, None, visit.input, {})


def _fail(run: Run, visit: Visit) -> Following:
    error, cause = (
        _text(run, visit, name, run.evaluate(visit, visit.state.fields.get(name, ""), name))
        for name in ("Error", "Cause")
    )
    raise StateError(error, cause)


def _text(run: Run, visit: Visit, name: str, value: Any) -> str:
    if not isinstance(value, str):
        raise run.query_error(visit, name, f"must be a string, not {value!r:.80}")
    return value


def _choice(run: Run, visit: Visit) -> Following:
    fields = visit.state.fields
    for number, rule in enumerate(fields["Choices"]):
        name = f"Choices[{number}].Condition"
        holds = run.evaluate(visit, rule["Condition"], name)
        if not isinstance(holds, bool):
            raise run.query_error(visit, name, f"must be true or false, not {holds!r:.80}")
        if holds:
            return run.leave(visit, rule, rule["Next"], visit.input, {})
    if "Default" not in fields:
        raise StateError("States.NoChoiceMatched", f"No choice of the state '{visit.state.name}' matched.")
    return run.leave(visit, fields, fields["Default"], visit.input, {})


def _wait(run: Run, visit: Visit) -> Following:
    fields = visit.state.fields
    if "Seconds" in fields:
        seconds: float = _number(run, visit, "Seconds", run.evaluate(visit, fields["Seconds"], "Seconds"))
    else:
        seconds = _until(
            run, visit, _text(run, visit, "Timestamp", run.evaluate(visit, fields["Timestamp"], "Timestamp"))
        )
    run.sleep(visit.scope, seconds)
    return run.leave(visit, fields, visit.state.next, visit.input, {})


def _number(run: Run, visit: Visit, name: str, value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        raise run.query_error(visit, name, f"must be a whole number from 0, not {value!r:.80}")
    return value


def _until(run: Run, visit: Visit, timestamp: str) -> float:
    try:
        moment = dt.datetime.fromisoformat(timestamp)
        return max(0.0, (moment - run.clock.now()).total_seconds())
    except (ValueError, TypeError) as error:  # no timestamp at all, or one without a zone
        raise run.query_error(visit, "Timestamp", f"must be an RFC 3339 timestamp, not {timestamp!r:.80}") from error


def _task(run: Run, visit: Visit) -> Following:
    fields = visit.state.fields
    arguments = run.evaluate(visit, fields.get("Arguments", {}), "Arguments")
    run.limited(visit, arguments, "arguments")
    about = _about(fields["Resource"])
    run.note(visit, "TaskScheduled", **about, parameters=arguments)
    run.note(visit, "TaskStarted", **about)
    try:
        result = _called(run, visit, arguments)
        run.limited(visit, result, "result")
    except StateError as error:
        kind = "TaskTimedOut" if error.error == "States.Timeout" else "TaskFailed"
        run.note(visit, kind, **about, error=error.error, cause=error.cause)
        raise
    run.note(visit, "TaskSucceeded", **about, output=result)
    return run.leave(visit, fields, visit.state.next, result, {"result": result})


def _about(resource: str) -> dict[str, str]:
    """`arn:aws:states:::glue:startJobRun.sync` as events show it."""
    _, _, _, _, _, service, action = resource.split(":")
    return {"resourceType": service, "resource": action}


def _called(run: Run, visit: Visit, arguments: Any) -> Any:
    resource = visit.state.fields["Resource"]
    about = _about(resource)
    limit = _timeout(run, visit)
    left = run.left()

    def submitted(answer: Any) -> None:
        run.note(visit, "TaskSubmitted", **about, output=answer)

    thread = TaskThread(lambda: run.tasks.call(resource, arguments, submitted))
    thread.start()
    try:
        with visit.scope.abort.waking(thread.done) as done:
            run.clock.join(done, min((x for x in (limit, left) if x is not None), default=None))
        in_time = thread.ended
    finally:
        if not thread.ended:
            run.tasks.interrupt()
        thread.stop()
    run.check(visit.scope)
    if not in_time:
        raise StateError("States.Timeout", f"The task of the state '{visit.state.name}' took over {limit} seconds.")
    return thread.result()


def _timeout(run: Run, visit: Visit) -> int | None:
    fields = visit.state.fields
    if "TimeoutSeconds" not in fields:
        return None
    return _number(run, visit, "TimeoutSeconds", run.evaluate(visit, fields["TimeoutSeconds"], "TimeoutSeconds"))


def _parallel(run: Run, visit: Visit) -> Following:
    fields = visit.state.fields
    value = run.evaluate(visit, fields["Arguments"], "Arguments") if "Arguments" in fields else visit.input

    def branch(flow: Flow) -> Callable[[Abort], Any]:
        return lambda abort: run.flow(flow, value, visit.scope.inner(abort))

    run.note(visit, "ParallelStateStarted")
    branches = [branch(flow) for flow in visit.state.flows]
    result = _noted(run, visit, lambda: _together(branches, len(branches), visit.scope))
    return run.leave(visit, fields, visit.state.next, result, {"result": result})


def _map(run: Run, visit: Visit) -> Following:
    fields = visit.state.fields
    items = run.evaluate(visit, fields["Items"], "Items") if "Items" in fields else visit.input
    if not isinstance(items, list):
        raise run.query_error(visit, "Items", f"must be an array, not {items!r:.80}")
    most = _number(run, visit, "MaxConcurrency", run.evaluate(visit, fields.get("MaxConcurrency", 0), "MaxConcurrency"))
    run.note(visit, "MapStateStarted", length=len(items))
    iterations = [_iteration(run, visit, index, item) for index, item in enumerate(items)]
    result = _noted(run, visit, lambda: _together(iterations, most or MAP_CONCURRENCY, visit.scope))
    return run.leave(visit, fields, visit.state.next, result, {"result": result})


def _iteration(run: Run, visit: Visit, index: int, item: Any) -> Callable[[Abort], Any]:
    context = {"Map": {"Item": {"Index": index, "Value": item}}}
    selector = visit.state.fields.get("ItemSelector")

    def iterate(abort: Abort) -> Any:
        scope = visit.scope.inner(abort, context)
        about = {"name": visit.state.name, "index": index}
        inside = Visit(visit.state, visit.input, scope, visit.entered, visit.entered_id, visit.retries)
        run.check(scope)
        run.note(inside, "MapIterationStarted", **about)
        try:
            value = item if selector is None else run.evaluate(inside, selector, "ItemSelector")
            output = run.flow(visit.state.flows[0], value, scope)
        except StateError:
            run.note(inside, "MapIterationFailed", **about)
            raise
        except Aborted:
            run.note(inside, "MapIterationAborted", **about)
            raise
        run.note(inside, "MapIterationSucceeded", **about)
        return output

    return iterate


def _noted(run: Run, visit: Visit, work: Callable[[], list[Any]]) -> list[Any]:
    """Records how a Map or Parallel ended."""
    try:
        result = work()
        run.limited(visit, result, "result")
    except StateError:
        run.note(visit, f"{visit.state.type}StateFailed")
        raise
    run.note(visit, f"{visit.state.type}StateSucceeded")
    return result


def _together(flows: Sequence[Callable[[Abort], Any]], most: int, scope: Scope) -> list[Any]:
    """Runs flows side by side, at most so many; the first to fail stops the others, and its error is raised."""
    if not flows:
        return []
    abort = Abort(scope.abort)

    def guarded(flow: Callable[[Abort], Any]) -> Any:
        try:
            return flow(abort)
        except BaseException:
            abort.set()  # here, before this thread can take the next flow
            raise

    with ThreadPoolExecutor(min(most, len(flows))) as pool:
        try:
            futures = [pool.submit(guarded, flow) for flow in flows]
            wait(futures)
        except BaseException:  # Ctrl-C, while this thread waits
            abort.set()
            raise
    _raise_failure(futures)
    return [future.result() for future in futures]


def _raise_failure(futures: Sequence[Future[Any]]) -> None:
    """Raises the first failure there is, one that is not only a consequence of another if there is one."""
    failures = [error for future in futures if (error := future.exception())]
    if failures:
        raise min(failures, key=lambda error: isinstance(error, Aborted))


BEHAVIOURS = {
    "Task": _task,
    "Pass": _pass,
    "Choice": _choice,
    "Wait": _wait,
    "Succeed": _succeed,
    "Fail": _fail,
    "Parallel": _parallel,
    "Map": _map,
}
