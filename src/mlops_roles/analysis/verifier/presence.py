"""The verifier's own reading of who is there: statuses, starts and ends, at a stated date."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

from ...errors import InputError
from .dates import orders_of, read_dates
from .headings import LONGEST
from .levels import fold, meanings

COLUMNS = ("status", "left", "vacant", "start", "end", "title")
STATED = {"as_of", "columns", "values"}
GONE = ("left", "not yet started", "vacant")


def _status_of(value: str) -> str | None:
    """What a status means; with a detail after it, what its first part means; None if unknown."""
    known, words = meanings("status"), fold(value).replace("_", " ")
    if words in known or words in meanings("cell") or re.match(r"n ?/ ?a\b", words):
        return known.get(words)
    if found := known.get(re.split(r"\s*[-–(,/:]\s*", words)[0]):
        return found
    after = "|".join(map(re.escape, sorted(meanings("after"), reverse=True)))
    before = known.get(re.split(rf"\s(?:{after})\s", words)[0])
    return before if before != "present" else None


def title_has_ended(title: str, day: str) -> bool:
    """Whether a title says that its post had ended, as in 'Data Engineer (until 2024)', or a.D."""
    if len(title) > LONGEST:
        return False
    folded = fold(title)
    remarks = re.findall(r"[(\[]([^)\]]*)[)\]]", folded)
    remarks += re.findall(r"\s[-–—]\s+([^-–—]+)$|\s([a-z]\.\s?[a-z]\.)$", folded)
    texts = [part for found in remarks for part in ([found] if isinstance(found, str) else found)]
    return "†" in folded or any(_has_ended(text.strip(), day) for text in texts)


def _has_ended(remark: str, day: str) -> bool:
    """Whether a remark is 'until' a date before a day, or a word for leaving by that day."""
    for word in sorted(meanings("until"), reverse=True):
        if remark.startswith(f"{word} "):
            date = max(orders_of(remark.removeprefix(f"{word} "), late=True))
            return bool(date) and date < day
    for word in meanings("gone"):
        rest = remark.removeprefix(word)
        if remark == word:
            return True
        if rest != remark and re.match(r",?\s+(?:[^\W\d]+\s+)?\S*\d", rest):
            date = max(orders_of(re.sub(r"^,?\s+(?:[^\W\d]+\s+)?", "", rest), late=True))
            return not date or date < day
    return False


class Presence:
    """Whether a row counts at the date, and by the columns, that a certificate states.

    Args:
        stated: `as_of`, `columns` and `values` of the certificate.
        values_of: all values in a column of the table, by its heading.
        path: the file, for messages.
    """

    def __init__(
        self, stated: Mapping[str, Any], values_of: Callable[[str], Iterable[str]], path: Path
    ):
        self.path = path
        self.day, self.columns, self.settled = (stated[k] for k in ("as_of", "columns", "values"))
        self.dates = {
            kind: read_dates({*values_of(self.columns[kind])}, kind == "end")
            for kind in ("start", "end")
            if kind in self.columns
        }

    def counts(self, cell: Callable[[str], str]) -> bool:
        """Whether a row counts; `cell` is the text under a heading."""
        return not (self.is_gone(cell) or self.is_over(cell))

    def is_gone(self, cell: Callable[[str], str]) -> bool:
        """Whether a status, or a column of yes and no, says that a row does not count."""
        others = (kind for kind in self.columns if kind not in self.dates)
        return any(self._says(kind, cell(self.columns[kind])) for kind in others)

    def is_over(self, cell: Callable[[str], str]) -> bool:
        """Whether a row has ended, or has not begun."""
        start, end = (
            self._date(kind, cell(self.columns[kind])) if kind in self.columns else ""
            for kind in ("start", "end")
        )
        has_ended = bool(end) and end < self.day and not (start and start > end)
        return has_ended or start > self.day

    @property
    def headings(self) -> list[str]:
        """The headings of the dates."""
        return [self.columns[kind] for kind in self.dates]

    def _says(self, kind: str, text: str) -> bool:
        """Whether a status, or a column of yes and no, says that the row does not count."""
        folded = fold(text)
        meaning = self.settled.get(kind, {}).get(folded)
        if kind == "title":
            return meaning in GONE or (not meaning and title_has_ended(text, self.day))
        meaning = meaning or _status_of(text)
        if kind != "status":
            return meaning in ("yes", "present") or folded in ("x", kind)
        if not meaning and folded in meanings("thing"):
            return True
        if folded and not meaning and folded not in meanings("cell"):
            raise InputError(
                f"{self.path}: the status {text!r} is unknown; certify again with --value"
            )
        return meaning in GONE

    def _date(self, kind: str, text: str) -> str:
        """A date as ISO text; '' if it is open."""
        settled = self.settled.get(kind, {}).get(fold(text))
        is_open = settled == "blank" or fold(text) in meanings("end")
        return "" if is_open else self.dates[kind][text]


def is_sound(stated: Any) -> bool:
    """Whether a certificate states the presence in the form that `certify` gives it."""
    return (
        isinstance(stated, dict)
        and set(stated) == STATED
        and isinstance(stated["as_of"], str)
        and isinstance(columns := stated["columns"], dict)
        and set(columns) <= set(COLUMNS)
        and all(isinstance(heading, str) for heading in columns.values())
        and isinstance(values := stated["values"], dict)
        and all(isinstance(meanings, dict) for meanings in values.values())
    )
