"""The report of an audit: text for a terminal, Markdown, or one HTML file that loads nothing.

Every name comes from the audit's data. What people wrote is shown as they wrote it, and never acts.
"""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby, zip_longest
from typing import Any

from .render import Rows, _escaped, plain, render, table

Data = Mapping[str, Any]
WIDTH = 98
CLIP = 200
STATES = {"covered": "covered", "single": "one person", "uncovered": "nobody"}
MISSING = {"lacking": "lacking", "evidence": "by a tool alone", "unrecorded": "not recorded"}
READING = (
    "People are counted apart whose title is only similar to the role. Who could act as it: able people have "
    "every required skill recorded; likely people have the rest by a tool they use. A tool is evidence, not a recorded skill."
)


def report(data: Data, form: str) -> str:
    """The data of `Audit.to_dict` as 'table', 'md' or 'html'."""
    forms: dict[str, Callable[[Data], str]] = {"table": _text, "md": _markdown, "html": _html}
    return forms[form](data)


# text and Markdown: the same sections, drawn in two ways ---------------------


@dataclass(frozen=True)
class Section:
    """A heading with sentences, a table, and how many of its rows were left out."""

    title: str
    lines: Sequence[str] = ()
    rows: Rows = ()
    left: int = 0

    def sentences(self) -> list[str]:
        """The sentences, with a last one on what was left out."""
        return [*self.lines, *([f"… and {self.left:,} more: --format json lists all"] if self.left else [])]


def _text(data: Data) -> str:
    return "\n".join("".join(_text_of(section)) for section in _sections(data))


def _text_of(section: Section) -> Iterator[str]:
    yield f"{section.title}\n{'=' * len(section.title)}\n"
    if section.rows:
        yield table(list(_broken(section.rows)), list(section.rows[0]))
    for line in section.sentences():
        yield textwrap.fill(_clipped(line, 2000), WIDTH, subsequent_indent="  ") + "\n"


def _broken(rows: Rows) -> Iterator[dict[str, str]]:
    """The rows with long cells broken into lines, so that a row fits a terminal."""
    cells = [{c: _clipped(value) for c, value in row.items()} for row in rows]
    widths = {c: max(len(c), *(len(row[c]) for row in cells)) for c in cells[0]}
    while sum(widths.values()) + 2 * (len(widths) - 1) > WIDTH:
        widths[max(widths, key=widths.__getitem__)] -= 1
    for row in cells:
        parts = [textwrap.wrap(row[c], widths[c]) for c in widths]
        yield from (dict(zip(widths, line, strict=True)) for line in zip_longest(*parts, fillvalue=""))


def _markdown(data: Data) -> str:
    return "\n".join("\n".join(_markdown_of(section)) for section in _sections(data))


def _markdown_of(section: Section) -> Iterator[str]:
    yield f"## {section.title}\n"
    if section.rows:
        yield render([{c: _clipped(v) for c, v in row.items()} for row in section.rows], list(section.rows[0]), "md")
    for line in section.sentences():
        yield _escaped(_clipped(line, 2000)) + "\n"


def _sections(data: Data) -> Iterator[Section]:
    yield _summary(data)
    yield _roles(data)
    yield _coverage(data, "Tasks", "Performed by nobody", "By one person only")
    yield _coverage(data, "Skills", "Recorded of nobody", "Of one person only")
    yield _open_titles(data)
    yield _nearest(data)
    names = [{"written": name, "people": n} for name, n in data["unmatched_skills"].items()]
    yield Section("Names that no skill or tool bears", *_cut(names, 15))
    yield Section("Rejected rows", *_cut([{k: row[k] for k in ("line", "reason", "cure")} for row in data["rejected"]], 20))


def _cut(rows: Rows, limit: int) -> tuple[list[str], Rows, int]:
    return ([] if rows else ["none"]), rows[:limit], max(0, len(rows) - limit)


def _summary(data: Data) -> Section:
    rows, titles = data["rows"], data["titles"]
    read = f"{data['file']}: {rows['read']:,} rows read, {rows['used']:,} used, {rows['rejected']:,} rejected; ontology {data['ontology']}."
    held = f"Titles: {titles['certain']:,} people with a certain role, {titles['ambiguous']:,} with an ambiguous title, {titles['none']:,} without a role."
    return Section("Staff audit", [read, held, data["note"]])


def _roles(data: Data) -> Section:
    more = {"similar": "similar", "able": "could act: able", "evidence": "likely, by tools"}
    rows = [
        {"role": _label(data, role), "people": c["people"], **{name: c.get(key, 0) for key, name in more.items()}, "state": _state(c)}
        for role, c in data["roles"].items()
    ]
    empty = [role for role, c in data["roles"].items() if not c["people"]]
    return Section("Roles", [f"Held by nobody: {_names(data, empty)}", READING], rows)


def _state(cover: Data) -> str:
    return "NOBODY" if cover["state"] == "uncovered" else STATES[cover["state"]]


def _coverage(data: Data, title: str, nobody: str, single: str) -> Section:
    """How many are covered, and those that are not; `+4` are people with a tool as evidence."""
    group: Mapping[str, Data] = data[title.lower()]
    found = {state: [slug for slug, c in group.items() if c["state"] == state] for state in STATES}
    tools = {slug: f"{_label(data, slug)} (+{c['evidence']:,} by tools)" for slug, c in group.items() if c.get("evidence")}
    named = {"labels": {**data["labels"], **tools}}
    first = f"{len(found['covered'])} of {len(group)} by two people or more."
    rest = [f"{name} ({len(found[s])}): {_names(named, found[s])}" for s, name in (("uncovered", nobody), ("single", single))]
    return Section(title, [first, *rest])


def _open_titles(data: Data) -> Section:
    rows = [
        {"title": t["title"], "people": t["people"], "status": t["status"], "could be": _names(data, t["roles"], ""), "why": t["reasons"]}
        for t in data["open_titles"][:10]
    ]
    return Section("Titles that name no role, or several", [] if rows else ["none"], rows, max(0, len(data["open_titles"]) - 10))


def _nearest(data: Data) -> Section:
    rows = [
        {"role": _label(data, role), "person": p["person"], "line": p["line"], "recorded": f"{p['recorded']} of {p['required']}", "missing": _missing(data, p)}
        for role, people in data["nearest"].items()
        for p in people[:3]
    ]
    return Section("Nearest candidates", ["Not recorded is not lacking: ask before you conclude."], rows)


def _missing(data: Data, person: Data, limit: int = 4) -> str:
    """What a person misses for a role, shortened: what was found lacking comes first."""
    chips = _chips(person)
    kinds = [f"{MISSING[kind]}: {'; '.join(_label(data, s) for _, s in group)}" for kind, group in groupby(chips[:limit], lambda chip: chip[0])]
    return ". ".join(kinds) + (f" … and {len(chips) - limit} more" if len(chips) > limit else "")


def _chips(person: Data) -> list[tuple[str, str]]:
    return [(kind, skill) for kind in MISSING for skill in person[kind]]


def _label(data: Data, slug: str) -> str:
    return str(data["labels"].get(slug, slug))


def _names(data: Data, slugs: Sequence[str], none: str = "none", limit: int = 20) -> str:
    names = "; ".join(_label(data, slug) for slug in slugs[:limit])
    return (names or none) + (f" … and {len(slugs) - limit} more" if len(slugs) > limit else "")


def _clipped(value: Any, limit: int = CLIP) -> str:
    """A value in one harmless line of bounded length."""
    text = plain(value)
    return text if len(text) <= limit else f"{text[:limit]}…"


# HTML: one template, which shows strings only through _shown -----------------


def _html(data: Data) -> str:
    from jinja2 import Environment, PackageLoader, StrictUndefined

    env = Environment(loader=PackageLoader("mlops_roles"), autoescape=True, trim_blocks=True, lstrip_blocks=True, undefined=StrictUndefined, finalize=_shown)
    env.filters |= {"label": lambda slug: _label(data, slug), "number": lambda n: f"{n:,}", "compact": _compact, "chips": _chips}
    return env.get_template("audit.html.j2").render(data, heat=_heat(data), doers=_turned(data["performs"]), states=STATES)


def _shown(value: Any) -> Any:
    """What a template expression prints: strings lose what could act in them, markup of the template stays."""
    return value if not isinstance(value, str) or hasattr(value, "__html__") else _clipped(value)


def _compact(number: int) -> str:
    """1,234,567 as 1.2M, for narrow cells."""
    return f"{number:,}" if number < 10_000 else f"{number // 1000}k" if number < 1_000_000 else f"{number / 1e6:.1f}M"


def _heat(data: Data) -> list[tuple[str, list[str]]]:
    """Each skill that roles require, with those roles; the widely required first, then role by role."""
    order = {role: i for i, role in enumerate(data["roles"])}
    needed = _turned({role: data["requires"].get(role, ()) for role in order})
    return sorted(needed.items(), key=lambda pair: (-len(pair[1]), [order[r] for r in pair[1]], _label(data, pair[0]).casefold()))


def _turned(groups: Mapping[str, Iterable[str]]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for one, others in groups.items():
        for other in others:
            found.setdefault(other, []).append(one)
    return found
