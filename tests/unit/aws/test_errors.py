"""What AWS says becomes one line of what happened and one of what to do, with the right exit code."""

from __future__ import annotations

import pytest
from botocore import exceptions

from lakectl.errors import exit_code
from lakectl.platforms.aws.errors import translated
from lakehouse.errors import LakehouseError


def answer(code: str, message: str = "", operation: str = "GetObject", **more: object) -> exceptions.ClientError:
    return exceptions.ClientError({"Error": {"Code": code, "Message": message, **more}}, operation)


DENIED = (
    "User: arn:aws:sts::123456789012:assumed-role/dev/me is not authorized to perform: states:StartExecution on "
    "resource: arn:aws:states:eu-west-1:123456789012:stateMachine:x because no identity-based policy allows it"
)
ERRORS: dict[str, tuple[Exception, int, str, str]] = {
    "no credentials": (exceptions.NoCredentialsError(), 2, "there are no AWS credentials", "aws configure"),
    "half credentials": (
        exceptions.PartialCredentialsError(provider="env", cred_var="AWS_SECRET_ACCESS_KEY"),
        2,
        "only half of them",
        "aws configure",
    ),
    "no such profile": (exceptions.ProfileNotFound(profile="prod"), 2, "prod", "AWS_PROFILE"),
    "sso ended": (exceptions.UnauthorizedSSOTokenError(), 3, "could not be renewed", "aws sso login"),
    "expired": (answer("ExpiredToken", "The provided token has expired."), 3, "have expired", "aws sso login"),
    "expired clock": (answer("RequestExpired", "Request has expired."), 3, "have expired", "renew"),
    "wrong key": (
        answer("InvalidClientTokenId", "The security token included in the request is invalid."),
        2,
        "does not know these credentials",
        "aws configure",
    ),
    "denied": (
        answer("AccessDeniedException", DENIED, "StartExecution"),
        2,
        "permission is missing for states:StartExecution on arn:aws:states:eu-west-1:123456789012:stateMachine:x",
        "administers",
    ),
    "denied without a word": (answer("403", "Forbidden", "HeadObject"), 2, "HeadObject", "administers"),
    "network": (exceptions.EndpointConnectionError(endpoint_url="https://x"), 3, "cannot be reached", "network"),
    "slow network": (exceptions.ReadTimeoutError(endpoint_url="https://x"), 3, "cannot be reached", "Nothing is lost"),
    "cut off": (exceptions.ConnectionClosedError(endpoint_url="https://x"), 3, "cannot be reached", "repeat"),
    "throttled": (
        answer("ThrottlingException", "Rate exceeded", "StartQuery"),
        3,
        "StartQuery was throttled",
        "repeat",
    ),
    "broken": (answer("ServiceUnavailable", "try later", "PutObject"), 3, "PutObject: try later", "repeat"),
    "quota": (answer("ConcurrentRunsExceededException", "Concurrent runs exceeded"), 3, "limit", "quota"),
    "no bucket": (answer("NoSuchBucket", "It does not exist", BucketName="shop"), 2, "the bucket shop", "deploy"),
    "another region": (answer("PermanentRedirect", "use the endpoint"), 2, "in another region", "targets.aws.region"),
    "machine deleted": (answer("StateMachineDoesNotExist", "gone"), 2, "state machine is not there", "deploy"),
    "no execution": (answer("ExecutionDoesNotExist", "gone"), 2, "no execution", "executions list"),
    "unheard of": (answer("Weird", "This is\nnew", "DoIt"), 1, "AWS refused DoIt: This is new", ""),
}


@pytest.mark.parametrize("name", ERRORS)
def test_an_error_says_what_happened_and_what_to_do(name: str) -> None:
    error, code, message, hint = ERRORS[name]
    with pytest.raises(LakehouseError) as caught, translated():
        raise error
    assert exit_code(caught.value) == code
    assert message in caught.value.message
    assert hint in caught.value.hint
    assert "\n" not in caught.value.message


def test_other_errors_pass() -> None:
    with pytest.raises(ZeroDivisionError), translated():
        raise ZeroDivisionError
