"""The catalogue of named queries and the values that they take."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from pathlib import Path

import pytest

from lakectl.asking.parameters import Parameter, ParameterError, bind, guess_value, literal, read_value
from lakectl.asking.statement import parse
from lakectl.operations.queries import QueryFileError, QueryUnknown, find_query, is_name, load_queries, read_query
from lakectl.operations.query import prepare

SHIPPED = Path(__file__).parents[3] / "sql"


def _file(folder: Path, text: str, name: str = "q.sql") -> Path:
    path = folder / name
    path.write_text(text)
    return path


def test_a_header_gives_title_and_typed_parameters(tmp_path):
    query = read_query(
        _file(
            tmp_path,
            "-- title: Late orders\n-- any remark\n-- param limit integer = 10: how many\n"
            "-- param since timestamp = 2025-04-01T10:00:00Z: from when\n-- param who string\n"
            "select 1 -- param x date\n",
        )
    )
    assert query.title == "Late orders"
    assert query.parameters == (
        Parameter("limit", "integer", "10", "how many"),
        Parameter("since", "timestamp", "2025-04-01T10:00:00Z", "from when"),
        Parameter("who", "string", None, ""),
    )


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("-- param limit", "q.sql:1: cannot read `param limit`"),
        ("-- param limit number = 3", "number is no type"),
        ("-- param limit integer = ten", "'ten' is none"),
        ("-- param a date\n-- param a date", "q.sql:2: parameter a is declared twice"),
    ],
)
def test_a_broken_header_names_file_and_line(tmp_path, line, said):
    with pytest.raises(QueryFileError) as raised:
        read_query(_file(tmp_path, f"{line}\nselect 1"))
    assert said in raised.value.message


def test_a_later_folder_wins_and_names_are_sorted(tmp_path):
    for folder, names in (("a", "zx"), ("b", "xy")):
        (tmp_path / folder).mkdir()
        for name in names:
            _file(tmp_path / folder, f"-- title: {folder}\nselect 1", f"{name}.sql")
    found = load_queries([tmp_path / "a", tmp_path / "b"])
    assert {name: query.title for name, query in found.items()} == {"x": "b", "y": "b", "z": "a"}
    assert list(found) == ["x", "y", "z"]


def test_an_unknown_name_suggests_the_nearest():
    with pytest.raises(QueryUnknown) as raised:
        find_query(load_queries([SHIPPED]), "top_customer")
    assert raised.value.hint == "Did you mean top_customers?"


@pytest.mark.parametrize(
    ("text", "name"), [("top_customers", True), (" x-1 ", True), ("select 1", False), ("(select 1)", False)]
)
def test_one_word_is_a_name(text, name):
    assert is_name(text) is name


@pytest.mark.parametrize("name", load_queries([SHIPPED]))
def test_every_shipped_query_has_a_title_and_declares_what_it_uses(name):
    query = load_queries([SHIPPED])[name]
    assert query.title != name.replace("_", " ")
    assert {parameter.name for parameter in query.parameters} == set(parse(query.sql).parameters)
    assert all(parameter.description for parameter in query.parameters)


@pytest.mark.parametrize(
    ("type", "text", "value"),
    [
        ("integer", "-9223372036854775808", -(2**63)),
        ("decimal", "1.50", Decimal("1.50")),
        ("boolean", "TRUE", True),
        ("date", "2025-04-01", dt.date(2025, 4, 1)),
        ("timestamp", "2025-04-01T10:00:00+02:00", dt.datetime(2025, 4, 1, 8, tzinfo=dt.UTC)),
        ("timestamp", "2025-04-01 10:00", dt.datetime(2025, 4, 1, 10, tzinfo=dt.UTC)),
        ("string", "7", "7"),
    ],
)
def test_a_value_is_read_by_its_type(type, text, value):
    assert read_value("p", type, text) == value


@pytest.mark.parametrize(
    ("type", "text"),
    [
        ("integer", "1.0"),
        ("integer", "9223372036854775808"),
        ("integer", ""),
        ("decimal", "1e3"),
        ("decimal", "nan"),
        ("boolean", "yes"),
        ("date", "2025-02-30"),
        ("date", "20250401"),
        ("timestamp", "2025-04-01"),
        ("timestamp", "2025-04-01T25:00"),
    ],
)
def test_a_value_of_another_type_is_refused_with_its_name(type, text):
    with pytest.raises(ParameterError, match="Parameter p takes"):
        read_value("p", type, text)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("5", 5),
        ("5.0", Decimal("5.0")),
        ("true", True),
        ("2025-04-01", dt.date(2025, 4, 1)),
        ("'5'", "5"),
        ("O'Neil", "O'Neil"),
    ],
)
def test_without_a_declaration_the_form_tells_the_type(text, value):
    assert guess_value("p", text) == value


def test_unknown_and_missing_parameters_are_named():
    declared = [Parameter("limit", "integer", "10"), Parameter("since", "date")]
    with pytest.raises(ParameterError, match="no parameter limt"):
        bind(declared, {"limt": "5"})
    with pytest.raises(ParameterError, match="since \\(date\\)"):
        bind(declared, {"limit": "5"})
    with pytest.raises(ParameterError, match="its parameter b"):
        prepare("select :a, :b", {"a": "1"}, {})
    with pytest.raises(ParameterError, match="no parameter c"):
        prepare("select :a", {"a": "1", "c": "1"}, {})


def test_literals_are_closed_in_themselves():
    sql = "select ':x', :x as x -- :x\n, json_object('k':v) from orders o where o.\"a\"=:y;"
    statement = parse(sql)
    assert statement.parameters == ("x", "y")
    filled = statement.with_literals({"x": "it's; drop", "y": dt.date(2025, 4, 1)})
    assert (
        filled
        == "select ':x', 'it''s; drop' as x -- :x\n, json_object('k':v) from orders o where o.\"a\"=date '2025-04-01'"
    )
    assert statement.with_texts(["?", "?"]).count("?") == 2
    assert literal(dt.datetime(2025, 4, 1, 8, tzinfo=dt.UTC)) == "timestamp '2025-04-01 08:00:00.000000 UTC'"
