"""What a deployment reads and writes besides the stacks: the bucket, artifacts in it, the machine, the lake's inbox."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Protocol

from botocore.exceptions import ClientError

from lakectl.deploying import Change
from lakectl.errors import DeployError, UsageError
from lakectl.platforms.aws import artifacts as store
from lakectl.platforms.aws import drift
from lakectl.platforms.aws.artifacts import Artifact, Artifacts
from lakectl.platforms.aws.errors import translated
from lakectl.platforms.aws.names import Names
from lakectl.platforms.aws.session import Session
from lakectl.platforms.aws.stacks import Stack
from lakehouse import inbox, intake, layout
from lakehouse.aws import Clients
from lakehouse.lake import Lake
from lakehouse.planning import pending_files

OpenLake = Callable[[Mapping[str, str], Clients], Lake]


class Site(Protocol):
    """The port: one lakehouse's place on AWS."""

    def has_bucket(self) -> bool:
        """Whether the bucket is there and ours. Raises DeployError, UsageError where it is somebody else's."""

    def missing(self, artifacts: Artifacts) -> list[Artifact]:
        """The artifacts that are not in the bucket."""

    def upload(self, artifacts: Sequence[Artifact]) -> None:
        """Puts them into the bucket, many at once."""

    def definition(self) -> str:
        """The state machine's definition as it is now; empty where there is no machine."""

    def running(self) -> list[str]:
        """The names of the executions that run now."""

    def undelivered(self) -> int:
        """How many events wait in the dead-letter queue, about."""

    def changed_by_hand(self, stack: Stack, body: Mapping[str, Any]) -> list[Change]:
        """What of the app stack, which was deployed with this template, differs where CloudFormation does not look."""

    def lake(self, contracts: str) -> Lake:
        """The lake with the contracts of this folder or `s3://` prefix."""


class AwsSite:
    """Implements `Site`."""

    def __init__(self, session: Session, names: Names, open_lake: OpenLake) -> None:
        self._session = session
        self._names = names
        self._open_lake = open_lake

    def has_bucket(self) -> bool:
        bucket = self._names.bucket
        with translated():
            try:
                self._s3.head_bucket(Bucket=bucket, ExpectedBucketOwner=self._names.account)
            except ClientError as error:
                return _no_bucket(bucket, self._names.target.region, error)
        return True

    def missing(self, artifacts: Artifacts) -> list[Artifact]:
        with translated():
            return store.missing(artifacts, self._s3, self._names.bucket)

    def upload(self, artifacts: Sequence[Artifact]) -> None:
        with translated():
            store.upload(artifacts, self._s3, self._names.bucket)

    def definition(self) -> str:
        machines = self._session.client("stepfunctions")
        with translated():
            try:
                found = machines.describe_state_machine(stateMachineArn=self._names.machine_arn)
            except machines.exceptions.StateMachineDoesNotExist:
                return ""
        return str(found["definition"])

    def running(self) -> list[str]:
        machines = self._session.client("stepfunctions")
        with translated():
            try:
                found = machines.list_executions(stateMachineArn=self._names.machine_arn, statusFilter="RUNNING")
            except machines.exceptions.StateMachineDoesNotExist:
                return []
        return [execution["name"] for execution in found["executions"]]

    def undelivered(self) -> int:
        queues, counted = self._session.client("sqs"), "ApproximateNumberOfMessages"
        with translated():
            url = queues.get_queue_url(QueueName=self._names.dead_letters)["QueueUrl"]
            found = queues.get_queue_attributes(QueueUrl=url, AttributeNames=[counted])
        return int(found["Attributes"][counted])

    def changed_by_hand(self, stack: Stack, body: Mapping[str, Any]) -> list[Change]:
        with translated():
            return list(drift.changed_by_hand(self._names, stack, body, self._session.client))

    def lake(self, contracts: str) -> Lake:
        words = {"root": self._names.lake, "contracts": contracts, **self._names.backends}
        return self._open_lake({**words, "machine": self._names.machine_arn}, self._session.client)

    @property
    def _s3(self) -> Any:
        return self._session.client("s3")


def _no_bucket(bucket: str, region: str, error: ClientError) -> bool:
    """False where there is no such bucket; raises where it is not for us to use."""
    match int(error.response["ResponseMetadata"]["HTTPStatusCode"]):
        case 404:
            return False
        case 403:
            raise DeployError(
                f"the bucket {bucket} belongs to another account, or may not be looked at",
                "Choose another name for targets.aws.bucket, or ask for s3:ListBucket on it.",
            ) from error
        case 301 | 400:
            raise UsageError(
                f"the bucket {bucket} is not in {region}",
                "Correct targets.aws.region, or choose another name for targets.aws.bucket.",
            ) from error
        case _:
            raise error


def waiting(lake: Lake) -> list[str]:
    """The keys of the uploads that the next run will convert or load, sorted."""
    lying = inbox.lying(lake, dt.datetime.now(dt.UTC))
    with ThreadPoolExecutor(16) as pool:
        wanted = pool.map(lambda upload: _is_wanted(lake, upload), lying)
        found = {upload.key for upload, wants in zip(lying, wanted, strict=True) if wants}
    if any(True for _ in lake.storage.list(layout.RAW)):
        found |= {file.upload_key for file in pending_files(lake, lake.contracts)}
    return sorted(found)


def _is_wanted(lake: Lake, upload: inbox.Upload) -> bool:
    return intake.prospect(lake, upload, lake.storage.sha256(upload.key))[0] == "pending"
