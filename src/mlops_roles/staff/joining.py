"""Several sheets, or two files: which have people, and both joined by a key.

The right table may have a row for each person or several; the joined table has the row of the left
one for each of them, so that it is read as a row for each person and skill. Keys are compared as
text. Keys of one side alone are counted, and reported.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from ..errors import InputError
from ..io.text import counted, quoted
from .engine import Engine
from .header_rows import HeaderOf
from .headings import PERSONAL, heading_kind
from .reading import ReadOptions
from .sources import SAMPLE_ROWS, Source
from .spreadsheets import Row

if TYPE_CHECKING:
    import pyarrow

ROW = "row"  # in joined tables, where several rows have one line, a number of each
FACTS = ("title", "role", "skills", "skill", "lacks", "assessed")


def report_sheets(
    source: Source, options: ReadOptions, header_of: HeaderOf, is_skill: Callable[[str], bool]
) -> None:
    """Report the sheets that are not read.

    Raises InputError if another one has people, too, or alone, and no option says which is meant.
    """
    people = []
    for sheet in source.sheets:
        if sheet.name == options.join:
            continue
        rows = [] if sheet.hidden else list(sheet.rows())[:SAMPLE_ROWS]
        if rows and _has_people(rows[header_of(rows[:40])][1], is_skill):
            people.append(sheet.name)
        hidden = "hidden " if sheet.hidden else ""
        source.reading.notes.append(f"The {hidden}sheet {sheet.name!r} is not read")
    if people and options.sheet is None and not options.join:
        file, used = source.reading.file, source.reading.sheet
        listed = ", ".join(map(repr, people))
        if not _has_people(source.headings, is_skill):
            raise InputError(
                f"{file}: the sheet {used!r} has no people, and {listed} has; name it with "
                f"--sheet {quoted(people[0])}"
            )
        raise InputError(
            f"{file}: {len(people) + 1} sheets have people: {used!r}, {listed}; name one with "
            f"--sheet {quoted(used or '')}, or join them with --join {quoted(people[0])} "
            "--on COLUMN"
        )


def _has_people(headings: Sequence[str], is_skill: Callable[[str], bool]) -> bool:
    """Whether the headings are of people, and of what they hold or can."""
    kinds = {heading_kind(cell) for cell in headings}
    has_facts = bool(kinds & {*FACTS}) or any(is_skill(cell) for cell in headings if cell)
    return bool(kinds & {*PERSONAL}) and has_facts


def join(left: Source, right: Source, options: ReadOptions, engine: Engine) -> Source:
    """Two sources as one, whose headings are those of both.

    Raises InputError for a key that one of them has not, and if no key is in both.
    """
    one, equals, two = (options.on or "").partition("=")
    keys = (_key(left, one), _key(right, two if equals else one))
    names = {name.strip() for name in left.headings}
    kept = [
        i for i, name in enumerate(right.headings) if i != keys[1] and name.strip() not in names
    ]
    dropped = [
        name
        for i, name in enumerate(right.headings)
        if i not in kept and i != keys[1] and name.strip()
    ]
    left.reading.joined_form = right.reading.form_of_table
    left.reading.notes.append(f"Joined with {options.join} by {options.on}")
    if dropped:
        left.reading.notes.append(f"In both, read from the first: {', '.join(dropped)}")
    table = _joined_table(left, right, keys, kept, engine)
    headings = [*left.headings, *(right.headings[i] for i in kept)]

    def load(wanted: Sequence[int]) -> tuple[pyarrow.Table, list[Row]]:
        return table.select(["line", ROW, *map(str, wanted)]), []

    first = table.slice(0, SAMPLE_ROWS).to_pydict()
    columns = [first[str(i)] for i in range(len(headings))]
    sample = [[cell or "" for cell in row] for row in zip(*columns, strict=True)]
    return Source(left.reading, headings, sample, load)


def _key(source: Source, name: str) -> int:
    """The index of the column of keys."""
    headings = [heading.strip() for heading in source.headings]
    if name.strip() in headings:
        return headings.index(name.strip())
    raise InputError(
        f"--on {name}: {source.reading.file} has no column {name!r}; it has "
        f"{', '.join(headings)[:300]}"
    )


def _joined_table(
    left: Source, right: Source, keys: tuple[int, int], kept: Sequence[int], engine: Engine
) -> pyarrow.Table:
    """The rows of the left table, each as often as its key is in the right one, or once."""
    import ibis

    width = len(left.headings)
    tables: list[Any] = []
    for source in (left, right):
        found, short = source.load(range(len(source.headings)))
        if short:
            line, cells = short[0]
            raise InputError(
                f"{source.reading.file}, line {line}: {counted(len(cells), 'cell')}, the header "
                f"has {len(source.headings)}; fix the row before joining"
            )
        tables.append(engine.register_arrow(found.slice(int(source.skip_first))))
    one, two = tables
    key, other = str(keys[0]), str(keys[1])
    _report_orphans(one[key], two[other], (left, right), engine)
    more = two.select(
        joined=two[other],
        place=two.line,
        **{str(width + n): two[str(i)] for n, i in enumerate(kept)},
    )
    both = one.left_join(more, one[key] == more.joined)
    columns = ["line", ROW, *map(str, range(width + len(kept)))]
    order = [both.line, both.place]
    numbered = both.mutate(**{ROW: ibis.row_number().over(order_by=order)})
    return engine.to_arrow(numbered.order_by(["line", "place"]).select(*columns))


def _report_orphans(one: Any, two: Any, sources: tuple[Source, Source], engine: Engine) -> None:
    """Report the keys of one side alone; an error if there is no other."""

    def count(rows: Any) -> int:
        ((found,),) = engine.fetch_rows(rows.aggregate(n=rows.count()))
        return int(found)

    left = one.name("k").as_table().filter(lambda t: t.k.notnull()).distinct()
    right = two.name("k").as_table().filter(lambda t: t.k.notnull()).distinct()
    alone = (count(left.anti_join(right, "k")), count(right.anti_join(left, "k")))
    if alone[0] == count(left):
        raise InputError(
            f"{sources[0].reading.file}: no key is in both files; they are compared as text, so "
            "'007' is not '7'; check --on"
        )
    for n, source in zip(alone, sources, strict=True):
        name = source.reading.sheet or source.reading.file
        if n:
            sources[0].reading.notes.append(f"Keys in {name} alone: {n:,}")
