"""The index for the search-as-you-type of the pages: a script that assigns one variable.

It has the texts of `queries/searched-texts.rq`, and the answer of `resolve` to each known job
title. The rules for other titles are not in it, except the words, such as grades, that
never change the answer to the title next to them.
"""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from ..io.resources import resource_rows
from ..matching.lexicon import BEFORE_TOPIC, Lexicon, fold_spelling, lexicon
from ..matching.titles import resolve, resolve_all
from ..ontology.catalogue import ask
from ..ontology.graph import Graph
from ..ontology.parameters import kinds_by_iri

Place = tuple[str, str, int]  # name, language and weight


def search_index(graph: Graph, pages: Mapping[str, str]) -> bytes:
    """The index as a script that assigns `mlopsSearchIndex`; `pages` has the page of each CURIE."""
    return script_assignment("mlopsSearchIndex", index_data(graph, pages))


def script_assignment(variable: str, value: Any) -> bytes:
    """A script that assigns a value to a variable: what a page opened from a disk can load."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return f"var {variable}={text};\n".encode()


def index_data(graph: Graph, pages: Mapping[str, str]) -> dict[str, Any]:
    """What the script searches, as plain data; the arguments are those of `search_index`."""
    places, texts = dict[Place, int](), dict[str, list[tuple[int, str]]]()
    names = dict[str, dict[str, str]]()
    for term, place, language, weight, text in (r.values() for r in ask("searched-texts", graph)):
        at = places.setdefault((place, language, weight), len(places))
        texts.setdefault(term, []).append((at, text))
        if place == "name":
            names.setdefault(term, {}).setdefault(language, text)
    terms = [_term(graph, pages, term, names.get(term, {})) for term in texts]
    weights = resource_rows("ontology", "matching/search")
    answers = dict(_answers(graph, {term: at for at, term in enumerate(texts)}))
    return {
        "terms": terms,
        "texts": list(texts.values()),
        "places": list(places),
        "weights": {row["found"]: int(row["weight"]) for row in weights},
        "titles": answers,
        "decorations": sorted(_decorations(graph, lexicon(graph), answers)),
    }


def _term(
    graph: Graph, pages: Mapping[str, str], curie: str, names: Mapping[str, str]
) -> list[str]:
    """CURIE, kind, English label and page of a term."""
    kinds = kinds_by_iri(graph).get(graph.expand_curie(curie) or "", ["other"])
    label = names.get("en") or names.get("") or next(iter(names.values()), curie)
    return [curie, kinds[0], label, pages.get(curie, "index.html")]


def known_titles(graph: Graph) -> list[str]:
    """The known titles of roles, and the fields of work, each in one spelling."""
    titles = [row["title"] for row in ask("titles", graph)]
    fields = [row["field"] for row in ask("fields-of-role", graph)]
    return sorted({fold_spelling(name) for name in (*titles, *fields)})


def _answers(graph: Graph, at: Mapping[str, int]) -> Iterator[tuple[str, list[Any]]]:
    """Each title that names a role, with the places of its roles and of the similar role."""
    for found in resolve_all(known_titles(graph), graph, nearest=False):
        if found.roles:
            roles = [at[_curie(graph, role)] for role in found.roles]
            yield found.title, [roles, found.similar and at[_curie(graph, found.similar)]]


def _curie(graph: Graph, role: str) -> str:
    """The CURIE of a role that `resolve` names by its slug, CURIE or IRI."""
    return graph.curie(graph.resolve_term(role, "role"))


def _decorations(graph: Graph, words: Lexicon, titles: Iterable[str]) -> Iterator[str]:
    """The words that can be removed from any title, and that form no phrase with a title.

    A word that does is tried with each such title, and left out if an answer differs.
    """
    spellings = ((r["word"], r["read"].removesuffix(BEFORE_TOPIC)) for r in ask("spellings", graph))
    read = {fold_spelling(word): fold_spelling(meant) for word, meant in spellings}
    phrases = (fold_spelling(phrase).split() for phrase in (*words.kinds, *read))
    joined = {pair for phrase in phrases for pair in itertools.pairwise(phrase)}
    joined |= {(read.get(a, a), read.get(b, b)) for a, b in joined}
    starts, ends = _by_word(titles, read, 0), _by_word(titles, read, -1)
    for word, kind in list(words.kinds.items()):
        if kind not in words.modifiers_anywhere:
            continue
        first, last = word.split()[0], word.split()[-1]
        tried = [(t, f"{word} {t}") for a, b in joined if a == last for t in starts.get(b, ())]
        tried += [(t, f"{t} {word}") for a, b in joined if b == first for t in ends.get(a, ())]
        if all(
            _resolution_key(graph, title) == _resolution_key(graph, longer)
            for title, longer in tried
        ):
            yield word


def _by_word(titles: Iterable[str], read: Mapping[str, str], place: int) -> dict[str, list[str]]:
    """The titles by their first or last word, and by what that is read as."""
    found: dict[str, list[str]] = {}
    for title in titles:
        word = title.split()[place]
        for name in {word, read.get(word, word)}:
            found.setdefault(name, []).append(title)
    return found


def _resolution_key(graph: Graph, title: str) -> tuple[Any, ...]:
    found = resolve(title, graph, nearest=False)
    return found.roles, found.similar
