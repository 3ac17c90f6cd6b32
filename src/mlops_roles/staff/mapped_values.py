"""How terms of other vocabularies that are mapped to ours are written in the cells of a table.

They are written as their own terms, so that RDF and tables are read in the same way, and that each
answer can cite the mapping.
"""

from __future__ import annotations

from collections.abc import Sequence

from ..ontology.graph import Graph
from ..ontology.mappings import Mappings, mappings_of


class MappedValues:
    """The mapped terms of a graph as values of cells.

    Args:
        graph: the ontology, with the mappings of a company.
        roles: the IRIs of the roles and similar roles.
    """

    def __init__(self, graph: Graph, roles: set[str]):
        self._mappings: Mappings = mappings_of(graph)
        self._roles = roles

    def role(self, iri: str) -> str | None:
        """Their role, for the column `role`, if it is the same as or narrower than one of ours."""
        found = self._mappings.by_term.get(iri, ())
        return iri if any(m.counts and m.target in self._roles for m in found) else None

    def role_keys(self, keys: Sequence[str]) -> dict[int, str]:
        """The places of their roles among some keys, each with the role for the column `role`."""
        if not self._mappings.by_term:
            return {}
        return {place: key for place, key in enumerate(keys) if self.role(key)}

    def title(self, iri: str, label: str | None) -> str | None:
        """The title of a role of theirs, with its IRI if the role is mapped in another way."""
        return f"{label or ''} <{iri}>".strip() if iri in self._mappings.by_term else label

    def skill(self, iri: str, label: str | None) -> str | None:
        """The name of a mapped skill or tool of theirs; its IRI, if no mapping knows the name."""
        if iri not in self._mappings.by_term:
            return None
        return label if iri in self._mappings.names.get(label or "", ()) else iri
