"""Dates as staff data has them: in several orders, as a month or year, or as Excel's numbers."""

from __future__ import annotations

import calendar
import datetime
import re
from collections.abc import Iterable
from functools import cache

from ..errors import InputError
from ..io.resources import resource_rows

_ISO = re.compile(r"(\d{4})[-/.](\d{1,2})(?:[-/.](\d{1,2}))?(?:[ t].*|z|[+-]\d\d:\d\d)?")
_COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})")
_YEAR_LAST = re.compile(r"^(\d\d)(\d\d)((?:19|20)\d\d)$")  # 31122024, which has no month 20
_PARTS = re.compile(r"(\d{1,2})([./-])(\d{1,2})[./-](\d{4}|\d{2})(?: .*)?")
_MONTH = re.compile(r"^(\d{1,2})[./-]((?:19|20)\d\d)$")  # and year
_NAMED = re.compile(
    r"(?:(\d{1,2})[\s.-]+)?([a-zäéûñ]{3,})\.?[\s,.-]+(?:(\d{1,2})[,\s]\s*)?(\d{4}|\d{2})"
)
# milliseconds since 1970, perhaps as services of Microsoft write them: /Date(1388534400000+0100)/
_SINCE_1970 = re.compile(r"(?:/date\()?(\d{12,13})(?:[+-]\d{4})?(?:\)/)?")
_SERIAL = range(20_000, 80_000)  # days since 1899-12-30: the years 1954 to 2119


@cache
def _months() -> dict[str, int]:
    """The number of a month by the first three letters of its name, in four languages."""
    rows = resource_rows("ontology", "staff/values")
    return {r["value"]: int(r["meaning"]) for r in rows if r["kind"] == "month"}


def is_date(text: str) -> bool:
    """Whether a text is a date in any order."""
    return any(_readings(text))


def latest_day(text: str) -> str:
    """The last day that a text may mean, as ISO text; '' if it is no date."""
    return max(filter(None, _readings(text, late=True)), default="")


def iso_dates(values: Iterable[str], late: bool, place: str, pivot: str) -> dict[str, str | None]:
    """Each value of a column to its date as ISO text, None for one that is no date.

    If they are late, a month or a year means its last day, as in an end date. All are compared with
    the pivot; both orders are fine if they agree about it. Else raises InputError for dates that
    are day first or month first, which names the place.
    """
    found = {value: _readings(value, late) for value in values}
    day_first, month_first = _proven_order(found.values())
    result: dict[str, str | None] = {}
    for value, orders in found.items():
        dates = [x for x in orders if x]
        is_open = len(set(dates)) > 1 and not (day_first or month_first)
        if is_open and len({x < pivot for x in dates} | {x <= pivot for x in dates}) > 1:
            raise InputError(
                f"{place}: {value!r} may be day first or month first; write dates as 2026-01-31"
            )
        result[value] = (orders[0] if day_first else orders[1]) or next(iter(dates), None)
    return result


def comparable_dates(values: Iterable[str], place: str) -> dict[str, str | None]:
    """Each value to its date as ISO text, for values that are compared with each other.

    Raises InputError for dates that are day first or month first, if their order depends on it.
    """
    found = {value: _readings(value) for value in values}
    day_first, month_first = _proven_order(found.values())
    dated = [value for value, orders in found.items() if any(orders)]
    orders = [sorted(dated, key=lambda v: found[v][i] or found[v][1 - i] or "") for i in (0, 1)]
    if orders[0] != orders[1] and not (day_first or month_first):
        value = next(one for one, other in zip(*orders, strict=True) if one != other)
        raise InputError(
            f"{place}: {value!r} may be day first or month first; write dates as 2026-01-31"
        )
    return {v: (o[0] if not month_first else o[1]) or o[0] or o[1] for v, o in found.items()}


def _proven_order(readings: Iterable[tuple[str | None, str | None]]) -> tuple[bool, bool]:
    """Whether some date can only be day first, and whether some can only be month first.

    Neither, if there are both kinds.
    """
    known = [(d, m) for d, m in readings if d or m]
    day_first = any(d and not m for d, m in known)
    month_first = any(m and not d for d, m in known)
    return day_first and not month_first, month_first and not day_first


def _readings(text: str, late: bool = False) -> tuple[str | None, str | None]:
    """A date read day first and read month first; both are equal if there is no doubt."""
    text = _MONTH.sub(r"\2-\1", _YEAR_LAST.sub(r"\1/\2/\3", text.strip().lower()))
    if match := _ISO.fullmatch(text) or _COMPACT.fullmatch(text):
        year, month, day = match.groups()
        both = _iso(int(year), int(month), int(day or 0), late)
        return both, both
    if match := _PARTS.fullmatch(text):
        one, mark, two, year = match.groups()
        dmy = _iso(_year(year), int(two), int(one))
        return dmy, dmy if mark == "." else _iso(_year(year), int(one), int(two))
    if (match := _NAMED.fullmatch(text)) and (month := _months().get(match[2][:3])):
        both = _iso(_year(match[4]), month, int(match[1] or match[3] or 0), late)
        return both, both
    if both := _counted(text):
        return both, both
    if re.fullmatch(r"(19|20)\d\d", text):
        both = f"{text}-12-31" if late else f"{text}-01-01"
        return both, both
    return None, None


def _counted(text: str) -> str:
    """The date of a number of days or milliseconds; '' if it is none."""
    if text.isdecimal() and int(text) in _SERIAL:
        return (datetime.date(1899, 12, 30) + datetime.timedelta(int(text))).isoformat()
    if match := _SINCE_1970.fullmatch(text):
        days = int(match[1]) // 86_400_000
        return (datetime.date(1970, 1, 1) + datetime.timedelta(days)).isoformat()
    return ""


def _year(text: str) -> int:
    number = int(text)
    return number if len(text) == 4 else number + (1900 if number > 68 else 2000)


def _iso(year: int, month: int, day: int, late: bool = False) -> str | None:
    """A date as ISO text; day 0 is the first day of the month, or its last."""
    try:
        end = calendar.monthrange(year, month)[1] if late else 1
        return datetime.date(year, month, day or end).isoformat()
    except ValueError:
        return None


def is_iso_date(text: str) -> bool:
    """Whether a text is a date such as 2026-01-31."""
    try:
        return datetime.date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False
