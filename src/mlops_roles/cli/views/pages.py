"""The page of a term for a reader."""

from __future__ import annotations

from collections.abc import Iterator

from ...io.sections import Section
from ...ontology.answer import legend
from ...ontology.term_page import MARKS_HEADING, Page
from . import Hide


def page_sections(page: Page, hide: Hide) -> Iterator[Section]:
    """The description of a term, the questions about it, and what their marks mean."""
    about = [f"{key}: {'; '.join(values)}" for key, values in page.about.items()]
    yield page.label, [page.term, *about], []
    for section in page.sections:
        yield section.heading, [], section.answer.rows
    if page.marks:
        yield MARKS_HEADING, legend(page.marks), []
