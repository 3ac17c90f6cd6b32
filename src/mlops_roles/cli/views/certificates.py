"""Certificates and gaps for a reader: text for a terminal, or Markdown."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from ...analysis.audit_result import NOTE
from ...analysis.certificate import Certificate
from ...analysis.gap import PROOF, Gap
from ...ontology.names import slug
from ...ontology.tables import RoleTables
from .report import Section, format_sections

KNOWN = {
    "lacking": "lacking",
    "tool": "by a tool alone",
    "unrecorded": "not recorded",
    "recorded": "recorded",
}
MEANS = (
    "recorded: in the columns skills or assessed. by a tool alone: not recorded, but a tool in use speaks for it. "
    "lacking: assessed and found absent. not recorded: unknown."
)
DOING = "learn: it is recorded as lacking. confirm: a tool in use speaks for it. record: nothing is known of it, which is not no."


def certificate_text(certificate: Certificate, form: str = "table") -> str:
    """A certificate as 'table' or 'md'."""
    return format_sections(_certificate(certificate), form)


def gap_text(gap: Gap, form: str = "table") -> str:
    """A gap as 'table' or 'md'."""
    return format_sections(_gap(gap), form)


def gaps_text(gaps: Sequence[Gap], form: str = "table") -> str:
    """The gaps of a person to all roles, and the nearest in full."""
    rows = [
        {
            "role": g.labels.get(g.role, g.role),
            "now": g.verdict,
            "missing": f"{len(g.missing)} of {len(g.known)}",
        }
        | _counts(g)
        for g in gaps
    ]
    return format_sections([("Roles, the nearest first", [DOING], rows), *_gap(gaps[0])], form)


def _counts(gap: Gap) -> dict[str, int]:
    return {do: len(skills) for do, skills in gap.to_do(gap.missing).items()}


def _certificate(certificate: Certificate) -> Iterator[Section]:
    data = certificate.content
    name = _Names(certificate)
    states = [line["state"] for line in data["skills"]]
    counts = ", ".join(f"{states.count(state)} {known}" for state, known in KNOWN.items())
    tools = ["Tools are accepted as evidence."] if data["accepted"] else []
    yield (
        f"{data['person']} as {data['label']}: {data['verdict']}",
        [f"Of {len(states)} required skills: {counts}.", *tools, *_settled(data, name), NOTE],
        [],
    )
    if data["roles"]:
        parts = [
            {"role": r["label"], "verdict": r["verdict"]}
            | {known: r[state] for state, known in KNOWN.items()}
            for r in data["roles"]
        ]
        met = [r["label"] for r in data["roles"] if r["verdict"] == "yes"]
        yield "Roles that it takes in", [f"Met: {'; '.join(met) or 'none'}"], parts
    rows = [
        _row(line, name) for state in KNOWN for line in data["skills"] if line["state"] == state
    ]
    unmatched = (
        [
            f"Names in the row that say nothing: {'; '.join(cell['text'] for cell in data['unmatched'])}"
        ]
        if data["unmatched"]
        else []
    )
    yield "Required skills", [MEANS, *unmatched], rows
    yield "What it rests on", list(_sources(data, certificate)), []


class _Names:
    """The label of a term, by its IRI."""

    def __init__(self, certificate: Certificate):
        self._graph, self._labels = (
            certificate.graph,
            RoleTables.from_graph(certificate.graph).labels,
        )

    def __call__(self, iri: str) -> str:
        name = slug(self._graph.curie(iri))
        return self._labels.get(name, name)


def _settled(data: Mapping[str, Any], name: _Names) -> Iterator[str]:
    for way in data["settle"]:
        number = "1 fact" if way["facts"] == 1 else f"{way['facts']} facts"
        if way["verdict"] == "no":
            yield f"No would take {number}: any one of the {len(way['one_lacking'])} open skills found lacking."
        else:
            kinds = (("confirm", "To confirm, beside a tool"), ("record", "To record"))
            yield f"Yes would take {number}. " + " ".join(
                f"{words}: {'; '.join(map(name, way[kind]))}." for kind, words in kinds if way[kind]
            )


def _row(line: Mapping[str, Any], name: _Names) -> dict[str, str]:
    cells = "; ".join(
        f"{cell['column']}: {cell['text']}" + (" (tool)" if cell["says"] == "tool" else "")
        for cell in line["evidence"]
    )
    return {
        "skill": line["label"],
        "known": KNOWN[line["state"]],
        "as written": cells or "–",
        "required by": ": ".join(map(name, line["via"])) or "the role itself",
    }


def _sources(data: Mapping[str, Any], certificate: Certificate) -> Iterator[str]:
    staff, ontology = data["staff"], data["ontology"]
    yield f"Evidence: {staff['file']}, line {data['line']}; {staff['id']}"
    if staff["unread"]:
        yield f"Rows of that file that could not be read, about whomever they are: {staff['unread']}; audit lists them."
    yield f"Ontology: {ontology['version']}; {ontology['id']}"
    yield from (f"Added: {added['file']}; {added['id']}" for added in ontology["added"])
    rules = sorted({line["rule"] for line in data["skills"]} - {""})
    yield f"Rule: {', '.join(rules) or 'none'}; mlops-roles explain '{certificate.graph.curie(data['role'])} mlops:requiresSkill …' shows each proof."
    yield f"Certificate: {certificate.to_dict()['id']}, {data['made']['ended']}"


def _gap(gap: Gap) -> Iterator[Section]:
    head = f"{gap.person} to {gap.labels.get(gap.role, gap.role)}: {len(gap.missing)} of {len(gap.known)} skills missing"
    doing = [
        f"To {do}: {'; '.join(_labels(gap, skills))}."
        for do, skills in gap.to_do(gap.missing).items()
        if skills
    ]
    yield (
        head,
        [
            f"Now {gap.verdict} ({gap.file}, line {gap.line}).",
            *doing,
            *([PROOF] if gap.missing else []),
            NOTE,
        ],
        [],
    )
    if gap.missing:
        rows = [
            {"role": gap.labels.get(role, role), "task": gap.labels.get(task, task) or "–"}
            | {do: _labels(gap, one) for do, one in gap.to_do(skills).items()}
            for (role, task), skills in gap.demands.items()
        ]
        yield "What demands them", [DOING], rows


def _labels(gap: Gap, skills: Sequence[str]) -> list[str]:
    return [gap.labels.get(skill, skill) for skill in skills]
