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
    from ._errors import InputError, MlopsRolesError, NothingChecked, Timeout, UnknownName, UnknownPerson
    from .audits import Audit, audit
    from .checks import Finding, Report, check
    from .graph import Graph, load
    from .increments import audit_since
    from .judgements import Certificate, Conflict, Gap, Records, certify, gap, nearest_roles
    from .linking import Clash, Mapping, MappingSet, Merge, apply_mappings, coherence, propose, read_mappings, undo_mappings
    from .pages import Page, page
    from .privacy import Pseudonyms
    from .proofs import Proof, explain
    from .publishing import broken_promises, publish, serve
    from .qualities import Quality, quality
    from .queries import Answer, Question, ask, catalogue
    from .releases.differences import OntologyDiff, StaffDiff, diff
    from .remote import Endpoint
    from .sparql import run_sparql
    from .teams.changes import WhatIf, whatif
    from .teams.groups import Team, team
    from .titles import Resolution, resolve
    from .verifier import Verification, verify

_HOME = {
    "_errors": (
        "InputError",
        "MlopsRolesError",
        "NothingChecked",
        "Timeout",
        "UnknownName",
        "UnknownPerson",
    ),
    "audits": (
        "Audit",
        "audit",
    ),
    "checks": (
        "Finding",
        "Report",
        "check",
    ),
    "graph": (
        "Graph",
        "load",
    ),
    "increments": ("audit_since",),
    "judgements": (
        "Certificate",
        "Conflict",
        "Gap",
        "Records",
        "certify",
        "gap",
        "nearest_roles",
    ),
    "linking": (
        "Clash",
        "Mapping",
        "MappingSet",
        "Merge",
        "apply_mappings",
        "coherence",
        "propose",
        "read_mappings",
        "undo_mappings",
    ),
    "pages": (
        "Page",
        "page",
    ),
    "privacy": ("Pseudonyms",),
    "proofs": (
        "Proof",
        "explain",
    ),
    "publishing": (
        "broken_promises",
        "publish",
        "serve",
    ),
    "qualities": (
        "Quality",
        "quality",
    ),
    "queries": (
        "Answer",
        "Question",
        "ask",
        "catalogue",
    ),
    "releases.differences": (
        "OntologyDiff",
        "StaffDiff",
        "diff",
    ),
    "remote": ("Endpoint",),
    "sparql": ("run_sparql",),
    "teams.changes": (
        "WhatIf",
        "whatif",
    ),
    "teams.groups": (
        "Team",
        "team",
    ),
    "titles": (
        "Resolution",
        "resolve",
    ),
    "verifier": (
        "Verification",
        "verify",
    ),
}
_MODULE = {name: module for module, names in _HOME.items() for name in names}
__all__ = [
    "Answer",
    "Audit",
    "Certificate",
    "Clash",
    "Conflict",
    "Endpoint",
    "Finding",
    "Gap",
    "Graph",
    "InputError",
    "Mapping",
    "MappingSet",
    "Merge",
    "MlopsRolesError",
    "NothingChecked",
    "OntologyDiff",
    "Page",
    "Proof",
    "Pseudonyms",
    "Quality",
    "Question",
    "Records",
    "Report",
    "Resolution",
    "StaffDiff",
    "Team",
    "Timeout",
    "UnknownName",
    "UnknownPerson",
    "Verification",
    "WhatIf",
    "apply_mappings",
    "ask",
    "audit",
    "audit_since",
    "broken_promises",
    "catalogue",
    "certify",
    "check",
    "coherence",
    "diff",
    "explain",
    "gap",
    "load",
    "nearest_roles",
    "page",
    "propose",
    "publish",
    "quality",
    "read_mappings",
    "resolve",
    "run_sparql",
    "serve",
    "show",
    "team",
    "undo_mappings",
    "verify",
    "whatif",
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
