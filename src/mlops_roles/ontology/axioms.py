"""The axioms in files of data, from which nothing is inferred, so that each kind is named.

Data about people may be large, so `--data` only loads it. Axioms belong in a file that `--with`
adds, from which everything is inferred.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterable
from functools import cache
from typing import Any

import pyoxigraph as ox

from ..io.resources import FilePath
from ..io.text import counted
from .not_reasoned import NotReasonedWarning
from .rules import parsed_rules

_SPACES = {"http://www.w3.org/2002/07/owl#": "owl", "http://www.w3.org/2000/01/rdf-schema#": "rdfs"}
RDF_TYPE = ox.NamedNode("http://www.w3.org/1999/02/22-rdf-syntax-ns#type")


@cache
def axiom_patterns() -> dict[str, tuple[Any, Any]]:
    """The names that rules about data have in their premises, each with property and value.

    A rule that is named scm-* infers from declarations too, which are no axioms.
    """
    found: dict[str, tuple[Any, Any]] = {}
    for rule in parsed_rules():
        for _, middle, value in () if rule.name.startswith("scm-") else rule.body:
            is_type = middle == RDF_TYPE and isinstance(value, ox.NamedNode)
            term = value if is_type else middle
            if isinstance(term, ox.NamedNode) and (name := _name(term.value)):
                found[name] = (RDF_TYPE, value) if is_type else (middle, None)
    return found


def axiom_names() -> dict[str, str]:
    """The IRI of each property and class that makes an axiom, to its short name."""
    found = axiom_patterns().items()
    return {(value or prop).value: name for name, (prop, value) in found}


def _name(iri: str) -> str:
    space, sign, local = iri.rpartition("#")
    prefix = _SPACES.get(space + sign)
    return f"{prefix}:{local}" if prefix else ""


def axioms_in(store: ox.Store) -> dict[str, set[Any]]:
    """The axioms in the default graph of a store, by the name that makes each one."""
    default = ox.DefaultGraph()
    return {
        name: set(store.quads_for_pattern(None, prop, value, default))
        for name, (prop, value) in axiom_patterns().items()
    }


def warn_of_axioms(paths: Iterable[FilePath], names: Iterable[str], use: str = "ask") -> None:
    """Issue one NotReasonedWarning that names the kinds of axioms in files of data, if any.

    The use is 'audit' for a reader of people, which sees no inferred statement even with `--with`.
    """
    kinds, files = sorted(names), list(map(str, paths))
    if not kinds:
        return
    more = f" and {counted(len(kinds) - 6, 'more kind')}" if len(kinds) > 6 else ""
    fix = f"to reason with them, add {' '.join(f'--with {file}' for file in files)}"
    if use == "audit":
        fix = (
            "to use what follows from them, read the file that "
            f"`mlops-roles reason {' '.join(files)} --asserted --output inferred.ttl` writes"
        )
    warnings.warn(
        f"{', '.join(files)}: nothing is inferred from axioms in data "
        f"({', '.join(kinds[:6])}{more}); {fix}",
        NotReasonedWarning,
        stacklevel=2,
    )
