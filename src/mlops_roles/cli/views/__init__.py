"""Render each answer in a format: sections as text, Markdown or HTML; rows; or JSON."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from importlib import import_module
from typing import Any

from ...errors import InputError
from ...io.json_text import to_json
from ...io.result import Result
from ...io.sections import FORMATS, Section, format_sections, html_table
from ...io.text import format_rows

Hide = Callable[[Any], Any]  # replaces names by pseudonyms
ROW_FORMATS = ("csv", "tsv", "jsonl")
ALL_FORMATS = (*FORMATS, "json", *ROW_FORMATS)
VIEWS = {  # class of an answer: module and function of its sections
    "Audit": "report.audit_sections",
    "Certificate": "certificates.certificate_sections",
    "Consistency": "proofs.consistency_sections",
    "Gap": "certificates.gap_sections",
    "OntologyDiff": "diffs.diff_sections",
    "Page": "pages.page_sections",
    "Proof": "proofs.proof_sections",
    "Quality": "checks.quality_sections",
    "Report": "checks.report_sections",
    "StaffDiff": "diffs.diff_sections",
    "Team": "teams.team_sections",
    "Verification": "certificates.verification_sections",
    "WhatIf": "teams.whatif_sections",
}
READING_TITLE = "How it was read"
ABOUT_PEOPLE = {"Certificate", "Gap", "StaffDiff", "Team", "Verification", "WhatIf"}
NO_ROWS = "(no rows)"
SEVERAL = {"Gap": "certificates.gaps_sections"}  # of a list of them


def render(
    result: Result,
    format: str = "table",
    *,
    hide: Hide = lambda data: data,
    width: int | None = None,
    whole: bool = True,
) -> str:
    """An answer in one of ALL_FORMATS. Raises InputError for any other.

    Args:
        result: the answer.
        format: one of ALL_FORMATS.
        hide: a function that replaces names in plain data by pseudonyms.
        width: the number of characters in a line of text; None for the usual one.
        whole: whether HTML is a whole page.
    """
    if format == "json":
        return to_json(hide(result.json_data()))
    if format in ROW_FORMATS:
        rows = hide(result.flat_rows())
        return format_rows(rows, result.row_columns or list(*rows[:1]), format)
    if format not in FORMATS:
        known = ", ".join(ALL_FORMATS)
        raise InputError(f"format {str(format)[:40]!r}: no such report format; use one of {known}")
    if format == "html" and whole and type(result).__name__ == "Audit":
        from .report import report

        return report(hide(result.to_dict()), format)
    if view := _view_of(result):
        sections = list(view(result, hide))
        title = next((heading for heading, *_ in sections if heading != READING_TITLE), "")
        sections += _words(result, whole=format == "html" and whole)
        return format_sections(sections, format, width=width, title=title, whole=whole)
    return _table(result, format, hide, width, whole)


def _table(result: Result, format: str, hide: Hide, width: int | None, whole: bool) -> str:
    """An answer that is nothing but rows."""
    rows, notes = hide(result.flat_rows()), result.notes()
    columns = result.row_columns or list(*rows[:1])
    if format == "html":
        return html_table(rows, columns, notes, whole)
    if format == "table" and not rows:
        return format_rows(rows, columns, format, (NO_ROWS, *notes), width).replace("\n\n", "\n", 1)
    return format_rows(rows, columns, format, notes, width)


def _words(result: Result, whole: bool) -> list[Section]:
    """The words of a report about people, or where they are explained."""
    if _class_of(result) not in ABOUT_PEOPLE:
        return []
    from .glossary import words_section

    return [words_section(whole)]


def _class_of(result: Result) -> str:
    """The name of the class of an answer, or of the first of several."""
    one = result[0] if isinstance(result, list) and result else result
    return type(one).__name__


def _view_of(result: Result) -> Callable[[Result, Hide], Iterable[Section]] | None:
    """The function that makes the sections of an answer, if it has a view of its own."""
    views = SEVERAL if isinstance(result, list) else VIEWS
    name = views.get(_class_of(result))
    if name is None:
        return None
    module, _, function = name.rpartition(".")
    view: Callable[[Result, Hide], Iterable[Section]] = getattr(
        import_module(f".{module}", __package__), function
    )
    return view
