"""Errors of the command itself, and the exit code of every error.

LakehouseError                    of lakehouse.errors; each has a message (what, where) and a hint (what to do next)
├── UsageError                    what was asked for makes no sense                       exit 2
│   ├── ConfigError               lakectl.toml or a LAKECTL_* variable is wrong
│   │   └── NoProject             there is no lakectl.toml here or above
│   ├── TargetMissing             this version cannot do that on this target
│   └── StalePlan                 a saved plan is not what a deployment would do now
├── DeployError                   a deployment, or taking one down, went wrong            exit 1
├── Unreachable                   the cloud does not answer now: trying again may help    exit 3
│   └── StackBusy                 another deployment is going on
└── Interrupted                   Ctrl-C                                                  exit 130
"""

from __future__ import annotations

from enum import IntEnum

from lakehouse.errors import ContractError, LakehouseError, UploadRefused


class ExitCode(IntEnum):
    """What the shell sees."""

    OK = 0
    FAILED = 1
    USAGE = 2
    TRY_AGAIN = 3
    CHANGES = 4
    DATA_REFUSED = 5
    INTERRUPTED = 130


class UsageError(LakehouseError):
    """What was asked for makes no sense."""


class ConfigError(UsageError):
    """A setting is unknown or has a value it cannot have; the message names the file and line, or the variable."""


class NoProject(ConfigError):
    """No lakectl.toml in this folder or above it."""


class TargetMissing(UsageError):
    """This version cannot do that on this target."""


class StalePlan(UsageError):
    """What a saved plan was made from has changed."""


class DeployError(LakehouseError):
    """A deployment failed; the message quotes the resource and the reason that came first."""


class Unreachable(LakehouseError):
    """The cloud does not answer, throttles, or credentials ran out."""


class StackBusy(Unreachable):
    """Somebody else is deploying or taking down the same stack."""


class Interrupted(LakehouseError):
    """The user pressed Ctrl-C."""


def exit_code(error: LakehouseError) -> ExitCode:
    """The exit code of an error."""
    match error:
        case UsageError() | ContractError():
            return ExitCode.USAGE
        case UploadRefused():
            return ExitCode.DATA_REFUSED
        case Unreachable():
            return ExitCode.TRY_AGAIN
        case Interrupted():
            return ExitCode.INTERRUPTED
        case _:
            return ExitCode.FAILED
