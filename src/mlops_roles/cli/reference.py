"""The help of every command as plain data, for the documentation of a release."""

from __future__ import annotations

import argparse

from ..publishing.command_help import Argument, CommandHelp
from .main import build_parser, command_names


def command_reference() -> list[CommandHelp]:
    """The help of every command, in the order of their names."""
    return [_help_of(name) for name in command_names()]


def _help_of(name: str) -> CommandHelp:
    """The help of a command, from its parser."""
    parser = build_parser(name)
    actions = [action for action in parser._actions if action.dest != "help"]
    examples, *notes = (parser.epilog or "").split("\n\n")
    return CommandHelp(
        name=name,
        summary=parser.description or "",
        usage=_usage(parser),
        examples="\n".join(line.removeprefix("  ") for line in examples.splitlines()[1:]),
        notes=tuple(" ".join(note.split()) for note in notes),
        arguments=tuple(map(_argument, sorted(actions, key=lambda a: bool(a.option_strings)))),
    )


def _usage(parser: argparse.ArgumentParser) -> str:
    """How a command is called: its arguments by name, and that there are options."""
    named = [
        f"{a.metavar or a.dest}{' …' if a.nargs in ('*', '+') else ''}"
        for a in parser._actions
        if not a.option_strings
    ]
    return " ".join([parser.prog, *named, "[options]"])


def _argument(action: argparse.Action) -> Argument:
    """An argument or option, with the placeholder of its value."""
    choices = tuple(map(str, action.choices or ()))
    placeholder = str(action.metavar or ("" if choices else action.dest.upper()))
    value = "" if action.nargs == 0 else placeholder
    if not action.option_strings:
        return Argument((str(action.metavar or action.dest),), "", action.help or "", choices)
    return Argument(tuple(action.option_strings), value, action.help or "", choices)
