"""What an expression says without reading a row: literals, and the time now."""

from __future__ import annotations

import re

from sqlglot import exp

from lakectl.platforms.local.trino import literals
from lakectl.platforms.local.trino.types import BOOLEAN, DATE, UNKNOWN, VARCHAR, Type, instant, timestamp
from lakectl.platforms.local.trino.values import Value, text, unsupported


def interval(_self: object, node: exp.Expr, _scope: object) -> Value:
    """An interval, such as INTERVAL '3' DAY."""
    return literals.interval(node)


def null(_self: object, _node: exp.Expr, _scope: object) -> Value:
    """NULL."""
    return Value("NULL", UNKNOWN)


def boolean(_self: object, node: exp.Expr, _scope: object) -> Value:
    """TRUE or FALSE."""
    return Value("true" if node.this else "false", BOOLEAN)


def literal(_self: object, node: exp.Expr, _scope: object) -> Value:
    """A text or a number."""
    assert isinstance(node, exp.Literal)
    if node.is_string:
        return Value(text(node.this), Type("varchar", (len(node.this),)), node.this)
    return literals.number(node.name, node)


def hexadecimal(_self: object, node: exp.Expr, _scope: object) -> Value:
    """Bytes in hexadecimal digits: X'65'."""
    return Value(f"unhex({text(str(node.this))})", Type("varbinary"))


def unicode(_self: object, node: exp.Expr, _scope: object) -> Value:
    r"""A text with escapes: U&'\0041'."""
    if node.args.get("escape"):
        raise unsupported("has no UESCAPE", node)
    written = re.sub(r"\\\\|\\\+([0-9a-fA-F]{6})|\\([0-9a-fA-F]{4})", _letter, str(node.this))
    return Value(text(written), Type("varchar", (len(written),)), written)


def _letter(match: re.Match[str]) -> str:
    code = match[1] or match[2]
    return chr(int(code, 16)) if code else "\\"


def moment(_self: object, node: exp.Expr, _scope: object) -> Value:
    """The time now, as a date, a time or an instant; and who asks."""
    if node.this is not None:
        raise unsupported("has current times to the millisecond only", node, "Leave out the digits.")
    now = "date_trunc('millisecond', now())"
    match node:
        case exp.CurrentDate():
            return Value("CAST(timezone('UTC', now()) AS DATE)", DATE)
        case exp.CurrentTimestamp():
            return Value(now, instant(3))
        case exp.Localtimestamp():
            return Value(f"timezone('UTC', {now})", timestamp(3))
        case exp.CurrentUser():
            return Value("'lakectl'", VARCHAR)
    return Value(f"CAST(timezone('UTC', {now}) AS TIME)", Type("time", (3,)))
