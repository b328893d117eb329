"""What a deployment puts into the bucket: code, definition, contracts, SQL, each under a key with its content's hash.

So the same content is never sent twice, other content is a change that CloudFormation sees, and a running execution
keeps what it began with.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from botocore.exceptions import ClientError

from lakectl import assets
from lakectl.platforms.aws import packages
from lakectl.platforms.aws.names import ARTIFACTS, JOBS, MACHINE
from lakectl.platforms.aws.wheels import fetch
from lakectl.settings import AwsTarget
from lakehouse.contracts.load import PACKAGED, contract_files

_AT_ONCE = 16  # uploads
_DIGITS = 16  # of a hash in a key


@dataclass(frozen=True)
class Artifact:
    """One object to be in the bucket."""

    key: str
    content: bytes


# What the conversion imports; and, for 14 megabytes, what only the rare workbook with a password needs: a function
# that meets one leaves its batch to Glue's job (`lakehouse.convert.passwords`).
_FOR_UPLOADS = ("olefile", "chardet", "tzdata")
_FOR_PASSWORDS = ("msoffcrypto_tool", "cryptography", "cffi")


@dataclass(frozen=True)
class Artifacts:
    """All of them, and what the app stack is told of their keys, by parameter."""

    files: tuple[Artifact, ...]
    parameters: Mapping[str, str]


def build(project: Path, target: AwsTarget, cache: Path | None = None) -> Artifacts:
    """Packs what the project and this version of lakectl deploy; a project's own file wins over the packaged one.

    `cache` is where third-party wheels are kept, by default the user's. Raises UsageError, Unreachable.
    """
    wheels = fetch(target.architecture, cache)
    # Glue's machines are x86_64 whatever the functions run on.
    for_glue = wheels if target.architecture == "x86_64" else fetch("x86_64", cache)
    handlers = [assets.find("lambdas", f"{name}.py", project) for name in assets.stems("lambdas", project)]
    zipped = packages.lambda_zip(handlers, [wheels[name] for name in ("pyyaml", *_FOR_UPLOADS)])
    code = _one("lambda", "functions.zip", zipped)
    own = _one("wheels", packages.wheel_name(), packages.lakehouse_wheel())
    names = (*_FOR_UPLOADS, *_FOR_PASSWORDS, "sqlglot")
    others = [_one("wheels", for_glue[name].name, for_glue[name].read_bytes()) for name in names]
    name = f"{MACHINE}.asl.json"
    definition = _one("state_machine", name, assets.find("state_machine", name, project).read_bytes())
    scripts = {
        job: _one("glue_jobs", f"{job}.py", assets.find("glue_jobs", f"{job}.py", project).read_bytes()) for job in JOBS
    }
    contracts = contract_artifacts(project)
    queries = _together(
        "sql", {path.name: path for folder in assets.folders("sql", project) for path in folder.glob("*.sql")}
    )
    return Artifacts(
        files=(code, own, *others, definition, *scripts.values(), *contracts, *queries),
        parameters={
            "LambdaKey": code.key,
            "WheelKey": own.key,
            "ModulesKeys": ",".join(artifact.key for artifact in (own, *others)),
            "DefinitionKey": definition.key,
            "ContractsPrefix": folder(contracts),
            **{f"Script{_camel(job)}": script.key for job, script in scripts.items()},
        },
    )


def contract_artifacts(project: Path) -> list[Artifact]:
    """The contracts in force, each by the name of its dataset."""
    own = project / "contracts"
    files = contract_files([PACKAGED, own] if own.is_dir() else [PACKAGED])
    return _together("contracts", {f"{dataset}.yaml": path for dataset, path in files.items()})


def folder(artifacts: Sequence[Artifact]) -> str:
    """The prefix under which artifacts with one hash lie."""
    return artifacts[0].key.rpartition("/")[0] + "/"


def missing(artifacts: Artifacts, s3: Any, bucket: str) -> list[Artifact]:
    """The artifacts that are not in the bucket, by one listing."""
    pages = s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=ARTIFACTS)
    present = {found["Key"] for page in pages for found in page.get("Contents", [])}
    return [artifact for artifact in artifacts.files if artifact.key not in present]


def upload(artifacts: Sequence[Artifact], s3: Any, bucket: str) -> None:
    """Puts them into the bucket, many at once; one that somebody else has put meanwhile is what it should be."""
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        for _ in pool.map(lambda artifact: _put(artifact, s3, bucket), artifacts):
            pass


def _put(artifact: Artifact, s3: Any, bucket: str) -> None:
    try:
        s3.put_object(
            Bucket=bucket, Key=artifact.key, Body=artifact.content, IfNoneMatch="*", ChecksumAlgorithm="SHA256"
        )
    except ClientError as error:
        # Taken: it is there, or somebody puts the same content at this very moment.
        if error.response["Error"]["Code"] not in {"PreconditionFailed", "ConditionalRequestConflict"}:
            raise


def _one(kind: str, name: str, content: bytes) -> Artifact:
    return Artifact(f"{ARTIFACTS}{kind}/{_hash([(name, content)])}/{name}", content)


def _together(kind: str, paths: Mapping[str, Path]) -> list[Artifact]:
    """Files under one hash of them all."""
    contents = [(name, path.read_bytes()) for name, path in sorted(paths.items())]
    together = _hash(contents)
    return [Artifact(f"{ARTIFACTS}{kind}/{together}/{name}", content) for name, content in contents]


def _hash(contents: Iterable[tuple[str, bytes]]) -> str:
    digest = hashlib.sha256()
    for name, content in contents:
        digest.update(f"{name}\n{len(content)}\n".encode())
        digest.update(content)
    return digest.hexdigest()[:_DIGITS]


def _camel(name: str) -> str:
    return "".join(word.capitalize() for word in name.split("_"))
