"""The exceptions of this package, drawn as a tree:

MlopsRolesError
├── InputError          what was given cannot be used: a file, a query, a name
│   └── UnknownName     a name that nothing bears; carries the nearest ones
│       └── UnknownPerson    the same of a person, whose name no message holds
├── NothingChecked      a check that looked at nothing, and so proves nothing
└── Timeout             a query that did not end in the time it was given

Each message is one line that names the input, the place and the cure.
"""

from __future__ import annotations

from collections.abc import Iterable


class MlopsRolesError(Exception):
    """Anything this package raises on purpose."""


class InputError(MlopsRolesError, ValueError):
    """What was given cannot be used: a file, a query, a column, a name."""


class UnknownName(InputError):
    """A name that nothing bears.

    Attributes:
        name: the name as given.
        nearest: at most three names that are spelt like it.
    """

    def __init__(self, name: str, what: str, known: Iterable[str], cure: str = ""):
        import difflib

        self.name = name
        self.nearest = difflib.get_close_matches(name[:80], list(known), n=3, cutoff=0.5)
        hint = f"did you mean {' or '.join(self.nearest)}?" if self.nearest else cure
        super().__init__(f"{name[:80]!r}: no such {what}" + (f"; {hint}" if hint else ""))


class UnknownPerson(UnknownName):
    """A name that nobody in a staff file bears: `nearest` holds names, the message none, as messages are logged."""

    def __init__(self, name: str, file: str, known: Iterable[str]):
        super().__init__(name, "person", known)
        self.args = (
            f"{file}: no such person among the used rows; write the name as the file does (the nearest names are in the answer)",
        )


class NothingChecked(MlopsRolesError):
    """A check that looked at nothing; it must not be read as 'conforms'."""


class Timeout(MlopsRolesError, TimeoutError):
    """A query that did not end in the time it was given."""
