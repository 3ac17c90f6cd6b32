"""The capability classes of roles that have none yet, from `ontology/capabilities.rq`.

Those of the shipped roles are in the ontology. Those of a company's roles are derived when its file
is loaded, and `mlops-roles derive --with FILE` writes them.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pyoxigraph as ox

from ..io.resources import resource_dir

QUERY = "capabilities.rq"
CAPABILITY_FOR = ox.NamedNode("https://w3id.org/mlops-roles/ns#capabilityFor")


def query_text(name: str = QUERY) -> str:
    """The CONSTRUCT query in a file of `ontology/`."""
    return (resource_dir("ontology") / name).read_text("utf-8")


def missing_capabilities(
    asserted: Iterable[ox.Quad], inferred: Iterable[ox.Triple]
) -> list[ox.Triple]:
    """The axioms of the capability classes that roles lack, with skolem IRIs for blank nodes.

    Args:
        asserted: the asserted statements.
        inferred: what follows from them.
    """
    closed = ox.Store()
    closed.extend(ox.Quad(*quad.triple) for quad in asserted)
    closed.extend(ox.Quad(*triple) for triple in inferred)
    triples: Any = closed.query(query_text())
    return list(triples)
