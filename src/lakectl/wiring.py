"""Settings become a platform: the one place that knows which target has which parts. Parts are imported when needed."""

from __future__ import annotations

import sys
from collections.abc import Collection
from functools import partial
from typing import TYPE_CHECKING

from lakectl.config import Config
from lakectl.errors import TargetMissing
from lakectl.ports import Platform
from lakehouse.lake import open_lake
from lakehouse.liveness import alive

if TYPE_CHECKING:
    from lakectl.asking.answers import Queries
    from lakectl.deploying import Deployment
    from lakectl.platforms.aws.names import Names
    from lakectl.platforms.aws.session import Session
    from lakectl.ports import Workflow


def open_platform(config: Config) -> Platform:
    """The target that the settings name, open. Raises UsageError, Unreachable."""
    return _aws_platform(config) if config.target == "aws" else _local_platform(config)


def explained(error: BaseException) -> BaseException:
    """The error for a person, where it is one of AWS's library that came through the lake; else the error itself."""
    if "botocore" not in sys.modules:
        return error
    from botocore.exceptions import BotoCoreError, ClientError

    from lakectl.platforms.aws.errors import explained

    return explained(error) if isinstance(error, BotoCoreError | ClientError) else error


def _aws_platform(config: Config) -> Platform:
    from lakectl.platforms.aws.session import open_session

    session, names = open_session(config)
    words = {"root": names.lake, "contracts": config.own_contracts, "machine": names.machine_arn, **names.backends}
    return Platform(
        target=config.target,
        engine=config.engine,
        project=config.project,
        lake=open_lake(words, session.client),
        open_workflow=lambda: _step_functions(session, names),
        open_queries=lambda: _athena(session, names),
        delta_options=session.delta_options,
        check=lambda: _check_deployed(config, session, names),
        converts_here=True,
    )


def _check_deployed(config: Config, session: Session, names: Names) -> None:
    from lakectl.platforms.aws.cloudformation import CloudFormationStacks
    from lakectl.platforms.aws.deployed import check_contracts

    check_contracts(config.project, names, CloudFormationStacks(session.client("cloudformation")))


def _step_functions(session: Session, names: Names) -> Workflow:
    from lakectl.platforms.aws.workflow import StepFunctionsWorkflow

    return StepFunctionsWorkflow(session, names)


def _athena(session: Session, names: Names) -> Queries:
    from lakectl.platforms.aws.athena import AthenaQueries

    return AthenaQueries(session, names)


def _local_platform(config: Config) -> Platform:
    words = lake_words(config)
    return Platform(
        target=config.target,
        engine=config.engine,
        project=config.project,
        lake=open_lake(words),
        check=lambda: _check_engine(config.engine),
        living=partial(alive, str(config.local.path)),
        open_workflow=lambda: _local_workflow(config, words),
        open_queries=lambda: _local_queries(config),
    )


def _check_engine(engine: str) -> None:
    if engine == "spark":
        from lakectl.platforms.local.jars import spark_home

        spark_home()


def open_deployment(config: Config, only: Collection[str]) -> Deployment:
    """What deploys to the target that the settings name, or only these parts. Raises UsageError, Unreachable."""
    if config.target == "local":
        raise TargetMissing(
            "the local target needs no deployment",
            "Load files with `lakectl ingest FILES...`, or name a target to deploy to: `lakectl -t aws deploy`.",
        )
    from lakectl.platforms.aws.opening import open_deployment

    return open_deployment(config, only, open_lake)


def lake_words(config: Config) -> dict[str, str]:
    """What a handler or a job is told of the lake (see `lakehouse.lake.open_lake`)."""
    local = config.local
    markers = f"dynamodb:{local.markers_table}" if local.markers == "dynamodb" else "objects"
    return {
        "root": str(local.path),
        "contracts": config.own_contracts,
        "markers": markers,
        "lock": "objects",
        "machine": "",
    }


def _local_workflow(config: Config, words: dict[str, str]) -> Workflow:
    from lakectl.platforms.local.workflow import open_workflow

    values = {
        "lake": words["root"],
        "contracts": words["contracts"],
        "markers": words["markers"],
        "lock": words["lock"],
        "machine": words["machine"],
        "engine": config.engine,
        "quiet_seconds": "0",
        "lambda_bytes": str(2**62),
    }
    return open_workflow(config.local.path, config.project, values)


def _local_queries(config: Config) -> Queries:
    from lakectl.platforms.local.query import LocalQueries

    return LocalQueries(config.local.path)
