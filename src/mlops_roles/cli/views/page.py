"""The report of an audit as one HTML file: its data, prepared for the templates.

The file has everything in it. Its script sorts and filters tables, and the policy of the page
allows this script alone, by its hash.
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ...io import templates
from ...io.sections import clip
from ...staff.reading import reading_summary
from .glossary import glossary
from .people import (
    could_act,
    format_with_the_rest,
    known_by,
    label_of,
    left_out,
    post_roles,
    recorded_by_part,
    recorded_of,
    relation_now,
    roles_held,
    unit_row,
)
from .report import (
    MISSING_LABELS,
    STATE_LABELS,
    STEP_STATE_LABELS,
    largest,
    missing_skills,
    through_text,
)

if TYPE_CHECKING:
    import jinja2

Data = Mapping[str, Any]
MAX_ROLES, MAX_DETAILS = 40, 400  # roles, and tasks or skills, in detail in one page
# the most people in the lists of a page, so that it stays below 1 MB; a workbook has more
LISTED = {"people": 800, "pages": 120, "single": 100, "units": 200, "posts": 100}
MAX_HOLDERS = 400  # of all roles together


def audit_page(data: Data) -> str:
    """The data of `Audit.to_dict` as a page of HTML."""
    env = environment()
    here = Path(__file__).parent
    style, script = ((here / name).read_text("utf-8") for name in ("audit.css", "audit.js"))
    env.filters |= _filters(data)
    small, shown = bool(data.get("small_groups")), _shown(data)
    heat = _heatmap({**data, "roles": shown["roles"]})
    words = {
        "folded": _omission_note(data, shown, len(heat)),
        "states": STATE_LABELS,
        "step_states": STEP_STATE_LABELS,
        "kinds": MISSING_LABELS,
        "how_read": reading_summary(data["reading"]),
        "left_out": [] if small else left_out(data),
        "words": glossary(),
        "small": small,
        "thin": "few" if small else "single",
        "style": Markup(style),
        "script": Markup(script),
        "script_hash": hash_of(script),
        "listed": {**LISTED, "holders": max(10, MAX_HOLDERS // max(1, len(data["holders"])))},
    }
    linked = _linked(data)
    shown["holders"] = {r: p for r, p in linked["holders"].items() if r in shown["roles"]}
    rest = {"heat": heat[:MAX_DETAILS], "doers": _inverted(data["performs"]), "shown": shown}
    return env.get_template("audit.html.j2").render({**data, **linked, **rest, **words})


class Markup(str):
    """Text of this package that a template prints as it is."""

    __slots__ = ()

    def __html__(self) -> str:
        return self


def environment() -> jinja2.Environment:
    """The environment of the templates; they print strings only through `_finalize`."""
    return templates.environment(Path(__file__).parent, finalize=_finalize)


def _filters(data: Data) -> dict[str, Any]:
    """What the templates call on values of the data."""
    return {
        "label": lambda slug: label_of(data, slug),
        "number": "{:,}".format,
        "compact": _compact,
        "chips": missing_skills,
        "through": lambda cover: through_text(data, cover),
        "by_part": lambda row: recorded_by_part(row.get("parts", ()), data["labels"]),
        "anchor": lambda word: re.sub(r"[^a-z0-9]+", "-", word.lower()).strip("-"),
        "recorded_of": recorded_of,
        "known_by": lambda holder: known_by(data, holder),
        "roles_held": lambda person: roles_held(data, person),
        "could_act": lambda person: "; ".join(could_act(data, person)),
        "next_role": lambda p: next((r for r in p["roles"] if r["role"] == p["next"]), None),
        "where_the_rest_is": format_with_the_rest,
        "share": lambda row: f"{row['recorded'] / (row['required'] or 1):.4f}",
        "now": relation_now,
        "unit_row": lambda unit: unit_row(data, unit),
        "post_roles": lambda post: post_roles(data, post),
    }


def _linked(data: Data) -> dict[str, Any]:
    """The lists of people, in which `page` is the anchor of those who are shown one by one."""
    anchors = {
        (p.get("file"), p["line"]): f"p{i}" for i, p in enumerate(data["people"][: LISTED["pages"]])
    }

    def linked(people: Iterable[Data]) -> list[Data]:
        keys = ((p, anchors.get((p.get("file"), p["line"]))) for p in people)
        return [{**p, "page": page} if page else p for p, page in keys]

    return {name: linked(data[name]) for name in ("people", "single_points")} | {
        "holders": {role: linked(people) for role, people in data["holders"].items()}
    }


def hash_of(script: str) -> str:
    """The hash of a script, by which the policy of a page allows it."""
    return f"sha256-{base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()}"


def _shown(data: Data) -> dict[str, dict[str, Any]]:
    """The roles and tasks that have rows of their own in a page: all, or those of most people."""
    limits = ("roles", MAX_ROLES), ("tasks", MAX_DETAILS)
    found = {group: largest(data[group], limit) for group, limit in limits}
    nearest = data.get("nearest", {}).items()
    return found | {"nearest": {r: people for r, people in nearest if r in found["roles"]}}


def _omission_note(data: Data, shown: Data, skills: int) -> str:
    """What a page leaves out, in a sentence; empty if it leaves out nothing."""
    sizes = [(g, len(data[g]), len(shown[g])) for g in ("roles", "tasks")]
    sizes.append(("skills of these roles", skills, min(skills, MAX_DETAILS)))
    parts = [f"{kept:,} of {total:,} {group}" for group, total, kept in sizes if kept < total]
    return f"In detail, the page shows {', '.join(parts)}; JSON has all." if parts else ""


def _finalize(value: Any) -> Any:
    """What a template expression prints: text without control characters, or markup as it is."""
    return value if not isinstance(value, str) or hasattr(value, "__html__") else clip(value)


def _compact(number: int) -> str:
    """1,234,567 as 1.2M, for narrow cells."""
    return (
        f"{number:,}"
        if number < 10_000
        else f"{number / 1000:.0f}k"
        if number < 1_000_000
        else f"{number / 1e6:.1f}M"
    )


def _heatmap(data: Data) -> list[tuple[str, list[str]]]:
    """Each required skill with the roles that require it; the most widely required first."""
    order = {role: i for i, role in enumerate(data["roles"])}
    needed = _inverted({role: data["requires"].get(role, ()) for role in order})
    return sorted(
        needed.items(),
        key=lambda pair: (
            -len(pair[1]),
            [order[r] for r in pair[1]],
            label_of(data, pair[0]).casefold(),
        ),
    )


def _inverted(groups: Mapping[str, Iterable[str]]) -> dict[str, list[str]]:
    """Each member of the groups, with its groups."""
    groups_of: dict[str, list[str]] = {}
    for group, members in groups.items():
        for member in members:
            groups_of.setdefault(member, []).append(group)
    return groups_of
