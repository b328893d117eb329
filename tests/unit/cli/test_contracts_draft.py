"""`lakectl contracts draft`: printed, written, in JSON; and what it drafts loads what it was drafted from."""

from __future__ import annotations

import pytest
import yaml
from tests.unit.convert.helpers import workbook

STOCK = "warehouse;article;level;counted on\nN;007;12;2025-04-01\nS;008;;2025-04-01\nS;007;3;2025-04-02\n"


@pytest.fixture
def stock(project):
    (project / "stock.csv").write_text(STOCK)
    return project / "stock.csv"


def loaded(lakectl, *files):
    ran = lakectl("ingest", *map(str, files), "-o", "json")
    assert ran.code == 0, ran.err
    return {each["dataset"]: (each["read"], each["inserted"], each["rejected"]) for each in ran.json["datasets"]}


def test_it_is_printed(stock, lakectl):
    ran = lakectl("contracts", "draft", "stock.csv")
    assert ran.code == 0
    assert yaml.safe_load(ran.out)["schema"][0]["name"] == "stock"
    assert lakectl("contracts", "draft", "stock.csv", "-o", "-").out == ran.out


def test_a_draft_loads_its_own_file(stock, lakectl):
    ran = lakectl("contracts", "draft", "stock.csv", "-o", "contracts/stock.yaml")
    assert (ran.code, ran.out) == (0, "")
    assert "Wrote contracts/stock.yaml: stock, 4 columns, key warehouse, article." in ran.err
    assert loaded(lakectl, stock)["stock"] == (3, 3, 0)
    assert lakectl("query", "select article from stock where level = 3", "-o", "csv").out.split() == ["article", "007"]


def test_a_draft_reads_what_its_place_writes(project, lakectl):
    rows = [f"{n};{n}.500,25;{n:02}.03.2025;{'ja' if n % 2 else 'nein'};{'-' if n == 3 else n}" for n in range(1, 20)]
    (project / "lager.csv").write_text("\n".join(["Nr;Preis;Datum;Aktiv;Menge", *rows]))
    assert lakectl("contracts", "draft", "lager.csv", "-o", "contracts").code == 0
    assert loaded(lakectl, "lager.csv")["lager"] == (19, 19, 0)
    asked = "select preis, datum, aktiv, menge from lager where nr in (2, 3) order by nr"
    assert lakectl("query", asked, "-o", "csv").out.splitlines()[1:] == [
        "2500.25,2025-03-02,false,2",
        "3500.25,2025-03-03,true,",
    ]


def test_a_shop_whose_contracts_were_lost(project, lakectl):
    lakectl("sample", "data", "--orders", "120", "--dirty", "0")
    for contract in (project / "contracts").iterdir():
        contract.unlink()
    files = [str(path) for path in sorted((project / "data").iterdir()) if path.suffix != ".json"]
    assert lakectl("contracts", "draft", *files, "-o", "contracts").code == 0
    counts = loaded(lakectl, *files)
    assert {rejected for _, _, rejected in counts.values()} == {0}
    assert {dataset for dataset, (read, inserted, _) in counts.items() if read == inserted > 0} == set(counts)


def test_references_to_a_table(project, lakectl):
    (project / "products.csv").write_text("product_id,department\n1,Books\n2,Toys\n")
    (project / "prices.csv").write_text("price_no,product_id\n1,1\n2,1\n3,2\n")
    (project / "others.csv").write_text("price_no,product_id\n1,1\n2,1\n3,9\n")
    assert "\n        # relationships:" in lakectl("contracts", "draft", "prices.csv").out
    loaded(lakectl, "products.csv")
    assert "\n        relationships:" in lakectl("contracts", "draft", "prices.csv").out
    assert "relationships" not in lakectl("contracts", "draft", "others.csv").out


def test_nothing_is_overwritten(stock, lakectl):
    (stock.parent / "contracts" / "stock.yaml").write_text("mine")
    for target in ("contracts/stock.yaml", "contracts"):
        (stock.parent / "contracts" / "stock.yaml").write_text("")
        ran = lakectl("contracts", "draft", "stock.csv", "-o", target)
        assert ran.code == 2


def test_json(stock, lakectl):
    ran = lakectl("contracts", "draft", "stock.csv", "--name", "shelves", "-o", "json")
    [draft] = ran.json
    assert (draft["dataset"], draft["rows"], draft["file"]) == ("shelves", 3, None)
    assert draft["key"] == ["warehouse", "article"]
    assert yaml.safe_load(draft["contract"])["id"] == "shelves"
    missing = lakectl("contracts", "draft", "nowhere.csv", "-o", "json")
    assert (missing.code, missing.json["error"]["message"]) == (2, "nowhere.csv: no such file")


def test_outside_a_project(tmp_path, lakectl):
    book = workbook(tmp_path / "a.xlsx", {"A": [["id", "x"], [1, 2]], "B": [["no", "y"], [1, 2]], "C": [["Note"]]})
    ran = lakectl("contracts", "draft", str(book))
    assert ran.code == 0
    assert [each["id"] for each in yaml.safe_load_all(ran.out)] == ["a", "b"]
    assert "Note: a.xlsx, sheet 'C': no header with rows below it." in ran.err
    assert lakectl("--project", "nowhere", "contracts", "draft", str(book)).code == 2


def test_a_misspelt_format_is_no_file(stock, lakectl):
    ran = lakectl("contracts", "draft", "stock.csv", "-o", "jsn")
    assert (ran.code, "this command cannot print 'jsn'" in ran.err) == (2, True)
