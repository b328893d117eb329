"""`doctor --smoke`: proofs on the real account, each told when it is known."""

from __future__ import annotations

from dataclasses import asdict

from lakectl.cli import output, progress, render
from lakectl.cli.deploy import confirmed
from lakectl.cli.frame import Session
from lakectl.errors import ExitCode, TargetMissing
from lakectl.operations.smoke import COST, smoke


def prove(session: Session, yes: bool) -> int:
    """Runs the proofs once they are agreed to, and gives the exit code. Raises TargetMissing, UsageError."""
    if session.config.target == "local":
        raise TargetMissing(
            "there is no account to prove anything on", "Name the target: `lakectl -t aws doctor --smoke`."
        )
    if not confirmed(f"This loads sample data into an empty lakehouse. It takes {COST}. Go on?", yes):
        render.say("Nothing was done.")
        return ExitCode.OK
    checks = []
    with progress.following() as following:
        for check in smoke(session.platform, following):
            render.say(f"{check.status}: {check.check}")
            checks.append(check)
    if session.json:
        output.write_json({"version": 1, "checks": [asdict(check) for check in checks], "outputs": None})
    else:
        render.records([asdict(check) for check in checks], ("check", "status", "detail", "fix"))
    return ExitCode.FAILED if any(check.status == "fail" for check in checks) else ExitCode.OK
