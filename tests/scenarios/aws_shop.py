"""A shop whose lakehouse is on AWS: the same commands with `-t aws`, a deployment wherever the project has changed."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path

from deltalake import DeltaTable
from tests.cloud import shop as cloud
from tests.cloud.stories import ended
from tests.local.shop import Answer, Shop


@dataclass(frozen=True)
class AwsShop(Shop):
    """A deployed shop. Its jobs run on Spark, as Glue's do."""

    engine: str = "spark"
    deployed: cloud.Shop = field(kw_only=True)
    target = "aws"

    @property
    def root(self) -> str:
        return f"s3://{self.deployed.bucket}"

    def table(self, name: str) -> DeltaTable:
        options = {
            "aws_access_key_id": os.environ["AWS_ACCESS_KEY_ID"],
            "aws_secret_access_key": os.environ["AWS_SECRET_ACCESS_KEY"],
            "aws_region": cloud.REGION,
            "aws_endpoint_url": os.environ["AWS_ENDPOINT_URL"],
            "aws_allow_http": "true",
        }
        return DeltaTable(f"{self.root}/lakehouse/processed/{name}", storage_options=options)

    def dropped(self, name: str, path: Path) -> Answer:
        before = len(self.lakectl("executions", "list").json)
        self.drop(name, path)
        ended(self.deployed, before + 1)
        return self.lakectl("status")

    def ship(self) -> None:
        self.deployed.deploy()

    @property
    def _engine(self) -> list[str]:
        return []
