"""The ontology as the verifier reads it: asserted statements, and a walk over them."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

import pyoxigraph as ox

from ...io import rdf
from ...io.resources import resolve_path, resource_dir
from ...io.sssom import read_table
from .cell_names import CellNames, Claims, fold_name
from .matches import Matches
from .reading import canonical_lines, digest

BASE = "https://w3id.org/mlops-roles"
MLOPS, SKOS = f"{BASE}/ns#", "http://www.w3.org/2004/02/skos/core#"
RDF_TYPE = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type"
# the properties from a role to what it takes its skills from
OWN_STEPS = ("performs", "specialises")
STEPS = (*OWN_STEPS, "incorporates")
VERSION_INFO = "http://www.w3.org/2002/07/owl#versionInfo"


class Ontology:
    """The shipped ontology, or a framework in place of it, and what a company adds, by hash."""

    def __init__(self, added: Sequence[str | Path] = (), only: Sequence[str | Path] = ()):
        shipped = _triples(sorted(resource_dir("ontology").glob("*.ttl")))
        replacing, more = (
            [path for path in map(resolve_path, given) if path.suffix != ".rq"]
            for given in (only, added)
        )
        files, self.replacing = [*replacing, *more], len(replacing)
        paths = [path for path in files if path.suffix != ".tsv"]
        self.digest = digest("".join(sorted(canonical_lines(shipped))).encode())
        self._objects: dict[tuple[Any, str], set[Any]] = defaultdict(set)
        own = _triples(paths)
        self.matches = _matches(own, files) if files else None
        for s, predicate, o in own if only else [*shipped, *own]:
            self._objects[getattr(s, "value", ""), predicate.value].add(o)
        self.added = [(path.name, digest(path.read_bytes())) for path in files]
        self.version = next((o.value for _, p, o in shipped if p.value == VERSION_INFO), "")
        self.by_term: dict[str, Claims] = {}  # the IRI of a skill or tool to what it claims
        self.names = self._cell_names()

    def pairs(self, predicate: str) -> list[tuple[str, str]]:
        """The subjects and objects of a property."""
        return [
            (subject, one.value)
            for (subject, name), found in self._objects.items()
            if name == predicate
            for one in found
            if isinstance(one, ox.NamedNode)
        ]

    def name_in_cells(self, term: str) -> str:
        """The name of a skill or tool as a cell has it; '' for any other term."""
        is_one = self.is_a(term, "Skill") or self.is_a(term, "Tool")
        return self._name(term) or "" if is_one else ""

    def _values(self, subject: str, predicate: str) -> list[str]:
        return sorted(term.value for term in self._objects.get((subject, predicate), ()))

    def values(self, subject: Any, name: str) -> list[str]:
        """The values of one of our properties."""
        return self._values(subject, MLOPS + name)

    def is_a(self, term: str, kind: str) -> bool:
        """Whether a term is asserted to be of a class of ours."""
        return MLOPS + kind in self._values(term, RDF_TYPE)

    def steps(self, name: str, properties: Sequence[str] = STEPS) -> list[str]:
        """The tasks of a role and the roles whose skills it requires, by some properties."""
        return [value for name_of in properties for value in self.values(name, name_of)]

    def required(self, role: str) -> set[str]:
        """The skills of a role: its own, and those of all that its steps lead to."""
        return self._skills_reached(role, STEPS)

    def own(self, role: str) -> set[str]:
        """The skills of a role without those of the roles that it incorporates."""
        return self._skills_reached(role, OWN_STEPS)

    def _skills_reached(self, role: str, properties: Sequence[str]) -> set[str]:
        """The skills required by a role, or by what the properties lead to from it."""
        reached = self._reached(role, properties)
        return {skill for one in reached for skill in self.values(one, "requiresSkill")}

    def _reached(self, role: str, properties: Sequence[str]) -> list[str]:
        """A role, and all that some properties lead to from it."""
        reached = [role]
        for one in reached:
            reached += [step for step in self.steps(one, properties) if step not in reached]
        return reached

    def shortest_path(self, role: str, skill: str) -> list[str]:
        """The shortest path from a role to a skill that it requires, without its ends."""
        paths = [[role]]
        for path in paths:
            if skill in self.values(path[-1], "requiresSkill"):
                return path[1:]
            paths += [[*path, step] for step in self.steps(path[-1]) if step not in path]
        return []

    def is_path(self, role: str, path: Any, skill: str) -> bool:
        """Whether each step of a path, from a role to a skill, is asserted."""
        if not isinstance(path, list) or not all(isinstance(name, str) for name in path):
            return False
        nodes = [role, *path]
        asserted = all(b in self.steps(a) for a, b in pairwise(nodes))
        return asserted and skill in self.values(nodes[-1], "requiresSkill")

    def label(self, term: str) -> str:
        """The name of a term in English, or the last part of its IRI."""
        return self._name(term) or re.split("[#/:]", term)[-1]

    def _name(self, term: str) -> str | None:
        labels = self._objects.get((term, f"{SKOS}prefLabel"), ())
        return next((label.value for label in labels if label.language in ("en", None)), None)

    def parts(self, role: str) -> list[str]:
        """The roles that a role, or a broader role, incorporates; those with a notation first."""
        return sorted(
            {p for one in self._reached(role, OWN_STEPS) for p in self.values(one, "incorporates")},
            key=lambda part: (self._values(part, f"{SKOS}notation") or ["~"], part),
        )

    def _cell_names(self) -> CellNames:
        """The names of skills and tools, with what they claim of which skills."""
        found: list[tuple[str, str, str]] = []
        by_term = self.by_term
        kinds = {f"{SKOS}{kind}Label" for kind in ("pref", "alt", "hidden")}
        for term, predicate in list(self._objects):
            if predicate in kinds and (self.is_a(term, "Skill") or self.is_a(term, "Tool")):
                claim, skills = "recorded", [term]
                if not self.is_a(term, "Skill"):
                    claim, skills = "tool", self.values(term, "evidenceFor")
                by_term[term] = frozenset((claim, skill) for skill in skills)
                if skills:
                    found += [(n, claim, term) for n in self._values(term, predicate)]
        found.sort(reverse=True)  # of names that are compared as one, the first counts
        listed = {fold_name(name): by_term[term] for name, _, term in found}
        return CellNames(listed, by_term, self.matches)


def _matches(triples: list[ox.Triple], files: Sequence[Path]) -> Matches:
    """The accepted mappings in a company's files."""
    prefixes: dict[str, str] = {}
    for path in files:
        sets = path.suffix == ".tsv"
        prefixes |= read_table(path, ()).header["curie_map"] if sets else rdf.parse_rdf(path)[1]
    return Matches(triples, [path for path in files if path.suffix == ".tsv"], prefixes)


def _triples(paths: Iterable[Path]) -> list[ox.Triple]:
    return [quad.triple for path in paths for quad in rdf.parse_rdf(path)[0]]


@cache
def shipped_ontology() -> Ontology:
    """The ontology without additions, read once."""
    return Ontology()
