"""Positions in RDF that are past or have not started: their dates, intervals and instants."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator
from typing import Any

from ..errors import InputError
from ..io.text import quoted
from .dates import iso_dates
from .markers import LEFT
from .presence import SOON
from .rdf_statements import Statements
from .reading import Reading, ReadOptions
from .values import fold_value, meanings


def gone_positions(
    statements: Statements, text: Callable[[int], str], options: ReadOptions, reading: Reading
) -> tuple[list[int], list[int]]:
    """The things that have ended, and those that have not started, at the date asked for.

    A thing with several intervals is past if each of them is. Raises InputError for a text that is
    no date.
    """
    dates = _Dates(statements, text, options, reading)
    ends, starts = dates.of("end"), dates.of("start")
    if ends or starts or dates.written:
        reading.as_of = options.date
    states: dict[int, set[str]] = defaultdict(set)
    for thing in {*ends, *starts}:
        states[thing].add(_state(starts.get(thing), ends.get(thing), options.date))
    for thing, interval in zip(
        *(side.tolist() for side in statements.pairs("during")), strict=True
    ):
        start, end = dates.written.get(interval) or (starts.get(interval), ends.get(interval))
        dates.odd |= {interval} if not (start or end) else set()
        states[thing].add(_state(start, end, options.date))
    if dates.odd:
        reading.notes.append(
            f"Intervals and instants without a date that is understood, which leave it open: "
            f"{len(dates.odd):,}"
        )
    left = [thing for thing, found in states.items() if found <= {LEFT, SOON} and SOON not in found]
    soon = [thing for thing, found in states.items() if found <= {LEFT, SOON} and SOON in found]
    return left, soon


def _state(start: str | None, end: str | None, day: str) -> str:
    return LEFT if end and end < day else SOON if start and start > day else ""


class _Dates:
    """The dates in statements: of things, by way of instants, and in texts such as 2020/2021."""

    def __init__(
        self,
        statements: Statements,
        text: Callable[[int], str],
        options: ReadOptions,
        reading: Reading,
    ):
        self.statements, self.options, self.reading = statements, options, reading
        self.text, self.keys = text, statements.keys
        self.instants = dict(self.each("instant"))
        self.odd = set[int]()  # intervals and instants without a date that is understood
        self.written = {
            value: self._interval(text(value))
            for _, value in self.each("during")
            if self.keys[value].startswith('"')
        }

    def each(self, column: str) -> Iterator[tuple[int, int]]:
        """The statements of a column."""
        return zip(*(side.tolist() for side in self.statements.pairs(column)), strict=True)

    def of(self, column: str) -> dict[int, str]:
        """Thing to its date as ISO text: the first of several starts, the last of several ends."""
        texts: dict[int, str] = {}
        for _, value in self.each(column):
            literal = value if self.keys[value].startswith('"') else self.instants.get(value)
            if literal is not None:
                texts[value] = self.text(literal)
            else:
                self.odd.add(value)
        isos = self._isos(set(texts.values()), column)
        found: dict[int, str] = {}
        choose: Any = max if column == "end" else min
        for thing, value in self.each(column):
            if iso := isos.get(texts.get(value, "")):
                found[thing] = choose(found.get(thing, iso), iso)
        return found

    def _interval(self, written: str) -> tuple[str | None, str | None]:
        """Start and end of an interval that is a text."""
        start, _, end = written.partition("/")
        if not end:
            return None, None
        starts, ends = self._isos({start}, "start"), self._isos({end}, "end")
        return starts.get(start), ends.get(end)

    def _isos(self, texts: set[str], column: str) -> dict[str, str]:
        """Text to date, without those that say that there is none yet."""
        place = f"{self.reading.file}: {column} date"
        dated = {t: t.replace(":", "-") if t.count(":") == 2 and len(t) == 10 else t for t in texts}
        dated = {t: date for t, date in dated.items() if not self._is_open(column, date)}
        isos = iso_dates(dated.values(), column == "end", place, self.options.date)
        for text, date in dated.items():
            if isos[date] is None:
                raise InputError(
                    f"{place}: {text!r} is not a date; write 2026-01-31, or settle it with "
                    f"--value {quoted(f'{column}:{text}=blank')}"
                )
        return {text: str(isos[date]) for text, date in dated.items()}

    def _is_open(self, column: str, value: str) -> bool:
        folded = fold_value(value)
        settled = self.options.values.get((column, folded))
        return settled == "blank" or not folded or folded in {**meanings("cell"), **meanings("end")}
