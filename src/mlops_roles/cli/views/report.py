"""The report of an audit: text for a terminal, Markdown, or one self-contained HTML file.

All names come from the audit's data. Text that people wrote is shown as written, and is escaped.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from typing import Any

from ...analysis.audit import Audit
from ...io.sections import Section, format_sections
from ...io.text import TableRows, counted, format_rows
from ...io.workbook import workbook
from ...staff.reading import READING_COLUMNS, reading_rows, reading_summary
from . import READING_TITLE, Hide
from .glossary import words_section
from .people import label_of, people_sections, recorded_by_part, recorded_of, units_section

Data = Mapping[str, Any]
MAX_MAPPED = 5  # names in the summary; JSON has all
STATE_LABELS = {
    "covered": "covered",
    "single": "one person",
    "few": "under 5 people",
    "uncovered": "nobody",
}
STEP_STATE_LABELS = {
    "covered": "several",
    "single": "one person",
    "few": "under 5 people",
    "uncovered": "nobody",
    "unassigned": "no role answers",
}
COVERED = (  # a group, its heading, and what is said of what nobody and one person covers
    ("tasks", "Tasks", "Performed by nobody", "By one person only"),
    ("skills", "Skills", "Recorded for nobody", "For one person only"),
)
LIMITS = {
    "table": {
        **{"holders": 5, "single": 10, "people": 20, "pages": 0, "units": 15, "posts": 15},
        **{"titles": 10, "names": 15, "rejected": 20, "roles": 40},
    },
    "md": {
        **{"holders": 20, "single": 40, "people": 200, "pages": 200, "units": 50, "posts": 50},
        **{"titles": 10, "names": 15, "rejected": 20, "roles": 200},
    },
}
LIMITS["xlsx"] = dict.fromkeys(LIMITS["table"], 50_000)
MISSING_LABELS = {"lacking": "lacking", "evidence": "by a tool alone", "unrecorded": "not recorded"}
LEGEND = (
    "similar: people whose title is only similar to the role, counted apart. able: every required "
    "skill is recorded. likely: what is not recorded is evidenced by a tool. A tool is evidence, "
    "not a recorded skill."
)


def report(data: Data, format: str, width: int | None = None) -> str:
    """The data of `Audit.to_dict` as 'table' (in lines of a width, if given), 'md' or 'html'."""
    if format == "html":
        from .page import audit_page

        return audit_page(data)
    return format_sections(
        _sections(data, LIMITS.get(format, LIMITS["table"])), format, width=width
    )


def audit_sections(audit: Audit, hide: Hide) -> Iterator[Section]:
    """The sections of the report of an audit."""
    return _sections(hide(audit.to_dict()), LIMITS["table"])


def reading_report(data: Data, format: str, width: int | None = None) -> str | bytes:
    """Format a reading, as `Reading.to_dict` returns it: a report, its rows, or a workbook."""
    rows = list(reading_rows(data))
    if format in ("csv", "tsv", "jsonl"):
        return format_rows(rows, READING_COLUMNS, format)
    section = f"How {data['file']} is read", reading_summary(data), rows
    return (
        workbook([section]) if format == "xlsx" else format_sections([section], format, width=width)
    )


def audit_workbook(data: Data) -> bytes:
    """The data of `Audit.to_dict` as a workbook with a sheet for each question."""
    return workbook(_sections(data, LIMITS["xlsx"], whole=True))


def _sections(data: Data, limits: Mapping[str, int], whole: bool = False) -> Iterator[Section]:
    """The sections of a report; `whole` lists all tasks, skills, and how each column was read."""
    reading = data["reading"]
    is_small = bool(data.get("small_groups"))
    shown = largest(data["roles"], limits["roles"])
    yield "Staff audit", _summary(data), []
    how = list(reading_rows(reading)) if whole and not is_small else []
    yield READING_TITLE, reading_summary(reading), how
    yield "Roles", *_roles(data, shown)
    if not is_small:
        holders = {role: found for role, found in data["holders"].items() if role in shown}
        yield from people_sections({**data, "holders": holders}, limits)
    elif data["units"]:
        yield units_section(data, limits["units"])
    yield "Workflow", *_workflow(data)
    for group, title, nobody, single in COVERED:
        rows = [_coverage_row(data, group, *item) for item in data[group].items()] if whole else []
        yield title, _coverage(data, data[group], nobody, single), rows
    if not is_small:  # the rest is about single people, rows and spellings
        nearest = {role: found for role, found in data["nearest"].items() if role in shown}
        yield from _questions({**data, "nearest": nearest}, limits)
    yield words_section(whole)


def largest(rows: Mapping[str, Data], limit: int) -> dict[str, Data]:
    """The roles or tasks of most people, or of most who could act so, in their own order."""

    def rank(name: str) -> tuple[int, int]:
        row = rows[name]
        return -row["people"], -row.get("able", 0) - row.get("evidence", 0)

    kept = set(sorted(rows, key=rank)[:limit])
    return {name: row for name, row in rows.items() if name in kept}


def _coverage_row(data: Data, group: str, item: str, cover: Data) -> dict[str, Any]:
    """How a task or skill is covered, as a row."""
    more = {"by tools alone": cover.get("evidence", 0)} if group == "skills" else {}
    return {
        group.removesuffix("s"): label_of(data, item),
        "people": cover["people"],
        "state": STATE_LABELS[cover["state"]],
        **more,
        "lacking": cover["lacking"],
        "not recorded": cover["unrecorded"],
    }


def _questions(data: Data, limits: Mapping[str, int]) -> Iterator[Section]:
    """What a person has to decide: titles, names and rows; and the nearest candidates."""
    yield (
        "Titles that name no role, or several",
        *_limited_rows(data["open_titles"], limits["titles"], lambda t: _open_title_row(data, t)),
    )
    people = [(role, person) for role, found in data["nearest"].items() for person in found[:3]]
    yield (
        "Nearest candidates",
        ([] if people else ["none"]) + _candidates_by_part(data),
        [_candidate_row(data, role, person) for role, person in people],
    )
    yield (
        "Names of no known skill or tool",
        *_limited_rows(
            list(data["unmatched_skills"].items()),
            limits["names"],
            lambda u: _unknown_name_row(data, *u),
        ),
    )
    keyed = any("person" in r for r in data["rejected"])  # the rows of a table have no lines
    yield (
        "Rejected rows",
        *_limited_rows(
            data["rejected"],
            limits["rejected"],
            lambda r: _row_reference(r, keyed) | {"reason": r["reason"], "fix": r["fix"]},
        ),
    )


def _row_reference(rejected: Data, keyed: bool) -> dict[str, Any]:
    """How to find an input row: its line, or in a database table its person, if it names one."""
    return (
        {"person": rejected.get("person", f"row {rejected['line']}")}
        if keyed
        else {"line": rejected["line"]}
    )


def _limited_rows(items: Sequence[Any], limit: int, row: Any) -> tuple[list[str], TableRows]:
    """The first items as rows, and a sentence on the others."""
    more = f"… and {len(items) - limit:,} more: --format json lists all"
    return ([more] if len(items) > limit else [] if items else ["none"]), [
        row(item) for item in items[:limit]
    ]


def _summary(data: Data) -> list[str]:
    rows, titles = data["rows"], data["titles"]
    used = f"{rows['used']:,} used, {rows['rejected']:,} rejected; ontology {data['ontology']}."
    certain = f"Titles: {counted(titles['certain'], 'person', 'people')} with a certain role"
    others = f"{titles['ambiguous']:,} with an ambiguous title, {titles['none']:,} without a role."
    read = f"{data['file']}: {counted(rows['read'], 'row')} read, {used}"
    return [read, f"{certain}, {others}", *_mapped(data), data["note"]]


def _mapped(data: Data) -> list[str]:
    """The names of other vocabularies that were read by accepted mappings, with the first ones."""
    rows = data.get("mapped", [])
    shown = [f"{row['name']!r} is {'; '.join(row['mappings'])}" for row in rows[:MAX_MAPPED]]
    more = f" ... and {len(rows) - MAX_MAPPED} more" if len(rows) > MAX_MAPPED else ""
    return [f"Read by accepted mappings: {' | '.join(shown)}{more}"] if rows else []


def _roles(data: Data, shown: Mapping[str, Data]) -> tuple[list[str], TableRows]:
    """The roles that are shown as rows, and the names of those that nobody holds."""
    more = {"similar": "similar", "able": "could act: able", "evidence": "likely, by tools"}
    if any("candidates" in counted for counted in data["roles"].values()):
        more["candidates"] = "candidates, by close matches"
    rows = [
        {
            "role": label_of(data, role),
            "people": c["people"],
            **{name: c.get(key, 0) for key, name in more.items()},
            "state": STATE_LABELS[c["state"]] if c["people"] else "NOBODY",
        }
        for role, c in shown.items()
    ]
    through = ((label_of(data, role), through_text(data, c)) for role, c in shown.items())
    left_out = len(data["roles"]) - len(rows)
    return [
        "Held by nobody: "
        + _join_names(
            [label_of(data, role) for role, c in data["roles"].items() if not c["people"]]
        ),
        *(f"Of the holders of {role}, {by}." for role, by in through if by),
        *([f"… and {left_out:,} roles of fewer people: JSON has all."] if left_out else []),
        LEGEND,
    ], rows


def through_text(data: Data, role: Data) -> str:
    """How many hold a role because they hold a narrower one: '1 through Senior Baker'."""
    narrower = role.get("through", {}).items()
    return ", ".join(f"{people:,} through {label_of(data, held)}" for held, people in narrower)


def _workflow(data: Data) -> tuple[list[str], TableRows]:
    """Per zone the number of steps in each state; below, the steps that are thinly covered."""
    thin, other = ("few", "single") if data.get("small_groups") else ("single", "few")
    shown = {state: words for state, words in STEP_STATE_LABELS.items() if state != other}
    rows, found = [], {state: dict[str, str]() for state in shown}
    for zone in data["workflow"]:
        states = [data["steps"][step["step"]]["state"] for step in zone["steps"]]
        for step, state in zip(zone["steps"], states, strict=True):
            found[state][step["step"]] = _step_label(step)
        rows.append(
            {
                "zone": f"{zone['notation']} {zone['label']}",
                "steps": len(states),
                **{words: states.count(s) for s, words in shown.items()},
            }
        )
    groups = (
        ("uncovered", "Covered by nobody"),
        (thin, f"By {shown[thin]} only"),
        ("unassigned", "Answered for by no role, left to machines or only supported"),
    )
    return [
        f"{words} ({len(found[state])}): {_join_names(list(found[state].values()))}"
        for state, words in groups
    ], rows


def _step_label(step: Data) -> str:
    return f"{step['notation'] or ''} {step['label'] or step['step']}".strip()


def _coverage(data: Data, group: Mapping[str, Data], nobody: str, single: str) -> list[str]:
    """How many are covered, and which are not, with the people who have a tool as evidence."""
    named = {
        s: label_of(data, s) + (f" (+{c['evidence']:,} by tools)" if c.get("evidence") else "")
        for s, c in group.items()
    }
    found = {
        state: [named[s] for s, c in group.items() if c["state"] == state] for state in STATE_LABELS
    }
    thin, many = ("few", "five people") if found["few"] else ("single", "two people")
    rest = [
        f"{name} ({len(found[s])}): {_join_names(found[s])}"
        for s, name in (
            ("uncovered", nobody),
            (thin, single if thin == "single" else f"By {STATE_LABELS[thin]}"),
        )
    ]
    return [f"{len(found['covered'])} of {len(group)} by {many} or more.", *rest]


def _unknown_name_row(data: Data, name: str, people: int) -> dict[str, Any]:
    """An unknown name with known names near it; they are proposals."""
    near = data.get("nearest_names", {}).get(name, ())
    return {"written": name, "people": people, "nearest": "; ".join(near)}


def _open_title_row(data: Data, title: Data) -> dict[str, Any]:
    meant = [label_of(data, role) for role in title["roles"]]
    return {
        "title": title["title"],
        "people": title["people"],
        "status": title["status"],
        "could be": meant,
        "why": title["reasons"],
    }


def _candidate_row(data: Data, role: str, person: Data, limit: int = 3) -> dict[str, Any]:
    """A person and the first skills missing for a role; those found lacking come first."""
    skills = missing_skills(person)
    kinds = [
        f"{MISSING_LABELS[kind]}: {'; '.join(label_of(data, s) for _, s in group)}"
        for kind, group in groupby(skills[:limit], lambda pair: pair[0])
    ]
    missing = ". ".join(kinds or ["nothing"]) + (
        f" … and {len(skills) - limit} more" if len(skills) > limit else ""
    )
    return {
        "role": label_of(data, role),
        "person": person["person"],
        "line": person["line"],
        "holds now": [label_of(data, held) for held in person["holds"]],
        "recorded": recorded_of(person),
        "missing": missing,
    }


def _candidates_by_part(data: Data) -> list[str]:
    """Of the candidates for a role that takes in others, what is recorded by role taken in."""
    return [
        f"{person['person']} as {label_of(data, role)}, by role taken in: {'; '.join(parts)}."
        for role, found in data["nearest"].items()
        for person in found[:3]
        if (parts := recorded_by_part(person["parts"], data["labels"]))
    ]


def missing_skills(person: Data) -> list[tuple[str, str]]:
    """(kind, skill) of each skill that a candidate is missing; those found lacking come first."""
    return [(kind, skill) for kind in MISSING_LABELS for skill in person[kind]]


def _join_names(names: Sequence[str], limit: int = 20) -> str:
    return ("; ".join(names[:limit]) or "none") + (
        f" … and {len(names) - limit} more" if len(names) > limit else ""
    )
