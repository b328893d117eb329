"""Whether the pipeline on AWS follows the contracts of this project: they are deployed, and may have changed since.

The commands convert and plan by the project's contracts, functions and jobs by the deployed ones. A column that only
one of them knows would be dropped without a word.
"""

from __future__ import annotations

from pathlib import Path

from lakectl.errors import UsageError
from lakectl.platforms.aws.artifacts import contract_artifacts, folder
from lakectl.platforms.aws.names import Names
from lakectl.platforms.aws.stacks import Stacks


def check_contracts(project: Path, names: Names, stacks: Stacks) -> None:
    """Raises UsageError where the deployed contracts are others than the project's. Costs one call.

    Without a stack there is nothing to compare with: the pipeline was built by hand, or is not there at all.
    """
    stack = stacks.find(names.app_stack)
    if stack and stack.works and stack.parameters.get("ContractsPrefix") != folder(contract_artifacts(project)):
        raise UsageError(
            f"the contracts of {project} are not those that are deployed as {names.app_stack}",
            "Nothing was loaded. Look at `lakectl -t aws deploy --plan`, then type `lakectl -t aws deploy`.",
        )
