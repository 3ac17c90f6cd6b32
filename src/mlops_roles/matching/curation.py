"""A curator's decisions: which role a title names, or does not, whatever the rules say.

They are kept as a mapping set in SSSOM (TSV) that the user owns, may share, and hands to any
command with `--with decisions.sssom.tsv`. A decision holds for the title as it is written,
but for case, accents and punctuation.
"""

from __future__ import annotations

import csv
import io
import itertools
import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from ..errors import InputError
from ..io import rdf
from ..io.atomic import atomic_write
from ..ontology.graph import Graph
from ..ontology.names import resolve_role
from .lexicon import fold_title

COLUMNS = (
    *("subject_label", "subject_type", "predicate_id", "predicate_modifier", "object_id"),
    *("mapping_justification", "author_label", "mapping_date", "comment"),
)
NEEDED = ("subject_label", "predicate_id", "object_id")
PREDICATES = ("skos:exactMatch", "skos:closeMatch")
_PREFIX = re.compile(r"^#\s+([\w-]+):\s*[\"']?(\S+?)[\"']?\s*$", re.M)


@dataclass(frozen=True)
class TitleDecision:
    """That a title names a role, or that it does not.

    Attributes:
        title: as the curator wrote it.
        role: the IRI of a role or similar role.
        accepted: whether the title names it.
        author, date: who decided, and when (YYYY-MM-DD); may be empty.
        file, line: where it stands.
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
        """What it says, for the reasons of an answer."""
        by, on = (
            f" by {self.author}" if self.author else "",
            f" on {self.date}" if self.date else "",
        )
        return f"{'accepted' if self.accepted else 'refused'}{by}{on} ({Path(self.file).name}, line {self.line})"


def read_decisions(path: str | Path, graph: Graph) -> list[TitleDecision]:
    """The decisions in a file. Raises InputError with the line of what cannot be read."""
    text = rdf.check_encoding(rdf.read_bytes(path), path)
    head, rows = _table(text)
    if missing := [column for column in NEEDED if column not in (rows[0][1] if rows else ())]:
        raise InputError(
            f"{path}: no column {', '.join(missing)}; a file of decisions is SSSOM (TSV) with {', '.join(NEEDED)}"
        )
    prefixes = dict(_PREFIX.findall(head))
    columns = rows[0][1]
    return [
        _decision(path, line, dict(zip(columns, cells, strict=False)), prefixes, graph)
        for line, cells in rows[1:]
    ]


def _table(text: str) -> tuple[str, list[tuple[int, Sequence[str]]]]:
    """The metadata of a mapping set, and its rows with their lines, the header first."""
    lines = text.splitlines(keepends=True)
    start = next((n for n, line in enumerate(lines) if not line.startswith("#")), len(lines))
    reader = csv.reader(io.StringIO("".join(lines[start:]), newline=""), delimiter="\t")
    rows: list[tuple[int, Sequence[str]]] = []
    line = start + 1
    for cells in reader:
        if any(cells):
            rows.append((line, cells))
        line = start + 1 + reader.line_num
    return "".join(lines[:start]), rows


def _decision(
    path: str | Path, line: int, row: dict[str, str], prefixes: dict[str, str], graph: Graph
) -> TitleDecision:
    place, modifier = f"{path}, line {line}", row.get("predicate_modifier", "").strip()
    if not row.get("subject_label", "").strip():
        raise InputError(f"{place}: no subject_label; write the title there")
    if row.get("predicate_id", "").strip() not in PREDICATES:
        raise InputError(
            f"{place}: predicate {row.get('predicate_id', '')[:80]!r} decides nothing; use {PREDICATES[0]}, with predicate_modifier Not to refuse"
        )
    if modifier not in ("", "Not"):
        raise InputError(
            f"{place}: predicate_modifier {modifier[:80]!r}; leave it empty or write Not"
        )
    prefix, _, local = row.get("object_id", "").strip().partition(":")
    try:
        role = resolve_role(
            prefixes[prefix] + local if prefix in prefixes else row.get("object_id", ""), graph
        )
    except InputError as error:
        raise InputError(
            f"{place}: {error} (a role of your own needs its file: --with FILE)"
        ) from None
    return TitleDecision(
        row["subject_label"],
        role,
        not modifier,
        row.get("author_label", ""),
        row.get("mapping_date", ""),
        str(path),
        line,
    )


def find_contradictions(decisions: Iterable[TitleDecision]) -> list[str]:
    """One sentence for each title that one file both accepts and refuses as the same role, naming the lines."""
    lines: dict[tuple[str, str, str], dict[bool, TitleDecision]] = defaultdict(dict)
    for decision in decisions:
        lines[decision.file, *_key(decision)].setdefault(decision.accepted, decision)
    return [
        f"{file}, lines {' and '.join(str(d.line) for d in both.values())}: {both[True].title!r} is both accepted and refused as {_local(role)}; remove one"
        for (file, _, role), both in lines.items()
        if len(both) == 2
    ]


def _local(iri: str) -> str:
    return iri.rstrip("/").replace("#", "/").rsplit("/", 1)[-1]


@dataclass(frozen=True)
class DecisionSet:
    """The decisions that were added to a graph.

    Attributes:
        by_title: by folded title, then by role; a later file wins over an earlier one.
        contradictions: those within a file, of which neither side counts.
    """

    by_title: dict[str, dict[str, TitleDecision]]
    contradictions: list[str]


@lru_cache(maxsize=8)
def decisions_of(graph: Graph) -> DecisionSet:
    """The decisions that were added to a graph."""
    by_title: dict[str, dict[str, TitleDecision]] = defaultdict(dict)
    clashes: list[str] = []
    for path in (p for p in graph.added if p.suffix == ".tsv"):
        by_key: dict[tuple[str, str], list[TitleDecision]] = defaultdict(list)
        for decision in read_decisions(path, graph):
            by_key[_key(decision)].append(decision)
        for (title, role), said in by_key.items():
            if len({decision.accepted for decision in said}) == 1:
                by_title[title][role] = said[-1]
        clashes += find_contradictions(itertools.chain(*by_key.values()))
    return DecisionSet(dict(by_title), clashes)


def save_decisions(path: str | Path, decisions: Sequence[TitleDecision], graph: Graph) -> None:
    """Write decisions into a file, each in the place of an earlier one on the same title and role; the file is complete at any time."""
    there = Path(path).exists()
    if Path(path).suffix != ".tsv":
        raise InputError(f"{path}: a file of decisions ends in .tsv; name it so")
    head, rows = _table(rdf.check_encoding(rdf.read_bytes(path), path) if there else _new(graph))
    columns = list(rows[0][1]) if rows else []
    if lost := [column for column in COLUMNS[:-1] if column not in columns]:
        raise InputError(f"{path}: no column {', '.join(lost)}; add it to the header")
    new = {_key(decision): _cells(decision, graph) for decision in decisions}
    earlier = {
        decision.line
        for decision in (read_decisions(path, graph) if there else ())
        if _key(decision) in new
    }
    added = [
        [dict(zip(COLUMNS, cells, strict=True)).get(column, "") for column in columns]
        for cells in new.values()
    ]
    with atomic_write(path) as file:
        file.write(_with_prefixes(head, new.values(), graph))
        csv.writer(file, delimiter="\t", lineterminator="\n").writerows(
            [*(cells for line, cells in rows if line not in earlier), *added]
        )


def _key(decision: TitleDecision) -> tuple[str, str]:
    return fold_title(decision.title), decision.role


def _cells(decision: TitleDecision, graph: Graph) -> Sequence[str]:
    role, title = graph.curie(decision.role), " ".join(decision.title.split())
    modifier = "" if decision.accepted else "Not"
    return (
        title,
        "rdfs literal",
        PREDICATES[0],
        modifier,
        role,
        "semapv:ManualMappingCuration",
        decision.author,
        decision.date,
        "",
    )


def _with_prefixes(head: str, rows: Iterable[Sequence[str]], graph: Graph) -> str:
    """The metadata, with the prefix of every role that the rows name."""
    used = {cells[COLUMNS.index("object_id")].partition(":")[0] for cells in rows}
    new = "".join(
        f"#  {prefix}: {graph.prefixes[prefix]}\n"
        for prefix in sorted(used & graph.prefixes.keys() - dict(_PREFIX.findall(head)).keys())
    )
    before, _, after = head.partition("#curie_map:\n")
    return f"{before}#curie_map:\n{new}{after}" if new else head


def _new(graph: Graph) -> str:
    """A mapping set without mappings."""
    import uuid

    used = {
        "role": graph.prefixes["role"],
        "skos": graph.prefixes["skos"],
        "semapv": "https://w3id.org/semapv/vocab/",
    }
    lines = [
        f"mapping_set_id: urn:uuid:{uuid.uuid4()}",
        "license: https://w3id.org/sssom/license/unspecified",
        "curie_map:",
    ]
    return (
        "".join(f"#{line}\n" for line in (*lines, *(f"  {p}: {n}" for p, n in used.items())))
        + "\t".join(COLUMNS)
        + "\n"
    )
