"""What the tests of matching share."""

import pytest
from support.linking import COMPANY, HEAD


@pytest.fixture
def company(tmp_path):
    """A company's own vocabulary in a file."""
    path = tmp_path / "theirs.ttl"
    path.write_text(HEAD + COMPANY, "utf-8")
    return path
