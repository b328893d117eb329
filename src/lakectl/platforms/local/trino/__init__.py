"""Athena's SQL, read with Trino's types and rules, and written in DuckDB's SQL so that it means the same.

`grammar` reads what Trino's grammar allows and nothing else; `queries` and `relations` know which columns there are;
`expressions`, `numbers`, `casts` and the tables of functions give every expression its type in Trino and its text in
DuckDB. What has no type here, or is not known to mean the same, is refused: a query never gives another number.
"""
