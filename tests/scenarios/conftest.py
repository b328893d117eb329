"""Where the scenarios run: here on each engine, and on AWS as the emulator has it: functions, Spark jobs, S3, Athena.

Markers are objects, and with DuckDB items of DynamoDB, too: what else is the same does not ask which.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.cloud.shop import client, fresh_account, open_shop
from tests.local.conftest import make
from tests.local.shop import Shop
from tests.scenarios.aws_shop import AwsShop

PLACES = ("duckdb", "duckdb-dynamodb", "spark", "aws")
_JVM = ("spark", "aws")


@pytest.fixture(params=[pytest.param(name, marks=[pytest.mark.spark] * name.startswith(_JVM)) for name in PLACES])
def shop(request: pytest.FixtureRequest, tmp_path: Path) -> Shop:
    """An empty lake there."""
    if request.param == "aws":
        return _on_aws(request, tmp_path)
    if request.param == "spark":
        request.getfixturevalue("spark")  # commands use the Spark that this process has
    engine, _, markers = request.param.partition("-")
    shop = make(tmp_path, engine)
    if markers:
        fresh_account(*map(request.getfixturevalue, ("monkeypatch", "emulator")))
        _keep_markers_in_a_table(shop)
    return shop


def _on_aws(request: pytest.FixtureRequest, folder: Path) -> Shop:
    deployed = open_shop(folder, *map(request.getfixturevalue, ("monkeypatch", "emulator", "capsys", "caplog")))
    deployed.configure(f'bucket = "{deployed.bucket}"', "quiet_seconds = 1")
    deployed.deploy()
    return AwsShop(deployed.folder, folder / "to send", deployed=deployed)


def _keep_markers_in_a_table(shop: Shop) -> None:
    (shop.project / "lakectl.toml").write_text('[targets.local]\nmarkers = "dynamodb"\n', encoding="utf-8")
    keys = (("dataset", "HASH"), ("id", "RANGE"))
    client("dynamodb").create_table(
        TableName="lakectl-markers",
        KeySchema=[{"AttributeName": name, "KeyType": kind} for name, kind in keys],
        AttributeDefinitions=[{"AttributeName": name, "AttributeType": "S"} for name, _ in keys],
        BillingMode="PAY_PER_REQUEST",
    )
