"""What the differences between versions look like to a reader."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from ...io.text import TableRows
from .report import Section, format_sections
from .teams import counted, side_by_side

Data = Mapping[str, Any]
LIMIT = 60  # rows of a table; JSON has all


def diff_text(data: Data, form: str) -> str:
    """The data of a difference as 'table' or 'md'."""
    return format_sections((_ontology if data["kind"] == "ontology" else _staff)(data), form)


def _ontology(data: Data) -> Iterator[Section]:
    terms, statements = data["terms"], data["statements"]
    counts = Counter(row["change"] for row in statements)
    sides = [
        f"{side}: {d['source']}, version {d['version'] or '–'}: {d['terms']:,} terms, {d['asserted']:,} statements, {d['inferred']:,} inferred."
        for side, d in _sides(data)
    ]
    told = f"{counts['added']:,} statements added, {counts['removed']:,} removed; {counts['gained']:,} gained and {counts['lost']:,} lost by inference."
    yield "Difference", [*sides, told], []
    yield (
        "Terms",
        [
            f"{change}: {'; '.join(names[:LIMIT]) or 'none'}{_more(names)}"
            for change, names in terms.items()
        ],
        [],
    )
    changed = [
        row
        for row in statements
        if row["how"] == "asserted" and row["term"] not in (*terms["added"], *terms["removed"])
    ]
    yield _section(
        "Statements about terms that are in both",
        changed,
        lambda row: {"": "+" if row["change"] == "added" else "-", "statement": row["statement"]},
    )
    inferred = [row for row in statements if row["how"] == "inferred"]
    yield _section(
        "What follows",
        inferred,
        lambda row: {
            "": row["change"],
            "statement": row["statement"],
            "because of": row["because"],
        },
    )
    yield _section("Answers that change", data["answers"], _answer)


def _staff(data: Data) -> Iterator[Section]:
    yield (
        "Difference",
        [
            *(f"{side}: {d['source']}: {d['rows']['used']:,} people." for side, d in _sides(data)),
            data["note"],
        ],
        [],
    )
    people = [
        {"": change, **person} for change, group in data["people"].items() for person in group
    ]
    yield _section("People", people, dict)
    yield _section("Answers that change", data["answers"], _answer)
    yield "Covered by nobody, by one person, by several", [], counted(data)
    yield from side_by_side(data)


def _answer(row: Data) -> dict[str, Any]:
    return {
        "person": row["person"],
        "line": row["line"],
        "answer": row["answer"],
        "before → after": f"{row['before']} → {row['after']}",
        "because of": row["because"],
    }


def _section(title: str, rows: Sequence[Data], shown: Callable[[Data], dict[str, Any]]) -> Section:
    drawn_: TableRows = [shown(row) for row in rows[:LIMIT]]
    return title, ["none"] if not rows else [more] if (more := _more(rows)) else [], drawn_


def _more(found: Sequence[Any]) -> str:
    return (
        f" … and {len(found) - LIMIT:,} more: --format json lists all" if len(found) > LIMIT else ""
    )


def _sides(data: Data) -> Iterator[tuple[str, Data]]:
    return ((side, data[side]) for side in ("old", "new"))
