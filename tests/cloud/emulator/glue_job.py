"""Runs a job's script as Glue does, with `--additional-python-modules` installed.

    python glue_job.py SCRIPT --JOB_NAME ... --additional-python-modules s3://bucket/a.whl,b==1

The Python shell's Python (3.9) runs this, too. Modules are installed once per set, into `$GLUE_MODULES`.
"""

import fcntl
import hashlib
import os
import shlex
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path


def main(script, arguments):
    variables = dict(os.environ)
    modules = [module.strip() for module in _given(arguments, "--additional-python-modules").split(",")]
    if any(modules):
        options = shlex.split(_given(arguments, "--python-modules-installer-option"))
        folder = _installed(list(filter(None, modules)), options)
        variables["PYTHONPATH"] = os.pathsep.join([str(folder), variables.get("PYTHONPATH", "")])
    os.execve(sys.executable, [sys.executable, script, *arguments], variables)


def _given(arguments, name):
    """The value of an argument, empty where it is not given."""
    return arguments[arguments.index(name) + 1] if name in arguments[:-1] else ""


def _installed(modules, options):
    """A folder that holds the modules, for this Python. Whoever comes second waits for the first."""
    name = hashlib.sha256(" ".join([sys.version, *modules, *options]).encode()).hexdigest()[:16]
    folder = Path(os.environ["GLUE_MODULES"], name)
    folder.parent.mkdir(parents=True, exist_ok=True)
    with Path(f"{folder}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not folder.exists():
            with tempfile.TemporaryDirectory(dir=folder.parent) as work:
                _install(modules, options, Path(work))
                shutil.move(str(Path(work, "modules")), folder)
    return folder


def _install(modules, options, work):
    wanted = [_fetched(module, work) for module in modules]
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    subprocess.run([*pip, "--target", str(work / "modules"), *options, *wanted], check=True, stdout=sys.stderr)


def _fetched(module, folder):
    """A wheel on S3 as a file; anything else as it is."""
    if not module.startswith("s3://"):
        return module
    import boto3

    bucket, _, key = module[len("s3://") :].partition("/")
    path = folder / key.rpartition("/")[2]
    boto3.client("s3").download_file(bucket, key, str(path))
    return str(path)


main(sys.argv[1], sys.argv[2:])
