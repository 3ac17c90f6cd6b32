"""The words that reports use in one meaning only, from `docs/glossary.md`."""

from __future__ import annotations

import re
from functools import cache

from ...io.resources import resource_dir
from ...io.sections import Section

_ROW = re.compile(r"^\| (?!word \||-)(.+?) \| (.+?) \|$", re.M)
FIRST_OTHER = "## Statements and names"  # from here on the words are those of the ontology
POINTER = "The words of this report are explained by: mlops-roles show --list words"


@cache
def glossary(everything: bool = False) -> dict[str, str]:
    """Each word of a report, with its meaning in plain text; those of the ontology if asked."""
    text = (resource_dir("docs") / "glossary.md").read_text("utf-8")
    text = text if everything else text.partition(FIRST_OTHER)[0]
    return {word: re.sub(r"[`*]", "", meaning) for word, meaning in _ROW.findall(text)}


def words_section(whole: bool) -> Section:
    """The last section of a report: its words with their meanings, or where they are explained."""
    if not whole:
        return "", [POINTER], []
    rows = [{"word": word, "meaning": meaning} for word, meaning in glossary().items()]
    return "Words", ["These words have one meaning each in all reports."], rows
