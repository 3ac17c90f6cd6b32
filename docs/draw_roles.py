"""Draws the roles and how one takes in the skills of others, from the ontology, into `roles.svg`.

    python docs/draw_roles.py

A test in `tests/test_architecture.py` fails when the picture is out of date.
"""

from __future__ import annotations

from html import escape
from pathlib import Path

from mlops_roles import ask

PICTURE = Path(__file__).parent / "roles.svg"
WIDTH, BOX_WIDTH, BOX_HEIGHT, GAP = 880, 300, 62, 14  # pixels
LEFT, RIGHT, TOP = 20, WIDTH - BOX_WIDTH - 20, 20
STYLE = """\
<style>
  .page { fill: #fff }
  text { font: 14px system-ui, sans-serif; fill: #1b2430 }
  .name { font-weight: 700; font-size: 16px }
  .more { fill: #56616f; font-size: 13px }
  .box { fill: #eef6f5; stroke: #12706d; stroke-width: 1.5 }
  .whole { fill: #fbf0d6; stroke: #7a5200 }
  .arrow { fill: none; stroke: #12706d; stroke-width: 1.5; marker-end: url(#head) }
</style>
<defs><marker id="head" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="8" markerHeight="8" \
orient="auto"><path d="M0 0 8 4 0 8z" fill="#12706d"/></marker></defs>
"""


def box(role: dict[str, str], x: int, y: int, kind: str, skills: int) -> str:
    """A role in a box: its number and label, its second name, and how many skills it requires."""
    titles = ask("titles-of-role", role=role["role"]).rows
    named = [row["title"] for row in titles if row["kind"] in ("primary", "counterpart")]
    second = [title for title in named if title != role["label"] and "/" not in title[3:]]
    more = f"{', '.join(second)} · " if second else ""
    name = f"{role['notation']}  {role['label']}" if role["notation"] else role["label"]
    return (
        f'<rect class="box {kind}" x="{x}" y="{y}" width="{BOX_WIDTH}" height="{BOX_HEIGHT}" '
        f'rx="8"/>\n<text class="name" x="{x + 16}" y="{y + 26}">{escape(name)}</text>\n'
        f'<text class="more" x="{x + 16}" y="{y + 47}">{escape(more)}{skills} skills</text>\n'
    )


def picture() -> str:
    """The picture as SVG."""
    roles = {row["role"]: row for row in ask("roles").rows}
    pairs = [(row["role"], row["part"]) for row in ask("roles-incorporated").rows]
    whole = pairs[0][0]
    parts = [role for role in roles if (whole, role) in pairs]
    others = [role for role in roles if role not in (whole, *parts)]
    skills = {r: {row["skill"] for row in ask("skills-of-role", role=r).rows} for r in roles}
    height = TOP + (len(parts) + len(others)) * (BOX_HEIGHT + GAP) + GAP
    middle = TOP + len(parts) * (BOX_HEIGHT + GAP) // 2 - GAP // 2
    shown = []
    for at, role in enumerate([*parts, *others]):
        y = TOP + at * (BOX_HEIGHT + GAP) + (GAP if role in others else 0)
        shown.append(box(roles[role], LEFT, y, "", len(skills[role])))
        if role in parts:
            begin, end = LEFT + BOX_WIDTH + 2, RIGHT - 4
            at_y, to_y = y + BOX_HEIGHT // 2, middle
            bend = (begin + end) // 2
            shown.append(
                f'<path class="arrow" d="M{begin} {at_y} C{bend} {at_y} {bend} {to_y} '
                f'{end} {to_y}"/>\n'
            )
    shown.append(box(roles[whole], RIGHT, middle - BOX_HEIGHT // 2, "whole", len(skills[whole])))
    notes = (f"takes in the skills of {len(parts)} roles,", "and has tasks of its own")
    for at, note in enumerate(notes):
        below = middle + BOX_HEIGHT // 2 + 22 + 18 * at
        shown.append(f'<text class="more" x="{RIGHT}" y="{below}">{note}</text>\n')
    title = f"The roles, and how the {roles[whole]['label']} takes in the skills of {len(parts)}"
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" role="img" '
        f'aria-label="{title}">\n<title>{title}</title>\n{STYLE}'
        f'<rect class="page" width="{WIDTH}" height="{height}"/>\n{"".join(shown)}</svg>\n'
    )


if __name__ == "__main__":
    PICTURE.write_text(picture(), "utf-8")
