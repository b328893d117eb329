"""What AWS says when it says no, in one line of what happened and one of what to do.

Whatever is not known here is told in AWS's own words, with the call that it answered.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from botocore import exceptions

from lakectl.errors import Unreachable, UsageError
from lakehouse.errors import LakehouseError

_SIGN_IN = "Sign in again (such as `aws sso login`), or renew the credentials, and repeat the command: it goes on."
_NO_CREDENTIALS = (
    "Set them up with `aws configure` or `aws configure sso`, or name a profile: AWS_PROFILE=NAME lakectl ..."
)
_AGAIN = "Nothing is lost: repeat the command in a minute."
_EXPIRED = {"ExpiredToken", "ExpiredTokenException", "RequestExpired", "TokenRefreshRequired"}
_INVALID = {
    "InvalidClientTokenId",
    "UnrecognizedClientException",
    "SignatureDoesNotMatch",
    "InvalidAccessKeyId",
    "InvalidSignatureException",
    "AuthFailure",
}
_DENIED = {"AccessDenied", "AccessDeniedException", "UnauthorizedOperation", "AuthorizationError", "403", "Forbidden"}
_THROTTLED = {
    "Throttling",
    "ThrottlingException",
    "ThrottledException",
    "TooManyRequestsException",
    "RequestLimitExceeded",
    "SlowDown",
    "ProvisionedThroughputExceededException",
}
_DOWN = {"InternalError", "InternalFailure", "ServiceUnavailable", "InternalServerException", "500", "503"}
_QUOTA = {
    "LimitExceededException",
    "ResourceNumberLimitExceededException",
    "ConcurrentRunsExceededException",
    "ServiceQuotaExceededException",
    "ExecutionLimitExceeded",
    "TooManyBuckets",
}


@contextmanager
def translated() -> Iterator[None]:
    """A block in which botocore's errors become UsageError (exit 2), Unreachable (3) or LakehouseError (1)."""
    try:
        yield
    except (exceptions.ClientError, exceptions.BotoCoreError) as error:
        raise explained(error) from error


def explained(error: exceptions.ClientError | exceptions.BotoCoreError) -> LakehouseError:
    """The error for a person."""
    return _of_answer(error) if isinstance(error, exceptions.ClientError) else _without_answer(error)


def _without_answer(error: exceptions.BotoCoreError) -> LakehouseError:
    """The errors of a call that AWS never answered."""
    match error:
        case exceptions.ProfileNotFound():
            return UsageError(_sentence(error), "Name one of `aws configure list-profiles`, by AWS_PROFILE.")
        case exceptions.NoCredentialsError() | exceptions.PartialCredentialsError():
            return UsageError("there are no AWS credentials, or only half of them", _NO_CREDENTIALS)
        case (
            exceptions.UnauthorizedSSOTokenError()
            | exceptions.SSOTokenLoadError()
            | exceptions.TokenRetrievalError()
            | exceptions.CredentialRetrievalError()
        ):
            return Unreachable(f"the AWS credentials could not be renewed: {_sentence(error)}", _SIGN_IN)
        case exceptions.ConnectionError() | exceptions.HTTPClientError():
            return Unreachable(
                f"AWS cannot be reached: {_sentence(error)}", f"Is the network there, the region right? {_AGAIN}"
            )
        case _:
            return LakehouseError(f"AWS could not be asked: {_sentence(error)}")


def _of_answer(error: exceptions.ClientError) -> LakehouseError:
    """The errors that AWS answered."""
    code = str(error.response.get("Error", {}).get("Code", ""))
    for codes, make in _ANSWERS:
        if code in codes:
            return make(error)
    return LakehouseError(f"AWS refused {error.operation_name}: {_told(error)}")


def _expired(_: Any) -> LakehouseError:
    return Unreachable("the AWS credentials have expired", _SIGN_IN)


def _invalid(error: exceptions.ClientError) -> LakehouseError:
    return UsageError(f"AWS does not know these credentials: {_told(error)}", _NO_CREDENTIALS)


def _denied(error: exceptions.ClientError) -> LakehouseError:
    """Names the action and the resource: from AWS's message where it tells, else from the call."""
    told = _told(error)
    action = re.search(r"perform: (\S+)", told)
    resource = re.search(r"on resource: (\S+)", told)
    wanted = action[1] if action else error.operation_name
    return UsageError(
        f"permission is missing for {wanted}{f' on {resource[1]}' if resource else ''}",
        f"Whoever administers the account can grant it. AWS says: {told}",
    )


def _throttled(error: exceptions.ClientError) -> LakehouseError:
    return Unreachable(f"AWS asks for patience: {error.operation_name} was throttled, also when tried again", _AGAIN)


def _down(error: exceptions.ClientError) -> LakehouseError:
    return Unreachable(f"AWS failed at {error.operation_name}: {_told(error)}", _AGAIN)


def _quota(error: exceptions.ClientError) -> LakehouseError:
    return Unreachable(
        f"a limit of the account is reached: {_told(error)}",
        "Wait for what is running, or have the quota raised (Service Quotas in the AWS console).",
    )


def _no_bucket(error: exceptions.ClientError) -> LakehouseError:
    name = error.response["Error"].get("BucketName", "")
    return UsageError(
        f"the bucket {name} is not there".replace("  ", " "),
        "Deploy first: `lakectl -t aws deploy`; or correct targets.aws.bucket.",
    )


def _elsewhere(error: exceptions.ClientError) -> LakehouseError:
    region = error.response.get("ResponseMetadata", {}).get("HTTPHeaders", {}).get("x-amz-bucket-region", "")
    return UsageError(
        f"the bucket is in {f'region {region}' if region else 'another region'}, not in the target's",
        "Correct targets.aws.region in lakectl.toml.",
    )


def _no_machine(_: Any) -> LakehouseError:
    return UsageError(
        "the state machine is not there: never deployed here, or deleted by hand",
        "`lakectl -t aws deploy` makes it; nothing that is in the lake is lost.",
    )


def _no_execution(_: Any) -> LakehouseError:
    return UsageError("there is no execution of that name", "`lakectl executions list` shows the newest.")


_ANSWERS: tuple[tuple[set[str], Callable[[exceptions.ClientError], LakehouseError]], ...] = (
    (_EXPIRED, _expired),
    (_INVALID, _invalid),
    (_DENIED, _denied),
    (_THROTTLED, _throttled),
    (_DOWN, _down),
    (_QUOTA, _quota),
    ({"NoSuchBucket"}, _no_bucket),
    ({"PermanentRedirect", "301", "IllegalLocationConstraintException", "AuthorizationHeaderMalformed"}, _elsewhere),
    ({"StateMachineDoesNotExist"}, _no_machine),
    ({"ExecutionDoesNotExist"}, _no_execution),
)


def _told(error: exceptions.ClientError) -> str:
    known = error.response.get("Error", {})
    return " ".join(str(known.get("Message") or known.get("Code") or error).split())


def _sentence(error: Exception) -> str:
    return " ".join(str(error).split()).rstrip(".")
