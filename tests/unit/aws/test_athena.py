"""Queries on Athena: what is asked of it, what its texts become, what its failures say."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest
from botocore.exceptions import EndpointConnectionError
from tests.unit.aws.fake_athena import Answer, FakeAthena, FakeSession

from lakectl.asking.answers import Result
from lakectl.asking.statement import QueryError, QueryFailed
from lakectl.errors import Unreachable, UsageError
from lakectl.operations.queries import load_queries
from lakectl.operations.query import prepare
from lakectl.platforms.aws.athena import AthenaQueries
from lakectl.platforms.aws.names import Names
from lakectl.settings import AwsTarget
from lakehouse.errors import LakehouseError

NAMED = load_queries([Path(__file__).parents[3] / "sql"])
NAMES = Names(AwsTarget(bucket="shop-lake", region="eu-central-1", prefix="shop"), "123456789012")


def queries(athena: FakeAthena) -> AthenaQueries:
    return AthenaQueries(FakeSession(athena), NAMES)  # type: ignore[arg-type]


def ask(athena: FakeAthena, text: str, **given: str) -> Result:
    question = prepare(text, given, NAMED)
    return queries(athena).run(question.statement, question.values)


def failure(athena: FakeAthena, text: str = "select 1 as a", expected: type[LakehouseError] = QueryFailed) -> Any:
    with pytest.raises(expected) as raised:
        list(ask(athena, text).rows)
    assert "\n" not in raised.value.message
    return raised.value


def test_a_query_runs_in_the_workgroup_and_the_database_that_the_settings_name():
    athena = FakeAthena([Answer()])
    ask(athena, "select 1 as a")
    (request,) = athena.started
    assert (request["QueryString"], request["WorkGroup"]) == ("select 1 as a", "shop")
    assert request["QueryExecutionContext"]["Database"] == "ecom_catalog"
    # Where results go and how they are encrypted is the workgroup's to say.
    assert "ExecutionParameters" not in request
    assert "ResultConfiguration" not in request


def test_values_go_beside_the_text_where_athena_takes_them_and_as_literals_elsewhere():
    athena = FakeAthena([Answer()])
    ask(athena, "reorder_rate", limit="3", min_items="2")
    (request,) = athena.started
    assert "where place <= ?" in request["QueryString"]
    assert "having count(*) >= 2" in request["QueryString"]
    assert request["ExecutionParameters"] == ["3"]


def test_a_value_of_each_type_is_bound_as_a_literal_of_its_type():
    athena = FakeAthena([Answer()])
    values = {
        "a": "it's; drop table x --",
        "b": "1.50",
        "c": "true",
        "d": "2025-04-01",
        "e": "2025-04-01T10:00+02:00",
        "f": "-7",
    }
    ask(athena, f"select 1 as a from orders where {' and '.join(f'{name} = :{name}' for name in values)}", **values)
    (request,) = athena.started
    assert request["QueryString"].count("?") == 6
    assert request["ExecutionParameters"] == [
        "'it''s; drop table x --'",
        "decimal '1.50'",
        "true",
        "date '2025-04-01'",
        "timestamp '2025-04-01 08:00:00.000000 UTC'",
        "-7",
    ]


@pytest.mark.parametrize("clause", ["select :v as a", "select count(*) filter (where a > :v) as a from orders",
                                    "select a from orders limit :v", "select a from orders group by a having a > :v",
                                    "select o.a from orders o join orders p on o.a = :v"])  # fmt: skip
def test_no_mark_stands_where_athena_may_refuse_it(clause):
    athena = FakeAthena([Answer()])
    ask(athena, clause, v="1")
    assert "?" not in athena.started[0]["QueryString"]


def test_texts_become_the_values_of_the_local_target():
    columns = [("n", "bigint"), ("d", "decimal(12,2)"), ("s", "varchar"), ("b", "boolean"), ("f", "double"),
               ("day", "date"), ("t", "timestamp"), ("z", "timestamp with time zone"), ("x", "varbinary"),
               ("i", "interval day to second"), ("j", "json"), ("n", "integer")]  # fmt: skip
    texts = ["7", "1.50", "", "true", "1.5E-3", "2025-04-01", "2025-04-01 10:00:00.500",
             "2025-04-01 12:00:00.000 Europe/Berlin", "00 ff", "2 00:00:03.500", '{"a":1}', None]  # fmt: skip
    result = ask(FakeAthena([Answer(columns, [texts])]), "select 1 as a")
    assert [(column.name, column.type) for column in result.columns][1::10] == [
        ("d", "decimal(12,2)"),
        ("n_1", "integer"),
    ]
    assert next(result.rows) == (
        7,
        Decimal("1.50"),
        "",
        True,
        0.0015,
        dt.date(2025, 4, 1),
        dt.datetime(2025, 4, 1, 10, 0, 0, 500000),
        dt.datetime(2025, 4, 1, 10, tzinfo=dt.UTC),
        b"\x00\xff",
        dt.timedelta(days=2, seconds=3, milliseconds=500),
        '{"a":1}',
        None,
    )


def test_nested_values_are_asked_for_in_a_form_that_can_be_read_back():
    athena = FakeAthena(
        [
            Answer([("id", "integer"), ("tags", "array")], [["1", "[a, b]"]], read=2_000_000),
            Answer(
                [("_col0", "varchar"), ("_col1", "varchar")], [["integer", "array(row(k varchar, v decimal(5,2)))"]]
            ),
            Answer([("id", "integer"), ("tags", "varchar")], [["1", r'["[\"a, b\",\"1.50\"]",null]']], read=2_000_000),
        ]
    )
    result = ask(athena, "select id, tags from orders where id = :n order by lower(name) desc limit 5", n="1")
    assert list(result.rows) == [(1, [{"k": "a, b", "v": Decimal("1.50")}, None])]
    assert [column.type for column in result.columns] == ["integer", "array(row(k varchar, v decimal(5,2)))"]
    assert [request["ExecutionParameters"] for request in athena.started] == [["1"]] * 3
    assert athena.started[2]["QueryString"].endswith(
        "FROM (select id, tags, LOWER(name) from orders where id = ? order by lower(name) desc limit 5\n)"
        " AS asked_ (c0, c1, k0) ORDER BY asked_.k0 DESC"
    )
    assert result.note() == "Athena read 4.0 MB: about $0.00015."  # three queries, each billed for 10 MB at least


def test_rows_are_fetched_page_by_page_while_they_are_walked():
    athena = FakeAthena([Answer(rows=[[str(number)] for number in range(2500)])])
    rows = ask(athena, "select 1 as a").rows
    assert next(rows) == (0,)
    assert len(athena.pages) < 3
    assert [value for (value,) in rows] == list(range(1, 2500))
    assert [page["MaxResults"] for page in athena.pages] == [1000] * 3


@pytest.mark.parametrize(
    ("read", "note"),
    [(0, "Athena read 0 bytes: about $0.00005."), (3 * 10**11, "Athena read 300.0 GB: about $1.50000.")],
)
def test_what_was_read_and_what_it_costs_is_told(read, note):
    assert ask(FakeAthena([Answer(read=read)]), "select 1 as a").note() == note


def test_parquet_has_the_rows_in_their_order_and_types(tmp_path):
    rows = [["3", "1.50", "2025-04-01 10:00:00.000 UTC", ""], ["1", None, None, None]]
    columns = [("n", "bigint"), ("d", "decimal(12,2)"), ("t", "timestamp with time zone"), ("s s", "varchar")]
    note = queries(FakeAthena([Answer(columns, rows)])).unload(
        prepare("select 1 as a", {}, {}).statement, {}, tmp_path / "a.parquet"
    )
    read = duckdb.sql(f"from '{tmp_path}/a.parquet'")
    assert list(map(str, read.types)) == ["BIGINT", "DECIMAL(12,2)", "TIMESTAMP WITH TIME ZONE", "VARCHAR"]
    assert read.select('n, d, epoch(t), "s s"').fetchall() == [
        (3, Decimal("1.50"), 1743501600.0, ""),
        (1, None, None, None),
    ]
    assert note.startswith("Athena read")


def test_ctrl_c_stops_the_query():
    athena = FakeAthena([Answer()], interrupt=True)
    with pytest.raises(KeyboardInterrupt):
        ask(athena, "select 1 as a")
    assert athena.stopped == ["0"]


def test_a_missing_table_is_named_with_the_nearest():
    reason = "TABLE_NOT_FOUND: line 1:15: Table 'awsdatacatalog.ecom_catalog.order_itms' does not exist"
    athena = FakeAthena([Answer(state="FAILED", reason=reason)], tables={"orders": [], "order_items": []})
    error = failure(athena, "select a from order_itms", QueryError)
    assert error.message == "There is no table order_itms."
    assert error.hint.startswith("Did you mean order_items?")


def test_a_missing_column_is_placed_and_the_nearest_named():
    reason = "COLUMN_NOT_FOUND: line 1:8: Column 'total_amont' cannot be resolved or requester is not authorized"
    athena = FakeAthena(
        [Answer(state="FAILED", reason=reason)], tables={"orders": ["total_amount"], "x": ["total_amon"]}
    )
    error = failure(athena, "select total_amont from orders", QueryError)
    assert error.message == "There is no column total_amont at line 1, column 8."
    assert error.hint == "Did you mean total_amount?"


def test_where_nothing_was_refused_the_table_of_rejects_is_empty():
    reason = "TABLE_NOT_FOUND: line 2:6: Table 'awsdatacatalog.ecom_catalog.rejected_records' does not exist"
    athena = FakeAthena([Answer(state="FAILED", reason=reason), Answer()])
    assert list(ask(athena, "with r as (select 1 as a from rejected_records) select a from r").rows) == []
    assert athena.started[1]["QueryString"].startswith("with rejected_records AS (SELECT CAST(null AS VARCHAR)")
    assert athena.started[1]["QueryString"].endswith(", r as (select 1 as a from rejected_records) select a from r")


def test_a_query_over_the_limit_says_what_limits_it():
    reason = "Query cancelled! : Bytes scanned limit was exceeded"
    error = failure(FakeAthena([Answer(state="CANCELLED", reason=reason)]))
    assert "Bytes scanned limit was exceeded" in error.message
    assert "targets.aws.scan_limit_gigabytes" in error.hint


def test_what_fails_says_athenas_reason_in_one_line():
    reason = "INVALID_CAST_ARGUMENT:\n Cannot cast 'x' to INT"
    error = failure(FakeAthena([Answer(state="FAILED", reason=reason)]))
    assert error.message == "The query failed: INVALID_CAST_ARGUMENT: Cannot cast 'x' to INT"


@pytest.mark.parametrize(
    ("code", "message", "expected"),
    [
        ("InvalidRequestException", "line 1:1: mismatched input 'x'", QueryFailed),
        ("TooManyRequestsException", "Rate exceeded", Unreachable),
        ("ExpiredTokenException", "The security token included in the request is expired", Unreachable),
        ("AccessDeniedException", "not authorized to perform: athena:StartQueryExecution", UsageError),
    ],
)
@pytest.mark.parametrize("call", ["StartQueryExecution", "GetQueryExecution", "GetQueryResults"])
def test_a_refused_call_is_told(code, message, expected, call):
    athena = FakeAthena([Answer()], refused=call, error=(code, message))
    assert failure(athena, expected=expected).message


@pytest.mark.parametrize("call", ["StartQueryExecution", "GetQueryExecution", "GetQueryResults"])
def test_a_network_that_goes_away_is_told(call):
    gone = EndpointConnectionError(endpoint_url="https://athena.eu-central-1.amazonaws.com/")
    assert (
        "cannot be reached" in failure(FakeAthena([Answer()], refused=call, error=gone), expected=Unreachable).message
    )


@pytest.mark.parametrize(
    "reason",
    [
        "WorkGroup shop is not found.",
        "SCHEMA_NOT_FOUND: line 1:15: Schema 'ecom_catalog' does not exist",
        "Unable to verify/create output bucket shop-lake",
    ],
)
def test_where_nothing_is_deployed_deploy_is_what_to_do(reason):
    refused = FakeAthena([Answer()], refused="StartQueryExecution", error=("InvalidRequestException", reason))
    assert "lakectl -t aws deploy" in failure(refused, expected=UsageError).hint
    assert reason in failure(FakeAthena([Answer(state="FAILED", reason=reason)]), expected=UsageError).message


def test_shown_sql_has_its_values_in_it_and_is_athenas():
    question = prepare("select a from orders where a = :v", {"v": "x"}, {})
    asker = queries(FakeAthena([]))
    assert asker.text(question.statement, question.values, "athena") == "select a from orders where a = 'x'"
    with pytest.raises(QueryError, match="Athena"):
        asker.text(question.statement, question.values, "duckdb")
