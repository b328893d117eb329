"""The name of every resource on AWS, computed from the settings: lakectl keeps no state file.

Templates (`data.yaml`, `app.yaml`) spell the same names with `${Prefix}`; a test holds both together.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from lakectl.settings import AwsTarget
from lakehouse.layout import DATABASE

FUNCTIONS = (
    "acquire_lock",
    "check_marker_lambda",
    "close_execution",
    "convert_excel_to_csv",
    "find_uploads",
    "finish_round",
    "mark_processed",
    "plan_run",
    "record_failure",
)
JOBS = (
    "archive_raw_csvs",
    "convert_excel_to_csv",
    "etl_dataset",
    "etl_order_items",
    "etl_orders",
    "etl_products",
    "optimize_tables",
)
PYTHON_SHELL = ("archive_raw_csvs",)  # of the jobs; the others run on Spark
MACHINE = "lakehouse_etl_flow"
ALIAS = "live"
ARTIFACTS = "lakehouse/artifacts/"
QUERY_RESULTS = "lakehouse/query-results/"


@dataclass(frozen=True)
class Names:
    """The names of one lakehouse. `account` is the twelve digits of the account that it is in."""

    target: AwsTarget
    account: str
    partition: str = "aws"

    @property
    def bucket(self) -> str:
        return self.target.bucket

    @property
    def lake(self) -> str:
        """The lake's root."""
        return f"s3://{self.bucket}"

    @property
    def data_stack(self) -> str:
        """Holds what must outlive everything: the bucket, and the DynamoDB table where there is one."""
        return f"{self.target.prefix}-data"

    @property
    def app_stack(self) -> str:
        """Holds what can be made again from the settings."""
        return f"{self.target.prefix}-app"

    @property
    def database(self) -> str:
        return DATABASE

    @property
    def workgroup(self) -> str:
        return self.target.prefix

    @property
    def state_table(self) -> str:
        """The DynamoDB table of markers and locks."""
        return f"{self.target.prefix}-state"

    def function(self, name: str) -> str:
        """The Lambda function that runs `lambdas/NAME.py`."""
        return f"{self.target.prefix}-{name}"

    def function_arn(self, name: str) -> str:
        return self._arn("lambda", f"function:{self.function(name)}")

    def job(self, name: str) -> str:
        """The Glue job that runs `glue_jobs/NAME.py`."""
        return f"{self.target.prefix}-{name}"

    def role(self, service: str) -> str:
        """The role of a service: lambda, glue, states or events. Roles are the account's, so the region is in it."""
        return f"{self.target.prefix}-{service}-{self.target.region}"

    def function_logs(self, name: str) -> str:
        """The log group of a function."""
        return f"/aws/lambda/{self.function(name)}"

    @property
    def job_logs(self) -> str:
        """What the log groups of the Spark jobs start with: `/output` and `/error` follow. A stream is a job run."""
        return f"/aws-glue/jobs/{self.target.prefix}"

    @property
    def machine_logs(self) -> str:
        """The log group of the state machine."""
        return f"/aws/vendedlogs/states/{self.machine}"

    @property
    def dead_letters(self) -> str:
        """The queue of events that could not be delivered."""
        return f"{self.target.prefix}-dead-letters"

    @property
    def rules(self) -> tuple[str, str]:
        """The rule that starts executions, and the one that tells of failed ones."""
        return f"{self.target.prefix}-uploads", f"{self.target.prefix}-failures"

    @property
    def topic_arn(self) -> str:
        return self._arn("sns", f"{self.target.prefix}-alerts")

    @property
    def machine(self) -> str:
        return f"{self.target.prefix}-{MACHINE}"

    @property
    def machine_arn(self) -> str:
        return self._arn("states", f"stateMachine:{self.machine}")

    @property
    def alias_arn(self) -> str:
        """What events and commands start: the version that was deployed last."""
        return f"{self.machine_arn}:{ALIAS}"

    def execution_arn(self, execution: str) -> str:
        return self._arn("states", f"execution:{self.machine}:{execution}")

    @cached_property
    def backends(self) -> Mapping[str, str]:
        """What `lakehouse.lake.open_lake` is told of markers and lock."""
        kinds = {"markers": self.target.markers, "lock": self.target.lock}
        return {what: f"dynamodb:{self.state_table}" if kind == "dynamodb" else kind for what, kind in kinds.items()}

    def _arn(self, service: str, resource: str) -> str:
        return f"arn:{self.partition}:{service}:{self.target.region}:{self.account}:{resource}"
