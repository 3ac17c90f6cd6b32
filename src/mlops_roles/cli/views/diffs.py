"""Differences between two ontologies or two staff files for a reader."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from ...analysis.diff import OntologyDiff, StaffDiff
from ...io.sections import Section
from ...io.text import counted
from . import Hide
from .teams import coverage_sections

Data = Mapping[str, Any]
LIMIT = 60  # rows of a table; JSON has all


def diff_sections(diff: OntologyDiff | StaffDiff, hide: Hide) -> Iterator[Section]:
    """What differs between two ontologies, or between two staff files."""
    data = hide(diff.to_dict())
    yield from _ontology(data) if isinstance(diff, OntologyDiff) else _staff(data)


def _ontology(data: Data) -> Iterator[Section]:
    statements, terms = data["statements"], data["terms"]
    counts = Counter(row["change"] for row in statements)
    yield (
        "Difference",
        [
            *(
                f"{name}: {side['source']}, version {side['version'] or '–'}: "
                f"{counted(side['terms'], 'term')}, {counted(side['asserted'], 'statement')}, "
                f"{side['inferred']:,} inferred."
                for name, side in _sides(data)
            ),
            f"{counted(counts['added'], 'statement')} added, {counts['removed']:,} removed; "
            f"{counts['gained']:,} gained and {counts['lost']:,} lost by inference.",
        ],
        [],
    )
    lines = [
        f"{change}: {'; '.join(names[:LIMIT]) or 'none'}{_more(names)}"
        for change, names in terms.items()
    ]
    yield "Terms", lines, []
    asserted, inferred = (
        [row for row in statements if row["how"] == how] for how in ("asserted", "inferred")
    )
    one_sided = {*terms["added"], *terms["removed"]}
    in_both = [row for row in asserted if row["term"] not in one_sided]
    yield _section("Statements about terms that are in both", in_both, _asserted)
    yield _section("What follows", inferred, _inferred)
    yield _section("Answers that change", data["answers"], _answer_row)


def _staff(data: Data) -> Iterator[Section]:
    sides = [
        f"{n}: {s['source']}: {counted(s['rows']['used'], 'person', 'people')}."
        for n, s in _sides(data)
    ]
    yield "Difference", [*sides, data["note"]], []
    people = [
        {"": change, **person} for change, group in data["people"].items() for person in group
    ]
    yield _section("People", people, dict)
    yield _section("Answers that change", data["answers"], _answer_row)
    yield from coverage_sections(data)


def _asserted(row: Data) -> dict[str, Any]:
    return {"": "+" if row["change"] == "added" else "-", "statement": row["statement"]}


def _inferred(row: Data) -> dict[str, Any]:
    return {"": row["change"], "statement": row["statement"], "because of": row["because"]}


def _answer_row(row: Data) -> dict[str, Any]:
    head = {"person": row["person"], "line": row["line"], "answer": row["answer"]}
    change = f"{row['before']} → {row['after']}"
    return head | {"before → after": change, "because of": row["because"]}


def _section(title: str, rows: Sequence[Data], to_row: Callable[[Data], dict[str, Any]]) -> Section:
    """The first rows, and a sentence on the others."""
    sentences = [more] if (more := _more(rows)) else []
    return title, sentences if rows else ["none"], [to_row(row) for row in rows[:LIMIT]]


def _more(items: Sequence[Any]) -> str:
    hidden = len(items) - LIMIT
    return f" … and {hidden:,} more: --format json lists all" if hidden > 0 else ""


def _sides(data: Data) -> Iterator[tuple[str, Data]]:
    return ((side, data[side]) for side in ("old", "new"))
