"""The roles of machine-learning operations: an ontology, and what can be asked of it.

    >>> from mlops_roles import ask, resolve
    >>> resolve("Senior Data Engineer").roles
    ('data-engineer',)
    >>> [row["role"] for row in ask("roles-for-task", task="deploy-model")]
    ['role:devops-engineer', 'role:ml-engineer']

Everything is loaded when it is first used: `import mlops_roles` costs next to nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ._errors import InputError, MlopsRolesError, NothingChecked, Timeout, UnknownName
    from .audits import Audit, audit
    from .checks import Finding, Report, check
    from .graph import Graph, load
    from .linking import Clash, Mapping, MappingSet, Merge, apply_mappings, coherence, propose, read_mappings, undo_mappings
    from .pages import Page, page
    from .proofs import Proof, explain
    from .queries import Answer, Question, ask, catalogue
    from .sparql import run_sparql
    from .titles import Resolution, resolve

_HOME = {
    "_errors": ("InputError", "MlopsRolesError", "NothingChecked", "Timeout", "UnknownName"),
    "audits": ("Audit", "audit"),
    "checks": ("Finding", "Report", "check"),
    "proofs": ("Proof", "explain"),
    "graph": ("Graph", "load"),
    "linking": ("Clash", "Mapping", "MappingSet", "Merge", "apply_mappings", "coherence", "propose", "read_mappings", "undo_mappings"),
    "pages": ("Page", "page"),
    "queries": ("Answer", "Question", "ask", "catalogue"),
    "sparql": ("run_sparql",),
    "titles": ("Resolution", "resolve"),
}
_MODULE = {name: module for module, names in _HOME.items() for name in names}
__all__ = [
    "Answer",
    "Audit",
    "Clash",
    "Finding",
    "Graph",
    "InputError",
    "Mapping",
    "MappingSet",
    "Merge",
    "MlopsRolesError",
    "NothingChecked",
    "Page",
    "Proof",
    "Question",
    "Report",
    "Resolution",
    "Timeout",
    "UnknownName",
    "apply_mappings",
    "ask",
    "audit",
    "catalogue",
    "check",
    "coherence",
    "explain",
    "load",
    "page",
    "propose",
    "read_mappings",
    "resolve",
    "run_sparql",
    "show",
    "undo_mappings",
]


def show(name: str, graph: Graph | None = None) -> Page:
    """The page of a term: `print(show("R7").text())`."""
    from .pages import page

    return page(name, graph)


def __getattr__(name: str) -> Any:
    if name not in _MODULE:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    import importlib

    value = getattr(importlib.import_module(f".{_MODULE[name]}", __name__), name)
    globals()[name] = value
    return value
