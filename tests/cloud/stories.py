"""What a story on the emulator is told with: files that are put into a bucket, and looks at what became of them."""

from __future__ import annotations

import os
import time

from deltalake import DeltaTable, QueryBuilder
from tests.cloud.policies import judge, role_statements
from tests.cloud.recording import recorded
from tests.cloud.shop import REGION, client
from tests.cloud.stack_values import StackValues

from lakectl.platforms.aws.templates import load

PATIENCE = 400  # seconds for an execution that takes half a minute on an idle machine


def csv(columns, *rows):
    return "".join(f"{line}\n" for line in (",".join(columns), *rows)).encode()


def put(shop, name, content):
    client("s3").put_object(Bucket=shop.bucket, Key=f"uploads/{name}", Body=content)


def until(look):
    """What `look` finds, once it finds something."""
    end = time.monotonic() + PATIENCE
    while not (found := look()):
        assert time.monotonic() < end, "nothing came"
        time.sleep(1)
    return found


def ended(shop, count=1):
    """The executions, newest first, once there are so many and none runs any more."""

    def look():
        found = shop.run("executions", "list")
        done = len(found) >= count and all(execution["status"] != "RUNNING" for execution in found)
        return found if done else None

    return until(look)


def counts(answer, dataset):
    """The counts of a dataset that are not zero."""
    names = ("inserted", "updated", "unchanged", "duplicate", "stale", "rejected")
    told = next(each for each in answer["datasets"] if each["dataset"] == dataset)
    return {name: told[name] for name in names if told[name]}


def rows(shop, table, columns):
    """Rows that delta-rs finds in the bucket, as texts, ordered."""
    options = {
        "aws_access_key_id": os.environ["AWS_ACCESS_KEY_ID"],
        "aws_secret_access_key": "test",
        "aws_region": REGION,
        "aws_endpoint_url": os.environ["AWS_ENDPOINT_URL"],
        "aws_allow_http": "true",
    }
    found = DeltaTable(f"s3://{shop.bucket}/lakehouse/processed/{table}", storage_options=options)
    wanted = ", ".join(f"CAST({column} AS VARCHAR) AS c{place}" for place, column in enumerate(columns))
    batches = QueryBuilder().register("t", found).execute(f"SELECT {wanted} FROM t ORDER BY 1").read_all()
    return [tuple(row) for row in zip(*(column.to_pylist() for column in batches.columns), strict=True)]


def keys(shop, prefix):
    listed = client("s3").list_objects_v2(Bucket=shop.bucket, Prefix=prefix)
    return [entry["Key"] for entry in listed.get("Contents", [])]


def messages(shop):
    """A function that waits for what the topic says from now on."""
    queue = client("sqs").create_queue(QueueName="told")["QueueUrl"]
    attributes = client("sqs").get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])["Attributes"]
    client("sns").subscribe(TopicArn=shop.outputs["topic"], Protocol="sqs", Endpoint=attributes["QueueArn"])
    return lambda: until(lambda: client("sqs").receive_message(QueueUrl=queue).get("Messages"))


def verdict(shop, recording, start, tmp_path):
    """What the roles' policies refuse of what was asked in their names since then, and what nobody needed of them."""
    [stack] = client("cloudformation").describe_stacks(StackName="shop-app")["Stacks"]
    parameters = {each["ParameterKey"]: each["ParameterValue"] for each in stack["Parameters"]}
    account = os.environ["AWS_ACCESS_KEY_ID"]
    own = tmp_path / "requests.jsonl"
    own.write_bytes(recording.read_bytes()[start:])
    roles = role_statements(StackValues(load("app.yaml"), parameters, account, REGION))
    return judge(roles, recorded(own, account, REGION))
