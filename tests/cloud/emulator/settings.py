"""What the launcher tells the emulator's process, in one environment variable."""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass
from functools import cache

_VARIABLE = "LAKEHOUSE_EMULATOR"


@dataclass(frozen=True)
class Settings:
    """Paths of interpreters and folders; `job_environment` is what every job finds besides AWS's variables."""

    port: int
    spark_python: str
    shell_python: str
    lambda_python: str
    modules: str  # where wheels of jobs are installed, one folder for each set
    recording: str  # the file that is told of all requests of functions and jobs
    job_environment: dict[str, str]

    def variables(self) -> dict[str, str]:
        """These settings for the environment of the emulator's process."""
        return {_VARIABLE: json.dumps(asdict(self))}


@cache
def settings() -> Settings:
    """The settings of this process."""
    return Settings(**json.loads(os.environ[_VARIABLE]))
