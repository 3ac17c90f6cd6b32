"""Disks that are nearly full."""

import subprocess
from contextlib import contextmanager

import pytest


@contextmanager
def small_disk(place, size):
    """A disk in memory of a size such as '64k'; the test is skipped where none can be mounted."""
    place.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", place]
    if subprocess.run(command, capture_output=True, check=False).returncode:
        pytest.skip("a small disk cannot be mounted without the rights of root")
    try:
        yield place
    finally:  # lazily: an open store may hold it
        subprocess.run(["umount", "--lazy", place], check=True)
