"""Before anything is loaded: are the contracts that jobs follow the project's?"""

from __future__ import annotations

import pytest
from tests.unit.aws.deploy_fakes import MemoryStacks
from tests.unit.aws.shop import PLAIN, names

from lakectl.errors import UsageError
from lakectl.platforms.aws.artifacts import contract_artifacts, folder
from lakectl.platforms.aws.deployed import check_contracts
from lakectl.platforms.aws.stacks import Stack
from lakehouse.contracts.load import PACKAGED


@pytest.fixture
def stacks(tmp_path):
    stacks = MemoryStacks()
    parameters = {"ContractsPrefix": folder(contract_artifacts(tmp_path))}
    stacks.stacks["shop-app"] = Stack("shop-app", "id", "UPDATE_COMPLETE", "", parameters)
    return stacks


def change(project):
    (project / "contracts").mkdir()
    text = (PACKAGED / "products.yaml").read_text()
    (project / "contracts" / "products.yaml").write_text(f"{text}      - {{name: colour, logicalType: string}}\n")


def test_the_deployed_contracts_are_the_projects(tmp_path, stacks):
    check_contracts(tmp_path, names(PLAIN), stacks)
    assert stacks.asked == ["find shop-app"]


def test_a_contract_that_is_not_deployed_yet_is_refused(tmp_path, stacks):
    change(tmp_path)
    with pytest.raises(UsageError, match="not those that are deployed as shop-app") as refused:
        check_contracts(tmp_path, names(PLAIN), stacks)
    assert "lakectl -t aws deploy" in refused.value.hint


@pytest.mark.parametrize("status", ["", "ROLLBACK_COMPLETE"])
def test_where_no_stack_works_there_is_nothing_to_compare_with(tmp_path, stacks, status):
    change(tmp_path)
    if status:
        stacks.now("shop-app", status)
    else:
        stacks.stacks.clear()
    check_contracts(tmp_path, names(PLAIN), stacks)
