"""Certificates and gaps for a reader."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

from ...analysis.audit_result import NOTE
from ...analysis.certificate import Certificate
from ...analysis.gap import MINIMALITY_NOTE, Gap
from ...analysis.verifier.checking import Verification
from ...io.sections import Section
from ...io.text import counted
from ...ontology.names import slug
from ...ontology.tables import RoleTables
from ...staff.reading import reading_summary
from . import READING_TITLE, Hide
from .people import OWN_PART, recorded_by_part, recorded_of

SKILL_STATE_LABELS = {
    "lacking": "lacking",
    "tool": "by a tool alone",
    "unrecorded": "not recorded",
    "recorded": "recorded",
}
CLAIM_LABELS = {"tool": "tool", "below": "below the level asked"}  # after a name as written
SKILL_STATE_LEGEND = (
    "recorded: in the columns skills or assessed. by a tool alone: not recorded, but a tool in use "
    "is evidence for it. lacking: assessed and found absent. not recorded: unknown."
)
PARTS_LEGEND = (
    f"{OWN_PART}: the skills of the role's own tasks, and those stated of the role itself. "
    "A skill of several roles counts in each."
)
PREFERRED_LEGEND = "These skills help with the role. None of them is counted above as missing."
ACTION_LEGEND = (
    "learn: it is recorded as lacking. confirm: a tool in use is evidence for it. "
    "record: nothing is known of it, which is not no. "
    "raise: it is recorded below the level asked."
)


def certificate_sections(certificate: Certificate, hide: Hide) -> Iterator[Section]:
    """How the staff file was read, the verdict, each required skill, and what it rests on."""
    yield READING_TITLE, list(certificate.how_read), []
    yield from _certificate_sections(certificate)


def gap_sections(gap: Gap, hide: Hide) -> Iterator[Section]:
    """How the staff file was read, what is missing, and what demands it."""
    yield _reading(gap)
    yield from _gap_sections(gap)


def gaps_sections(gaps: Sequence[Gap], hide: Hide) -> Iterator[Section]:
    """The gaps of a person to all roles, and the nearest in full."""
    rows = [
        {
            "role": gap.labels.get(gap.role, gap.role),
            "now": "holds it" if gap.role in gap.holds else "",
            "verdict": gap.verdict,
            "recorded": f"{list(gap.states.values()).count('recorded')} of {len(gap.states)}",
        }
        | {action: len(skills) for action, skills in gap.actions().items()}
        for gap in gaps
    ]
    lines = [
        f"{gaps[0].person} holds now: {_roles_held(gaps[0])}.",
        *_all_by_part(gaps),
        ACTION_LEGEND,
    ]
    nearest = next((gap for gap in gaps if gap.missing and gap.role not in gap.holds), gaps[0])
    yield _reading(gaps[0])
    yield "Roles, the nearest first", lines, rows
    yield from _gap_sections(nearest)


def verification_sections(verification: Verification, hide: Hide) -> Iterator[Section]:
    """Whether a certificate is verified, what it says, and where it is wrong."""
    result = "verified" if verification.verified else "NOT verified"
    yield (
        f"{verification.certificate}: {result}",
        [_claim_text(verification), *_stated_reading(verification)],
        verification.to_rows(),
    )


def _stated_reading(verification: Verification) -> Iterator[str]:
    """The layout, separators and scale that were taken as the certificate states them."""
    reading = verification.content.get("reading")
    if not isinstance(reading, dict) or "table" not in reading:
        return
    parts = [f"Read as {reading['layout']}, as the certificate states"]
    parts += [f"{name.replace('_', ' ')} {value}" for name, value in reading["table"].items()]
    parts.append(f"names separated by {' '.join(map(repr, reading['separators']))}")
    scale = {name: value for name, value in reading["scale"].items() if value is not None}
    parts += [f"{name.replace('_', ' ')} {value:g}" for name, value in scale.items()]
    parts += [f"level {level} is {said}" for level, said in reading["levels"].items()]
    yield ", ".join(parts)


def _claim_text(verification: Verification) -> str:
    given = verification.content
    tools = ", tools accepted as evidence" if given.get("accepted") else ""
    columns = ", ".join(verification.ignored_columns)
    ignored = f"; columns not looked at: {columns}" if columns else ""
    claim = f"{given.get('person')} as {given.get('label')}: {given.get('verdict')}"
    return f"It says: {claim}{tools}{ignored}"


def _roles_held(gap: Gap) -> str:
    """The roles that the person of a gap holds."""
    return "; ".join(_labels(gap, gap.holds)) or "no role that is certain"


def _all_by_part(gaps: Iterable[Gap]) -> Iterator[str]:
    """Of each role that takes in others, what is recorded by role taken in."""
    for gap in gaps:
        if parts := recorded_by_part(gap.parts, gap.labels):
            yield f"{gap.labels.get(gap.role, gap.role)}, by role taken in: {'; '.join(parts)}."


def _reading(gap: Gap) -> Section:
    return READING_TITLE, reading_summary(gap.reading) if gap.reading else [], []


def _certificate_sections(certificate: Certificate) -> Iterator[Section]:
    data, label = certificate.content, _labeller(certificate)
    states = [line["state"] for line in data["skills"]]
    counts = ", ".join(
        f"{states.count(state)} {words}" for state, words in SKILL_STATE_LABELS.items()
    )
    tools = ["Tools are accepted as evidence."] if data["accepted"] else []
    yield (
        f"{data['person']} as {data['label']}: {data['verdict']}",
        [
            f"Of {counted(len(states), 'required skill')}: {counts}.",
            *_level_notes(data, label),
            *tools,
            *_would_decide(data, label),
            NOTE,
        ],
        [],
    )
    if data["roles"]:
        met = [r["label"] for r in data["roles"] if r["verdict"] == "yes"]
        own = {"label": OWN_PART} | data["own"]
        yield (
            "Required skills, by role taken in",
            [f"Met: {'; '.join(met) or 'none'}. {PARTS_LEGEND}"],
            [_part_row(part) for part in (*data["roles"], own) if part["required"]],
        )
    by_state = [
        line for state in SKILL_STATE_LABELS for line in data["skills"] if line["state"] == state
    ]
    names = "; ".join(cell["text"] for cell in data["unmatched"])
    unmatched = [f"Names in the row that match no skill or tool: {names}"] if names else []
    yield (
        "Required skills",
        [SKILL_STATE_LEGEND, *unmatched],
        [_skill_row(line, label) for line in by_state],
    )
    yield "What it rests on", list(_sources(data, certificate)), []


def _level_notes(data: Mapping[str, Any], label: Callable[[str], str]) -> Iterator[str]:
    """What is recorded below the level asked."""
    reading = data["reading"]
    for skill, text in reading.get("below", {}).items():
        yield f"Below the level asked, neither had nor lacking: {label(skill)} at {text}."


def _part_row(part: Mapping[str, Any]) -> dict[str, Any]:
    """The verdict on the skills of a role that is taken in, and how many are in which state."""
    others = {words: part[s] for s, words in SKILL_STATE_LABELS.items() if s != "recorded"}
    head = {"role": part["label"], "verdict": part["verdict"], "recorded": recorded_of(part)}
    return head | others


def _labeller(certificate: Certificate) -> Callable[[str], str]:
    """A function from the IRI of a term to its label."""
    labels = RoleTables.from_graph(certificate.graph).labels

    def label(iri: str) -> str:
        name = slug(certificate.graph.curie(iri))
        return labels.get(name, name)

    return label


def _would_decide(data: Mapping[str, Any], label: Callable[[str], str]) -> Iterator[str]:
    """The smallest sets of facts that would decide it, in words."""
    for facts in data["settle"]:
        number = counted(facts["facts"], "fact")
        if facts["verdict"] == "no":
            open_skills = counted(len(facts["one_lacking"]), "open skill")
            yield f"No would take {number}: any one of {open_skills} found lacking."
        else:
            kinds = (("confirm", "To confirm, now by a tool alone"), ("record", "To record"))
            yield f"Yes would take {number}. " + " ".join(
                f"{words}: {'; '.join(map(label, facts[kind]))}."
                for kind, words in kinds
                if facts[kind]
            )


def _skill_row(line: Mapping[str, Any], label: Callable[[str], str]) -> dict[str, str]:
    cells = "; ".join(
        f"{cell['column']}: {cell['text']}"
        + (f" ({said})" if (said := CLAIM_LABELS.get(cell["says"])) else "")
        for cell in line["evidence"]
    )
    return {
        "skill": line["label"],
        "known": SKILL_STATE_LABELS[line["state"]],
        "as written": cells or "–",
        "required by": ": ".join(map(label, line["via"])) or "the role itself",
    }


def _sources(data: Mapping[str, Any], certificate: Certificate) -> Iterator[str]:
    staff, ontology = data["staff"], data["ontology"]
    yield f"Evidence: {staff['file']}, line {data['line']}; {staff['id']}"
    if staff["unread"]:
        yield (
            "Unreadable rows of that file, which may be about anyone: "
            f"{staff['unread']}; audit lists them."
        )
    yield f"Ontology: {ontology['version']}; {ontology['id']}"
    yield from (f"Only: {only['file']}; {only['id']}" for only in ontology.get("only", ()))
    yield from (f"Added: {added['file']}; {added['id']}" for added in ontology["added"])
    rules = ", ".join(sorted({line["rule"] for line in data["skills"]} - {""}))
    role = certificate.graph.curie(data["role"])
    yield (
        f"Rule: {rules or 'none'}; mlops-roles explain '{role} mlops:requiresSkill …' "
        "shows each proof."
    )
    yield f"Certificate: {certificate.to_dict()['id']}, {data['made']['ended']}"


def _gap_sections(gap: Gap) -> Iterator[Section]:
    missing = f"{len(gap.missing)} of {counted(len(gap.states), 'skill')} missing"
    actions = [
        f"To {action}: {'; '.join(_labels(gap, skills))}."
        for action, skills in gap.actions().items()
        if skills
    ]
    minimal = [MINIMALITY_NOTE] if gap.missing else []
    parts = recorded_by_part(gap.parts, gap.labels)
    by_part = [f"Recorded, by role taken in: {'; '.join(parts)}."] if parts else []
    below = [
        f"Below the level asked: {gap.labels.get(skill, skill)} at {text}."
        for skill, text in gap.below.items()
    ]
    yield (
        f"{gap.person} to {gap.labels.get(gap.role, gap.role)}: {missing}",
        [
            f"Now {gap.verdict} ({gap.file}, line {gap.line}).",
            f"Holds now: {_roles_held(gap)}.",
            *by_part,
            *below,
            *actions,
            *minimal,
            NOTE,
        ],
        [],
    )
    if gap.missing:
        rows = [
            {"role": gap.labels.get(role, role), "task": gap.labels.get(task, task) or "–"}
            | {action: _labels(gap, some) for action, some in gap.actions(skills).items()}
            for (role, task), skills in gap.demands.items()
        ]
        yield "What demands them", [ACTION_LEGEND], rows
    if gap.preferred:
        skills = [
            {"skill": gap.labels.get(skill, skill), "known": SKILL_STATE_LABELS[state]}
            for skill, state in gap.preferred.items()
        ]
        yield "What helps and is not needed", [PREFERRED_LEGEND], skills


def _labels(gap: Gap, skills: Iterable[str]) -> list[str]:
    return [gap.labels.get(skill, skill) for skill in skills]
