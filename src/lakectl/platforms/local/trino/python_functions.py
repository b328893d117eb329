"""Functions that DuckDB calls back in Python, for what its SQL cannot say exactly. Each query registers those it uses.

They are slower than DuckDB's own (about 3 million rows a second at best), so they stand only where it has no other way.
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import ROUND_HALF_UP, Context, Decimal
from typing import TYPE_CHECKING, Any

from lakectl.platforms.local.trino.types import Type, duckdb_type

if TYPE_CHECKING:
    import duckdb

_WIDE = Context(prec=100, rounding=ROUND_HALF_UP)


class PythonFunctions:
    """The Python functions of one statement: what they are called in its SQL, and how a connection gets them."""

    def __init__(self) -> None:
        self._made: dict[str, tuple[Callable[..., Any], list[str], str]] = {}

    def register(self, con: duckdb.DuckDBPyConnection) -> None:
        for name, (function, takes, gives) in self._made.items():
            con.create_function(name, _strict(function, len(takes)), takes, gives, null_handling="special")

    def named(self, name: str) -> str:
        """A function of `python_table`, by its name there."""
        from lakectl.platforms.local.trino.python_table import PLAIN

        function, takes, gives = PLAIN[name]
        return self._add(f"trino_py_{name}", function, takes, gives)

    def division(self, one: Type, two: Type, to: Type) -> str:
        exponent = Decimal(1).scaleb(-to.args[1])

        def divide(a: Decimal, b: Decimal) -> Decimal:
            if not b:
                raise ValueError("§Division by zero§")
            return _fitting(_WIDE.divide(a, b).quantize(exponent, context=_WIDE), to)

        return self._decimals("divide", divide, one, two, to)

    def remainder(self, one: Type, two: Type, to: Type) -> str:
        def remainder(a: Decimal, b: Decimal) -> Decimal:
            if not b:
                raise ValueError("§Division by zero§")
            return _fitting(_WIDE.remainder(a, b), to)

        return self._decimals("remainder", remainder, one, two, to)

    def to_json(self, type: Type) -> str:
        from lakectl.platforms.local.trino import json_values

        def write(value: Any) -> str:
            return json_values.written(value, type)

        return self._add(f"trino_py_json_{len(self._made)}", write, [duckdb_type(type)], "VARCHAR")

    def from_json(self, type: Type) -> str:
        from lakectl.platforms.local.trino import json_values

        def read(value: str) -> Any:
            return json_values.read(value, type)

        return self._add(f"trino_py_from_json_{len(self._made)}", read, ["VARCHAR"], duckdb_type(type))

    def _decimals(self, name: str, function: Callable[..., Any], one: Type, two: Type, to: Type) -> str:
        full = f"trino_py_{name}_{'_'.join(str(n) for type in (one, two, to) for n in type.args)}"
        return self._add(full, function, [duckdb_type(one), duckdb_type(two)], duckdb_type(to))

    def _add(self, name: str, function: Callable[..., Any], takes: list[str], gives: str) -> str:
        self._made[name] = (function, takes, gives)
        return name


def _strict(function: Callable[..., Any], count: int) -> Callable[..., Any]:
    """The function with null for an answer where an argument is null; DuckDB counts the arguments it takes."""
    match count:
        case 1:
            return lambda a: None if a is None else function(a)
        case 2:
            return lambda a, b: None if a is None or b is None else function(a, b)
        case 3:
            return lambda a, b, c: None if a is None or b is None or c is None else function(a, b, c)
    return lambda a, b, c, d: None if None in (a, b, c, d) else function(a, b, c, d)


def _fitting(value: Decimal, to: Type) -> Decimal:
    if len(value.as_tuple().digits) > to.args[0]:
        raise ValueError("§Decimal overflow§")
    return value
