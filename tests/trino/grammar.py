"""Random statements in Athena's SQL over the tables of `tests.lake_tables`, every expression of a type."""

from __future__ import annotations

from hypothesis import strategies as st

Text = st.SearchStrategy[str]

_DEPTH = 3


def _of(template: str, *parts: Text) -> Text:
    return st.tuples(*parts).map(lambda drawn: template.format(*drawn))


def _integers(depth: int) -> Text:
    leaves = st.sampled_from(["order_id", "user_id", "order_num", "0", "1", "7", "-3", "100", "cast(5 as bigint)"])
    if not depth:
        return leaves
    one, text, date = _integers(depth - 1), _texts(depth - 1), _dates(depth - 1)
    return st.one_of(
        leaves,
        _of("({0} + {1})", one, one),
        _of("({0} - {1})", one, one),
        _of("({0} * 3)", one),
        _of("({0} / nullif({1}, 0))", one, one),
        _of("({0} % nullif({1}, 0))", one, one),
        _of("abs({0})", one),
        _of("coalesce({0}, {1})", one, one),
        _of("if({0}, {1}, {2})", _booleans(depth - 1), one, one),
        _of("length({0})", text),
        _of("strpos({0}, '2')", text),
        _of("year({0})", date),
        _of("day_of_week({0})", date),
        _of("date_diff('day', {0}, {1})", date, date),
        _of("date_diff('month', {0}, {1})", date, date),
        _of("hour({0})", _instants(depth - 1)),
        _of("cast({0} as bigint)", _decimals(depth - 1)),
        _of("greatest({0}, {1})", one, one),
    )


def _decimals(depth: int) -> Text:
    leaves = st.sampled_from(["total_amount", "1.5", "0.07", "-2.345", "100.00", "cast(3 as decimal(5,2))"])
    if not depth:
        return leaves
    one, whole = _decimals(depth - 1), _integers(depth - 1)
    return st.one_of(
        leaves,
        _of("({0} + {1})", one, one),
        _of("({0} - {1})", one, whole),
        _of("({0} * 1.19)", one),
        _of("({0} / nullif({1}, 0))", one, one),
        _of("({0} / 3)", one),
        _of("({0} % 7)", one),
        _of("round({0}, 1)", one),
        _of("round({0})", one),
        _of("floor({0})", one),
        _of("abs({0})", one),
        _of("cast({0} as decimal(38,3))", one),
        _of("truncate({0})", one),
    )


def _texts(depth: int) -> Text:
    leaves = st.sampled_from(["'a'", "'Ab c'", "''", "_source_sheet", "_source_file", "cast(order_id as varchar)"])
    if not depth:
        return leaves
    one = _texts(depth - 1)
    return st.one_of(
        leaves,
        _of("upper({0})", one),
        _of("reverse({0})", one),
        _of("substr({0}, 2)", one),
        _of("substr({0}, -2, 2)", one),
        _of("replace({0}, 'a', 'xy')", one),
        _of("({0} || {1})", one, one),
        _of("split_part({0}, '-', 2)", one),
        _of("lpad({0}, 6, '*')", one),
        _of("cast({0} as varchar)", _decimals(depth - 1)),
        _of("cast({0} as varchar)", _dates(depth - 1)),
        _of("cast({0} as varchar)", _doubles(depth - 1)),
        _of("date_format({0}, '%Y-%m-%d %H')", _instants(depth - 1)),
        _of("regexp_replace({0}, '[0-9]+', '#')", one),
        _of("cast({0} as varchar(3))", one),
    )


def _doubles(depth: int) -> Text:
    leaves = st.sampled_from(["1e0", "2.5e0", "-0.5e0", "cast(total_amount as double)", "1e7"])
    if not depth:
        return leaves
    one = _doubles(depth - 1)
    return st.one_of(
        leaves,
        _of("({0} + {1})", one, _integers(depth - 1)),
        _of("({0} * {1})", one, _decimals(depth - 1)),
        _of("({0} / {1})", one, one),
        _of("round({0}, 2)", one),
        _of("sqrt(abs({0}))", one),
    )


def _dates(depth: int) -> Text:
    leaves = st.sampled_from(['"date"', "date '2024-02-29'", "date '2025-12-31'"])
    if not depth:
        return leaves
    one = _dates(depth - 1)
    return st.one_of(
        leaves,
        _of("date_add('day', 40, {0})", one),
        _of("date_add('month', -1, {0})", one),
        _of("({0} + interval '1' month)", one),
        _of("({0} - interval '3' day)", one),
        _of("date_trunc('week', {0})", one),
        _of("last_day_of_month({0})", one),
        _of("cast({0} as date)", _instants(depth - 1)),
    )


def _instants(depth: int) -> Text:
    leaves = st.sampled_from(["order_timestamp", "timestamp '2025-03-30 00:30:00 Europe/Berlin'"])
    if not depth:
        return leaves
    one = _instants(depth - 1)
    return st.one_of(
        leaves,
        _of("({0} at time zone 'America/New_York')", one),
        _of("date_trunc('day', {0})", one),
        _of("date_trunc('hour', {0})", one),
        _of("date_add('day', 1, {0})", one),
        _of("({0} + interval '25' hour)", one),
    )


def _booleans(depth: int) -> Text:
    one, amount, text = _integers(depth - 1 if depth else 0), _decimals(max(depth - 1, 0)), _texts(max(depth - 1, 0))
    leaves = st.one_of(
        _of("({0} > {1})", one, one),
        _of("({0} <= {1})", amount, one),
        _of("({0} in ({1}, 5))", one, one),
        _of("({0} between {1} and 50)", amount, amount),
        _of("({0} is null)", amount),
        _of("({0} is distinct from {1})", one, one),
        _of("({0} like '%2%')", text),
        _of("(regexp_like({0}, '^[a-z]'))", text),
        _of("({0} >= {1})", _dates(0), _dates(0)),
    )
    if not depth:
        return leaves
    side = _booleans(depth - 1)
    return st.one_of(leaves, _of("({0} and {1})", side, side), _of("({0} or {1})", side, side), _of("(not {0})", side))


_ANY = st.one_of(*(make(_DEPTH) for make in (_integers, _decimals, _texts, _doubles, _dates, _instants, _booleans)))
_ROWS = _of("select order_id id, {0} a, {1} b, {2} c from orders where {3} order by 1", _ANY, _ANY, _ANY, _booleans(1))
_GROUPS = _of(
    "select {0} k, count(*) n, sum({1}) s, avg({1}) m, max({2}) x, count(distinct user_id) d from orders "
    "group by {0} order by 1",
    st.one_of(_integers(1), _texts(1), _dates(1)),
    _decimals(2),
    st.one_of(_dates(2), _texts(2), _integers(2)),
)
_WINDOWS = _of(
    "select order_id id, sum({0}) over (order by order_id) s, lag({1}) over (order by order_id) l, "
    "avg({0}) over (order by order_id rows 2 preceding) m from orders order by order_id",
    _decimals(1),
    _ANY,
)
STATEMENTS = st.one_of(_ROWS, _ROWS, _GROUPS, _WINDOWS)
