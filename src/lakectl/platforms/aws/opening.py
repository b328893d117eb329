"""Opens a deployment on AWS: whose account, which region, and by stacks or onto what was built by hand."""

from __future__ import annotations

from collections.abc import Collection

from lakectl.config import Config
from lakectl.deploying import Deployment
from lakectl.errors import UsageError
from lakectl.platforms.aws.artifacts import build
from lakectl.platforms.aws.cloudformation import CloudFormationStacks
from lakectl.platforms.aws.deployment import AwsDeployment
from lakectl.platforms.aws.existing import PARTS, ExistingDeployment
from lakectl.platforms.aws.names import Names
from lakectl.platforms.aws.session import Session, open_session
from lakectl.platforms.aws.site import AwsSite, OpenLake
from lakectl.settings import AwsTarget, Existing


def open_deployment(config: Config, only: Collection[str], open_lake: OpenLake) -> Deployment:
    """The deployment that the settings and `--only` ask for. Raises UsageError, Unreachable."""
    assert config.aws is not None  # the settings of the aws target were read
    target = config.aws
    if not only:
        session, names = open_session(config)
        check_region(target.region, session.default_region)
        stacks, site = CloudFormationStacks(session.client("cloudformation")), AwsSite(session, names, open_lake)
        return AwsDeployment(names, stacks, site, lambda: build(config.project, target), config.own_contracts)
    existing = check_parts(target, only)
    session = Session(target)
    check_region(target.region, session.default_region)
    names = Names(target, session.account)
    return ExistingDeployment(config.project, existing, names, session.client, only)


def check_parts(target: AwsTarget, only: Collection[str]) -> Existing:
    """The lakehouse built by hand. Raises UsageError where none is described, or for a part that there is not."""
    if unknown := [part for part in only if part not in PARTS]:
        raise UsageError(f"--only cannot be {', '.join(unknown)}", f"It takes {' and '.join(PARTS)}, with a comma.")
    if target.existing is None:
        raise UsageError(
            "--only is for a lakehouse that was built by hand, and the settings describe none",
            "Describe it under [targets.aws.existing] in lakectl.toml, or leave --only out.",
        )
    return target.existing


def check_region(wanted: str, callers: str) -> None:
    """Raises UsageError where whoever calls works in another region, by AWS_DEFAULT_REGION or the profile."""
    if callers and callers != wanted:
        raise UsageError(
            f"targets.aws.region is {wanted}, but the AWS settings of this shell say {callers}",
            "Correct the one that is wrong: lakectl.toml, AWS_REGION, AWS_DEFAULT_REGION or the profile.",
        )
