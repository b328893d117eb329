"""What a project can decide: every setting, its default, and the frozen form in which the rest of lakectl has it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

TARGETS = ("local", "aws")
ENGINES = ("duckdb", "spark")
BACKENDS = ("objects", "dynamodb")
ARCHITECTURES = ("x86_64", "arm64")
WORKER_TYPES = ("G.1X", "G.2X", "G.4X", "G.8X", "G.12X", "G.16X", "R.1X", "R.2X", "R.4X", "R.8X")

Engine = Literal["duckdb", "spark"]
Backend = Literal["objects", "dynamodb"]
Architecture = Literal["x86_64", "arm64"]


@dataclass(frozen=True)
class LocalTarget:
    """Where the lake is on this machine, and what remembers which files have been loaded."""

    path: Path  # absolute
    markers: Backend
    markers_table: str  # of DynamoDB; used only where `markers` is dynamodb


@dataclass(frozen=True)
class Existing:
    """A lakehouse that was built by hand: `deploy --only` brings its scripts and state machine up to date, no more."""

    bucket: str
    scripts_prefix: str
    state_machine_arn: str
    jobs: Mapping[str, str] = field(default_factory=dict)  # lakectl's name -> the account's job
    functions: Mapping[str, str] = field(default_factory=dict)  # lakectl's name -> the account's function, an ARN


@dataclass(frozen=True)
class AwsTarget:
    """The lakehouse of one account and region. Every resource's name follows from `prefix` and `bucket`."""

    bucket: str
    region: str
    account: str = ""  # empty: whichever the credentials belong to
    prefix: str = "lakectl"
    markers: Backend = "objects"
    lock: Backend = "objects"
    quiet_seconds: int = 20  # after the last arrival, before a run that an upload started
    lambda_megabytes: int = 24  # batches of uploads larger than this are converted by the Glue job
    architecture: Architecture = "x86_64"
    worker_type: str = "G.1X"
    workers: int = 2
    job_minutes: int = 60
    optimize_schedule: str = ""  # such as cron(0 3 * * ? *); empty: never
    email: str = ""
    kms_key: str = ""  # an ARN; empty: keys that S3 manages
    permissions_boundary: str = ""  # an ARN
    scan_limit_gigabytes: int = 100  # what one query may read
    log_days: int = 30
    tags: Mapping[str, str] = field(default_factory=dict)
    existing: Existing | None = None


@dataclass(frozen=True)
class Setting:
    """How a setting may be written. A number is an integer of at least `least`; a table maps texts to texts."""

    default: str | int = ""
    choices: tuple[str, ...] = ()
    pattern: str = ""
    example: str = ""
    least: int = 1
    table: bool = False

    @property
    def number(self) -> bool:
        """Whether it is a whole number."""
        return isinstance(self.default, int)


# Glue's names take 255 characters, but a role's only 64, a function's 64, a bucket's 63.
_PREFIX = r"[a-z][a-z0-9-]{0,23}"
_BUCKET = r"[a-z0-9][a-z0-9-]{1,61}[a-z0-9]"
_REGION = r"[a-z]{2}(-[a-z]+)+-\d"
_ARN = r"arn:aws[a-z-]*:{}:[^:]*:[^:]*:.+"

SETTINGS: Mapping[str, Setting] = {
    "target": Setting("local", TARGETS),
    "engine": Setting("duckdb", ENGINES),
    "targets.local.path": Setting("lake"),
    "targets.local.markers": Setting("objects", BACKENDS),
    "targets.local.markers_table": Setting("lakectl-markers"),
    "targets.aws.bucket": Setting(pattern=_BUCKET, example="shop-lake-4711"),
    "targets.aws.region": Setting(pattern=_REGION, example="eu-central-1"),
    "targets.aws.account": Setting(pattern=r"\d{12}", example="the account's 12 digits"),
    "targets.aws.prefix": Setting("lakectl", pattern=_PREFIX, example="shop: at most 24 of a-z, 0-9 and -"),
    "targets.aws.markers": Setting("objects", BACKENDS),
    "targets.aws.lock": Setting("objects", BACKENDS),
    "targets.aws.quiet_seconds": Setting(20, least=0),
    "targets.aws.lambda_megabytes": Setting(24, least=0),
    "targets.aws.architecture": Setting("x86_64", ARCHITECTURES),
    "targets.aws.worker_type": Setting("G.1X", WORKER_TYPES),
    "targets.aws.workers": Setting(2, least=2),
    "targets.aws.job_minutes": Setting(60),
    "targets.aws.optimize_schedule": Setting(pattern=r"cron\(.+\)", example="cron(0 3 * * ? *)"),
    "targets.aws.email": Setting(pattern=r"[^@\s]+@[^@\s]+", example="an address"),
    "targets.aws.kms_key": Setting(pattern=_ARN.format("kms"), example="the key's ARN"),
    "targets.aws.permissions_boundary": Setting(pattern=_ARN.format("iam"), example="the policy's ARN"),
    "targets.aws.scan_limit_gigabytes": Setting(100),
    "targets.aws.log_days": Setting(30),
    "targets.aws.tags": Setting(table=True),
    "targets.aws.existing.bucket": Setting(pattern=_BUCKET, example="shop-lake-4711"),
    "targets.aws.existing.scripts_prefix": Setting(example="scripts/"),
    "targets.aws.existing.state_machine_arn": Setting(pattern=_ARN.format("states"), example="the machine's ARN"),
    "targets.aws.existing.jobs": Setting(table=True),
    "targets.aws.existing.functions": Setting(table=True),
}


def fault(name: str, value: object) -> str:
    """What is wrong with a setting's value, as the second half of a sentence; empty where nothing is."""
    setting = SETTINGS[name]
    if setting.choices and value not in setting.choices:
        return f"It is one of: {', '.join(setting.choices)}."
    if setting.number and (not isinstance(value, int) or value < setting.least):
        return f"It is a whole number, at least {setting.least}."
    if setting.pattern and value and not re.fullmatch(setting.pattern, str(value)):
        return f"It looks like this: {setting.example}."
    return ""
