"""Expressions give what Step Functions' JSONata gives, as plain JSON."""

from __future__ import annotations

import json
import threading
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lakectl.platforms.local.asl_jsonata import ExpressionError, evaluate, variables_used

JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**50), 2**50) | st.text(max_size=10),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=4),
    max_leaves=10,
)


def _of(text: str, value: Any = None) -> Any:
    return evaluate(f"{{% {text} %}}", {"states": {"input": value}}, lambda: 0.25)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("null", None),
        ("$states.input.n", None),
        ("$states.input.n = null", True),
        ("{'a': $states.input.n, 'b': $states.input.nothing}", {"a": None}),
        ("$exists($states.input.nothing)", False),
        ("$states.input.list.x", [1, 2]),
        ("$states.input.list[x = 2]", {"x": 2}),
        ("[$states.input.list[x = 2]]", [{"x": 2}]),
        ("$count($states.input.list)", 2),
        ("10 / 4", 2.5),
        ("10 / 5", 2),
        ("[1..4]", [1, 2, 3, 4]),
        ("$map([1..3], function($v) { $v * 2 })", [2, 4, 6]),
        ("$merge([{'a': 1}, {'b': null}])", {"a": 1, "b": None}),
        ("$append([], [1])", [1]),
        ("[$append([], [1])]", [1]),
        ("$partition([1, 2, 3, 4, 5], 2)", [[1, 2], [3, 4], [5]]),
        ("$range(1, 9, 2)", [1, 3, 5, 7, 9]),
        ("$range(3, 1, -1)", [3, 2, 1]),
        ("$hash('input data', 'SHA-1')", "aaff4a450a104cd177d28d18d74485e8cae074b7"),
        ("$parse('{\"a\": [null, 1.5]}')", {"a": [None, 1.5]}),
        ("$random()", 0.25),
        ("$length($uuid())", 36),
    ],
)
def test_expressions(text: str, expected: Any) -> None:
    result = _of(text, {"n": None, "list": [{"x": 1}, {"x": 2}]})
    assert result == expected
    assert type(result) is type(expected)
    assert json.loads(json.dumps(result)) == expected


@pytest.mark.parametrize(
    "text",
    [
        "$states.input.nothing",
        "$sum",
        "function($x) { $x }",
        "1 / 0",
        "'a' + 1",
        "$error('stop')",
        "$parse('{')",
        "$f()",
    ],
)
def test_what_is_no_json_is_an_error(text: str) -> None:
    with pytest.raises(ExpressionError):
        _of(text, {})


def test_endless_recursion_is_an_error() -> None:
    with pytest.raises(ExpressionError):
        _of("($f := function($x) { 1 + $f($x) }; $f(1))")


def test_only_a_whole_string_is_an_expression() -> None:
    assert evaluate({"a": "100 {% not %} this", "b": ["{% 1 + 1 %}"]}, {}, lambda: 0.0) == {
        "a": "100 {% not %} this",
        "b": [2],
    }


@settings(deadline=None, max_examples=50)
@given(JSON)
def test_any_json_passes_unchanged(value: Any) -> None:
    assert _of("$states.input", value) == value


def test_expressions_run_side_by_side() -> None:
    wrong: list[Any] = []

    def work(number: int) -> None:
        for _ in range(20):
            result = _of("$sum($map($states.input, function($v) { $v + 1 }))", [number, number])
            if result != 2 * number + 2:
                wrong.append((number, result))

    threads = [threading.Thread(target=work, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []


def test_variables_used_are_those_not_bound_inside() -> None:
    assert variables_used("($a := $b; $map($c, function($d) { $d + $a }))") == {"b", "c", "map"}
