"""Labels read by rule, so that "conduct code reviews" and "code review" are read alike.

Articles, light verbs and plurals are removed, derived forms become one word, and German compounds
are split. The words of the four languages are in `ontology/matching/label_words.csv`.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, lru_cache

from ..io.resources import resource_rows
from .lexicon import normalise_case

_TOKEN = re.compile(r"\.?[^\W_]+[+#]*")
_BRACKETS = re.compile(r"[(\[][^)\]]*[)\]]")
_MAX_READ = 1 << 18  # labels whose reading is kept
_MIN_PART = 3  # letters of a part of a compound
Stems = tuple[str, ...]
Token = tuple[str, str]  # a word in lower case, and the same without accents


@dataclass(frozen=True)
class ReadLabel:
    """A label as it is compared."""

    folded: str  # its words in lower case, without accents and brackets
    glued: str  # the same without spaces: "power center" and "PowerCenter" are alike
    stems: Stems  # its stems in alphabetical order, without articles, prepositions and light verbs
    core: Stems  # its stems without words of the field (ICT) and general words (skills, techniques)
    # its core without words that change little (systems, tools, performance), if two or more stems
    # are left
    bare: Stems
    words: int  # how many words say something, or parts of a compound


class _Words:
    """The words of one language by their use."""

    def __init__(self, language: str, stemmer: str):
        import snowballstemmer

        self._stem = snowballstemmer.stemmer(stemmer).stemWord
        self._by_use: dict[str, set[str]] = defaultdict(set)
        self._verbs: dict[str, list[Stems]] = defaultdict(list)
        self._last_verbs: set[str] = set()
        self._same: dict[str, dict[Stems, list[Token]]] = defaultdict(dict)
        for row in resource_rows("ontology", "matching/label_words"):
            if row["language"] == language:
                for text in row["words"].split("|"):
                    self._add(row["use"], tuple(f for _, f in _tokens(text)), row["read"])

    def _add(self, use: str, phrase: Stems, read: str) -> None:
        if use == "same":
            self._same[phrase[0]][phrase] = _tokens(read)
        elif use == "verb":
            self._verbs[phrase[0]] = sorted([*self._verbs[phrase[0]], phrase], key=len)
            self._last_verbs.add(phrase[-1])
        self._by_use[use].add(phrase[0])

    @lru_cache(maxsize=_MAX_READ)  # noqa: B019 - one object for each language, kept for good
    def stem(self, token: Token) -> str:
        """The stem of a word, without accents."""
        written, folded = token
        return normalise_case(self._stem(written)) if written.isalpha() else folded

    def has(self, use: str, token: Token) -> bool:
        """Whether a word has a use."""
        return token[1] in self._by_use[use]

    @lru_cache(maxsize=_MAX_READ)  # noqa: B019 - as above
    def split(self, token: Token) -> list[Token]:
        """A compound as its parts, if all of them are known; else the word alone."""
        parts = next(self._splits(token[1]), ()) if self._by_use["part"] else ()
        return [(part, part) for part in parts] if len(parts) > 1 else [token]

    def _splits(self, word: str) -> Iterator[Stems]:
        parts = self._by_use["part"]
        if word in parts:
            yield (word,)
            return
        for at in range(len(word) - _MIN_PART, _MIN_PART - 1, -1):
            if word[:at] in parts:
                yield from ((word[:at], *rest) for rest in self._splits(word[at:]))

    def replace(self, tokens: list[Token]) -> list[Token]:
        """The words with derived forms and phrases as one word each, the longest phrase first."""
        found: list[Token] = []
        at = 0
        while at < len(tokens):
            phrases = self._same.get(tokens[at][1], {})
            for phrase in sorted(phrases, key=len, reverse=True):
                if tuple(folded for _, folded in tokens[at : at + len(phrase)]) == phrase:
                    found += phrases[phrase]
                    at += len(phrase)
                    break
            else:
                found.append(tokens[at])
                at += 1
        return found

    def without(self, use: str, tokens: list[Token]) -> list[Token]:
        """The words without those of a use; all of them if none would be left."""
        words = self._by_use[use]
        return [token for token in tokens if token[1] not in words] or tokens

    def without_verb(self, tokens: list[Token]) -> list[Token]:
        """The words without a light verb at the start or the end, if another word is left."""
        if len(tokens) < 2:
            return tokens
        for phrase in reversed(self._verbs.get(tokens[0][1], ())):
            n = len(phrase)
            if len(tokens) > n and tuple(folded for _, folded in tokens[:n]) == phrase:
                return tokens[n:]
        return tokens[:-1] if tokens[-1][1] in self._last_verbs else tokens


@cache
def _languages() -> dict[str, str]:
    return {
        row["language"]: row["stemmer"] for row in resource_rows("ontology", "matching/languages")
    }


@cache
def _words_of_language(language: str) -> _Words:
    return _Words(language, _languages()[language])


def _tokens(text: str) -> list[Token]:
    """The words of a text in lower case, each as it is written and without accents."""
    return [(word, normalise_case(word)) for word in _TOKEN.findall(text.casefold())]


def languages_of(tag: str) -> tuple[str, ...]:
    """The languages to read a label in: that of its tag, and English; all without a tag."""
    primary = tag.lower().partition("-")[0]
    if not primary:
        return tuple(_languages())
    return tuple(dict.fromkeys([*([primary] if primary in _languages() else []), "en"]))


def bracketed(text: str) -> str:
    """What is in brackets in a label: 'computer programming' of "Java (computer programming)"."""
    return " ".join(found[1:-1] for found in _BRACKETS.findall(text))


@lru_cache(maxsize=_MAX_READ)
def read_label(text: str, language: str) -> ReadLabel:
    """Read a label in one language (en, de, fr or es).

    What is in brackets is not read if anything else is left.
    """
    words = _words_of_language(language)
    tokens = _tokens(unbracketed(text))
    folded = " ".join(plain for _, plain in tokens)
    after = words.without_verb(tokens)
    said = words.without("link", after)
    content = _content(said, words)
    opened = _without_opening(after, words)
    kept = content if opened is after else _content(words.without("link", opened), words)
    kept = words.without("head", words.without("field", kept))
    bare = words.without("neutral", words.without("thing", kept))
    stems, core, few = (tuple(sorted(map(words.stem, c))) for c in (content, kept, bare))
    glued, count = folded.replace(" ", ""), max(len(said), len(content))
    return ReadLabel(folded, glued, stems, core, few if len(few) > 1 else (), count)


def unbracketed(text: str) -> str:
    """A label without what is in brackets, if anything else is left."""
    plain = _BRACKETS.sub(" ", text).strip()
    return plain if _tokens(plain) else text


def _content(tokens: list[Token], words: _Words) -> list[Token]:
    """The words that say something, compounds split, each derived form as one word."""
    replaced = words.replace(tokens)
    parts = [part for token in replaced for part in words.split(token)]
    return words.replace(parts) if len(parts) > len(replaced) else parts


def _without_opening(tokens: list[Token], words: _Words) -> list[Token]:
    """The words after an opening and a preposition: "use of", "knowledge of", "programming in"."""
    is_opening = len(tokens) > 2 and words.has("opening", tokens[0])
    return tokens[2:] if is_opening and words.has("link", tokens[1]) else tokens
