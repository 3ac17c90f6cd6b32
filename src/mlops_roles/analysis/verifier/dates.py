"""The verifier's own reading of dates: in several orders, with names of months, or as numbers."""

from __future__ import annotations

import calendar
import datetime
import re
from collections.abc import Iterable

from .levels import meanings

EXCEL = datetime.date(1899, 12, 30)
MS = 86_400_000  # milliseconds of a day
NUMBERS = range(20_000, 80_000)  # of days, as workbooks have them
YEAR_FIRST = re.compile(r"(\d{4})[-/.](\d{1,2})(?:[-/.](\d{1,2}))?(?:[ t].*|z|[+-]\d\d:\d\d)?")
YEAR_LAST = re.compile(r"(\d{1,2})([./-])(\d{1,2})[./-](\d{4}|\d\d)(?: .*)?")
IN_WORDS = re.compile(
    r"(?:(\d{1,2})[\s.-]+)?([a-zäéûñ]{3,})\.?[\s,.-]+(?:(\d{1,2})[,\s]\s*)?(\d{4}|\d\d)"
)


def orders_of(text: str, late: bool = False) -> tuple[str, str]:
    """A date read day first, and month first, as ISO text; '' if it is none in this order.

    A month or a year alone is its first day; if late, its last.
    """
    text = re.sub(r"^(\d\d)(\d\d)((?:19|20)\d\d)$", r"\1/\2/\3", text.strip().lower())
    if found := YEAR_LAST.fullmatch(text):
        one, mark, two, year = found.groups()
        day_first = _iso(year, two, one)
        return day_first, day_first if mark == "." else _iso(year, one, two)
    return (_in_one_order(text, late),) * 2


def _in_one_order(text: str, late: bool) -> str:
    """A date that can be read in one way alone."""
    if found := YEAR_FIRST.fullmatch(text) or re.fullmatch(r"(\d{4})(\d\d)(\d\d)", text):
        return _iso(found[1], found[2], found[3], late)
    if found := re.fullmatch(r"(\d{1,2})[./-]((?:19|20)\d\d)", text):
        return _iso(found[2], found[1], None, late)
    found = IN_WORDS.fullmatch(text)
    if found and (month := meanings("month").get(found[2][:3])):
        return _iso(found[4], month, found[1] or found[3], late)
    if len(text) == 5 and text.isdecimal() and int(text) in NUMBERS:
        return (EXCEL + datetime.timedelta(int(text))).isoformat()
    if found := re.fullmatch(r"(?:/date\()?(\d{12,13})(?:[+-]\d{4})?(?:\)/)?", text):
        return (datetime.date(1970, 1, 1) + datetime.timedelta(int(found[1]) // MS)).isoformat()
    return f"{text}-{'12-31' if late else '01-01'}" if re.fullmatch(r"(19|20)\d\d", text) else ""


def _iso(year: str, month: str, day: str | None, late: bool = False) -> str:
    """A date as ISO text; of a month without a day, or with day 0, the first or last day."""
    number = int(year)
    if len(year) == 2:
        number += 1900 if number > 68 else 2000
    try:
        end = calendar.monthrange(number, int(month))[1] if late else 1
        return datetime.date(number, int(month), int(day or 0) or end).isoformat()
    except ValueError:
        return ""


def read_dates(texts: Iterable[str], late: bool = False) -> dict[str, str]:
    """Each text of a column to its date as ISO text, '' if it is none.

    All are read day first or month first, as those show that can only be read in one way.
    """
    found = {text: orders_of(text, late) for text in texts}
    is_day_first = any(day and not month for day, month in found.values())
    is_month_first = any(month and not day for day, month in found.values())
    if is_month_first and not is_day_first:
        return {text: month for text, (_, month) in found.items()}
    return {text: day or month for text, (day, month) in found.items()}
