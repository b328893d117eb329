"""The usual chain of credentials, and nothing of our own."""

from __future__ import annotations

import pytest
from tests.unit.lakehouse.aws import account

from lakectl.errors import UsageError
from lakectl.platforms.aws.session import Session
from lakectl.settings import AwsTarget

TARGET = AwsTarget(bucket="lake", region="eu-west-1")


@pytest.fixture(autouse=True)
def _of_nobody(monkeypatch: pytest.MonkeyPatch):
    with account(monkeypatch):
        yield


def test_the_account_is_that_of_the_credentials() -> None:
    assert Session(TARGET).account == "123456789012"


def test_another_account_than_the_settings_name_is_refused() -> None:
    other = AwsTarget(bucket="lake", region="eu-west-1", account="000000000001")
    with pytest.raises(UsageError, match=r"account 123456789012, and targets\.aws\.account is 000000000001"):
        _ = Session(other).account


def test_clients_work_in_the_region_of_the_target_whatever_the_shell_says() -> None:
    session = Session(TARGET)
    assert session.client("s3").meta.region_name == "eu-west-1"
    assert session.client("s3") is session.client("s3")
    assert session.default_region == "us-east-1"


def test_delta_uses_the_same_credentials_and_endpoint(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {"ACCESS_KEY_ID": "key", "SECRET_ACCESS_KEY": "secret", "SESSION_TOKEN": "t"}.items():
        monkeypatch.setenv(f"AWS_{name}", value)
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:1")
    assert Session(TARGET).delta_options() == {
        "AWS_REGION": "eu-west-1",
        "AWS_ACCESS_KEY_ID": "key",
        "AWS_SECRET_ACCESS_KEY": "secret",
        "AWS_SESSION_TOKEN": "t",
        "AWS_ENDPOINT_URL": "http://127.0.0.1:1",
        "AWS_ALLOW_HTTP": "true",
    }


def test_a_real_endpoint_stays_encrypted() -> None:
    assert "AWS_ALLOW_HTTP" not in Session(TARGET).delta_options()
