"""What tests of reading staff data share."""

import itertools

import pytest


@pytest.fixture
def put(tmp_path):
    """A function that writes a staff file into a folder of its own, and returns its path."""
    numbers = itertools.count()

    def write(text, name="staff.csv", encoding="utf-8"):
        path = tmp_path / str(next(numbers)) / name
        path.parent.mkdir()
        path.write_bytes(text.encode(encoding))
        return path

    return write
