"""The axioms of a file that no rule uses, so that nothing is missed in silence.

`ontology/not-reasoned.rq` finds them. A term is named by its IRI; an axiom about an anonymous
class by the named term to which it is linked.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path
from typing import Any, NamedTuple

import pyoxigraph as ox

from ..errors import InputWarning
from ..io.resources import FilePath, resource_dir

OWL = "http://www.w3.org/2002/07/owl#"
SWRL = "http://www.w3.org/2003/11/swrl#"
# one of these names is in every file that the query finds something in
CONSTRUCTS = (
    *("hasSelf", "minCardinality", "cardinality", "minQualifiedCardinality", "onDataRange"),
    *("qualifiedCardinality", "maxCardinality", "maxQualifiedCardinality", "onDatatype"),
    *("onProperties", "datatypeComplementOf", "disjointUnionOf", "someValuesFrom", "unionOf"),
    *("oneOf", "allValuesFrom", "complementOf", "ReflexiveProperty"),
    *("topObjectProperty", "bottomObjectProperty", "topDataProperty", "bottomDataProperty"),
)
MAX_NAMED = 10  # terms that a warning names


class NotReasonedWarning(InputWarning):
    """A file has axioms that are not reasoned with; the message names them."""


class NotReasoned(NamedTuple):
    """An axiom that is not reasoned with.

    Attributes:
        file: where it is.
        term: the IRI of the term that it is about, or a blank node if no name leads to it.
        construct: what OWL 2 RL does not reason with there, such as 'owl:minCardinality'.
        extent: 'in no way', or 'in one direction' if half of it is reasoned with.
    """

    file: str
    term: str
    construct: str
    extent: str


def axioms_not_reasoned(file: str, quads: Iterable[Any]) -> list[NotReasoned]:
    """The axioms among the statements of a file that are not reasoned with, sorted."""
    store = ox.Store()
    store.extend(ox.Quad(q.subject, q.predicate, q.object) for q in quads)
    rows: Any = store.query((resource_dir("ontology") / "not-reasoned.rq").read_text("utf-8"))
    found = set()
    for node, construct, extent in rows:
        name = construct.value.replace(OWL, "owl:").replace(SWRL, "swrl:")
        found.add(NotReasoned(file, _name(store, node), name, extent.value))
    full = {axiom[:3] for axiom in found if axiom.extent == "in no way"}
    is_part = {a for a in found if a.extent != "in no way" and a[:3] in full}
    return sorted(found - is_part)


def _name(store: ox.Store, node: Any) -> str:
    """The IRI of a term, or of the nearest one that is linked to a blank node."""
    seen, todo = {node}, [node]
    while todo:
        at = todo.pop(0)
        if isinstance(at, ox.NamedNode):
            return at.value
        linked: list[Any] = [quad.subject for quad in store.quads_for_pattern(None, None, at)]
        if not linked:
            quads = store.quads_for_pattern(at, None, None)
            linked = [
                q.object for q in quads if q.predicate.value.endswith(("subClassOf", "Class"))
            ]
        fresh = [other for other in linked if other not in seen]
        seen.update(fresh)
        todo += fresh
    return str(node)


def describe(axioms: Iterable[NotReasoned]) -> list[str]:
    """One line for each file, construct and extent, which names the terms."""
    groups: dict[tuple[str, str, str], list[str]] = defaultdict(list)
    for axiom in axioms:
        groups[axiom.file, axiom.construct, axiom.extent].append(axiom.term)
    lines = []
    for (file, construct, extent), terms in groups.items():
        how = "is not reasoned with" if extent == "in no way" else f"is reasoned with {extent} only"
        more = f" and {len(terms) - MAX_NAMED} more" if len(terms) > MAX_NAMED else ""
        names = ", ".join(terms[:MAX_NAMED]) + more
        lines.append(f"{file}: {construct} of {names} {how}, being outside OWL 2 RL")
    return lines


def warn_of(path: FilePath) -> None:
    """Issue a NotReasonedWarning for each construct in a file that is not reasoned with.

    A file without a word that names such a construct is not parsed for it.
    """
    from ..io import rdf

    content = Path(path).read_bytes()
    if not any(word.encode() in content for word in (*CONSTRUCTS, SWRL)):
        return
    import warnings

    for line in describe(axioms_not_reasoned(str(path), rdf.parse_rdf(path)[0])):
        warnings.warn(line, NotReasonedWarning, stacklevel=2)


def warn_of_data(paths: Iterable[Path], store: ox.Store) -> None:
    """The same for files of data in a store; files without such axioms cost nothing.

    The ontology itself has no such axiom, so the index of the store shows whether the files have.
    """
    names = [ox.NamedNode(OWL + name) for name in CONSTRUCTS] + [ox.NamedNode(SWRL + "Imp")]
    patterns = [p for name in names for p in ((None, name, None), (None, None, name))]
    if any(next(store.quads_for_pattern(*pattern), None) for pattern in patterns):
        for path in paths:
            warn_of(path)
