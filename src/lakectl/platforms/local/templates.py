"""DuckDB expressions with gaps: `_1`, `_2`... stand for the arguments that a rule puts in."""

from __future__ import annotations

from functools import cache
from typing import cast

import sqlglot
from sqlglot import exp

_OPERATORS = (exp.Binary, exp.Unary, exp.Predicate)


def fill(template: str, *arguments: exp.Expr) -> exp.Expr:
    """The template, in DuckDB's SQL, with a copy of the first argument for each `_1`, and so on."""
    gaps = {f"_{number}": argument for number, argument in enumerate(arguments, start=1)}
    holder = exp.Paren(this=_parsed(template).copy())
    for column in list(holder.find_all(exp.Column)):
        if column.name in gaps and not column.table:
            column.replace(_fitting(gaps[column.name].copy(), column))
    return cast(exp.Expr, holder.this)


@cache
def _parsed(template: str) -> exp.Expr:
    return sqlglot.parse_one(template, read="duckdb")


def _fitting(argument: exp.Expr, gap: exp.Expr) -> exp.Expr:
    """The argument as one operand, where an operator around the gap would take it apart."""
    is_operand = isinstance(gap.parent, (*_OPERATORS, exp.Bracket, exp.Dot)) and not isinstance(gap.parent, exp.Paren)
    return exp.Paren(this=argument) if is_operand and isinstance(argument, _OPERATORS) else argument


def call(function: exp.Expr, *values: exp.Expr) -> exp.Expr:
    """The body of a lambda, its parameters replaced by the values."""
    if not isinstance(function, exp.Lambda):
        return exp.Anonymous(this=function.sql("duckdb"), expressions=[value.copy() for value in values])
    gaps = {parameter.name: value for parameter, value in zip(function.expressions, values, strict=False)}
    holder = exp.Paren(this=function.this.copy())
    for name in list(holder.find_all(exp.Identifier)):
        is_field = isinstance(name.parent, exp.Dot) and name.arg_key == "expression"
        if name.name in gaps and not is_field:
            whole = name.parent if isinstance(name.parent, exp.Column) else name
            whole.replace(_fitting(gaps[name.name].copy(), whole))
    return cast(exp.Expr, holder.this)
