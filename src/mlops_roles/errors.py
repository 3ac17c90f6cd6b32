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

from collections.abc import Iterable


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
        import difflib

        self.name = name
        self.nearest = difflib.get_close_matches(name[:80], list(known), n=3, cutoff=0.5)
        hint = f"did you mean {' or '.join(self.nearest)}?" if self.nearest else fix
        super().__init__(f"{name[:80]!r}: no such {kind}" + (f"; {hint}" if hint else ""))


class UnknownPerson(UnknownName):
    """No person of a staff file has this name.

    Names of people are only in `nearest`, not in the message, because messages are logged.
    """

    def __init__(self, name: str, file: str, known: Iterable[str]):
        super().__init__(name, "person", known)
        self.args = (
            f"{file}: no such person among the used rows; write the name as the file does "
            "(the nearest names are in the answer)",
        )


class NothingChecked(MlopsRolesError):
    """A check found nothing to check, such as no focus node; this does not mean 'conforms'."""


class Timeout(MlopsRolesError, TimeoutError):
    """A query, or a check with a company's shapes, exceeded its time limit in seconds."""


class InputWarning(UserWarning):
    """An input is used, but for what the message names."""
