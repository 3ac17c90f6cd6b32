"""The verifier's own reading of the names in a cell, composite names included."""

from __future__ import annotations

import csv
import re
import unicodedata
from collections.abc import Mapping, Sequence

from ...io.resources import resource_dir
from .matches import ORDER, Matches

Claims = frozenset[tuple[str, str]]  # 'recorded' or 'tool', and the skill
NOTHING: Claims = frozenset()
LONGEST = 200  # characters of a composite name
_NUMBER = re.compile(r"(?P<name>.*?)(?P<space> ?)v?(?P<number>\d+)( \d+| x)*\+?")


def fold_name(name: str) -> str:
    """A name as names are compared: in lower case, with white space and - _ . as one space."""
    return " ".join(re.sub(r"[-_.]", " ", unicodedata.normalize("NFKC", name).casefold()).split())


def _squeezed(folded: str) -> str:
    return re.sub("[ /]", "", folded)


class CellNames:
    """What the names in the cells of a staff file claim.

    Args:
        listed: each folded name of the ontology, to what it claims.
        by_term: the IRI of each skill and tool, to what its names claim.
        matches: the accepted mappings of a company.
    """

    def __init__(
        self,
        listed: Mapping[str, Claims],
        by_term: Mapping[str, Claims],
        matches: Matches | None = None,
    ):
        self.listed = listed
        forms: dict[str, set[Claims]] = {}
        for name, claims in listed.items():
            forms.setdefault(_squeezed(name), set()).add(claims)
        self._forms = {f: next(iter(c)) for f, c in forms.items() if len(c) == 1 and len(f) > 3}
        self._before, self._after, self._between = _optional_words()
        self._had: dict[str, Claims] = {}  # what who has a name has
        self._same: dict[str, Claims] = {}  # what a name is the same as
        self._close: dict[str, Claims] = {}  # what it may mean
        self._terms: dict[str, set[str]] = {}  # the terms of others and the rows that decide it
        if matches:
            had, same, close = self._mapped(matches, by_term)
            self._had, self._same, self._close = had, same, close

    def _mapped(
        self, matches: Matches, by_term: Mapping[str, Claims]
    ) -> tuple[dict[str, Claims], dict[str, Claims], dict[str, Claims]]:
        """What names mean by mappings, as the three dictionaries of the class."""
        had: dict[str, Claims] = {}
        same: dict[str, Claims] = {}
        close: dict[str, Claims] = {}
        for name, (relations, own) in self._relations(matches, by_term).items():
            of = {
                said: NOTHING.union(*(by_term[t] for t, r in relations.items() if r == said))
                for said in ORDER
            }
            form = _squeezed(name)
            self._terms[form] = set(relations)
            if of["exact"] or of["narrower"]:
                same[form] = own | of["exact"]
                had[form] = same[form] | of["narrower"]
            elif of["refused"]:
                had[form] = same[form] = self.read(name) - of["refused"]
            if form not in had:
                close[form] = of["close"]
        return had, same, close

    def _relations(
        self, matches: Matches, by_term: Mapping[str, Claims]
    ) -> dict[str, tuple[dict[str, str], Claims]]:
        """Each folded name to the relation of each term of ours, and its own claims as a term."""
        found: dict[str, tuple[dict[str, str], Claims]] = {}
        for name, term, ours, said in matches.by_name(by_term):
            relations, own = found.get(fold_name(name), ({}, NOTHING))
            relations[ours] = min(relations.get(ours, said), said, key=ORDER.index)
            found[fold_name(name)] = (relations, own | by_term.get(term, NOTHING))
        decided: dict[tuple[int, str, str], list[str]] = {}
        for file, name, ours, said, _ in matches.decided(by_term):
            decided.setdefault((file, fold_name(name), ours), []).append(said)
        for (_, name, ours), rows in decided.items():
            if len({said == "refused" for said in rows}) == 1:
                found.setdefault(name, ({}, NOTHING))[0][ours] = rows[-1]
        return found

    def read(self, text: str, whole: bool = False) -> Claims:
        """What a name claims; nothing if a part of it is not known.

        With `whole`, no composite name is read by its parts, and no name of something narrower.
        """
        name = fold_name(text)
        found = self._listed(name, whole)
        if found is None and not whole and len(name) <= LONGEST:
            found = self._composite(name)
        return found or NOTHING

    def is_listed(self, text: str) -> bool:
        """Whether a text is a name word for word, as it is listed."""
        return fold_name(text) in self.listed

    def candidates(self, text: str) -> Claims:
        """What a name, or a part of it, may mean by a close match."""
        return NOTHING.union(*(self._close.get(f, NOTHING) for f in self._looked_up(text)))

    def mapped_terms(self, text: str) -> set[str]:
        """Our terms that the mappings of a name, or of its parts, are about."""
        return set().union(*(self._terms.get(form, ()) for form in self._looked_up(text)))

    def _looked_up(self, text: str) -> list[str]:
        name = fold_name(text)
        if _squeezed(name) in self._terms:
            return [_squeezed(name)]
        pieces = [piece.strip() for piece in re.split(r"[(),]", name[:LONGEST]) if piece.strip()]
        return [_squeezed(part) for piece in pieces for part in self._parts(piece)]

    def _listed(self, name: str, whole: bool = False) -> Claims | None:
        form = _squeezed(name)
        mapped = self._same if whole else self._had
        return mapped.get(form, self.listed.get(name, self._forms.get(form)))

    def _any(self, name: str) -> Claims:
        found = self._listed(name)
        return self._composite(name) if found is None else found

    def _composite(self, name: str) -> Claims:
        head, opening, rest = name.partition("(")
        if opening and head.strip() and rest.find(")") == len(rest) - 1 > 0 and "(" not in rest:
            return self._bracketed(head.strip(), rest[:-1].strip())
        if len(parts := self._parts(name)) > 1:
            found = self._all_of(parts)
        else:
            found = _tools(self._any(base)) if (base := _unversioned(name)) else NOTHING
        return found or self._bare(name)

    def _bracketed(self, head: str, detail: str) -> Claims:
        """A known name counts with a known detail, its version, its first letters, or with what
        makes a listed name with it."""
        known = self._any(head)
        found = [self._any(p) for piece in detail.split(",") for p in self._parts(piece.strip())]
        if not known:
            return NOTHING
        is_version = _unversioned(f"{head} {detail}") and _tools(known)
        is_part = f"{detail} {head}" in self.listed or f"{head} {detail}" in self.listed
        if not (
            any(found) or is_version or is_part or detail == "".join(w[0] for w in head.split())
        ):
            return NOTHING
        return known.union(*(map(_tools, found) if _tools(known) else found))

    def _all_of(self, parts: Sequence[str]) -> Claims:
        if all(len(part) < 2 for part in parts) and not {"c", "r"}.issuperset(parts):
            return NOTHING
        claims: list[Claims] = []
        for before, part in zip(["", *parts], parts, strict=False):
            again = part.isdigit() and _unversioned(before)
            claims.append(claims[-1] if again else self._any(part))
        return NOTHING.union(*claims) if all(claims) else NOTHING

    def _parts(self, name: str) -> list[str]:
        """The parts of a list that are joined outside brackets."""
        if re.search("[()]", re.sub(r"\([^()]*\)", "", name)):
            return [name]
        parts, depth, last, at = [], 0, 0, 0
        while at < len(name):
            depth += (name[at] == "(") - (name[at] == ")")
            joint = next((b for b in self._between if name.startswith(b, at)), "")
            if joint and not depth:
                parts.append(name[last:at].strip())
                last = at = at + len(joint)
            else:
                at += 1
        return [*parts, name[last:].strip()]

    def _bare(self, name: str) -> Claims:
        """A name without its maker, edition or a word that adds nothing."""
        for word, tools_only, is_before in [(*w, True) for w in self._before] + [
            (*w, False) for w in self._after
        ]:
            rest = name.removeprefix(f"{word} ") if is_before else name.removesuffix(f" {word}")
            if rest == name or (is_before and len(rest) < 3):
                continue
            found = self._any(rest if is_before else rest.rstrip(","))
            if found := _tools(found) if tools_only else found:
                return found
        return NOTHING


def _tools(claims: Claims) -> Claims:
    return NOTHING if any(kind != "tool" for kind, _ in claims) else claims


def _unversioned(name: str) -> str:
    found = _NUMBER.fullmatch(name)
    if not found:
        return ""
    number, base = int(found["number"][:5]), found["name"]
    is_version = 1 <= number <= 30 or 1990 <= number < 2100
    return base.strip() if is_version and (found["space"] or len(base) > 2) else ""


def _optional_words() -> tuple[list[tuple[str, bool]], list[tuple[str, bool]], list[str]]:
    """The words before and after a name, each with whether it is left out at tools alone; and
    what joins a list."""
    path = resource_dir("ontology") / "staff" / "skill_name_words.csv"
    rows = list(csv.DictReader(path.read_text("utf-8").splitlines()))
    before, after = (
        [(fold_name(r["word"]), r["of"] == "tool") for r in rows if r["place"] == place]
        for place in ("before", "after")
    )
    joints = [r["word"] for r in rows if r["place"] == "between"]
    return before, after, [" + ", *(f" {j} " if j.isalpha() else j for j in joints)]
