"""Search for terms by words: in names, titles, hidden names and definitions of all languages.

The texts, with the weight of each place, are the rows of `queries/searched-texts.rq`. How much it
counts that a word is a whole word, or a part of one, is in `ontology/matching/search.csv`. A term
is found if each word is in one of its texts; its score is the sum, over the words, of the greatest
product of both weights.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, NamedTuple

from ..errors import InputError, UnknownName, check_text
from ..io.resources import resource_dir, resource_rows, shipped_text
from ..io.result import Result, Results
from .closure_cache import derived
from .graph import Graph, as_graph, once_per_graph
from .parameters import kinds_by_iri
from .results import decode_rows

_WORD = re.compile(r"[\w+#]+")
MIN_INSIDE = 2  # characters that a word must exceed to be looked for inside of others
_SIMILAR = 80  # the least similarity of a word that no text has, of 100
COLUMNS = ("term", "kind", "label", "found_in", "text", "score", "iri")


@dataclass(frozen=True)
class Found(Result):
    """A term that a search has found.

    Attributes:
        term: its CURIE.
        kind: what it is, such as 'role'.
        label: its English label.
        found_in: the place of the text that counts most, with its language.
        text: that text.
        score: the greater, the better.
        iri: its IRI.

    Example:
        >>> from mlops_roles import search
        >>> search("MLOps Engineer", kind="role")[0].term
        'role:ml-engineer'
    """

    term: str
    kind: str
    label: str
    found_in: str
    text: str
    score: int
    iri: str

    def to_dict(self) -> dict[str, Any]:
        """The term as plain data."""
        return {column: getattr(self, column) for column in COLUMNS}

    @property
    def row_columns(self) -> Sequence[str]:
        """The columns of the rows."""
        return COLUMNS


class _Text(NamedTuple):
    """A text of a term: as written, its words, and the weight of its place."""

    place: str
    written: str
    words: tuple[str, ...]
    weight: int


def search(
    words: str, graph: Graph | None = None, *, kind: str | None = None, limit: int | None = None
) -> Results[Found]:
    """Find terms by words in their names, titles, hidden names, definitions and notes.

    Args:
        words: one or several; a term is found if each is in one of its texts, in any language,
            as a word or as a part of one. Case and accents do not matter.
        graph: the graph to search; by default the shipped ontology.
        kind: only terms of this kind, such as 'role' or 'skill'.
        limit: at most so many terms.

    Raises:
        UnknownName: there is no such kind.
        InputError: there is no word.

    Example:
        >>> from mlops_roles import search
        >>> [found.term for found in search("MLOps Engineer", kind="role")]
        ['role:ml-engineer', 'role:devops-engineer']
        >>> search("Merkmalsextraktion", limit=1)[0].label
        'feature engineering'
    """
    graph = as_graph(graph)
    check_text("search", "one or several words", words=words)
    wanted = fold_words(words)
    if not wanted:
        raise InputError(f"search {words[:80]!r}: no word; name at least one")
    kinds, texts = kinds_by_iri(graph), _texts(graph)
    known = sorted({k for kinds_ in kinds.values() for k in kinds_})
    if kind and kind not in known:
        raise UnknownName(kind, "kind of term", known, f"the kinds are {', '.join(known)}")
    pool = {iri: t for iri, t in texts.items() if not kind or kind in kinds.get(iri, ())}
    hits = _ranked(pool, wanted) or _ranked(pool, wanted, _similar_words(pool, wanted))
    return Results([_hit(graph, pool, *hit) for hit in hits[:limit]], COLUMNS)


def _hit(
    graph: Graph, texts: Mapping[str, Sequence[_Text]], score: int, best: _Text, iri: str
) -> Found:
    kind, term = next(iter(kinds_by_iri(graph).get(iri, ())), "other"), graph.curie(iri)
    return Found(term, kind, _label(texts[iri]) or term, best.place, best.written, score, iri)


def fold_words(text: str) -> tuple[str, ...]:
    """The words of a text as they are compared: in lower case, without accents."""
    plain = unicodedata.normalize("NFKD", text)
    bare = "".join(c for c in plain if not unicodedata.combining(c))
    return tuple(_WORD.findall(bare.casefold()))


@once_per_graph
def _texts(graph: Graph) -> dict[str, list[_Text]]:
    """The texts of each term, by its IRI; the English ones of a place first."""
    found: dict[str, list[_Text]] = {}
    rows = derived(graph, "texts", partial(_ask, graph)) if graph.is_large else _ask(graph)
    for iri, place, language, weight, text in rows:
        tag = "" if language in ("", "en") else f" ({language})"
        row = _Text(f"{place}{tag}", text, fold_words(text), int(weight))
        found.setdefault(iri, []).append(row)
    return found


def _ask(graph: Graph) -> list[list[str]]:
    """The rows of the question, sorted here, since a store on disk takes long to sort."""
    query = shipped_text(resource_dir("queries") / "searched-texts.rq").partition("ORDER BY")[0]
    with graph.readable():
        solutions: Any = graph.evaluate(query, light=True)
        rows: Any = decode_rows(solutions)
    return sorted([term.value for term in row] for row in rows)


def _label(texts: Sequence[_Text]) -> str:
    """The English name, else the first one."""
    names = [text for text in texts if text.place.partition(" (")[0] == "name"]
    return min(names, key=lambda text: len(text.place)).written if names else ""


def _ranked(
    texts: Mapping[str, Sequence[_Text]],
    wanted: Sequence[str],
    similar: Mapping[str, Iterable[str]] | None = None,
) -> list[tuple[int, _Text, str]]:
    """(score, the text that counts most, IRI) of each term that has all words, the best first."""
    weights = {
        row["found"]: int(row["weight"]) for row in resource_rows("ontology", "matching/search")
    }
    hits = []
    for iri, of_term in texts.items():
        points = [[_points(w, text, weights, similar or {}) for w in wanted] for text in of_term]
        best = [max(column) for column in zip(*points, strict=True)]
        if not all(best):
            continue
        whole = [weights["whole text"] * t.weight * (t.words == tuple(wanted)) for t in of_term]
        totals = [more + sum(row) for more, row in zip(whole, points, strict=True)]
        top = max(range(len(totals)), key=totals.__getitem__)
        hits.append((sum(best) + max(whole), of_term[top], iri))
    return sorted(hits, key=lambda hit: (-hit[0], len(hit[1].words), hit[2]))


def _points(
    word: str, text: _Text, weights: Mapping[str, int], similar: Mapping[str, Iterable[str]]
) -> int:
    """How much a word counts in a text; 0 if it is not in it."""
    if word in text.words:
        how = "whole word"
    elif any(other.startswith(word) for other in text.words):
        how = "beginning"
    elif len(word) > MIN_INSIDE and any(word in other for other in text.words):
        how = "inside"
    elif any(other in text.words for other in similar.get(word, ())):
        how = "similar"
    else:
        return 0
    return weights[how] * text.weight


def _similar_words(
    texts: Mapping[str, Sequence[_Text]], wanted: Sequence[str]
) -> dict[str, set[str]]:
    """Each word that no text has, to words of texts with a similar spelling."""
    from rapidfuzz import fuzz, process

    known = sorted({word for of_term in texts.values() for text in of_term for word in text.words})
    missing = [word for word in wanted if not any(word in other for other in known)]
    found = {}
    for word in missing:
        near = process.extract(word, known, scorer=fuzz.ratio, score_cutoff=_SIMILAR, limit=5)
        found[word] = {other for other, *_ in near}
    return found
