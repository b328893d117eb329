"""Taking a lakehouse down: all but its data."""

from __future__ import annotations

from collections.abc import Sequence

from lakectl.deploying import Deployment, Outputs, Tell
from lakectl.errors import Interrupted


def destroy(deployment: Deployment, tell: Tell) -> Outputs:
    """Takes down all but the data; returns what is kept. Raises DeployError, Interrupted."""
    try:
        return deployment.destroy(tell)
    except KeyboardInterrupt:
        raise Interrupted(
            "stopped following; what CloudFormation has begun to delete goes on being deleted",
            "Run `lakectl destroy` again to see how it ends.",
        ) from None


def farewell(kept: Outputs) -> Sequence[str]:
    """How to delete for good what was kept: the commands, since lakectl itself never deletes data."""
    if not kept["stacks"]:
        return ["Nothing is left."]
    stack, bucket = kept["stacks"][0], kept["Bucket"]
    return [
        f"Kept: the bucket {bucket} with uploads, tables and markers, and the stack {stack} that holds it.",
        "`lakectl deploy` finds it again. To delete the data for good:",
        f"  aws cloudformation update-termination-protection --no-enable-termination-protection --stack-name {stack}",
        f"  aws cloudformation delete-stack --stack-name {stack}",
        f"  then empty the bucket, old versions too, and delete it: the console does both under S3, {bucket}",
    ]
