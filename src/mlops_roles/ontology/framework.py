"""A role framework that takes the place of the ontology's own roles, tasks, skills and tools.

What such a framework shares with the ontology is the vocabulary, the lexicon of job titles and the
rules; `ontology/content.rq` says which terms are left out.
"""

from __future__ import annotations

from typing import Any

import pyoxigraph as ox

from ..io.resources import resource_dir


def content_query() -> str:
    """The query of the terms that are content of the ontology, and not its vocabulary."""
    return (resource_dir("ontology") / "content.rq").read_text("utf-8")


def leave_out_content(store: ox.Store) -> None:
    """Remove the content of the ontology from a store, with the blank nodes that describe it."""
    found: Any = store.query(content_query())
    todo = [row["term"] for row in found]
    seen = set(todo)
    for term in todo:
        for quad in list(store.quads_for_pattern(term, None, None)):
            store.remove(quad)
            if isinstance(quad.object, ox.BlankNode) and quad.object not in seen:
                seen.add(quad.object)
                todo.append(quad.object)
