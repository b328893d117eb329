"""Functions of text whose pattern or format is a constant: regular expressions, format, concat."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING

from sqlglot import exp

from lakectl.platforms.local.trino import applying, patterns
from lakectl.platforms.local.trino.casts import coerced
from lakectl.platforms.local.trino.functions import SCALARS
from lakectl.platforms.local.trino.scopes import Scope
from lakectl.platforms.local.trino.types import (
    BIGINT,
    BOOLEAN,
    DOUBLE,
    INTEGER,
    UNKNOWN,
    VARCHAR,
    Type,
    array,
    decimal,
    duckdb_type,
)
from lakectl.platforms.local.trino.values import Value, text, unsupported, wrong

if TYPE_CHECKING:
    from lakectl.platforms.local.trino.expressions import Expressions

Form = Callable[["Expressions", exp.Expr, Scope], Value]
_SPEC = re.compile(r"%(?P<flags>[-#+ 0,(]*)(?P<width>\d*)(?:\.(?P<digits>\d+))?(?P<kind>[a-zA-Z%])|(?P<other>[^%]+)")


def _texts(self: Expressions, node: exp.Expr, scope: Scope, least: int, most: int) -> list[Value]:
    name = str(node.this).lower()
    if not least <= len(node.expressions) <= most:
        raise wrong(f"{name} takes {least} to {most} arguments", node)
    values = [self.write(item, scope) for item in node.expressions if not isinstance(item, exp.Lambda)]
    for value in values[:2]:
        if not (value.type.is_text or value.type == UNKNOWN):
            raise wrong(f"{name} takes text, not {value.type}", node, "cast(x as varchar) makes text of it.")
    return values


def _pattern(value: Value, node: exp.Expr) -> bool:
    """True if DuckDB's RE2 reads the pattern as Java does; Raises QueryError where nothing here can read it."""
    if value.literal is None:
        return False
    if (fault := patterns.fault(value.literal)) is not None:
        raise wrong(f"The pattern {value.literal!r} cannot be read: {fault}", node)
    if patterns.is_plain(value.literal):
        return True
    if not patterns.can_read(value.literal):
        raise unsupported(
            f"cannot read the pattern {value.literal!r}",
            node,
            "Lookaround, groups and classes such as [a-z] can be read.",
        )
    return False


def _like(self: Expressions, node: exp.Expr, scope: Scope) -> Value:
    value, pattern = _texts(self, node, scope, 2, 2)
    name = "regexp_matches" if _pattern(pattern, node) else self.python.named("regexp_like")
    if name == "regexp_matches":
        return Value(f"{name}({coerced(value, VARCHAR)}, {text(patterns.for_re2(str(pattern.literal)))})", BOOLEAN)
    return Value(f"{name}({coerced(value, VARCHAR)}, {coerced(pattern, VARCHAR)})", BOOLEAN)


def _group(values: list[Value]) -> str:
    return coerced(values[2], BIGINT) if len(values) > 2 else "0"


def _extract(self: Expressions, node: exp.Expr, scope: Scope) -> Value:
    value, pattern, *rest = values = _texts(self, node, scope, 2, 3)
    group, kind = _group(values), Type("varchar", value.type.args)
    a, b = coerced(value, VARCHAR), coerced(pattern, VARCHAR)
    plain = _pattern(pattern, node) and (not rest or rest[0].literal is not None)
    if plain and (group == "0" or patterns.groups_are_sure(str(pattern.literal))):
        number = rest[0].literal if rest else "0"
        if int(str(number)) <= re.compile(r"\((?!\?)").subn("", str(pattern.literal).replace("\\(", ""))[1]:
            b = text(patterns.for_re2(str(pattern.literal)))
            return Value(f"CASE WHEN regexp_matches({a}, {b}) THEN regexp_extract({a}, {b}, {number}) END", kind)
    return Value(f"{self.python.named('regexp_extract')}({a}, {b}, {group})", kind)


def _extract_all(self: Expressions, node: exp.Expr, scope: Scope) -> Value:
    value, pattern, *_ = values = _texts(self, node, scope, 2, 3)
    _pattern(pattern, node)
    texts = f"{coerced(value, VARCHAR)}, {coerced(pattern, VARCHAR)}"
    sql = f"{self.python.named('regexp_extract_all')}({texts}, {_group(values)})"
    return Value(sql, array(Type("varchar", value.type.args)))


def _replace(self: Expressions, node: exp.Expr, scope: Scope) -> Value:
    if node.expressions and isinstance(node.expressions[-1], exp.Lambda):
        return _replace_by_lambda(self, node, scope)
    value, pattern, *rest = _texts(self, node, scope, 2, 3)
    new = rest[0] if rest else Value("''", VARCHAR, "")
    a, b = coerced(value, VARCHAR), coerced(pattern, VARCHAR)
    kind = _replaced(value.type, new.type) if rest else Type("varchar", value.type.args)
    if new.literal is not None and _pattern(pattern, node):
        simple = patterns.re2_replacement(new.literal)
        if simple is not None and "\n" not in str(pattern.literal):
            b = text(patterns.for_re2(str(pattern.literal)))
            return Value(f"regexp_replace({a}, {b}, {text(simple)}, 'g')", kind)
    return Value(f"{self.python.named('regexp_replace')}({a}, {b}, {coerced(new, VARCHAR)})", kind)


def _replace_by_lambda(self: Expressions, node: exp.Expr, scope: Scope) -> Value:
    """regexp_replace(x, pattern, groups -> ...): what stands between the matches, and what the lambda makes of each."""
    value, pattern = _texts(self, node, scope, 3, 3)
    _pattern(pattern, node)
    a, b = coerced(value, VARCHAR), coerced(pattern, VARCHAR)
    names, body = applying.body_of(self, node.expressions[2], scope, [array(VARCHAR)])
    if not body.type.is_text:
        raise wrong(f"The lambda gives {body.type}, and text is wanted", node)
    between = f"{self.python.named('regexp_split')}({a}, {b})"
    made = f"list_transform({self.python.named('regexp_groups')}({a}, {b}), lambda {names[0]}: {body.sql})"
    place = self.fresh("place")
    piece = f"{between}[{place}] || coalesce({made}[{place}], '')"
    pieces = f"list_transform(range(1, len({between}) + 1), lambda {place}: {piece})"
    return Value(f"array_to_string({pieces}, '')", VARCHAR)


def _replaced(value: Type, new: Type) -> Type:
    """The length that Trino gives what regexp_replace makes."""
    if not value.args or not new.args:
        return VARCHAR
    x, y = value.args[0], new.args[0]
    return Type("varchar", (x + max(x * y // 2, y) * (x + 1),))


def _length(self: Expressions, node: exp.Expr, scope: Scope) -> Value:
    if len(node.expressions) == 1:
        value = self.write(node.expressions[0], scope)
        if value.type.base == "char":
            return Value(f"CASE WHEN {value.sql} IS NOT NULL THEN CAST({value.type.args[0]} AS BIGINT) END", BIGINT)
    return applying.call(self, node, scope, SCALARS["length"])


def _split(self: Expressions, node: exp.Expr, scope: Scope) -> Value:
    value, pattern = _texts(self, node, scope, 2, 2)
    _pattern(pattern, node)
    sql = f"{self.python.named('regexp_split')}({coerced(value, VARCHAR)}, {coerced(pattern, VARCHAR)})"
    return Value(sql, array(Type("varchar", value.type.args)))


def _count(self: Expressions, node: exp.Expr, scope: Scope) -> Value:
    value, pattern = _texts(self, node, scope, 2, 2)
    _pattern(pattern, node)
    return Value(f"{self.python.named('regexp_count')}({coerced(value, VARCHAR)}, {coerced(pattern, VARCHAR)})", BIGINT)


def _position(self: Expressions, node: exp.Expr, scope: Scope) -> Value:
    value, pattern, *rest = _texts(self, node, scope, 2, 4)
    _pattern(pattern, node)
    numbers = [coerced(item, BIGINT) for item in rest] + ["1", "1"][len(rest) :]
    texts = f"{coerced(value, VARCHAR)}, {coerced(pattern, VARCHAR)}"
    sql = f"{self.python.named('regexp_position')}({texts}, {', '.join(numbers)})"
    return Value(sql, INTEGER)


def _concat(self: Expressions, node: exp.Expr, scope: Scope) -> Value:
    values = [self.write(item, scope) for item in node.expressions]
    if len(values) < 2:
        raise wrong("There must be two or more concatenation arguments", node)
    return applying.concatenated(self, values, node)


def _concat_ws(self: Expressions, node: exp.Expr, scope: Scope) -> Value:
    values = [self.write(item, scope) for item in node.expressions]
    if len(values) < 2:
        raise wrong("concat_ws takes a separator and texts", node)
    if len(values) == 2 and values[1].type.base == "array":
        items = f"list_filter({values[1].sql}, lambda item: item IS NOT NULL)"
        return Value(f"array_to_string({items}, {coerced(values[0], VARCHAR)})", VARCHAR)
    for value in values:
        if not (value.type.is_text or value.type == UNKNOWN):
            raise wrong(f"concat_ws takes text, not {value.type}", node, "cast(x as varchar) makes text of it.")
    return Value(f"concat_ws({', '.join(coerced(value, VARCHAR) for value in values)})", VARCHAR)


def _format(self: Expressions, node: exp.Expr, scope: Scope) -> Value:
    values = [self.write(item, scope) for item in node.expressions]
    if len(values) < 2 or values[0].literal is None:
        raise unsupported("needs the format in quotes, and values for it", node)
    rest, pieces, end = values[1:], list[str](), 0
    for match in _SPEC.finditer(values[0].literal):
        if match.start() != end:
            raise wrong(f"{values[0].literal!r} is no format", node)
        end = match.end()
        if match["other"] is not None:
            pieces.append(text(match["other"]))
        elif match["kind"] in ("%", "n"):
            pieces.append("'%'" if match["kind"] == "%" else "chr(10)")
        elif not rest:
            raise wrong("The format has more places than there are values", node)
        else:
            pieces.append(_formatted(self, match, rest.pop(0), node))
    return Value(f"({' || '.join(pieces)})", VARCHAR)


def _formatted(self: Expressions, spec: re.Match[str], value: Value, node: exp.Expr) -> str:
    """One value in Java's format."""
    flags, width, kind = spec["flags"], int(spec["width"] or 0), spec["kind"]
    if value.type == UNKNOWN and not flags and not width:
        return "'null'"
    if set(flags) - {"0", ",", "-"} or value.type == UNKNOWN:
        raise unsupported(f"cannot write {spec.group(0)}", node)
    if kind == "d" and value.type.is_integer:
        shown = f"format('{{:,}}', {value.sql})" if "," in flags else f"CAST({value.sql} AS VARCHAR)"
    elif kind == "f" and value.type.base in ("decimal", "double", "real"):
        digits = int(spec["digits"]) if spec["digits"] is not None else 6
        rounded = self.cast(value, decimal(38, digits), node).sql
        shown = f"trino_group_digits({rounded}, {digits})" if "," in flags else f"CAST({rounded} AS VARCHAR)"
    elif kind == "s" and value.type.base not in ("double", "real") and not value.type.of and spec["digits"] is None:
        shown = self.cast(value, VARCHAR, node).sql
    elif kind == "s" and value.type.base == "double" and spec["digits"] is None:
        sql, written = value.sql, self.cast(value, VARCHAR, node).sql  # Java writes 1.0, and 1.0E7 from there on
        plain = f"abs({sql}) >= 0.001 AND abs({sql}) < 10000000 OR {sql} = 0"
        shown = f"CASE WHEN {plain} THEN CAST({sql} AS VARCHAR) ELSE {written} END"
    elif kind == "e" and value.type.base == "double" and spec["digits"] is None:
        shown = f"printf('%e', {value.sql})"
    elif kind == "x" and value.type.is_integer:
        shown = f"lower(to_base({value.sql}, 16))"
    else:
        raise unsupported(f"cannot write {value.type} as {spec.group(0)}", node)
    shown = f"coalesce({shown}, 'null')"
    if not width:
        return shown
    if "-" in flags:
        return f"rpad({shown}, GREATEST({width}, length({shown}))::INTEGER, ' ')"
    if "0" in flags:
        return f"trino_zero_padded({shown}, {width})"
    return f"lpad({shown}, GREATEST({width}, length({shown}))::INTEGER, ' ')"


def _array_join(self: Expressions, node: exp.Expr, scope: Scope) -> Value:
    values = [self.write(item, scope) for item in node.expressions]
    if len(values) not in (2, 3) or values[0].type.base != "array":
        raise wrong("array_join takes an array, a separator and a text for nulls", node)
    name = self.fresh("item")
    shown = self.cast(Value(name, values[0].type.of[0]), VARCHAR, node).sql
    items = f"list_transform({values[0].sql}, lambda {name}: {shown})"
    if len(values) == 3:
        other = self.fresh("item")
        items = f"list_transform({items}, lambda {other}: coalesce({other}, {coerced(values[2], VARCHAR)}))"
    else:
        other = self.fresh("item")
        items = f"list_filter({items}, lambda {other}: {other} IS NOT NULL)"
    return Value(f"array_to_string({items}, {coerced(values[1], VARCHAR)})", VARCHAR)


FORMS: dict[str, Form] = {
    "length": _length,
    "regexp_like": _like,
    "regexp_extract": _extract,
    "regexp_extract_all": _extract_all,
    "regexp_replace": _replace,
    "regexp_split": _split,
    "regexp_count": _count,
    "regexp_position": _position,
    "concat": _concat,
    "concat_ws": _concat_ws,
    "format": _format,
    "array_join": _array_join,
}

__all__ = ["DOUBLE", "FORMS", "duckdb_type"]
