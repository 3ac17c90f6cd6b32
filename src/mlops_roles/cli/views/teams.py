"""Teams and what-ifs for a reader."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from ...analysis.coverage import COUNTS, GROUPS
from ...analysis.team import Team
from ...analysis.whatif import WhatIf
from ...io.sections import Section
from ...io.text import TableRows, counted
from ...staff.reading import reading_summary
from . import READING_TITLE, Hide
from .report import STATE_LABELS

Data = Mapping[str, Any]
GROUP_TITLES = {
    "role": "Roles",
    "task": "Tasks",
    "skill": "Skills",
    "step": "Steps of the workflow",
}
COUNT_LABELS = {
    "people": "people",
    "through": "of these by a narrower role",
    "complete": "record complete",
    "able": "able",
}
STATE_COUNTS_LABEL = "Covered by no person, by one, by several"
CHANGED_FROM = {
    "recorded": "which is on record already",
    "lacking": "found lacking until now",
    "tool": "by a tool alone until now",
    "unrecorded": "not recorded until now",
}
MAX_NAMES = 6  # of the items that a member covers; JSON has all


def whatif_sections(whatif: WhatIf, hide: Hide) -> Iterator[Section]:
    """What changes, how the staff was read, and coverage before and after."""
    data = hide(whatif.to_dict())
    people = counted(data["rows"]["used"], "person", "people")
    head = [
        f"{data['file']}: {people}; ontology {data['ontology']}.",
        *(_change_text(data, change) for change in data["changes"]),
        data["note"],
    ]
    yield "What if", head, []
    yield READING_TITLE, reading_summary(data["reading"]), []
    yield from coverage_sections(data)


def _change_text(data: Data, change: Data) -> str:
    """A supposed change as a sentence."""
    if change["kind"] == "leave":
        return f"- {change['person']} leaves."
    if change["kind"] == "learn":
        skill = _label(data, change["skill"])
        return f"- {change['person']} learns {skill}, {CHANGED_FROM[change['was']]}."
    role = _label(data, change["role"])
    return f"- One {role} joins, with {counted(len(change['assumed']), 'skill')} assumed."


def coverage_sections(data: Data) -> Iterator[Section]:
    """How many items each state has, then each group's items; all before and after."""
    before, after = data["states"]["before"], data["states"]["after"]
    counts: TableRows = [
        {
            "": GROUP_TITLES[g],
            **{STATE_LABELS[s]: _arrow(before[g][s], after[g][s]) for s in before[g]},
        }
        for g in GROUPS
    ]
    yield STATE_COUNTS_LABEL, [], counts
    for group in GROUPS:
        rows = [row for row in data["coverage"] if row["group"] == group]
        shown = [count for count in COUNTS if count != "through" or any(map(_is_through, rows))]
        items = [_item_row(data, row, shown) for row in rows]
        yield GROUP_TITLES[group], [] if rows else ["nothing changes"], items


def _is_through(row: Data) -> bool:
    """Whether people hold a role by a narrower one, before or after."""
    return any((row[side] or {}).get("through") for side in ("before", "after"))


def _item_row(data: Data, row: Data, shown: Iterable[str]) -> dict[str, Any]:
    before, after, assumed = row["before"] or {}, row["after"] or {}, row.get("assumed", {})
    counts = {
        COUNT_LABELS[count]: _arrow(before.get(count), after.get(count))
        + (f" ({assumed[count]:,} assumed)" if count in assumed else "")
        for count in shown
        if count in before or count in after
    }
    states = [
        STATE_LABELS.get(side["state"], "no role answers") if side else None
        for side in (before, after)
    ]
    return {row["group"]: _label(data, row["item"]), **counts, "state": _arrow(*states)}


def _arrow(before: Any, after: Any) -> str:
    """One value if nothing changes, else both with an arrow."""
    shown = [
        "–" if value is None else f"{value:,}" if isinstance(value, int) else str(value)
        for value in (before, after)
    ]
    return shown[0] if before == after else " → ".join(shown)


def team_sections(team: Team, hide: Hide) -> Iterator[Section]:
    """How the staff was read, the group, and what too few of the staff cover."""
    data = hide(team.to_dict())
    role = data.get("role")
    title = f"The fewest people to train for {_label(data, role)}" if role else "Team"
    lacking = "What nobody has yet: to be learned" if role else "What too few of the staff cover"
    yield READING_TITLE, reading_summary(data["reading"]), []
    yield title, _team(data), [_member_row(data, member) for member in data["members"]]
    yield lacking, _fixes(data), [_impossible_row(data, row) for row in data["impossible"]]


def _team(data: Data) -> list[str]:
    wanted, unmet, redundancy = len(data["wanted"]), data["unmet"], data["redundancy"]
    people = f"{len(data['members']):,} of {counted(data['rows']['used'], 'person', 'people')}"
    cover = "covers" if len(data["members"]) == 1 else "cover"
    several = GROUP_TITLES[data["cover"]].lower()
    one = several.replace(f"{data['cover']}s", data["cover"])
    items = f"the {counted(wanted, one, several)} that the staff cover"
    if role := data.get("role"):
        items = f"the {counted(wanted, 'skill')} of {_label(data, role)} that the staff have"
    each = "" if redundancy == 1 else f", each by {redundancy} if there are so many"
    most = counted(data["size"] or 0, "person", "people")  # no size, and all is covered
    short = f"Not covered, or by too few, with at most {most}: "
    return [
        f"{people} {cover} {wanted - len(unmet)} of {items}{each}.",
        _proof_text(data["proof"]),
        *([f"{short}{_labels(data, unmet)}."] if unmet else []),
        "* no other member covers it",
        f"{data['file']}, ontology {data['ontology']}. {data['note']}",
    ]


def _proof_text(proof: Data) -> str:
    """What is proven about the size of a group, or the bound if time was up."""
    sized = "places_at_most" in proof
    gap = f"gap {proof['gap_percent']:g} %"
    if proof["status"] == "optimal":
        best = "no group of this size covers more" if sized else "no smaller group does so"
        return f"Proven ({proof['solver']}): {best}; {gap}."
    bound = (
        f"at most {counted(proof['places_at_most'], 'place')} can be filled"
        if sized
        else f"it takes at least {counted(proof['people_at_least'], 'person', 'people')}"
    )
    return f"Not proven best ({proof['solver']}): {bound}; {gap}."


def _member_row(data: Data, member: Data) -> dict[str, Any]:
    others = [item for item in member["covers"] if item not in member["alone"]]
    names = [f"{_covered_text(data, member, item)}*" for item in sorted(member["alone"])]
    names += [_covered_text(data, member, item) for item in sorted(others)]
    more = f" … and {len(names) - MAX_NAMES} more" if len(names) > MAX_NAMES else ""
    return {
        "person": member["person"] + (" (must)" if member["must"] else ""),
        "line": member["line"],
        **({"holds now": _labels(data, member["holds"])} if data.get("role") else {}),
        "covers": len(names),
        data["cover"] + "s": "; ".join(names[:MAX_NAMES]) + more,
    }


def _covered_text(data: Data, member: Data, item: str) -> str:
    """An item that a member covers, with the narrower role if the member holds it through one."""
    narrower = member["through"].get(item)
    label = _label(data, item)
    return f"{label} (through {_label(data, narrower)})" if narrower else label


def _impossible_row(data: Data, row: Data) -> dict[str, Any]:
    shown = {
        data["cover"]: _label(data, row["item"]),
        "people": row["people"],
        "missing": row["missing"],
        "hire one of": _labels(data, row["hire"]),
    }
    if data["cover"] == "skill":
        shown["or ask, by their tools"] = "; ".join(row["ask"]) or "–"
    return shown


def _fixes(data: Data) -> list[str]:
    if not data["impossible"]:
        return ["nothing"]
    hires = [f"{n} × {_label(data, role)}" for role, n in Counter[str](data["hires"]).items()]
    learn = "Or a person learns it, or records it. " if data["cover"] == "skill" else ""
    fewest = "; ".join(hires) or "none, no role covers it"
    return [f"{learn}Fewest hires that fix all of it: {fewest}."]


def _label(data: Data, slug: str) -> str:
    return str(data["labels"].get(slug, slug))


def _labels(data: Data, slugs: Iterable[str]) -> str:
    return "; ".join(_label(data, slug) for slug in slugs)
