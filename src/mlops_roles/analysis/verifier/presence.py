"""The verifier's own reading of who is there: statuses, starts and ends, at a stated date."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from ...errors import InputError
from .dates import read_dates
from .levels import fold, meanings

COLUMNS = ("status", "left", "vacant", "start", "end")
STATED = {"as_of", "columns", "values"}
GONE = ("left", "not yet started", "vacant")


def _status_of(value: str) -> str | None:
    """What a status means; with a detail after it, what its first part means; None if unknown."""
    known, words = meanings("status"), fold(value).replace("_", " ")
    if words in known or words in meanings("cell"):  # such as n/a
        return known.get(words)
    return known.get(re.split(r"\s*[-–(,/:]\s*", words)[0])


class Presence:
    """Whether a row counts at the date, and by the columns, that a certificate states.

    Args:
        stated: `as_of`, `columns` and `values` of the certificate.
        values_of: all values in a column of the table, by its heading.
    """

    def __init__(self, stated: Mapping[str, Any], values_of: Callable[[str], Iterable[str]]):
        self.day, self.columns, self.settled = (stated[k] for k in ("as_of", "columns", "values"))
        self.dates = {
            kind: read_dates({*values_of(self.columns[kind])}, kind == "end")
            for kind in ("start", "end")
            if kind in self.columns
        }

    def counts(self, cell: Callable[[str], str]) -> bool:
        """Whether a row counts; `cell` is the text under a heading."""
        found = {kind: cell(heading) for kind, heading in self.columns.items()}
        is_out = (self._says(kind, text) for kind, text in found.items() if kind not in self.dates)
        start, end = (
            self._date(kind, found[kind]) if kind in found else "" for kind in ("start", "end")
        )
        has_left = bool(end) and end < self.day and not (start and start > end)
        return not (any(is_out) or has_left or start > self.day)

    def _says(self, kind: str, text: str) -> bool:
        """Whether a status, or a column of yes and no, says that the row does not count."""
        folded = fold(text)
        meaning = self.settled.get(kind, {}).get(folded) or _status_of(text)
        if kind != "status":
            return meaning in ("yes", "present") or folded in ("x", kind)
        if folded and not meaning and folded not in meanings("cell"):
            raise InputError(f"the status {text!r} is unknown; certify again with --value")
        return meaning in GONE

    def _date(self, kind: str, text: str) -> str:
        """A date as ISO text; '' if it is open."""
        is_open = self.settled.get(kind, {}).get(fold(text)) == "blank"
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
