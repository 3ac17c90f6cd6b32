"""The sections of an audit's report about people and units: the same rows for every format."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from ...io.sections import Section

Data = Mapping[str, Any]
WORKBOOK_ROWS = 5_000  # of a list of people in a workbook; an audit keeps them all in memory
OWN_PART = (
    "its own"  # the skills that a role requires itself, apart from those of the roles it takes in
)
HOLDERS_NOTE = (
    "A role is held by title, or by the column role. How many of its skills are recorded is "
    "counted apart: holding is not having."
)
SINGLE_NOTE = (
    "What each of these people alone covers. If the person leaves, it is covered by nobody."
)
UNITS_NOTE = (
    "What the people of each unit cover, without the other units. Bus factor: the fewest people "
    "whose leaving leaves a task without anyone in the unit who performs it."
)
POSTS_NOTE = "Posts that the staff data marks as vacant, with the roles that their titles name."
VERDICTS = {"able": "could act: able", "likely": "could act: likely", "missing": ""}


def people_sections(data: Data, limits: Mapping[str, int]) -> Iterator[Section]:
    """The sections about people and units, each with at most as many rows as `limits` says.

    These are 'holders' (of each role), 'single', 'people', 'pages' (roles of people), 'units' and
    'posts'; a section with the limit 0 is left out.
    """
    sections = {
        "holders": _holders,
        "single": _single_points,
        "people": _people,
        "pages": _pages,
        "units": units_section,
        "posts": _open_posts,
    }
    for name, section in sections.items():
        if limits[name]:
            yield section(data, limits[name])


def label_of(data: Data, slug: str) -> str:
    """The label of a term, or its slug."""
    return str(data["labels"].get(slug, slug))


def recorded_of(counts: Data) -> str:
    """How many of the required skills are recorded, as '10 of 14'."""
    return f"{counts['recorded']} of {counts['required']}"


def recorded_by_part(parts: Iterable[Data], labels: Mapping[str, str]) -> list[str]:
    """How many skills of each role that a role takes in are recorded; last its own, if any."""
    return [
        f"{OWN_PART if p['own'] else labels.get(p['role'], p['role'])} {recorded_of(p)}"
        for p in parts
        if p["required"]
    ]


def more_note(shown: int, total: int) -> list[str]:
    """A sentence on the entries that are not shown, if there are such."""
    if shown >= total:
        return [] if total else ["none"]
    return [f"… and {total - shown:,} more: {format_with_the_rest(shown, total)}"]


def format_with_the_rest(shown: int, total: int) -> str:
    """A sentence on the format that has the entries left out of a list."""
    if total <= WORKBOOK_ROWS:
        return "all are in the workbook (--format xlsx)"
    if shown < WORKBOOK_ROWS:
        return f"the workbook (--format xlsx) has {WORKBOOK_ROWS:,}, CSV a row for each person"
    return "CSV (--format csv) has a row for each person"


def _holders(data: Data, limit: int) -> Section:
    rows = [
        {"role": label_of(data, role)} | _holder_row(data, holder)
        for role, holders in data["holders"].items()
        for holder in holders[:limit]
    ]
    total = sum(role["people"] for role in data["roles"].values())
    return "Who holds which role", [*more_note(len(rows), total), HOLDERS_NOTE], rows


def _holder_row(data: Data, holder: Data) -> dict[str, Any]:
    return {
        **_identity(holder),
        "known by": known_by(data, holder),
        "recorded": recorded_of(holder),
        "by a tool": holder["evident"],
        "lacking": holder["lacking"],
    }


def known_by(data: Data, holder: Data) -> str:
    """How it is known that a person holds a role: by the title or the column role, as written."""
    through = f", through {label_of(data, holder['through'])}" if holder["through"] else ""
    return f"{holder['by']}: {holder['written']}{through}"


def _identity(person: Data) -> dict[str, Any]:
    """Who a person is and where: the unit only if it is known."""
    where = {"file": person["file"]} if "file" in person else {}
    unit = {"unit": person["unit"]} if person["unit"] else {"unit": ""}
    return {"person": person["person"], **where, "line": person["line"], **unit}


def _single_points(data: Data, limit: int) -> Section:
    rows = [
        _identity(person)
        | {
            f"{group}s": [label_of(data, item) for item in person["alone"].get(group, ())]
            for group in ("role", "task", "skill", "step")
        }
        for person in data["single_points"][:limit]
    ]
    more = more_note(len(rows), data["totals"].get("single_points", 0))
    return "Single points of failure", [*more, SINGLE_NOTE], rows


def _people(data: Data, limit: int) -> Section:
    rows = [_person_row(data, person) for person in data["people"][:limit]]
    return "People", more_note(len(rows), data["rows"]["used"]), rows


def _person_row(data: Data, person: Data) -> dict[str, Any]:
    nearest = next((row for row in person["roles"] if row["role"] == person["next"]), None)
    return {
        **_identity(person),
        "title": person["title"] or "",
        "roles": roles_held(data, person),
        "could act as": could_act(data, person),
        "nearest next role": label_of(data, nearest["role"]) if nearest else "",
        "recorded": recorded_of(nearest) if nearest else "",
    }


def roles_held(data: Data, person: Data) -> str:
    """The roles that a person holds now, or why none is known."""
    held = [label_of(data, row["role"]) for row in person["roles"] if row["held"]]
    if held:
        return "; ".join(held)
    meant = " or ".join(label_of(data, role) for role in person["meant"])
    if person["status"] == "ambiguous":
        return f"ambiguous: {meant}"
    return f"similar to {meant}" if person["similar"] else ""


def could_act(data: Data, person: Data) -> list[str]:
    """The other roles that a person could act as, by record or with tools as evidence."""
    rows = (row for row in person["roles"] if not row["held"] and row["verdict"] != "missing")
    return [
        label_of(data, row["role"]) + (" (likely)" if row["verdict"] == "likely" else "")
        for row in rows
    ]


def _pages(data: Data, limit: int) -> Section:
    found = (
        (person, row)
        for person in data["people"]
        for row in person["roles"]
        if "missing" in row or row["verdict"] != "missing"
    )
    rows = [_role_of_person(data, *pair) for pair, _ in zip(found, range(limit), strict=False)]
    shown = len({(row["person"], row["line"]) for row in rows})
    return "Each person's roles", more_note(shown, data["rows"]["used"]), rows


def _role_of_person(data: Data, person: Data, row: Data) -> dict[str, Any]:
    missing = row.get("missing", {})
    return {
        **_identity(person),
        "role": label_of(data, row["role"]),
        "now": relation_now(row, person),
        "recorded": recorded_of(row),
        "by role taken in": recorded_by_part(row.get("parts", ()), data["labels"]),
        "lacking": _labels(data, missing.get("lacking", ())),
        "by a tool alone": _labels(data, missing.get("evidence", ())),
        "not recorded": _labels(data, missing.get("unrecorded", ())),
    }


def relation_now(row: Data, person: Data) -> str:
    """What a role is to a person now: held, next, or one that the record would allow."""
    now = "holds it" if row["held"] else "next" if row["role"] == person["next"] else ""
    return ", ".join(filter(None, (now, VERDICTS[row["verdict"]])))


def _labels(data: Data, slugs: Sequence[str]) -> list[str]:
    return [label_of(data, slug) for slug in slugs]


def units_section(data: Data, limit: int) -> Section:
    """The units of most people, each with what its own people cover."""
    rows = [unit_row(data, unit) for unit in data["units"][:limit]]
    total = data["totals"].get("units", len(data["units"]))
    return "Units", [*more_note(len(rows), total), UNITS_NOTE], rows


def unit_row(data: Data, unit: Data) -> dict[str, Any]:
    """A unit with the roles held in it, and its coverage; of rounded counts, only the first."""
    held = [f"{label_of(data, role)} {people:,}" for role, people in unit["held"].items()]
    row = {"unit": unit["unit"], "people": unit["people"], "roles held": held}
    if "bus_factor" not in unit:
        return row
    return row | {
        "tasks": f"{unit['tasks']} of {len(data['tasks'])}",
        "tasks of one person": unit["single_tasks"],
        "skills": f"{unit['skills']} of {len(data['skills'])}",
        "skills of one person": unit["single_skills"],
        "bus factor": unit["bus_factor"] if unit["tasks"] else "–",
        "open posts": unit["open_posts"],
    }


def _open_posts(data: Data, limit: int) -> Section:
    posts = data["open_posts"]
    rows = [
        {
            "open post": post["title"],
            "unit": post["unit"] or "",
            "posts": post["posts"],
            "role": post_roles(data, post),
        }
        for post in posts[:limit]
    ]
    more = more_note(len(rows), data["totals"].get("open_posts", 0))
    return "Open posts", [*more, *left_out(data), POSTS_NOTE], rows


def post_roles(data: Data, post: Data) -> str:
    """The role that the title of an open post names, all that it may mean, or 'none'."""
    meant = " or ".join(label_of(data, role) for role in post["roles"])
    return f"ambiguous: {meant}" if post["status"] == "ambiguous" else meant or "none"


def left_out(data: Data) -> list[str]:
    """Who does not count, and why, in a sentence for each reason."""
    reasons = data["reading"].get("left_out", {})
    return [
        f"Left out as {reason!r}: {found['count']:,} (line {_format_lines(found['lines'])})"
        for reason, found in reasons.items()
    ]


def _format_lines(lines: Sequence[int], limit: int = 12) -> str:
    more = f" and {len(lines) - limit:,} more" if len(lines) > limit else ""
    return ", ".join(map(str, lines[:limit])) + more
