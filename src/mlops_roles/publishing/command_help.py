"""The help of a command as plain data, which the command line gives to the documentation."""

from __future__ import annotations

from typing import NamedTuple


class Argument(NamedTuple):
    """An argument or option of a command."""

    # its spellings, such as '--with', or the placeholder of an argument without one
    names: tuple[str, ...]
    value: str  # the placeholder of its value; empty if it takes none
    text: str  # what its help says
    choices: tuple[str, ...] = ()  # its values, if they are listed


class CommandHelp(NamedTuple):
    """The help of a command."""

    name: str  # the name of the command
    summary: str  # its first line
    usage: str  # how it is called, in one line
    examples: str  # lines of examples
    notes: tuple[str, ...]  # the paragraphs after the examples
    arguments: tuple[Argument, ...]  # its arguments and options, in order
