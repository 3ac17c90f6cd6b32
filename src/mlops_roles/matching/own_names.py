"""The names of our skills and tools, indexed as labels are read, and what a label names."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Literal, NamedTuple

from .label_reader import ReadLabel, languages_of, read_label, unbracketed
from .lexicon import fold_title

Likeness = Literal["label", "by rule", "in general words", "but for a word"]  # the closest first
MAX_ACRONYM = 5  # letters


class OwnName(NamedTuple):
    """A name of a term of ours."""

    term: str  # the IRI of the term
    text: str  # the name as it is written
    language: str  # its language tag
    # preferred, alternative, hidden (a narrower name), or mapped (the label of a term that a
    # shipped alignment maps to it)
    sort: str
    relation: str = ""  # the SKOS relation from a term of this name to ours, if it is a mapped name
    is_product: bool = False  # whether the term is a tool, whose names have no other forms


class Named(NamedTuple):
    """A name of ours that a label is like."""

    name: OwnName  # the name
    likeness: Likeness  # how the label is like it
    is_word: bool  # whether only one word is alike


class NameIndex:
    """Names of ours by their readings.

    Args:
        names: the names; a later one of the same term and reading is left out.
    """

    def __init__(self, names: Iterable[OwnName]):
        self._by_key: dict[tuple[str, ...], list[OwnName]] = defaultdict(list)
        for name in names:
            language = languages_of(name.language)[0]
            read = read_label(name.text, language)
            says_more = len(read.core) == 1 and read.core != read.stems
            for key, likeness, _ in _keys(read, language):
                if likeness == "in general words" and says_more:
                    continue  # "technology evaluation" is more than evaluation
                if likeness == "but for a word" and name.sort == "hidden":
                    continue  # a part of something, and not even by its name
                if all(other.term != name.term for other in self._by_key[key]):
                    self._by_key[key].append(name)

    def find(self, text: str, language: str) -> Iterator[Named]:
        """What a label names, each term once and by the closest likeness."""
        seen = set()
        for tag in languages_of(language):
            read = read_label(text, tag)
            for key, likeness, words in _keys(read, tag):
                for name in self._by_key.get(key, ()):
                    is_inflected = words == 1 and likeness != "label" and name.is_product
                    if is_inflected and fold_title(name.text) not in read.folded.split():
                        continue  # the name of a product has no other forms
                    if name.term not in seen:
                        seen.add(name.term)
                        yield Named(name, likeness, words == 1)


def _keys(read: ReadLabel, language: str) -> Iterator[tuple[tuple[str, ...], Likeness, int]]:
    """The keys that a label is found by, with the likeness and the words that are alike."""
    if read.glued:
        yield ("", read.glued), "label", read.words
    if read.stems:
        yield ("stems", language, *read.stems), "by rule", read.words
    if read.core:
        dropped = len(read.stems) - len(read.core)
        yield ("core", language, *read.core), "in general words", max(1, read.words - dropped)
    if read.bare:
        yield ("bare", language, *read.bare), "but for a word", len(read.bare)


def is_acronym(text: str) -> bool:
    """Whether a name is a few capital letters: "SCM", "R&D"; "DB2" and "dbt" are none."""
    name = unbracketed(text).strip()
    letters = [c for c in name if c.isalpha()]
    is_short = 0 < len(letters) <= MAX_ACRONYM and " " not in name
    return is_short and not any(c.isdigit() for c in name) and all(c.isupper() for c in letters)


def is_peculiar(text: str) -> bool:
    """Whether one word has capital letters within, as PostgreSQL and MLflow have."""
    return " " not in text and any(c.isupper() for c in text[1:]) and any(map(str.islower, text))
