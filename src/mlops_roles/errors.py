"""The exceptions of this package, drawn as a tree:

MlopsRolesError
├── InputError          the input cannot be used: a file, a query, a name
│   └── UnknownName     no term has this name; holds the nearest names
│       └── UnknownPerson    no person has this name; the message shows no names
├── NothingChecked      a check found nothing to check, and so proves nothing
└── Timeout             a query or a check exceeded its time limit

A warning is an InputWarning: the input is used, but for what the warning names.

Each message is one line that names the input, the place and the fix.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable

SIMILAR_APART = 0.6  # the least similarity of the words that two similar names do not share
SIMILAR_WORD = 0.5  # the least similarity of each of these words to one of the other name


class MlopsRolesError(Exception):
    """Base class of all errors that this package raises on purpose."""


class InputError(MlopsRolesError, ValueError):
    """The input cannot be used: a file, a query, a column, a name.

    Example:
        >>> from mlops_roles import InputError, run_sparql
        >>> try:
        ...     run_sparql("LOAD <urn:any>")
        ... except InputError as error:
        ...     print(type(error).__name__)
        InputError
    """


class UnknownName(InputError):
    """No term has this name.

    Args:
        name: the name as given.
        kind: what was looked for, such as 'role' or 'question'.
        known: all names that exist, to find similar ones among.
        fix: what to do; part of the message if no known name is similar.

    Attributes:
        name: the name as given.
        nearest: at most three known names with a similar spelling, the most similar first.

    Example:
        >>> from mlops_roles import UnknownName, show
        >>> try:
        ...     show("ml-enginer")
        ... except UnknownName as error:
        ...     print(error.nearest[0])
        ml-engineer
    """

    def __init__(self, name: str, kind: str, known: Iterable[str], fix: str = ""):
        self.name = name
        self.nearest = _nearest(name[:80], known)
        hint = f"did you mean {' or '.join(self.nearest)}?" if self.nearest else fix
        super().__init__(f"{name[:80]!r}: no such {kind}" + (f"; {hint}" if hint else ""))


def _nearest(name: str, known: Iterable[str]) -> list[str]:
    """At most three known names with a similar spelling, also without the words that both have.

    A word that many names have, such as 'engineer', makes no two of them similar, and each other
    word must resemble one of the other name; a prefix, as of `role:ml-engineer`, is no word.
    """
    import difflib

    def alike(one: str, other: str) -> float:
        return difflib.SequenceMatcher(None, one, other).ratio()

    def words(text: str) -> set[str]:
        return set(re.findall(r"[^\W_]+", text.rpartition(":")[2].casefold()))

    near = difflib.get_close_matches(name, list(known), n=9, cutoff=0.5)
    words_of_name = words(name)
    found = []
    for other in near:
        words_of_other = words(other)
        in_name, in_other = words_of_name - words_of_other, words_of_other - words_of_name
        if not (in_name and in_other) or (
            alike(" ".join(sorted(in_name)), " ".join(sorted(in_other))) >= SIMILAR_APART
            and all(max(alike(one, word) for word in in_other) >= SIMILAR_WORD for one in in_name)
        ):
            found.append(other)
    return found[:3]


class UnknownPerson(UnknownName):
    """No person of a staff file has this name.

    Names of people are only in `nearest`, not in the message, because messages are logged.
    """

    def __init__(self, name: str, file: str, known: Iterable[str]):
        super().__init__(name, "person", known)
        start = f"{name.strip().casefold()} <"
        if any(other.casefold().startswith(start) for other in self.nearest):
            reason = "several people have this name; write it with its key"
        else:
            reason = "no such person among the used rows; write the name as the file does"
        where = " (the nearest names are in the answer)" if self.nearest else ""
        self.args = (f"{file}: {reason}{where}",)


class NothingChecked(MlopsRolesError):
    """A check found nothing to check, such as no focus node; this does not mean 'conforms'."""


class Timeout(MlopsRolesError, TimeoutError):
    """A query, or a check with a company's shapes, exceeded its time limit in seconds."""


class InputWarning(UserWarning):
    """An input is used, but for what the message names."""


def check_numbers(function: str, **values: object) -> None:
    """Raise InputError for an argument that is no number."""
    for name, value in values.items():
        if not isinstance(value, (int, float)):
            raise InputError(f"{function}: {name} is {with_article(value)}; give a number")


def check_text(function: str, wanted: str = "a text", **values: object) -> None:
    """Raise InputError for an argument of a function that is no text; `wanted` names the fix."""
    for name, value in values.items():
        if not isinstance(value, str):
            raise InputError(f"{function}: {name} is {with_article(value)}; give {wanted}")


def check_path(function: str, **values: object) -> None:
    """Raise InputError for an argument that is neither None nor a path."""
    for name, value in values.items():
        if value is not None and not isinstance(value, (str, os.PathLike)):
            raise InputError(
                f"{function}: {name} is {with_article(value)}; give the path of a file, as a text "
                "or a Path"
            )


def with_article(value: object) -> str:
    """The type of a value with its article: 'an int'."""
    kind = type(value).__name__
    return kind if value is None else f"{'an' if kind[0] in 'aeiouAEIOU' else 'a'} {kind}"
