"""The state machine's definition: what its placeholders become, and what differs between two definitions. Pure."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from lakectl.deploying import Change
from lakectl.platforms.aws.names import FUNCTIONS, JOBS, Names
from lakectl.settings import AwsTarget

WHOLE = "(machine)"  # stands for what belongs to no state: StartAt, TimeoutSeconds
_PLACEHOLDER = re.compile(r"\$\{(\w+)\}")


def substitutions(names: Names, contracts: str) -> dict[str, str]:
    """What the stack's template puts for every placeholder. `contracts`: the prefix of the deployed ones."""
    return {
        **settings(names.target, names),
        "lake": names.lake,
        "contracts": f"{names.lake}/{contracts}",
        "machine": names.machine_arn,
        "topic": names.topic_arn,
        **{name: names.function_arn(name) for name in FUNCTIONS},
        **{f"job_{name}": names.job(name) for name in JOBS},
    }


def settings(target: AwsTarget, names: Names) -> dict[str, str]:
    """The placeholders that stand for settings."""
    return {
        **names.backends,
        "engine": "spark",
        "quiet_seconds": str(target.quiet_seconds),
        "lambda_bytes": str(target.lambda_megabytes * 2**20),
    }


def placeholders(text: str) -> set[str]:
    """The names that a definition's text asks for."""
    return set(_PLACEHOLDER.findall(text))


def filled(text: str, values: Mapping[str, str]) -> str:
    """The definition with its placeholders replaced. Raises KeyError for a name without a value."""
    return _PLACEHOLDER.sub(lambda found: values[found[1]], text)


def state_changes(before: str, after: str) -> list[Change]:
    """State by state, what differs between two definitions (JSON); inner states are named OUTER/INNER."""
    old, new = _states(json.loads(before)), _states(json.loads(after))
    return [*_gone(old, new), *_new_or_changed(old, new)]


def _gone(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[Change]:
    return (Change("state", name, "delete", old[name]["Type"]) for name in old if name not in new)


def _new_or_changed(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[Change]:
    for name, state in new.items():
        if name not in old:
            yield Change("state", name, "create", state["Type"])
        elif differing := [key for key in {**old[name], **state} if old[name].get(key) != state.get(key)]:
            yield Change("state", name, "update", ", ".join(differing))


def _states(definition: Mapping[str, Any]) -> dict[str, Any]:
    whole = {key: value for key, value in definition.items() if key != "States"}
    return {WHOLE: whole, **dict(_walk(definition["States"], ""))}


def _walk(states: Mapping[str, Any], prefix: str) -> Iterator[tuple[str, Any]]:
    for name, state in states.items():
        inner = [*state.get("Branches", []), *(state[key] for key in ("ItemProcessor", "Iterator") if key in state)]
        yield f"{prefix}{name}", json.loads(json.dumps(state), object_hook=_without_states)
        for part in inner:
            yield from _walk(part["States"], f"{prefix}{name}/")


def _without_states(value: dict[str, Any]) -> dict[str, Any]:
    """What is inside a Map's or Parallel's own states is told of those, not of it."""
    return {key: each for key, each in value.items() if key != "States"}
