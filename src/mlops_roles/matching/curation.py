"""A curator's decisions on which role a title names or does not name; they override the rules.

They are kept as a mapping set in SSSOM (TSV) that the user owns, may share, and hands to any
command with `--with decisions.sssom.tsv`. A decision holds for the title as it is written,
whatever its case, accents and punctuation.
"""

from __future__ import annotations

import csv
import itertools
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from ..errors import InputError
from ..io.atomic import atomic_write
from ..ontology.graph import Graph, once_per_graph
from ..ontology.names import local_name, resolve_role
from .lexicon import fold_title

if TYPE_CHECKING:
    from ..io.sssom import Table

COLUMNS = (
    *("subject_label", "subject_type", "predicate_id", "predicate_modifier", "object_id"),
    *("mapping_justification", "author_label", "mapping_date", "comment"),
)
REQUIRED_COLUMNS = ("subject_label", "predicate_id", "object_id")
PREDICATES = ("skos:exactMatch", "skos:closeMatch")


@dataclass(frozen=True)
class TitleDecision:
    """That a title names a role, or that it does not.

    Attributes:
        title: as the curator wrote it.
        role: the IRI of a role or similar role.
        accepted: whether the title names it.
        author, date: who decided, and when (YYYY-MM-DD); may be empty.
        file, line: where it is written.
    """

    title: str
    role: str
    accepted: bool
    author: str = ""
    date: str = ""
    file: str = ""
    line: int = 0

    @property
    def reason(self) -> str:
        """What was decided by whom and when, as a reason of an answer."""
        by = f" by {self.author}" if self.author else ""
        on = f" on {self.date}" if self.date else ""
        place = f"{Path(self.file).name}, line {self.line}"
        return f"{'accepted' if self.accepted else 'refused'}{by}{on} ({place})"

    @property
    def key(self) -> tuple[str, str]:
        """What it decides on: two decisions with the same key are about the same."""
        return fold_title(self.title), self.role


def read_decisions(path: str | Path, graph: Graph) -> list[TitleDecision]:
    """The decisions in a file. Raises InputError with the line of what cannot be read."""
    from ..io.sssom import read_table

    table = read_table(path, REQUIRED_COLUMNS)
    prefixes = table.header["curie_map"]
    return [_decision(cells, line, path, prefixes, graph) for line, cells in table.records()]


def _decision(
    cells: dict[str, str], line: int, path: str | Path, prefixes: dict[str, str], graph: Graph
) -> TitleDecision:
    from ..io.sssom import expand, is_negated

    place = f"{path}, line {line}"
    if not cells["subject_label"]:
        raise InputError(f"{place}: no subject_label; write the title there")
    if cells["predicate_id"] not in PREDICATES:
        raise InputError(
            f"{place}: predicate {cells['predicate_id'][:80]!r} decides nothing; "
            f"use {PREDICATES[0]}, with predicate_modifier Not to refuse"
        )
    accepted = not is_negated(cells, place)
    try:
        role = resolve_role(expand(cells["object_id"], prefixes) or cells["object_id"], graph)
    except InputError as error:
        raise InputError(
            f"{place}: {error} (a company's own role needs its file: --with FILE)"
        ) from None
    author, date = cells.get("author_label", ""), cells.get("mapping_date", "")
    return TitleDecision(cells["subject_label"], role, accepted, author, date, str(path), line)


def find_contradictions(decisions: Iterable[TitleDecision]) -> list[str]:
    """One sentence, with lines, for each title that a file both accepts and refuses as a role."""
    found: dict[tuple[str, str, str], dict[bool, TitleDecision]] = defaultdict(dict)
    for decision in decisions:
        found[decision.file, *decision.key].setdefault(decision.accepted, decision)
    return [
        f"{file}, lines {' and '.join(str(d.line) for d in both.values())}: {both[True].title!r} "
        f"is both accepted and refused as {local_name(role)}; remove one"
        for (file, _, role), both in found.items()
        if len(both) == 2
    ]


@dataclass(frozen=True)
class DecisionSet:
    """The decisions that were added to a graph.

    Attributes:
        by_title: by folded title, then by role; a later file wins over an earlier one.
        contradictions: pairs of decisions in one file that contradict each other; both are ignored.
    """

    by_title: dict[str, dict[str, TitleDecision]]
    contradictions: list[str]


@once_per_graph
def decisions_of(graph: Graph) -> DecisionSet:
    """The decisions that were added to a graph."""
    by_title: dict[str, dict[str, TitleDecision]] = defaultdict(dict)
    contradictions: list[str] = []
    for path in (p for p in graph.added if p.suffix == ".tsv"):
        by_key: dict[tuple[str, str], list[TitleDecision]] = defaultdict(list)
        for decision in read_decisions(path, graph):
            by_key[decision.key].append(decision)
        for (title, role), decisions in by_key.items():
            if len({decision.accepted for decision in decisions}) == 1:
                by_title[title][role] = decisions[-1]
        contradictions += find_contradictions(itertools.chain(*by_key.values()))
    return DecisionSet(dict(by_title), contradictions)


def save_decisions(path: str | Path, decisions: Sequence[TitleDecision], graph: Graph) -> None:
    """Write decisions into a file, each in place of an earlier one on the same title and role.

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


def _to_cells(decision: TitleDecision, graph: Graph) -> dict[str, str]:
    return {
        "subject_label": " ".join(decision.title.split()),
        "subject_type": "rdfs literal",
        "predicate_id": PREDICATES[0],
        "predicate_modifier": "" if decision.accepted else "Not",
        "object_id": graph.curie(decision.role),
        "mapping_justification": "semapv:ManualMappingCuration",
        "author_label": decision.author,
        "mapping_date": decision.date,
    }


def _header_text(table: Table, decisions: Iterable[TitleDecision], graph: Graph) -> str:
    """The header, unchanged unless a role has a prefix that it does not declare."""
    from ..io.sssom import format_header

    used = {graph.curie(decision.role).partition(":")[0] for decision in decisions}
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
        "curie_map": prefixes,
    }
    return Table(header, "", list(COLUMNS), [])
