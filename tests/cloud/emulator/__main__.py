"""The emulator's process. `tests.cloud.launcher` starts it."""

from __future__ import annotations

from pathlib import Path

from ministack import app
from tests.cloud.emulator import athena, cloudformation, glue_api, glue_runs, history, lambdas, step_functions, versions
from tests.cloud.emulator.settings import settings
from tests.cloud.recording import Recorder


def main() -> None:
    recorder = Recorder(Path(settings().recording))
    glue_api.patch()
    step_functions.patch(recorder)
    versions.patch()
    history.patch()
    lambdas.patch()
    cloudformation.patch()
    athena.patch()
    app.app = recorder.around(app.app)
    try:
        app.main()
    finally:
        glue_runs.stop_all()


main()
