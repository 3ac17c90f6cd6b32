"""What the answers about several people look like: rows for a spreadsheet, sections for a reader."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from ...analysis.coverage import COUNTS, GROUPS
from ...io.text import TableRows
from .report import STATES, Section, format_sections

Data = Mapping[str, Any]
NAMES = {"role": "Roles", "task": "Tasks", "skill": "Skills", "step": "Steps of the workflow"}
CALLED = {"people": "people", "complete": "record complete", "able": "able"}
UNNAMED = "no role answers"


def flat(row: Data, labels: Mapping[str, str]) -> dict[str, Any]:
    """A row of coverage before and after, for a spreadsheet."""
    item, assumed = row.get("item"), row.get("assumed", {})
    sides = {
        f"{count}_{side}": (row.get(side) or {}).get(count)
        for count in (*COUNTS, "state")
        for side in ("before", "after")
    }
    return {
        "group": row.get("group"),
        "item": item,
        "label": labels.get(str(item), item),
        **sides,
        **{f"assumed_{c}": assumed.get(c, 0) for c in COUNTS},
    }


def whatif_text(data: Data, form: str) -> str:
    """The data of `WhatIf.to_dict` as 'table' or 'md'."""
    head = [
        f"{data['file']}: {data['rows']['used']:,} people; ontology {data['ontology']}.",
        *map(_change(data), data["changes"]),
        data["note"],
    ]
    return format_sections(
        [
            ("What if", head, []),
            ("Covered by nobody, by one person, by several", [], counted(data)),
            *side_by_side(data),
        ],
        form,
    )


def _change(data: Data) -> Any:
    was = {
        "recorded": "which is on record already",
        "lacking": "found lacking until now",
        "tool": "by a tool alone until now",
        "unrecorded": "not recorded until now",
    }

    def sentence(change: Data) -> str:
        if change["kind"] == "leave":
            return f"- {change['person']} leaves."
        if change["kind"] == "learn":
            return f"- {change['person']} learns {_label(data, change['skill'])}, {was[change['was']]}."
        return f"- One {_label(data, change['role'])} joins, with {len(change['assumed'])} skills assumed."

    return sentence


def counted(data: Data) -> TableRows:
    """How many items each state has, before and after."""
    before, after = data["states"]["before"], data["states"]["after"]
    return [
        {"": NAMES[g], **{STATES[s]: _arrow(before[g][s], after[g][s]) for s in before[g]}}
        for g in GROUPS
    ]


def side_by_side(data: Data) -> Iterable[Section]:
    """A section for each group with the items that are told, before and after."""
    for group in GROUPS:
        rows = [_told(data, row) for row in data["coverage"] if row["group"] == group]
        yield NAMES[group], [] if rows else ["nothing changes"], rows


def _told(data: Data, row: Data) -> dict[str, Any]:
    before, after, assumed = row["before"] or {}, row["after"] or {}, row.get("assumed", {})
    mark = {count: f" ({assumed[count]:,} assumed)" if count in assumed else "" for count in COUNTS}
    counts = {
        CALLED[c]: _arrow(before.get(c), after.get(c)) + mark[c]
        for c in COUNTS
        if c in before or c in after
    }
    return {
        row["group"]: _label(data, row["item"]),
        **counts,
        "state": _arrow(_state(before), _state(after)),
    }


def _state(side: Data) -> str | None:
    return STATES.get(side["state"], UNNAMED) if side else None


def _arrow(before: Any, after: Any) -> str:
    """One value where nothing changes, else both."""
    shown = [
        "–" if value is None else f"{value:,}" if isinstance(value, int) else str(value)
        for value in (before, after)
    ]
    return shown[0] if before == after else " → ".join(shown)


def _label(data: Data, slug: str) -> str:
    return str(data["labels"].get(slug, slug))


def team_text(data: Data, form: str) -> str:
    """The data of `Team.to_dict` as 'table' or 'md'."""
    return format_sections(
        [
            ("Team", _team(data), _members(data)),
            ("What too few of the staff cover", _mending(data), _impossible(data)),
        ],
        form,
    )


def _team(data: Data) -> list[str]:
    wanted, unmet = len(data["wanted"]), data["unmet"]
    people = f"{len(data['members']):,} of {data['rows']['used']:,} people"
    each = (
        "" if data["redundancy"] == 1 else f", each by {data['redundancy']} where there are so many"
    )
    met = f"{people} cover {wanted - len(unmet)} of the {wanted} {NAMES[data['cover']].lower()} that anybody does{each}."
    left = (
        [f"Not covered, or by too few, with at most {data['size']} people: {_labels(data, unmet)}."]
        if unmet
        else []
    )
    return [
        met,
        _proven(data),
        *left,
        "* nobody else in the group",
        f"{data['file']}, ontology {data['ontology']}. {data['note']}",
    ]


def _proven(data: Data) -> str:
    proof = data["proof"]
    if data["size"] is None:
        what = (
            "no smaller group does so"
            if proof["status"] == "optimal"
            else f"at least {proof['people_at_least']} people are needed"
        )
    else:
        what = (
            "no group of this size covers more"
            if proof["status"] == "optimal"
            else f"at most {proof['places_at_most']} places can be filled"
        )
    return f"{'Proven' if proof['status'] == 'optimal' else 'Not proven best, the time was up'} ({proof['solver']}): {what}."


def _members(data: Data) -> TableRows:
    return [
        {
            "person": member["person"] + (" (must)" if member["must"] else ""),
            "line": member["line"],
            "covers": len(member["covers"]),
            data["cover"] + "s": _most(
                _label(data, item) + "*" * (item in member["alone"])
                for item in sorted(member["covers"], key=_first(member["alone"]))
            ),
        }
        for member in data["members"]
    ]


def _impossible(data: Data) -> TableRows:
    return [
        {
            data["cover"]: _label(data, row["item"]),
            "people": row["people"],
            "missing": row["missing"],
            "hire one of": _labels(data, row["hire"]),
            **(
                {"or ask, by their tools": "; ".join(row["ask"]) or "–"}
                if data["cover"] == "skill"
                else {}
            ),
        }
        for row in data["impossible"]
    ]


def _mending(data: Data) -> list[str]:
    if not data["impossible"]:
        return ["nothing"]
    learn = "Or somebody learns it, or records what they know. " if data["cover"] == "skill" else ""
    hires = [f"{n} × {_label(data, role)}" for role, n in Counter[str](data["hires"]).items()]
    return [
        f"{learn}Fewest hires that mend all of it: {'; '.join(hires) or 'none, no role brings it'}."
    ]


def _labels(data: Data, slugs: Iterable[str]) -> str:
    return "; ".join(_label(data, slug) for slug in slugs)


def _most(names: Iterable[str], limit: int = 6) -> str:
    """The first names, and how many more there are."""
    known = list(names)
    return "; ".join(known[:limit]) + (
        f" … and {len(known) - limit} more" if len(known) > limit else ""
    )


def _first(names: Iterable[str]) -> Callable[[str], bool]:
    """The order in which some names stand first."""
    before = frozenset(names)
    return lambda name: name not in before
