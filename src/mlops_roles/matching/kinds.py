"""Of which kind a term is: a position, an ability or an agent, none of which is another.

The kind follows from its classes, or from the words in the names of its classes, of its schemes and
of the terms above it. The classes are in `ontology/matching/kinds.csv`, the words in
`ontology/matching/kind_words.csv`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from functools import cache

from ..io.resources import resource_rows
from .lexicon import fold_title

MAX_DEPTH = 6  # steps up from a term; a whole vocabulary may lie below one "skills"


@cache
def kind_groups() -> dict[str, str]:
    """The IRI of a class to the group of kinds that it is in: position, ability or agent."""
    return {row["class"]: row["group"] for row in resource_rows("ontology", "matching/kinds")}


@cache
def _word_groups() -> dict[str, set[str]]:
    """The groups that a word, or the last words of a name, stands for."""
    found: dict[str, set[str]] = defaultdict(set)
    for row in resource_rows("ontology", "matching/kind_words"):
        for word in row["words"].split("|"):
            found[fold_title(word)].add(row["group"])
    return found


def groups_of_name(name: str) -> set[str]:
    """The groups that the name of a class, scheme or parent stands for; empty if none.

    The last word decides in English and German, the first in French and Spanish.
    """
    words, known = fold_title(name).split(), _word_groups()
    ends = [" ".join(words), *words[-1:], *words[:1]]
    ends += [word for at, word in enumerate(words[1:-1], 1) if words[at + 1] in ("and", "und")]
    return next((known[end] for end in ends if end in known), set())


def without_kind_word(name: str, group: str) -> str:
    """A name without a last word that is its kind: "Data Scientist Role" is Data Scientist."""
    first, _, last = name.rpartition(" ")
    return first if first and group in _word_groups().get(fold_title(last), ()) else name


class KindReader:
    """Finds the group of terms from what is above them.

    Args:
        context: each term with its classes, schemes and the terms above it.
        names: the names of terms, by IRI.
        groups: the groups of classes by IRI, if an alignment says more than `kinds.csv`.
    """

    def __init__(
        self,
        context: Mapping[str, Iterable[str]],
        names: Mapping[str, Iterable[str]],
        groups: Mapping[str, str],
    ):
        self._context, self._names, self._groups = context, names, groups
        self._known: dict[str, tuple[frozenset[str], str]] = {}

    def group(self, term: str) -> tuple[frozenset[str], str]:
        """The groups that a term may be in, and what says so; the nearest level decides."""
        if term not in self._known:
            self._known[term] = self._find(term)
        return self._known[term]

    def _find(self, term: str) -> tuple[frozenset[str], str]:
        level, seen = list(self._context.get(term, ())), {term}
        for _ in range(MAX_DEPTH):
            for find in (self._by_class, self._by_name):
                for above in level:
                    if found := find(above):
                        return frozenset(found), above
            seen.update(level)
            level = [up for at in level for up in self._context.get(at, ()) if up not in seen]
            if not level:
                break
        return frozenset(), ""

    def _by_class(self, above: str) -> set[str]:
        return {self._groups[above]} if above in self._groups else set()

    def _by_name(self, above: str) -> set[str]:
        found = (groups_of_name(name) for name in self._names.get(above, ()))
        return next((groups for groups in found if groups), set())
