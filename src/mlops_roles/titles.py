"""Which role a job title names: certainly, ambiguously, or not at all.

Titles, and the words that decorate or turn them, are data in `ontology/`; here is only the
order in which they are tried. Every answer says what decided.
"""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from functools import lru_cache
from typing import Any, Literal

from .graph import Graph, load
from .queries import ask

_TOKEN = re.compile(r"[^\W_]+[+#]*", re.UNICODE)
_LISTED = re.compile(r"\s*[;|]\s*")
_PARTS = re.compile(r"\s*[&/+]\s*|\s+(?:and|und|et|y|or)\s+", re.I)
_TAIL = re.compile(r"\s+[-\u2013\u2014@]\s*|\s*[-\u2013\u2014]\s+|\s*[,(\[|:]\s*")


def fold(text: str) -> str:
    """Text as titles are compared: lower case, words only, single spaces."""
    return " ".join(_TOKEN.findall(unicodedata.normalize("NFKC", text).casefold()))


@dataclass(frozen=True)
class Resolution:
    """What a title was resolved to.

    Attributes:
        title: as given.
        status: 'certain', 'ambiguous' (several roles) or 'none'.
        roles: slugs; a company's own role outside our namespace as CURIE or IRI.
        reasons: what decided, one sentence each.
        similar: the slug of the similar role that the title names, if it is one.
        nearest: under 'none', titles that are spelt like it; never an answer.
    """

    title: str
    status: Literal["certain", "ambiguous", "none"]
    roles: tuple[str, ...] = ()
    reasons: tuple[str, ...] = ()
    similar: str | None = None
    nearest: tuple[str, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """A JSON row: empty `similar` and `nearest` are left out."""
        return {k: list(v) if isinstance(v, tuple) else v for k, v in asdict(self).items() if v or k in ("roles", "reasons")}


@dataclass(frozen=True)
class _Name:
    """One way in which a role is called."""

    role: str
    kind: str
    title: str
    similar: str | None


@dataclass
class Lexicon:
    """The titles and words of a graph, ready to be looked up."""

    names: dict[str, list[_Name]] = field(default_factory=lambda: defaultdict(list))
    grade: frozenset[str] = frozenset()
    guard: frozenset[str] = frozenset()
    gender: re.Pattern[str] = re.compile(r"(?!)")
    longest: int = 1

    @classmethod
    def of(cls, graph: Graph) -> Lexicon:
        """Read the lexicon with the questions `titles` and `words`."""
        lexicon = cls()
        for row in ask("titles", graph):
            similar = slug(row["role"]) if row["similar"] else None
            name = _Name(slug(row["similar"] or row["role"]), row["kind"], row["title"], similar)
            if name not in lexicon.names[fold(row["title"])]:
                lexicon.names[fold(row["title"])].append(name)
        words = defaultdict(list)
        for row in ask("words", graph):
            words[slug(row["list"])].append(row["word"])
        lexicon.grade = frozenset(map(fold, words["grade"]))
        lexicon.guard = frozenset(map(fold, words["guard"]))
        lexicon.longest = max((w.count(" ") + 1 for w in lexicon.grade | lexicon.guard), default=1)
        marks = "|".join(re.escape(w).replace("/", r"\s*[/|*]\s*") for w in sorted(words["gender"], key=len, reverse=True))
        lexicon.gender = re.compile(rf"[(\[]\s*(?:{marks})\s*[)\]]|(?<!\w)(?:{marks})(?!\w)" if marks else r"(?!)", re.I)
        return lexicon


@lru_cache(maxsize=8)
def lexicon(graph: Graph) -> Lexicon:
    """The lexicon of a graph, read once."""
    return Lexicon.of(graph)


def slug(curie: str) -> str:
    """`role:ml-engineer` as `ml-engineer`; a name of another namespace as it is."""
    prefix, _, local = curie.partition(":")
    return local if prefix in ("role", "words", "task", "skill", "tool", "step", "zone") else curie


def resolve(title: str, graph: Graph | None = None, nearest: bool = True) -> Resolution:
    """Resolve one title. With `nearest`, titles spelt like it are added under 'none'."""
    words = lexicon(graph or load())
    bare = words.gender.sub(" ", title).strip()
    if hits := _whole(words, bare):
        return _answer(title, hits, _clash(words, bare, hits))
    found: dict[_Name, str] = {}
    for listed in _LISTED.split(bare):
        for name, reason in _listed(words, listed).items():
            found.setdefault(name, reason)
    if found:
        return _answer(title, found, ())
    why = tuple(f"'{w}' turns the title into something else" for w in _guards(words, fold(bare)))
    close = tuple(difflib.get_close_matches(fold(bare)[:100], list(words.names), n=3, cutoff=0.75)) if nearest else ()
    return Resolution(title, "none", reasons=why or ("no title of a role is in it",), nearest=close)


def resolve_all(titles: Iterable[str], graph: Graph | None = None) -> list[Resolution]:
    """Resolve many titles, each distinct one once; without nearest titles."""
    known: dict[str, Resolution] = {}
    return [known.get(t) or known.setdefault(t, resolve(t, graph, nearest=False)) for t in titles]


def _whole(words: Lexicon, text: str) -> dict[_Name, str]:
    """The names that the text as a whole is, but for case and punctuation."""
    return {name: _reason(name, text) for name in words.names.get(fold(text), ())}


def _reason(name: _Name, text: str, taken_off: str = "") -> str:
    how = "" if name.title == text.strip() else f" (as {name.title!r})"
    off = f" without {taken_off!r}" if taken_off else ""
    called = "label" if name.kind == "label" else f"{name.kind} title"
    kind = f"similar: named beside {name.role}" if name.similar else f"{called} of {name.role}"
    return f"{kind}{how}{off}"


def _clash(words: Lexicon, text: str, hits: dict[_Name, str]) -> tuple[str, ...]:
    """What the halves of a title would name, where that differs from the whole."""
    others = {n.role for part in _split(text) if part != text for n in _part(words, part)} - {n.role for n in hits}
    return (f"clash: its halves look like {', '.join(sorted(others))}, the whole wins",) if others else ()


def _split(text: str) -> list[str]:
    """The titles that stand in one: 'ML/Data Engineer' is 'ML Engineer' and 'Data Engineer'."""
    parts = [p for p in _PARTS.split(text) if p.strip()]
    if len(parts) < 2:
        return [text]
    head = parts[-1].split()[-1]
    return [f"{p} {head}" if len(p.split()) == 1 and "/" in text else p for p in parts[:-1]] + parts[-1:]


def _listed(words: Lexicon, text: str) -> dict[_Name, str]:
    """The names in one title of a list: as a whole, else those of the titles that it joins by '/' or 'and'."""
    if _guards(words, fold(text)):
        return {}
    return _part(words, text) or {name: reason for part in _split(text) for name, reason in _part(words, part).items()}


def _part(words: Lexicon, part: str) -> dict[_Name, str]:
    """The names in one title: as it is, turned round at a comma, or without its tail and grades."""
    head, *tail = _TAIL.split(part, maxsplit=1)
    forms = [part, f"{tail[0]} {head}", head, tail[0]] if tail else [part]
    for form in forms:
        if hits := _whole(words, form):
            return hits
        stripped, off = _ungraded(words, fold(form).split())
        if off:
            return {name: _reason(name, stripped, off) for name in words.names[stripped]}
    return {}


def _ungraded(words: Lexicon, tokens: list[str]) -> tuple[str, str]:
    """The title that is left when as few grade words as possible are taken off the ends, and those words; else ''."""
    fronts, backs = _cuts(words, tokens), _cuts(words, tokens[::-1], reverse=True)
    for front, back in sorted(((f, b) for f in fronts for b in backs), key=sum):
        kept = " ".join(tokens[front : len(tokens) - back])
        if (front or back) and front + back < len(tokens) and kept in words.names:
            return kept, ", ".join(filter(None, (" ".join(tokens[:front]), " ".join(tokens[len(tokens) - back :]))))
    return "", ""


def _cuts(words: Lexicon, tokens: list[str], reverse: bool = False) -> list[int]:
    """After how many tokens a run of grade words may end."""
    cuts = {0}
    for start in range(len(tokens)):
        for size in range(1, words.longest + 1 if start in cuts else 1):
            phrase = tokens[start : start + size]
            if " ".join(phrase[::-1] if reverse else phrase) in words.grade:
                cuts.add(start + size)
    return sorted(c for c in cuts if c <= len(tokens))


def _guards(words: Lexicon, folded: str) -> list[str]:
    return [w for w in sorted(words.guard) if f" {w} " in f" {folded} "]


def _answer(title: str, found: dict[_Name, str], more: tuple[str, ...]) -> Resolution:
    roles = tuple(sorted({name.role for name in found}))
    direct = [name for name in found if not name.similar]
    similar = None if direct else next((n.similar for n in found), None)
    status: Literal["certain", "ambiguous"] = "certain" if len(roles) == 1 else "ambiguous"
    return Resolution(title, status, roles, tuple(dict.fromkeys(found.values())) + more, similar)
