"""A project and an account of the emulator for one test, and lakectl run on them as a shell would."""

from __future__ import annotations

import json
import logging
import secrets
from collections import Counter
from pathlib import Path

import boto3

from lakectl import assets
from lakectl.cli.app import main
from lakectl.operations.init import create_project
from lakehouse import aws

REGION = "eu-central-1"


class Shop:
    """A project, and an account of the emulator that nobody else uses. Bucket names are the whole emulator's."""

    def __init__(self, folder: Path, capsys, caplog):
        self.folder = folder
        self.bucket = f"shop-{secrets.token_hex(4)}"
        self.capsys, self.caplog = capsys, caplog
        create_project(folder)
        self.settings = (folder / "lakectl.toml").read_text().partition("[targets.aws]")[0]
        self.configure(f'bucket = "{self.bucket}"')

    def configure(self, *lines):
        written = "\n".join([self.settings, "[targets.aws]", f'region = "{REGION}"', 'prefix = "shop"', *lines])
        (self.folder / "lakectl.toml").write_text(written)

    def run(self, *words, code=0):
        """Runs lakectl; returns stdout's JSON."""
        self.capsys.readouterr()
        ended = main(["-t", "aws", "--project", str(self.folder), *words, "-o", "json"])
        printed = self.capsys.readouterr()
        self.err = printed.err
        assert ended == code, printed.err
        return json.loads(printed.out)

    def plan(self, *words, code=0):
        return self.run("deploy", "--plan", *words, code=code)

    def deploy(self, *words, code=0):
        return self.run("deploy", "--yes", *words, code=code)

    def calls(self, *words):
        """Runs lakectl; returns how often which operation of AWS was called."""
        self.caplog.clear()
        with self.caplog.at_level(logging.DEBUG, logger="botocore.endpoint"):
            self.run(*words)
        made = [r.args[0].name for r in self.caplog.records if r.msg.startswith("Making request for")]
        return Counter(made)

    def own(self, kind, name, extra):
        """The project's own copy of a packaged file, with something at its end."""
        file = self.folder / kind / name
        file.parent.mkdir(exist_ok=True)
        file.write_bytes(assets.find(kind, name).read_bytes() + extra)
        return file

    def stacks(self):
        return {
            stack["StackName"]: stack["StackStatus"] for stack in client("cloudformation").describe_stacks()["Stacks"]
        }


def client(service):
    return boto3.Session(region_name=REGION).client(service)  # the default session keeps another test's account


def changes(plan):
    """What a plan changes: (kind, name, action)."""
    return {(change["kind"], change["name"], change["action"]) for change in plan["changes"]}


def fresh_account(monkeypatch, emulator):
    """What follows is asked of an account of its own: an access key of twelve digits is an account."""
    monkeypatch.setenv("AWS_ENDPOINT_URL", emulator)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", f"{secrets.randbelow(10**12):012}")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    monkeypatch.setenv("AWS_DEFAULT_REGION", REGION)
    aws.forget()


def open_shop(tmp_path, monkeypatch, emulator, capsys, caplog):
    """A shop in a fresh account."""
    fresh_account(monkeypatch, emulator)
    monkeypatch.setenv("COLUMNS", "80")
    return Shop(tmp_path / "shop", capsys, caplog)
