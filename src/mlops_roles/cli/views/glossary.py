"""The words that reports use in one meaning only, from `docs/glossary.md`."""

from __future__ import annotations

import re
from functools import cache

from ...io.resources import resource_dir

_ROW = re.compile(r"^\| (?!word \||-)(.+?) \| (.+?) \|$", re.M)
FIRST_OTHER = "## Statements and names"  # from here on the words are those of the ontology


@cache
def glossary() -> dict[str, str]:
    """Each word of a report, with its meaning in plain text."""
    text = (resource_dir("docs") / "glossary.md").read_text("utf-8").partition(FIRST_OTHER)[0]
    return {word: re.sub(r"[`*]", "", meaning) for word, meaning in _ROW.findall(text)}
