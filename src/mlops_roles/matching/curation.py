"""A curator's decisions on what a title, or a name of a skill, means; they override the rules.

They are kept as a mapping set in SSSOM (TSV) that the user owns, may share, and hands to any
command with `--with decisions.sssom.tsv`. A decision holds for the title as it is written,
whatever its case, accents and punctuation, or for the whole name of a skill or tool in a cell of a
staff file (`ontology.skill_names` applies those).
"""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from ..errors import InputError
from ..io.atomic import atomic_write
from ..io.resources import FilePath
from ..ontology.graph import Graph, once_per_graph
from ..ontology.mappings import Mapped, decided_term, mappings_of
from ..ontology.names import fold_name, local_name, slug
from .lexicon import fold_title

if TYPE_CHECKING:
    from ..io.sssom import NameRow, Table

COLUMNS = (
    *("subject_label", "subject_type", "predicate_id", "predicate_modifier", "object_id"),
    *("mapping_justification", "author_label", "mapping_date", "comment"),
)


@dataclass(frozen=True)
class Decision:
    """A decision: a title names a role, or a name a skill or tool; or it does not."""

    name: str  # the title or name as the curator wrote it
    term: str  # the IRI of a role, similar role, skill or tool
    accepted: bool  # whether the name means it
    author: str = ""  # author, date: who decided, and when (YYYY-MM-DD); may be empty
    date: str = ""
    file: str = ""  # file, line: where it is written
    line: int = 0
    on_skill: bool = False  # whether the term is a skill or tool

    @property
    def key(self) -> tuple[str, str]:
        """Name and term: a later decision with the same key replaces this one."""
        return (fold_name if self.on_skill else fold_title)(self.name), self.term


def read_decisions(path: FilePath, graph: Graph) -> list[Decision]:
    """The decisions on names in a file. Raises InputError with the line of what is unreadable."""
    from ..io.sssom import read_mappings

    return [_decision(row, path, graph) for row in read_mappings(path).names]


def _decision(row: NameRow, path: FilePath, graph: Graph) -> Decision:
    term = decided_term(row, Path(path), graph)
    written = (row.author, row.date, str(path), row.line)
    return Decision(row.name, term, row.accepted, *written, on_skill=not _is_role(graph)(term))


def find_contradictions(decisions: Iterable[Decision]) -> list[str]:
    """One sentence, with lines, for each name that a file both accepts and refuses as a term."""
    found: dict[tuple[str, str, str], dict[bool, Decision]] = defaultdict(dict)
    for decision in decisions:
        found[decision.file, *decision.key].setdefault(decision.accepted, decision)
    return [
        f"{file}, lines {' and '.join(str(d.line) for d in both.values())}: {both[True].name!r} "
        f"is both accepted and refused as {local_name(term)}; remove one"
        for (file, _, term), both in found.items()
        if len(both) == 2
    ]


@dataclass(frozen=True)
class DecisionSet:
    """What the files that were added to a graph decide on titles."""

    by_title: dict[str, dict[str, Mapped]]  # by folded title, then by the slug of the role
    # one sentence for each title or name that one file both accepts and refuses; these decisions
    # are ignored
    contradictions: list[str]


@once_per_graph
def decisions_of(graph: Graph) -> DecisionSet:
    """What accepted mappings, and a curator's decisions on titles, say of titles."""
    contradictions = [
        sentence
        for path in graph.mapping_sets
        for sentence in find_contradictions(read_decisions(path, graph))
    ]
    found = mappings_of(graph).by_name(fold_title, _is_role(graph)) if graph.added else {}
    by_title = {
        title: {slug(graph.curie(role)): mapped for role, mapped in by_role.items()}
        for title, by_role in found.items()
    }
    return DecisionSet(by_title, contradictions)


def _is_role(graph: Graph) -> Callable[[str], bool]:
    """A function that says whether an IRI is a role or a similar role."""
    roles = {iri for terms in graph.index.values() for kind, iri in terms if kind.endswith("role")}
    return roles.__contains__


def save_decisions(path: FilePath, decisions: Sequence[Decision], graph: Graph) -> None:
    """Write decisions into a file, each in place of an earlier one on the same name and term.

    The file is complete at any time. Raises InputError if it is no file of decisions.
    """
    from ..io.sssom import read_table

    if Path(path).suffix != ".tsv":
        raise InputError(f"{path}: a file of decisions ends in .tsv; name it so")
    new = {decision.key: decision for decision in decisions}
    table, replaced = _new_table(graph), set[int]()
    if Path(path).exists():
        table = read_table(path, COLUMNS[:-1])
        replaced = {d.line for d in read_decisions(path, graph) if d.key in new}
    with atomic_write(path) as file:
        file.write(_header_text(table, new.values(), graph))
        writer = csv.writer(file, delimiter="\t", lineterminator="\n")
        writer.writerow(table.columns)
        writer.writerows(cells for line, cells in table.rows if line not in replaced)
        for decision in new.values():
            cells = _to_cells(decision, graph)
            writer.writerow([cells.get(column, "") for column in table.columns])


def _to_cells(decision: Decision, graph: Graph) -> dict[str, str]:
    return {
        "subject_label": " ".join(decision.name.split()),
        "subject_type": "rdfs literal",
        "predicate_id": "skos:exactMatch",
        "predicate_modifier": "" if decision.accepted else "Not",
        "object_id": graph.curie(decision.term),
        "mapping_justification": "semapv:ManualMappingCuration",
        "author_label": decision.author,
        "mapping_date": decision.date,
    }


def _header_text(table: Table, decisions: Iterable[Decision], graph: Graph) -> str:
    """The header, unchanged unless a term has a prefix that it does not declare."""
    from ..io.sssom import format_header

    used = {graph.curie(decision.term).partition(":")[0] for decision in decisions}
    prefixes = table.header["curie_map"]
    if missing := used & graph.prefixes.keys() - prefixes.keys():
        added = {prefix: graph.prefixes[prefix] for prefix in missing}
        return format_header({**table.header, "curie_map": {**prefixes, **added}})
    return table.header_text or format_header(table.header)


def _new_table(graph: Graph) -> Table:
    """A mapping set without mappings."""
    import uuid

    from ..io.sssom import Table

    prefixes = {prefix: graph.prefixes[prefix] for prefix in ("role", "semapv", "skos")}
    header = {
        "mapping_set_id": f"urn:uuid:{uuid.uuid4()}",
        "license": "https://w3id.org/sssom/license/unspecified",
        "curie_map": prefixes | {"urn": "urn:"},  # of the IRI of the set
    }
    return Table(header, "", list(COLUMNS), [])
