"""The exceptions of this package, drawn as a tree:

MlopsRolesError
├── InputError          the input cannot be used: a file, a query, a name
│   └── UnknownName     no term has this name; holds the nearest names
│       └── UnknownPerson    the same of a person, whose name no message holds
├── NothingChecked      a check that looked at nothing, and so proves nothing
└── Timeout             a query that did not end in the time it was given

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
        known: the names that there are.
        fix: what to do; said where no known name is near.

    Attributes:
        name: the name as given.
        nearest: at most three known names that are written like it.

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

    `nearest` holds names; the message holds none, because messages are logged.
    """

    def __init__(self, name: str, file: str, known: Iterable[str]):
        super().__init__(name, "person", known)
        self.args = (
            f"{file}: no such person among the used rows; write the name as the file does "
            "(the nearest names are in the answer)",
        )


class NothingChecked(MlopsRolesError):
    """A check that looked at nothing; it must not be read as 'conforms'."""


class Timeout(MlopsRolesError, TimeoutError):
    """A query that did not end in the time it was given."""
