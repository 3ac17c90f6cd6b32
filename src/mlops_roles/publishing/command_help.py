"""The help of a command as plain data, which the command line gives to the documentation."""

from __future__ import annotations

from typing import NamedTuple


class Argument(NamedTuple):
    """An argument or option of a command.

    Attributes:
        names: its spellings, such as '--with', or the placeholder of an argument without one.
        value: the placeholder of its value; empty if it takes none.
        text: what its help says.
        choices: its values, if they are listed.
    """

    names: tuple[str, ...]
    value: str
    text: str
    choices: tuple[str, ...] = ()


class CommandHelp(NamedTuple):
    """The help of a command.

    Attributes:
        name: the name of the command.
        summary: its first line.
        usage: how it is called, in one line.
        examples: lines of examples.
        notes: the paragraphs after the examples.
        arguments: its arguments and options, in order.
    """

    name: str
    summary: str
    usage: str
    examples: str
    notes: tuple[str, ...]
    arguments: tuple[Argument, ...]
