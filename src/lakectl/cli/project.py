"""A project's start and its health: init, sample, doctor, version."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from lakectl import __version__
from lakectl.cli import output
from lakectl.cli.frame import Session, command
from lakectl.errors import ExitCode, UsageError

if TYPE_CHECKING:
    from lakectl.config import Config
    from lakectl.deploying import Deployment
    from lakectl.operations.doctor import Check

app = typer.Typer()


@command(app, "init", section="Start")
def init(
    session: Session,
    folder: Annotated[
        Path | None,
        typer.Argument(metavar="DIR", help="The project's folder; with --ci the current one.", show_default=False),
    ] = None,
    bucket: Annotated[str, typer.Option("--bucket", help="For AWS: the lake's bucket, to be made.")] = "",
    region: Annotated[str, typer.Option("--region", help="For AWS: where.")] = "",
    ci: Annotated[
        Literal["github"] | None, typer.Option("--ci", help="Add a workflow that plans and deploys; to a project, too.")
    ] = None,
) -> None:
    """Make a project: lakectl.toml, contracts/, sql/, .gitignore."""
    from lakectl.cli import render
    from lakectl.config import FILE
    from lakectl.operations.init import add_workflow, create_project

    if folder is None and not (ci and Path(FILE).is_file()):
        raise UsageError("the folder for the project is missing", "Name it: lakectl init DIR.")
    folder = folder or Path()
    # A project that is there already gets the workflow only.
    made = [] if ci and (folder / FILE).is_file() else create_project(folder, bucket, region)
    made += [add_workflow(folder)] if ci else []
    if session.json:
        output.write_json({"project": str(folder.absolute()), "files": [str(path) for path in made]})
        return
    render.say(f"Made {folder} with {', '.join(str(path) for path in made)}.")
    if bucket:
        render.say(f"Next: cd {folder} && lakectl deploy --plan")
        return
    render.say(f"Next: cd {folder} && lakectl ingest FILES...   (no files yet? `lakectl sample data` makes some)")


@command(app, "sample", section="Start")
def sample(
    session: Session,
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="Where to write the workbooks.")],
    months: Annotated[int, typer.Option("--months", min=1, help="How many months.")] = 1,
    orders: Annotated[int, typer.Option("--orders", min=1, help="How many orders a month.")] = 500,
    dirty: Annotated[float, typer.Option("--dirty", min=0, max=50, metavar="PCT", help="Percent of faulty rows.")] = 2,
    seed: Annotated[int, typer.Option("--seed", help="Same seed, same bytes.")] = 1,
) -> None:
    """Write workbooks of an invented shop, faults mixed in.

    manifest.json beside them says what a right pipeline accepts and refuses.
    """
    from lakectl.operations.sample import generate

    result = generate(folder, months, orders, dirty, seed)
    if session.json:
        output.write_json({"files": [str(file.absolute()) for file in result.files], "manifest": str(result.manifest)})
        return
    from lakectl.cli import render

    render.say(f"Wrote {render.count(len(result.files), 'file')} and {result.manifest.name} to {folder}.")
    render.say(f"Next: lakectl ingest {folder}")


@command(app, "doctor", section="Look after")
def doctor(
    session: Session,
    fix: Annotated[
        bool, typer.Option("--fix", help="Repair what can be: Java, jars, class archive for Spark.")
    ] = False,
    smoke: Annotated[bool, typer.Option("--smoke", help="On aws: load sample data and prove the whole way.")] = False,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask before --smoke.")] = False,
) -> int:
    """Check this machine or account, the project and the lake."""
    if smoke:
        from lakectl.cli.smoke import prove

        return prove(session, yes)
    from lakectl import wiring
    from lakectl.cli.java_tools import java_tools
    from lakectl.operations.doctor import examine

    def open_deployment(config: Config) -> Deployment:
        return wiring.open_deployment(config, ())

    checks = examine(lambda: session.config, wiring.open_platform, open_deployment, java_tools(), fix)
    found = [asdict(check) for check in checks]
    outputs = open_deployment(session.config).outputs() if _is_deployed(checks) else None
    if session.json:
        on_aws = any(check.check == "account" for check in checks)
        output.write_json({"version": 1, "checks": found, "outputs": outputs} if on_aws else found)
    else:
        from lakectl.cli import render

        render.records(found, ("check", "status", "detail", "fix"))
    return ExitCode.FAILED if any(check.status == "fail" for check in checks) else ExitCode.OK


def _is_deployed(checks: Sequence[Check]) -> bool:
    stacks = [check.status for check in checks if check.check.startswith("stack ")]
    return bool(stacks) and set(stacks) == {"ok"}


@command(app, "version", section="Look after")
def version(session: Session) -> None:
    """Show the versions of lakectl and of what it stands on."""
    from lakectl.operations.doctor import versions

    found = {"lakectl": __version__, **versions()}
    if session.json:
        output.write_json(found)
        return
    from lakectl.cli import render

    render.fields(found)
