"""A second build, beside the one that the tests of publishing share."""

import os
import subprocess
import sys

import pytest
from support.release import built, files

__all__ = ["built", "files"]


@pytest.fixture(scope="session")
def other_build():
    """The checksums of a build with other hashes, at another time, in another place.

    It runs in a process beside the build that the other tests read.
    """
    code = """
import sys
from mlops_roles import load
from mlops_roles.publishing.release import CHECKSUMS, release_files
sys.stdout.buffer.write(release_files(load())[CHECKSUMS])
"""
    env = os.environ | {"PYTHONHASHSEED": "42", "TZ": "Asia/Tokyo", "SOURCE_DATE_EPOCH": "1"}
    command = [sys.executable, "-c", code]
    with subprocess.Popen(command, cwd="/", env=env, stdout=subprocess.PIPE) as process:
        yield process
