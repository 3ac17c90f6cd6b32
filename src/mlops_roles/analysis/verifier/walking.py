"""The ontology as the verifier sees it: asserted statements, and a walk over them."""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Sequence
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

from ...io import rdf
from ...io.resources import resource_dir
from .reading import canonical, digest

BASE = "https://w3id.org/mlops-roles"
MLOPS, SKOS = f"{BASE}/ns#", "http://www.w3.org/2004/02/skos/core#"
RDF_TYPE = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type"
VERSION = "http://www.w3.org/2002/07/owl#versionInfo"


class Ontology:
    """The shipped ontology and what a company adds, by version and hash."""

    def __init__(self, added: Sequence[str | Path] = ()):
        shipped = [
            quad.triple
            for path in sorted(resource_dir("ontology").glob("*.ttl"))
            for quad in rdf.parse_rdf(path)[0]
        ]
        paths = [Path(path) for path in added if Path(path).suffix not in (".rq", ".tsv")]
        self.digest = digest("".join(sorted(canonical(shipped))).encode())
        self._links: dict[tuple[Any, str], set[Any]] = defaultdict(set)
        for triple in [
            *shipped,
            *(quad.triple for path in paths for quad in rdf.parse_rdf(path)[0]),
        ]:
            self._links[getattr(triple.subject, "value", ""), triple.predicate.value].add(
                triple.object
            )
        self.added = [(path.name, digest(path.read_bytes())) for path in paths]
        self.version = next(iter(self._values(BASE, VERSION)), "")
        self.names = self._names()

    def _values(self, subject: str, predicate: str) -> list[str]:
        return sorted(term.value for term in self._links.get((subject, predicate), ()))

    def to(self, subject: Any, name: str) -> list[str]:
        """What a term is linked to by one of our properties."""
        return self._values(subject, MLOPS + name)

    def is_a(self, term: str, kind: str) -> bool:
        """Whether a term is asserted to be of a class of ours."""
        return MLOPS + kind in self._values(term, RDF_TYPE)

    def steps(self, name: str) -> list[str]:
        """The tasks of a role and the roles that it takes in."""
        return [*self.to(name, "performs"), *self.to(name, "incorporates")]

    def required(self, role: str) -> set[str]:
        """The skills of a role: its own, and those of all that steps from it lead to."""
        reached = [role]
        for one in reached:
            reached += [step for step in self.steps(one) if step not in reached]
        return {skill for one in reached for skill in self.to(one, "requiresSkill")}

    def way(self, role: str, skill: str) -> list[str]:
        """The shortest way from a role to a skill that it requires, without its ends."""
        ways = [[role]]
        for way in ways:
            if skill in self.to(way[-1], "requiresSkill"):
                return way[1:]
            ways += [[*way, step] for step in self.steps(way[-1]) if step not in way]
        return []

    def leads(self, role: str, way: Any, skill: str) -> bool:
        """Whether each step of a way is asserted, from a role to a skill."""
        if not isinstance(way, list) or not all(isinstance(name, str) for name in way):
            return False
        return all(b in self.steps(a) for a, b in pairwise([role, *way])) and skill in self.to(
            [role, *way][-1], "requiresSkill"
        )

    def label(self, term: str) -> str | None:
        """The name of a term in English."""
        return next(
            (
                t.value
                for t in self._links.get((term, f"{SKOS}prefLabel"), ())
                if t.language in ("en", None)
            ),
            None,
        )

    def parts(self, role: str) -> list[str]:
        """The roles that a role takes in, those with a number first."""
        return sorted(
            self.to(role, "incorporates"),
            key=lambda part: (self._values(part, f"{SKOS}notation") or ["~"], part),
        )

    def _names(self) -> dict[str, tuple[str, set[str]]]:
        """What each spelling of a skill or tool says, and of which skills."""
        found = []
        for term, predicate in list(self._links):
            if predicate in (f"{SKOS}prefLabel", f"{SKOS}altLabel"):
                says = (
                    "recorded"
                    if self.is_a(term, "Skill")
                    else "tool"
                    if self.is_a(term, "Tool")
                    else ""
                )
                skills = {term} if says == "recorded" else set(self.to(term, "evidenceFor"))
                found += [
                    (name, says, term, skills)
                    for name in self._values(term, predicate)
                    if says and skills
                ]
        return {
            folded(name): (says, skills)
            for name, says, _, skills in sorted(found, key=lambda row: row[:3], reverse=True)
        }


@cache
def shipped() -> Ontology:
    """The ontology without additions, read once."""
    return Ontology()


def folded(name: str) -> str:
    """A name as names are compared: in lower case, with white space and - _ . as one space."""
    return " ".join(re.sub(r"[-_.]", " ", unicodedata.normalize("NFKC", name).casefold()).split())
