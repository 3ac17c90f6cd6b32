"""Differences between two ontologies or two staff files for a reader: text or Markdown."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from ...io.sections import Section, format_sections
from .teams import coverage_sections

Data = Mapping[str, Any]
LIMIT = 60  # rows of a table; JSON has all


def diff_text(data: Data, form: str) -> str:
    """The data of a difference as 'table' or 'md'."""
    return format_sections((_ontology if data["kind"] == "ontology" else _staff)(data), form)


def _ontology(data: Data) -> Iterator[Section]:
    statements, terms = data["statements"], data["terms"]
    counts = Counter(row["change"] for row in statements)
    yield (
        "Difference",
        [
            *(
                f"{name}: {side['source']}, version {side['version'] or '–'}: "
                f"{side['terms']:,} terms, {side['asserted']:,} statements, "
                f"{side['inferred']:,} inferred."
                for name, side in _sides(data)
            ),
            f"{counts['added']:,} statements added, {counts['removed']:,} removed; "
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
    yield _section("Answers that change", data["answers"], _answer)


def _staff(data: Data) -> Iterator[Section]:
    sides = [f"{n}: {s['source']}: {s['rows']['used']:,} people." for n, s in _sides(data)]
    yield "Difference", [*sides, data["note"]], []
    people = [
        {"": change, **person} for change, group in data["people"].items() for person in group
    ]
    yield _section("People", people, dict)
    yield _section("Answers that change", data["answers"], _answer)
    yield from coverage_sections(data)


def _asserted(row: Data) -> dict[str, Any]:
    return {"": "+" if row["change"] == "added" else "-", "statement": row["statement"]}


def _inferred(row: Data) -> dict[str, Any]:
    return {"": row["change"], "statement": row["statement"], "because of": row["because"]}


def _answer(row: Data) -> dict[str, Any]:
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
