"""Least privilege, proven: what roles were seen to do is held against what their policies say.

How it is used:

1. Every Lambda and job of the emulator is given AWS_SESSION_TOKEN, which is the name of its role: `lambda` or `glue`.
   Every SDK sends it along as the header X-Amz-Security-Token, and the emulator ignores it.
2. The emulator writes down each HTTP request as a `Request`. What it does itself in a role's name (Step Functions
   starting a job, a rule starting an execution) is no request; it writes that down as a `Need`.
3. `needs` tells which permissions a request takes; `judge` tells which of them the policies refuse, and which
   statements nobody needed, but for those in `UNSEEN`. Both lists have to be empty.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from html import unescape
from typing import Any, NamedTuple
from urllib.parse import parse_qs, unquote

from tests.cloud.stack_values import StackValues

# Statements that no request can be seen for, and why they are there.
UNSEEN = {
    ("lambda", "Logs"): "the Lambda service writes what a function prints",
    ("glue", "Logs"): "the Glue service writes what a job prints",
    ("states", "LogDelivery"): "Step Functions sets up the delivery of its logs when the machine is made",
    ("lambda", "Key"): "S3 and DynamoDB use the key in the caller's name",
    ("glue", "Key"): "S3 and DynamoDB use the key in the caller's name",
}


class Need(NamedTuple):
    """One permission that a role was seen to need, such as ("glue", "s3:GetObject", "arn:aws:s3:::lake/uploads/a")."""

    role: str
    action: str
    resource: str


@dataclass(frozen=True)
class Request:
    """One HTTP request. `path` is as it was sent (percent-encoded), `query` without the question mark."""

    role: str
    method: str
    path: str
    query: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)  # names in lower case
    body: bytes = b""


@dataclass(frozen=True)
class Statement:
    """One statement that allows. `actions` and `resources` may have the wildcards * and ?."""

    sid: str
    actions: tuple[str, ...]
    resources: tuple[str, ...]

    def allows(self, need: Need) -> bool:
        """Whether this statement is enough for the need."""
        action = any(_matches(pattern.lower(), need.action.lower()) for pattern in self.actions)
        return action and any(_matches(pattern, need.resource) for pattern in self.resources)


class Verdict(NamedTuple):
    """What the policies refuse of what was needed, and the (role, sid) of statements that nobody needed."""

    refused: list[Need]
    unused: list[tuple[str, str]]


def role_statements(values: StackValues) -> dict[str, list[Statement]]:
    """The statements of a stack's roles, by the service that takes each. Raises ValueError for what is not plain."""
    return {
        _service(role): [
            _statement(raw) for policy in role["Policies"] for raw in policy["PolicyDocument"]["Statement"]
        ]
        for role in values.properties("AWS::IAM::Role")
    }


def judge(roles: Mapping[str, Sequence[Statement]], needed: Iterable[Need]) -> Verdict:
    """Holds needs against the roles' statements. Raises KeyError for a role that there is not."""
    needed = set(needed)
    refused = sorted(need for need in needed if not any(one.allows(need) for one in roles[need.role]))
    unused = [
        (role, statement.sid)
        for role, statements in roles.items()
        for statement in statements
        if not any(need.role == role and statement.allows(need) for need in needed)
    ]
    return Verdict(refused, [one for one in unused if one not in UNSEEN])


def needs(request: Request, account: str, region: str) -> list[Need]:
    """The permissions that a request takes, by AWS's Service Authorization Reference.

    Raises ValueError for a request that is not known here: what was not judged must not count as allowed.
    """
    place = f"{region}:{account}"
    if target := request.headers.get("x-amz-target"):
        pairs = _json_call(target, json.loads(request.body or b"{}"), place)
    elif found := re.fullmatch(r"/2015-03-31/functions/([^/]+)/invocations", request.path):
        name = unquote(found[1])
        pairs = [
            ("lambda:InvokeFunction", name if name.startswith("arn:") else f"arn:aws:lambda:{place}:function:{name}")
        ]
    elif request.headers.get("content-type", "").startswith("application/x-www-form-urlencoded"):
        pairs = _query_call({key: value[0] for key, value in parse_qs(request.body.decode()).items()})
    else:
        pairs = _s3_call(request)
    return [Need(request.role, action, resource) for action, resource in pairs]


_Pairs = list[tuple[str, str]]


def _json_call(target: str, body: Mapping[str, Any], place: str) -> _Pairs:
    api, _, operation = target.partition(".")
    match api:
        case "AWSGlue" if "JobName" in body:
            return [(f"glue:{operation}", f"arn:aws:glue:{place}:job/{body['JobName']}")]
        case "AWSGlue" if "DatabaseName" in body:
            return [(f"glue:{operation}", f"arn:aws:glue:{place}:{one}") for one in _glue_resources(body)]
        case "AWSStepFunctions":
            return [(f"states:{operation}", body.get("executionArn") or body["stateMachineArn"])]
        case "DynamoDB_20120810":
            tables = [body["TableName"]] if "TableName" in body else list(body["RequestItems"])
            return [(f"dynamodb:{operation}", f"arn:aws:dynamodb:{place}:table/{table}") for table in tables]
        case "Logs_20140328":
            return [(f"logs:{operation}", f"arn:aws:logs:{place}:log-group:{body['logGroupName']}")]
    raise ValueError(f"{target} {sorted(body)}: say here what it takes")


def _glue_resources(body: Mapping[str, Any]) -> list[str]:
    database = body["DatabaseName"]
    table = body.get("Name") or body.get("TableInput", {}).get("Name") or "*"
    return ["catalog", f"database/{database}", f"table/{database}/{table}"]


def _query_call(form: Mapping[str, str]) -> _Pairs:
    match form["Action"]:
        case "GetCallerIdentity":
            return []  # everybody may
        case "Publish":
            return [("sns:Publish", form["TopicArn"])]
    raise ValueError(f"{form}: say here what it takes")


def _s3_call(request: Request) -> _Pairs:
    bucket, _, key = unquote(request.path).lstrip("/").partition("/")
    query = parse_qs(request.query, keep_blank_values=True)
    where = f"arn:aws:s3:::{bucket}"
    if not bucket:
        raise ValueError(f"{request}: say here what it takes")
    if not key:
        return _bucket_call(request, query, where)
    actions = _object_actions(request, query)
    pairs = [(action, f"{where}/{key}") for action in actions]
    if source := request.headers.get("x-amz-copy-source"):
        taken = f"arn:aws:s3:::{unquote(source.partition('?')[0]).lstrip('/')}"
        pairs.append(("s3:GetObject", taken))
        # A copy takes the tags along, a copied part does not. What Spark renames in a table's log never has any.
        if "partNumber" not in query and "/_delta_log/" not in key:
            pairs += [("s3:GetObjectTagging", taken), ("s3:PutObjectTagging", f"{where}/{key}")]
    return pairs


def _bucket_call(request: Request, query: Mapping[str, Any], where: str) -> _Pairs:
    if request.method == "POST" and "delete" in query:
        keys = re.findall(r"<Key>(.*?)</Key>", request.body.decode())
        return [("s3:DeleteObject", f"{where}/{unescape(key)}") for key in keys]
    if request.method == "GET" and not {"location", "uploads", "versions"} & query.keys():
        return [("s3:ListBucket", where)]
    if request.method == "HEAD":
        return [("s3:ListBucket", where)]
    if "location" in query:
        return [("s3:GetBucketLocation", where)]
    if "uploads" in query:
        return [("s3:ListBucketMultipartUploads", where)]
    raise ValueError(f"{request}: say here what it takes")


def _object_actions(request: Request, query: Mapping[str, Any]) -> list[str]:
    verb = {"GET": "Get", "HEAD": "Get", "PUT": "Put", "POST": "Put", "DELETE": "Delete"}[request.method]
    if "tagging" in query:
        return [f"s3:{verb}ObjectTagging"]
    if request.method == "DELETE" and "uploadId" in query:
        return ["s3:AbortMultipartUpload"]
    # To compare with what is there is to read.
    compares = ["s3:GetObject"] if verb != "Get" and "if-match" in request.headers else []
    return [f"s3:{verb}Object", *compares]


def _statement(raw: Mapping[str, Any]) -> Statement:
    if raw["Effect"] != "Allow" or "Condition" in raw or {"NotAction", "NotResource"} & raw.keys():
        raise ValueError(f"{raw}: only plain statements that allow can be judged")
    return Statement(raw["Sid"], _many(raw["Action"]), _many(raw["Resource"]))


def _many(one_or_more: str | list[str]) -> tuple[str, ...]:
    return (one_or_more,) if isinstance(one_or_more, str) else tuple(one_or_more)


def _service(role: Mapping[str, Any]) -> str:
    principal = role["AssumeRolePolicyDocument"]["Statement"][0]["Principal"]["Service"]
    return str(principal).removesuffix(".amazonaws.com")


def _matches(pattern: str, text: str) -> bool:
    parts = (".*" if part == "*" else "." if part == "?" else re.escape(part) for part in re.split(r"([*?])", pattern))
    return re.fullmatch("".join(parts), text, re.DOTALL) is not None
