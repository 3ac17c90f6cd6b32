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
from functools import lru_cache
from typing import Any, Literal

from .graph import Graph
from .queries import ask

Units = list[str]
_WORD = r"[^\W_]+(?:['’]s\b)?[+#]*"
_TOKEN = re.compile(_WORD + r"|[;/&+@,()\[\]{}|:–—•·]|(?<=\s)-|-(?=\s)|^-|-$")
_SIGNS = {**{sign: "," for sign in ",()[]{}|:–—•·-"}, **{sign: sign for sign in ";/&+@"}}
_STEM = 3  # letters that a word without its ending has at least
_KNOWN = 1 << 17  # words whose reading is kept
_BEST = ("primary", "counterpart", "curated", "label")


def plain(text: str) -> str:
    """Text in lower case and without accents."""
    text = text.casefold()
    if text.isascii():
        return text
    return "".join(c for c in unicodedata.normalize("NFKD", text).casefold() if not unicodedata.combining(c))


def fold(text: str) -> str:
    """Text as titles are compared: lower case, no accents, words only, single spaces."""
    return " ".join(re.findall(_WORD, plain(text)))


def slug(curie: str) -> str:
    """`role:ml-engineer` as `ml-engineer`; a name of another namespace as it is."""
    prefix, _, local = curie.partition(":")
    return local if prefix in ("role", "words", "task", "skill", "tool", "step", "zone") else curie


@dataclass(frozen=True)
class Name:
    """One way in which a role is called.

    Attributes:
        role: the slug of the role.
        kind: primary, counterpart, curated, label or field.
        title: as the ontology writes it.
        similar: the slug of the similar role whose title it is.
        reach: 'specific'; or the list it is in, 'general' or 'broad'.
        turned: read with its last word first, as in 'Engineer, Data'.
    """

    role: str
    kind: str
    title: str
    similar: str | None = None
    reach: Literal["specific", "general", "broad"] = "specific"
    turned: bool = False


class _Phrases:
    """Phrases, each with what is put in its place; the longest that fits is taken."""

    def __init__(self, pairs: Iterable[tuple[Units, Units]]):
        self._by_first: dict[str, list[tuple[Units, Units]]] = defaultdict(list)
        for phrase, instead in sorted(pairs, key=lambda pair: -len(pair[0])):
            self._by_first[phrase[0]].append((phrase, instead))

    def put(self, tokens: Units) -> Units:
        """The tokens with each phrase replaced."""
        if self._by_first.keys().isdisjoint(tokens):
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


class Lexicon:
    """The names and words of a graph.

    Attributes:
        names: the names that some units are, by these units.
        longest: how many units the longest name has that starts with a unit.
        heads: the last words of names, such as 'engineer'.
        shown: the titles of all names, folded.
        called: the best known title of each role, folded.
    """

    def __init__(self, graph: Graph):
        """Read the lexicon with the questions `words`, `spellings`, `titles` and `fields-of-role`."""
        lists: dict[str, list[str]] = defaultdict(list)
        for row in ask("words", graph):
            lists[slug(row["list"])].append(row["word"])
        spelt = [(row["word"], row["read"]) for row in ask("spellings", graph)]
        titles = ask("titles", graph).rows
        self._gender = _marks(lists.pop("gender", ()))
        self._endings = sorted((fold(e) for e in lists.pop("ending", ())), key=len, reverse=True)
        self._inflected = _inflected(self._endings)
        self.agents = tuple(fold(e) for e in lists.pop("agent", ()))
        reach = {name: lists.pop(name, []) for name in ("general", "broad")}
        self._read: dict[str, str] = {}
        written = [*itertools.chain(*lists.values()), *itertools.chain(*spelt)]
        self._listed = {token for text in written for token in _TOKEN.findall(plain(text))}
        self._vocabulary = self._listed.union(*(_TOKEN.findall(plain(row["title"])) for row in titles))
        self._spellings = _Phrases((self._tokens(plain(word)), self._tokens(plain(read))) for word, read in spelt)
        self._kinds = {" ".join(self._spelt(w)): name.partition("-")[0] for name, words in lists.items() for w in words} | {",": ","}
        slashed = (" ".join(self._spelt(row["title"])) for row in titles if "/" in row["title"])
        self._phrases = _Phrases((unit.split(), [unit]) for unit in {*self._kinds, *slashed} if " " in unit)
        self.names: dict[tuple[str, ...], tuple[Name, ...]] = {}
        self._add_titles(titles, {tuple(self.units(title)): name for name, titles in reach.items() for title in titles})
        self.heads = {key[-1] for key in self.names}
        self.shown = sorted({fold(name.title) for names in self.names.values() for name in names})
        self.called: dict[str, str] = {}
        for name in itertools.chain(*self.names.values()):
            if not name.similar:
                self.called.setdefault(name.role, fold(name.title))
        self._add_turned()
        for row in ask("fields-of-role", graph):
            key = tuple(self.units(row["field"]))
            self.names[key] = (*self.names.get(key, ()), Name(slug(row["role"]), "field", row["field"]))
        self.longest: dict[str, int] = {}
        for key in self.names:
            self.longest[key[0]] = max(len(key), self.longest.get(key[0], 0))

    def _add_titles(self, titles: Iterable[dict[str, Any]], reach: dict[tuple[str, ...], Any]) -> None:
        """The titles of roles; the better known kind first, and of two orders of words the one with the head last."""
        for row in sorted(titles, key=lambda row: _BEST.index(row["kind"])):
            key = tuple(unit for unit in self.units(row["title"]) if self.kind(unit) != "link")
            similar = slug(row["role"]) if row["similar"] else None
            name = Name(slug(row["similar"] or row["role"]), row["kind"], row["title"], similar, reach.get(key, "specific"))
            if key and key[1:] + key[:1] not in self.names and name not in self.names.get(key, ()):
                self.names[key] = (*self.names.get(key, ()), name)

    def _add_turned(self) -> None:
        """Each name with its last words first: 'Engineer, Data', 'Software Engineer, Backend', 'ingénieur données'."""
        links = [unit for unit, kind in self._kinds.items() if kind == "link"]
        for key, names in list(self.names.items()):
            for at in range(1, len(key)):
                if at == len(key) - 1 or key[at:] in self.names:
                    turned = tuple(replace(name, turned=True) for name in names)
                    for between in ((), (",",), *((link,) for link in links)):
                        self.names.setdefault((*key[at:], *between, *key[:at]), turned)

    def units(self, text: str) -> Units:
        """A title as units."""
        units = self._phrases.put(self._spelt(text))
        if not self._kinds.keys().isdisjoint(units):
            units = self._without_setting([u for u in units if self._kinds.get(u) != "filler"])
        return _unrepeated(units) if "," in units else units

    def kind(self, unit: str) -> str:
        """The list that a unit is in; 'grade' for what has a digit in it, '' for a word of no list."""
        found = self._kinds.get(unit)
        return found if found is not None else "grade" if any(map(str.isdigit, unit)) else ""

    def _tokens(self, text: str) -> Units:
        read = self._read
        return [read.get(t) or self._learn(t) for t in _TOKEN.findall(text)]

    def _spelt(self, text: str) -> Units:
        """Words and signs of a title, each word in one spelling."""
        text = self._inflected.sub("", self._gender.sub(" ", plain(text)))
        return self._spellings.put(self._tokens(text))

    def _learn(self, token: str) -> str:
        """How a token is read: a sign as the sign it stands for, an unknown word as the known one that it inflects."""
        stems = (token[: -len(e)] for e in self._endings if token.endswith(e) and len(token) - len(e) >= max(_STEM, 2 * len(e)))
        found = token if token in self._listed else next((stem for stem in stems if stem in self._vocabulary), token)
        if len(self._read) >= _KNOWN:
            self._read.clear()
        return self._read.setdefault(token, _SIGNS.get(token, found))

    def _without_setting(self, units: Units) -> Units:
        """Without employer and place: from '@' or 'at' to the next comma."""
        if not any(self._kinds.get(u) == "setting" for u in units):
            return units
        kept: Units = []
        away = False
        for unit in units:
            away = self._kinds.get(unit) == "setting" or (away and unit not in (",", ";"))
            if not away:
                kept.append(unit)
        return kept


def _marks(marks: Iterable[str]) -> re.Pattern[str]:
    """Marks of gender, in brackets or bare, with other signs for their strokes."""
    either = "|".join(re.escape(plain(m)).replace("/", r"\s*[/|,.*]\s*") for m in sorted(marks, key=len, reverse=True))
    bare = either.replace(",.", "")
    return re.compile(rf"[(\[]\s*(?:{either})\s*[)\]]|(?<![^\W_])(?:{bare})(?![^\W_])" if either else r"(?!)")


def _inflected(endings: Sequence[str]) -> re.Pattern[str]:
    """A marked ending: Entwickler:in, Ingénieur(e), Ingeniero/a."""
    either = "|".join(map(re.escape, endings))
    return re.compile(rf"(?<=[^\W\d_]{{3}})(?:\((?:{either})\)|[:*_/·•.]-?(?:{either})(?![^\W_]))" if either else r"(?!)")


def _unrepeated(units: Units) -> Units:
    """Without a bracket that says the unit before it again: 'ML (ML) Engineer'."""
    kept: Units = []
    for unit in units:
        if unit == "," and len(kept) >= 3 and kept[-2] == "," and kept[-1] == kept[-3]:
            del kept[-2:]
        else:
            kept.append(unit)
    return kept


@lru_cache(maxsize=8)
def lexicon(graph: Graph) -> Lexicon:
    """The lexicon of a graph, read once."""
    return Lexicon(graph)
