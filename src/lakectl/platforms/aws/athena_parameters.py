"""How a query's values reach Athena: as execution parameters beside the text, wherever Athena takes them.

Athena documents `?` for WHERE alone; in HAVING, in a list of SELECT or after LIMIT it may refuse it. There the value
stands in the text as a literal, built from a value that has passed its type (`lakectl.asking.parameters.literal`), so
no text of a user's is ever SQL.
"""

from __future__ import annotations

from collections.abc import Mapping

import sqlglot
from sqlglot import exp

from lakectl.asking.parameters import Value
from lakectl.asking.statement import DIALECT, Statement


def bind(statement: Statement, values: Mapping[str, Value]) -> tuple[str, list[str]]:
    """The text with its marks, and the execution parameters for them: literals, as Athena wants them.

    Raises ParameterError for a value that is missing.
    """
    literals = statement.literals(values)
    marked = _marked(statement)
    text = statement.with_texts(["?" if mark else literal for mark, literal in zip(marked, literals, strict=True)])
    return text, [literal for mark, literal in zip(marked, literals, strict=True) if mark]


def _marked(statement: Statement) -> list[bool]:
    """Of each of the statement's parameters: whether it stands where Athena takes a `?`."""
    names = [f"p{number}" for number in range(len(statement.parameters))]
    tree = sqlglot.parse_one(statement.with_texts([f":{name}" for name in names]), read=DIALECT)
    marked = {node.name for node in tree.find_all(exp.Placeholder) if _is_in_where(node)}
    return [name in marked for name in names]


def _is_in_where(node: exp.Expr) -> bool:
    clause = node.find_ancestor(exp.Where, exp.Query)
    return isinstance(clause, exp.Where) and not isinstance(clause.parent, exp.Filter)
