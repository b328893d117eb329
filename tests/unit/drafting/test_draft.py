"""Drafts as a whole: what is drafted from a shop is what its own contracts say, and loads the shop's files."""

from __future__ import annotations

import pytest
from tests.unit.convert.helpers import workbook
from tests.unit.drafting.shops import contracts, csv_file, drafted, only

from lakectl.errors import UsageError
from lakectl.operations.draft import write_contracts
from lakectl.operations.sample import generate
from lakehouse.contracts.load import PACKAGED, load_contracts
from lakehouse.contracts.model import ForeignKey


def test_a_shop_gets_its_contracts_back(tmp_path):
    files = generate(tmp_path / "data", months=2, orders=200, dirty=0, seed=3).files
    found = contracts(drafted(*files, known={}), tmp_path / "contracts")
    truth = load_contracts([PACKAGED])
    assert found.keys() == truth.keys()
    for name, contract in truth.items():
        assert {c.name: str(c.type) for c in found[name].columns} == {c.name: str(c.type) for c in contract.columns}
        assert found[name].primary_key == contract.primary_key
        assert found[name].partition_by == contract.partition_by
        assert found[name].latest_by == contract.latest_by
        assert set(found[name].foreign_keys) >= set(contract.foreign_keys)
    assert [c.name for c in found["orders"].columns if c.derived_from] == ["date"]
    assert ForeignKey(("order_id",), "orders", ("order_id",)) in found["order_items"].foreign_keys


def test_a_dirty_shop_gets_them_where_some_rows_may_be_wrong(tmp_path):
    files = generate(tmp_path / "data", months=1, orders=600, dirty=2, seed=3).files
    found = contracts(drafted(*files, known={}, tolerated=0.03), tmp_path / "contracts")
    truth = load_contracts([PACKAGED])
    wrong = {
        (name, c.name)
        for name, contract in truth.items()
        for c in contract.columns
        if found[name].column(c.name).type.kind != c.type.kind
    }
    assert wrong == set()
    assert {name: found[name].partition_by for name in truth} == {n: c.partition_by for n, c in truth.items()}
    assert {name: found[name].primary_key for name in truth} == {n: c.primary_key for n, c in truth.items()}


def test_only_keys_and_what_orders_rows_are_required(tmp_path):
    rows = [["id", "name", "updated_at"], *([n, f"n{n % 3}", f"2025-04-0{n} 10:00:00"] for n in range(1, 9))]
    contract = only(drafted(csv_file(tmp_path / "a.csv", rows)), tmp_path / "contracts")
    assert {c.name for c in contract.columns if c.required} == {"id", "updated_at"}
    assert contract.latest_by == ("updated_at",)


def test_a_date_that_is_not_the_timestamps_day_stays(tmp_path):
    rows = [
        ["id", "at", "day"],
        [1, "2025-04-01 23:30:00+02:00", "2025-04-01"],
        [2, "2025-04-02 01:30:00+02:00", "2025-04-01"],
    ]
    found = only(drafted(csv_file(tmp_path / "a.csv", rows)), tmp_path / "one")
    assert found.column("day").derived_from == "at"
    rows[2][2] = "2025-04-02"
    found = only(drafted(csv_file(tmp_path / "b.csv", rows)), tmp_path / "two")
    assert found.column("day").derived_from == ""


def test_blanks_are_no_key(tmp_path):
    rows = [["id", "sku"], [1, "a"], [" ", "b"], [3, "c"]]
    assert only(drafted(csv_file(tmp_path / "a.csv", rows)), tmp_path / "contracts").primary_key == ("sku",)


def test_a_composite_key(tmp_path):
    rows = [["warehouse", "article", "level"], ["n", 1, 5], ["n", 2, 5], ["s", 1, 5], ["s", 2, 7]]
    contract = only(drafted(csv_file(tmp_path / "stock.csv", rows)), tmp_path / "contracts")
    assert set(contract.primary_key) == {"warehouse", "article"}


def test_drafts_refer_to_each_other_with_one_type(tmp_path):
    users = csv_file(tmp_path / "users.csv", [["id", "name"], [1, "a"], [2, "b"], [3, "c"]])
    visits = csv_file(tmp_path / "visits.csv", [["visit_no", "user_id"], [7, 1], [8, 1], [9, 3]])
    found = contracts(drafted(users, visits), tmp_path / "contracts")
    assert found["visits"].foreign_keys == (ForeignKey(("user_id",), "users", ("id",)),)


def test_neighbours_prove_a_thousand(tmp_path):
    rows = [["nr", "menge", "preis"], [1, "1.000", "12,50"], [2, "12.500", "1.999,00"]]
    contract = only(drafted(csv_file(tmp_path / "a.csv", rows)), tmp_path / "contracts")
    assert str(contract.column("menge").type) == "int"


def test_in_a_workbook_only_a_comma_proves_anything(tmp_path):
    rows = [["nr", "menge", "preis", "faktor"], [1, "1.000", "12,50", 1.5], [2, "12.500", "1.999,00", 2.25]]
    contract = only(drafted(workbook(tmp_path / "a.xlsx", {"A": rows})), tmp_path / "contracts")
    menge = contract.column("menge")
    # A cell that is a number stays one, with its decimals; a text is read with the comma.
    assert (str(menge.type), menge.reading.decimal_separator) == ("decimal(13,3)", ",")
    assert contract.column("faktor").reading.decimal_separator == ""


def test_where_no_column_is_whole_the_refused_rows_are_told(tmp_path):
    rows = [["sku", "level"], ["a", 1], ["", 2], ["c", "-"]]
    [draft] = drafted(csv_file(tmp_path / "a.csv", rows)).drafts
    assert draft.key == ("sku",)
    assert "# Key: sku; 1 row of 3 without a valid one, which will be refused." in draft.contract


def test_no_key_at_all(tmp_path):
    with pytest.raises(UsageError, match="a: no column can be a key"):
        drafted(csv_file(tmp_path / "a.csv", [["x", "y"], ["1e5", "1e-7"], ["2e5", "2e-7"]]))


def test_what_cannot_be_loaded_beside_another_contract_is_told(tmp_path):
    rows = [["product_id", "department"], [1, "Books"], [2, "Toys"]]
    outcome = drafted(csv_file(tmp_path / "goods.csv", rows))
    assert outcome.notes == (
        "goods: products has all of these columns, too, so its contract and this one rule each other out",
    )
    assert drafted(csv_file(tmp_path / "products.csv", rows)).notes == ()


def test_what_is_left_out_is_told(tmp_path):
    (tmp_path / "a.csv").write_text("id,Name,name,\n1,a,b,x\n2,b,c,\n")
    outcome = drafted(tmp_path / "a.csv")
    assert "a: column B: another column has the same header" in outcome.notes
    assert "a.csv: column D has no header; what it holds is kept out" in outcome.notes


def test_a_name_is_for_one_table(tmp_path):
    book = workbook(tmp_path / "a.xlsx", {"A": [["x", "y"], [1, 2]], "B": [["v", "w"], [1, 2]]})
    with pytest.raises(UsageError, match="2 kinds of tables, such as in A, B"):
        drafted(book, name="stock")
    assert [draft.dataset for draft in drafted(book, name="stock", sheet="B").drafts] == ["stock"]
    with pytest.raises(UsageError, match="'Stock' is no name"):
        drafted(book, name="Stock", sheet="B")


def test_nothing_to_draft(tmp_path):
    book = workbook(tmp_path / "a.xlsx", {"A": [["x", "y"]]})
    with pytest.raises(UsageError, match="no table in there"):
        drafted(book)
    with pytest.raises(UsageError, match="sheet 'Z': no table in there"):
        drafted(book, sheet="Z")
    with pytest.raises(UsageError, match="no such file"):
        drafted(tmp_path / "nowhere.xlsx")


def test_no_file_is_overwritten(tmp_path):
    outcome = drafted(
        csv_file(tmp_path / "a.csv", [["x", "y"], [1, 2]]), csv_file(tmp_path / "b.csv", [["v", "w"], [1, 2]])
    )
    folder = tmp_path / "contracts"
    with pytest.raises(UsageError, match="one file, and there are 2 contracts"):
        write_contracts(outcome, tmp_path / "both.yaml")
    folder.mkdir()
    (folder / "b.yaml").write_text("mine")
    with pytest.raises(UsageError, match=r"b\.yaml is there already"):
        write_contracts(outcome, folder)
    assert [path.name for path in folder.iterdir()] == ["b.yaml"]
    (folder / "b.yaml").unlink()
    assert [draft.file for draft in write_contracts(outcome, folder).drafts] == [folder / "a.yaml", folder / "b.yaml"]
