"""What other engines' SQL has and Athena's has not: found before anything is asked, with what Athena has instead.

sqlglot reads more than Trino's grammar, and quietly: `x::date` becomes a cast, `==` an equals sign. So the tokens
are looked at first.
"""

from __future__ import annotations

import re

import sqlglot
from sqlglot.tokenizer_core import Token, TokenType

from lakectl.asking.errors import QueryError

SPELLINGS = {
    "::": ("x::type", "cast(x as type)"),
    "==": ("==", "="),
    "//": ("//", "/ (between integers it gives an integer)"),
    "**": ("**", "power(x, y)"),
    "^": ("^", "power(x, y)"),
    "{": ("{...}", "row(...) or map(array[...], array[...])"),
    "ilike": ("ILIKE", "lower(x) LIKE lower(pattern)"),
    "similar to": ("SIMILAR TO", "regexp_like(x, pattern)"),
    "rlike": ("RLIKE", "regexp_like(x, pattern)"),
    "regexp": ("REGEXP", "regexp_like(x, pattern)"),
    "glob": ("GLOB", "LIKE"),
    "~": ("~", "regexp_like(x, pattern)"),
    "exclude": ("SELECT * EXCLUDE", "a list of the columns"),
    "qualify": ("QUALIFY", "a subquery with WHERE around it"),
    "top": ("TOP", "LIMIT at the end"),
    "isnull": ("ISNULL", "x IS NULL"),
    "notnull": ("NOTNULL", "x IS NOT NULL"),
    "<=>": ("<=>", "IS NOT DISTINCT FROM"),
    "->>": ("->>", "json_extract_scalar(x, path)"),
}
# Types of other engines that sqlglot takes for Trino's.
OTHER_TYPES = {
    **dict.fromkeys(("number", "numeric", "dec"), "decimal(10, 2)"),
    **dict.fromkeys(("string", "text", "nvarchar", "varchar2", "clob"), "varchar"),
    **dict.fromkeys(("float", "float8", "float64"), "double"),
    **dict.fromkeys(("float4",), "real"),
    **dict.fromkeys(("int64", "int8", "long", "signed", "unsigned"), "bigint"),
    **dict.fromkeys(("int4", "int32", "mediumint"), "integer"),
    **dict.fromkeys(("datetime", "timestamptz", "timestamp_ntz"), "timestamp"),
    **dict.fromkeys(("bytea", "blob", "binary", "bytes"), "varbinary"),
    **dict.fromkeys(("bool", "bit"), "boolean"),
}
_QUOTED = (TokenType.STRING, TokenType.IDENTIFIER)
_AFTER_VALUE = (
    TokenType.VAR,
    TokenType.IDENTIFIER,
    TokenType.R_PAREN,
    TokenType.R_BRACKET,
    TokenType.STRING,
    TokenType.NUMBER,
)


_BEFORE_VALUE = frozenset({
    "select", "distinct", "all", "where", "and", "or", "not", "in", "case", "when", "then", "else", "by", "on",
    "having", "like", "between", "is", "from", "as",
})  # fmt: skip


def check_spelling(sql: str) -> None:
    """Raises QueryError at the first token that Athena has not."""
    tokens = sqlglot.tokenize(sql, read="trino")
    depth, limits = 0, set[int]()
    called = list[str]()  # what stands before each parenthesis that is open
    for before, token, after in zip([None, *tokens], tokens, [*tokens[1:], None], strict=False):
        text = token.text.lower()
        is_name = text in ("exclude", "top", "glob", "regexp") and token.token_type == TokenType.VAR
        if text in SPELLINGS and not is_name and token.token_type not in _QUOTED:
            raise _not_trino(token, *SPELLINGS[text])
        if (
            text in OTHER_TYPES
            and before is not None
            and before.text.lower() == "as"
            and called
            and called[-1] in ("cast", "try_cast")
        ):
            raise QueryError(f"Unknown type: {text}{_at(token)}.", f"Write {OTHER_TYPES[text]}.")
        _check_neighbours(sql, before, token, after)
        if token.token_type == TokenType.L_PAREN:
            called.append(before.text.lower() if before is not None else "")
        if token.token_type == TokenType.R_PAREN and called:
            called.pop()
        if (
            token.token_type == TokenType.INTERVAL
            and after is not None
            and after.token_type in (TokenType.NUMBER, TokenType.STRING)
        ):
            _check_interval(token, tokens[tokens.index(token) + 1 : tokens.index(token) + 3])
        if token.token_type == TokenType.L_BRACKET and not _follows_value(before):
            raise _not_trino(token, "[...]", "ARRAY[...]")
        depth += (token.token_type == TokenType.L_PAREN) - (token.token_type == TokenType.R_PAREN)
        limits = {level for level in limits if level <= depth}
        if token.token_type in (TokenType.LIMIT, TokenType.FETCH):
            limits.add(depth)
        if token.token_type in (TokenType.UNION, TokenType.EXCEPT, TokenType.INTERSECT):
            limits.discard(depth)
        if token.token_type == TokenType.OFFSET and depth in limits:
            raise _not_trino(token, "OFFSET behind LIMIT", "OFFSET n LIMIT m")


_UNITS = ("year", "month", "day", "hour", "minute", "second")


def _check_interval(token: Token, behind: list[Token]) -> None:
    """The amount in quotes, and one of Trino's units."""
    amount, unit = behind if len(behind) == 2 else (behind[0], None)
    if amount.token_type != TokenType.STRING or unit is None or unit.text.lower() not in _UNITS:
        written = " ".join(part.text for part in (token, amount, unit) if part is not None)
        raise QueryError(
            f"{written} is no interval{_at(token)}.", "Write the amount in quotes and a unit, such as interval '1' day."
        )


# What a comma cannot stand before.
_ENDS = ("from", "where", "group", "order", "having", "limit", ")", ";")


def _check_neighbours(sql: str, before: Token | None, token: Token, after: Token | None) -> None:
    """What sqlglot forgives: a comma too many, FROM first, `1_000` as a number and a name, `0xff` as bytes."""
    ends = after is None or (after.token_type not in _QUOTED and after.text.lower() in _ENDS)
    if token.token_type == TokenType.COMMA and ends:
        raise QueryError(f"There is a comma too many{_at(token)}.", "Take it away, or write what is missing behind it.")
    if token.token_type == TokenType.FROM and (before is None or before.text.lower() in ("union", "all", "except")):
        raise QueryError(f"There is no SELECT before FROM{_at(token)}.", "Write SELECT * FROM ...")
    touches = before is not None and before.end + 1 == token.start
    if touches and before is not None and before.token_type == TokenType.NUMBER and token.token_type == TokenType.VAR:
        written = before.text + token.text
        raise QueryError(f"{written} cannot be read here{_at(before)}.", "Write numbers in digits alone.")
    if token.token_type == TokenType.HEX_STRING and sql[token.start] == "0":
        raise QueryError(f"A number in base 16 cannot be read here{_at(token)}.", "from_base('ff', 16) runs on both.")


def _follows_value(before: Token | None) -> bool:
    if before is None or before.token_type in _AFTER_VALUE:
        return before is not None
    return re.fullmatch(r"\w+", before.text) is not None and before.text.lower() not in _BEFORE_VALUE


def _not_trino(token: Token, written: str, spelling: str) -> QueryError:
    return QueryError(f"Athena has no {written}{_at(token)}.", f"Write {spelling}.")


def _at(token: Token) -> str:
    return f" at line {token.line}, column {token.col - token.end + token.start}"
