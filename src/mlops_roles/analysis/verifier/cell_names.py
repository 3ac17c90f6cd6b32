"""The verifier's own reading of the names in a cell, composite names included."""

from __future__ import annotations

import csv
import re
import unicodedata
from collections.abc import Mapping, Sequence
from pathlib import Path

from ...io.resources import resource_dir

Claims = frozenset[tuple[str, str]]  # 'recorded' or 'tool', and the skill
NOTHING: Claims = frozenset()
BASE = "https://w3id.org/mlops-roles"
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
        decisions: the files with a curator's decisions, a later one before an earlier one.
    """

    def __init__(
        self,
        listed: Mapping[str, Claims],
        by_term: Mapping[str, Claims],
        decisions: Sequence[Path] = (),
    ):
        self.listed = listed
        forms: dict[str, set[Claims]] = {}
        for name, claims in listed.items():
            forms.setdefault(_squeezed(name), set()).add(claims)
        self._forms = {f: next(iter(c)) for f, c in forms.items() if len(c) == 1 and len(f) > 3}
        self._decided: dict[str, Claims] = {}
        self._before, self._after, self._between = _words()
        decided: dict[str, Claims] = {}
        for name, terms in _decisions(decisions, by_term).items():
            accepted = [by_term[term] for term, is_accepted in terms.items() if is_accepted]
            refused = NOTHING.union(*(by_term[term] for term in terms))
            decided[_squeezed(name)] = (
                NOTHING.union(*accepted) if accepted else self.read(name) - refused
            )
        self._decided = decided

    def read(self, text: str, whole: bool = False) -> Claims:
        """What a name claims; nothing if a part of it is not known.

        Args:
            text: as written.
            whole: read no composite name by its parts.
        """
        name = fold_name(text)
        found = self._listed(name)
        if found is None and not whole and len(name) <= LONGEST:
            found = self._composite(name)
        return found or NOTHING

    def _listed(self, name: str) -> Claims | None:
        form = _squeezed(name)
        return self._decided.get(form, self.listed.get(name, self._forms.get(form)))

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
        """A known name counts with a known detail, with its version, or with its first letters."""
        known = self._any(head)
        found = [self._any(p) for piece in detail.split(",") for p in self._parts(piece.strip())]
        if not known:
            return NOTHING
        is_version = _unversioned(f"{head} {detail}") and _tools(known)
        if not (any(found) or is_version or detail == "".join(w[0] for w in head.split())):
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
            found = self._any(rest)
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


def _words() -> tuple[list[tuple[str, bool]], list[tuple[str, bool]], list[str]]:
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


def _decisions(files: Sequence[Path], known: Mapping[str, Claims]) -> dict[str, dict[str, bool]]:
    """Folded name and term to whether it is accepted; what one file contradicts is left out."""
    decided: dict[str, dict[str, bool]] = {}
    if not files:
        return decided
    from ...io.sssom import read_name_rows

    for path in files:
        here: dict[tuple[str, str], set[bool]] = {}
        for row in read_name_rows(path):
            iri = row.term if row.term in known else f"{BASE}/{row.term.replace(':', '/')}"
            if iri in known:
                here.setdefault((fold_name(row.name), iri), set()).add(row.accepted)
        for (name, term), said in here.items():
            if len(said) == 1:
                decided.setdefault(name, {})[term] = True in said
    return decided
