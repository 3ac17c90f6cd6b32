"""The names of roles and the words of job titles, as the ontology lists them, ready to be looked up.

A title is read as units: words in one spelling and without inflection, phrases of the word
lists as one unit, and a comma for whatever separates. Names are kept as units too, so that a
name is found however it is written.
"""

from __future__ import annotations

import itertools
import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, Literal

from ..ontology.catalogue import ask
from ..ontology.graph import Graph, once_per_graph
from ..ontology.names import slug

Units = list[str]
_WORD = r"[^\W_]+(?:['’]s\b)?[+#]*"
_TOKEN = re.compile(_WORD + r"|[;/&+@,()\[\]{}|:–—•·]|(?<=\s)-|-(?=\s)|^-|-$")
_SIGNS = {**dict.fromkeys(",()[]{}|:–—•·-", ","), **{sign: sign for sign in ";/&+@"}}
_STEM = 3  # letters that a word without its ending has at least
_KNOWN = 1 << 17  # words whose reading is kept
_BEST = ("primary", "counterpart", "curated", "label")


def normalise_case(text: str) -> str:
    """Text in lower case and without accents."""
    text = text.casefold()
    if text.isascii():
        return text
    return "".join(
        c for c in unicodedata.normalize("NFKD", text).casefold() if not unicodedata.combining(c)
    )


def fold_title(text: str) -> str:
    """Text as titles are compared: lower case, no accents, words only, single spaces."""
    return " ".join(re.findall(_WORD, normalise_case(text)))


def sort_words(text: str) -> str:
    """The words of a text, folded, in the order of the alphabet: 'Engineer, Data' is then as 'Data Engineer'."""
    return " ".join(sorted(fold_title(text).split()))


@dataclass(frozen=True, eq=False)  # one object for each name: compared as such, fast
class Name:
    """One way in which a role is called.

    Attributes:
        role: the slug of the role.
        kind: primary, counterpart, curated, label or field.
        title: as the ontology writes it.
        similar: the slug of the similar role whose title it is.
        specificity: 'specific'; or the list it is in: 'general', 'broad' or 'spread'.
        inverted: read with its last word first, as in 'Engineer, Data'.
    """

    role: str
    kind: str
    title: str
    similar: str | None = None
    specificity: Literal["specific", "general", "broad", "spread"] = "specific"
    inverted: bool = False

    @cached_property
    def says(self) -> str:
        """What it is of which role, for a reason."""
        kind = self.kind if self.kind in ("label", "field") else f"{self.kind} title"
        return f"similar: named beside {self.role}" if self.similar else f"{kind} of {self.role}"


class _Phrases:
    """Phrases, each with what is put in its place; the longest that fits is taken."""

    def __init__(self, pairs: Iterable[tuple[Units, Units]]):
        self._by_first: dict[str, list[tuple[Units, Units]]] = defaultdict(list)
        for phrase, instead in sorted(pairs, key=lambda pair: -len(pair[0])):
            self._by_first[phrase[0]].append((phrase, instead))
        self._starts = {
            tuple(phrase[:2]) for phrases in self._by_first.values() for phrase, _ in phrases
        }
        self._single = {start[0] for start in self._starts if len(start) == 1}

    def put(self, tokens: Units) -> Units:
        """The tokens with each phrase replaced."""
        if self._starts.isdisjoint(itertools.pairwise(tokens)) and self._single.isdisjoint(tokens):
            return tokens
        done: Units = []
        at = 0
        while at < len(tokens):
            for phrase, instead in self._by_first.get(tokens[at], ()):
                if tokens[at : at + len(phrase)] == phrase:
                    done += instead
                    at += len(phrase)
                    break
            else:
                done.append(tokens[at])
                at += 1
        return done


class _Kinds(dict[str, str]):
    """The list that each unit is in; 'grade' for what has a digit in it, '' for a word of no list."""

    def __missing__(self, unit: str) -> str:
        kind = "grade" if any(map(str.isdigit, unit)) else ""
        return self.setdefault(unit, kind) if len(self) < _KNOWN else kind


class Lexicon:
    """The names and words of a graph.

    Attributes:
        kinds: the list that a unit is in, '' for none.
        agents: endings by which an unknown word is taken for a person.
        names: the names that some units are, by these units.
        tree: the names by their first unit, then the second and so on; under '' those that end there.
        heads: the last words of names, such as 'engineer'.
        joiners: words and signs that join two titles in one.
        name_units: units that are part of some name.
        anchor_units: units of which every name has one.
        similar_to: the role that each similar role is similar to.
        display_titles: the titles of all names, folded, by their words in the order of the alphabet.
        preferred_title: the best known title of each role, folded.
    """

    def __init__(self, graph: Graph):
        """Read the lexicon with the questions `words`, `spellings`, `titles` and `fields-of-role`."""
        lists: dict[str, list[str]] = defaultdict(list)
        for row in ask("words", graph):
            lists[slug(row["list"]).partition("-")[0]].append(row["word"])
        titles = ask("titles", graph).rows
        self.agents = tuple(map(fold_title, lists.pop("agent", ())))
        reach = {name: lists.pop(name, []) for name in ("general", "broad", "spread")}
        self._read_endings(lists.pop("ending", ()), lists.pop("gender", ()))
        self._read_words(
            lists,
            [(row["word"], row["read"]) for row in ask("spellings", graph)],
            [row["title"] for row in titles],
        )
        self.names: dict[tuple[str, ...], tuple[Name, ...]] = {}
        self._add_titles(
            titles,
            {tuple(self.units(title)): name for name, given in reach.items() for title in given},
        )
        self.heads = {key[-1] for key in self.names if len(key) > 1}
        shown = sorted({fold_title(name.title) for names in self.names.values() for name in names})
        self.display_titles = {sort_words(title): title for title in shown}
        self.similar_to = {
            name.similar: name.role
            for names in self.names.values()
            for name in names
            if name.similar
        }
        self.preferred_title: dict[str, str] = {}
        for name in itertools.chain(*self.names.values()):
            if not name.similar:
                self.preferred_title.setdefault(name.role, fold_title(name.title))
        self._add_inverted_names()
        self._add_fields(ask("fields-of-role", graph).rows)
        self.name_units = frozenset(itertools.chain(*self.names))
        self.anchor_units = self.heads | {key[0] for key in self.names if len(key) == 1}
        self.tree: dict[str, Any] = {}
        for key, names in self.names.items():
            branch = self.tree
            for unit in key:
                branch = branch.setdefault(unit, {})
            branch[""] = names

    def _read_endings(self, endings: Iterable[str], marks: Iterable[str]) -> None:
        """The endings of words, plain or after a mark, and the marks of gender."""
        self._endings = sorted(map(fold_title, endings), key=len, reverse=True)
        self._inflected, self._gender = _inflected(self._endings), _marks(marks)
        self._signs = frozenset("/|*_(:[·•.")

    def _read_words(
        self, lists: dict[str, list[str]], spelt: list[tuple[str, str]], titles: list[str]
    ) -> None:
        """The words of the lists and their other spellings; phrases are put together, single words read as they are met."""
        self._read: dict[str, str] = {}
        self._single = {
            word: read for word, read in spelt if len(_split(word)) == len(_split(read)) == 1
        }
        self._single = {
            normalise_case(word): normalise_case(read) for word, read in self._single.items()
        }
        self._listed = {
            token for text in itertools.chain(*lists.values(), *spelt) for token in _split(text)
        }
        self._vocabulary = self._listed.union(*map(_split, titles))
        self._spellings = _Phrases(
            (self._tokens(normalise_case(word)), self._tokens(normalise_case(read)))
            for word, read in spelt
            if normalise_case(word) not in self._single
        )
        self.kinds = _Kinds(
            {" ".join(self._spelt(word)): name for name, words in lists.items() for word in words}
            | {",": ","}
        )
        slashed = (" ".join(self._spelt(title)) for title in titles if "/" in title)
        self._phrases = _Phrases(
            (unit.split(), [unit]) for unit in {*self.kinds, *slashed} if " " in unit
        )
        self.joiners = frozenset(unit for unit, kind in self.kinds.items() if kind == "joiner")
        self._dropped = frozenset(
            unit for unit, kind in self.kinds.items() if kind in ("filler", "setting")
        )

    def _add_titles(
        self, titles: Iterable[dict[str, Any]], reach: dict[tuple[str, ...], Any]
    ) -> None:
        """The titles of roles; the better known kind first, and of two orders of words the one with the head last."""
        for row in sorted(titles, key=lambda row: _BEST.index(row["kind"])):
            key = tuple(unit for unit in self.units(row["title"]) if self.kinds[unit] != "link")
            similar = slug(row["role"]) if row["similar"] else None
            name = Name(
                slug(row["similar"] or row["role"]),
                row["kind"],
                row["title"],
                similar,
                reach.get(key, "specific"),
            )
            if (
                key
                and key[1:] + key[:1] not in self.names
                and all(name.role != other.role for other in self.names.get(key, ()))
            ):
                self.names[key] = (*self.names.get(key, ()), name)

    def _add_inverted_names(self) -> None:
        """Each name with its last words first: 'Engineer, Data', 'Software Engineer, Backend', 'ingénieur de données'."""
        links = [unit for unit, kind in self.kinds.items() if kind == "link"]
        for key, names in list(self.names.items()):
            for at in range(1, len(key)):
                if at == len(key) - 1 or key[at:] in self.names:
                    turned = tuple(replace(name, inverted=True) for name in names)
                    for between in ((), (",",), *((link,) for link in links)):
                        self.names.setdefault((*key[at:], *between, *key[:at]), turned)

    def _add_fields(self, fields: Iterable[dict[str, Any]]) -> None:
        for row in fields:
            key = tuple(self.units(row["field"]))
            self.names[key] = (
                *self.names.get(key, ()),
                Name(slug(row["role"]), "field", row["field"]),
            )

    def units(self, text: str) -> Units:
        """A title as units."""
        units = self._phrases.put(self._spelt(text))
        if not self._dropped.isdisjoint(units):
            units = self._without_setting([unit for unit in units if self.kinds[unit] != "filler"])
        commas = units.count(",")
        return _unrepeated(units) if commas > 1 and len({*units}) <= len(units) - commas else units

    def _tokens(self, text: str) -> Units:
        read = self._read
        return [read.get(token) or self._learn(token) for token in _TOKEN.findall(text)]

    def _spelt(self, text: str) -> Units:
        """Words and signs of a title, each word in one spelling."""
        text = normalise_case(text)
        if not self._signs.isdisjoint(text):
            text = self._inflected.sub("", self._gender.sub(" ", text))
        return self._spellings.put(self._tokens(text))

    def _learn(self, token: str) -> str:
        """How a token is read: a sign as the sign it stands for, an unknown word as the known one that it inflects."""
        stems = (
            token[: -len(e)]
            for e in self._endings
            if token.endswith(e) and len(token) - len(e) >= max(_STEM, 2 * len(e))
        )
        found = (
            token
            if token in self._listed
            else next((stem for stem in stems if stem in self._vocabulary), token)
        )
        if len(self._read) >= _KNOWN:
            self._read.clear()
        return self._read.setdefault(token, _SIGNS.get(token) or self._single.get(found, found))

    def _without_setting(self, units: Units) -> Units:
        """Without employer and place: from '@' or 'at' to the next comma."""
        kept: Units = []
        away = False
        for unit in units:
            away = self.kinds[unit] == "setting" or (away and unit not in (",", ";"))
            if not away:
                kept.append(unit)
        return kept


def _split(text: str) -> Units:
    """The words and signs of a text as they are written."""
    return _TOKEN.findall(normalise_case(text))


def _marks(marks: Iterable[str]) -> re.Pattern[str]:
    """Marks of gender, in brackets or bare, with other signs for their strokes."""
    either = "|".join(
        re.escape(normalise_case(m)).replace("/", r"\s*[/|,.*]\s*")
        for m in sorted(marks, key=len, reverse=True)
    )
    bare = either.replace(",.", "")
    return re.compile(
        rf"[(\[]\s*(?:{either})\s*[)\]]|(?<![^\W_])(?:{bare})(?![^\W_])" if either else r"(?!)"
    )


def _inflected(endings: Sequence[str]) -> re.Pattern[str]:
    """A marked ending: Entwickler:in, Ingénieur(e), Ingeniero/a."""
    either = "|".join(map(re.escape, endings))
    return re.compile(
        rf"(?<=[^\W\d_]{{3}})(?:\((?:{either})\)|[:*_/·•.]-?(?:{either})(?![^\W_]))"
        if either
        else r"(?!)"
    )


def _unrepeated(units: Units) -> Units:
    """Without a bracket that says the unit before it again: 'ML (ML) Engineer'."""
    kept: Units = []
    for unit in units:
        if unit == "," and len(kept) >= 3 and kept[-2] == "," and kept[-1] == kept[-3]:
            del kept[-2:]
        else:
            kept.append(unit)
    return kept


@once_per_graph
def lexicon(graph: Graph) -> Lexicon:
    """The lexicon of a graph, read once."""
    return Lexicon(graph)
