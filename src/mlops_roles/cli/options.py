"""The options of commands: how they are written down, and those that several commands share."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ..ontology.graph import Graph
    from ..staff.privacy import Pseudonyms

ADDED = """
--with FILE...  add a company's own roles, skills, tools, titles, shapes, questions or mappings, or
    alignment:NAME (repeatable)
--only FILE...  a role framework of others, in place of our roles, tasks, skills and tools
    (repeatable)
"""
BASE = """
--base IRI  where relative IRIs in RDF files start (default: the place of each file)
"""
DATA = "--data FILE...  RDF about people, queried together with the ontology (repeatable)"
OUTPUT = "--output FILE  write to a file, not to standard output"
SERVER = """
--endpoint URL  the address of a SPARQL server
--graph IRI...  a graph of your data on that server (repeatable)
--timeout S     seconds until a query is cancelled (default: {timeout})
"""
PRIVACY = """
--pseudonymise   replace the names of people and units by stable pseudonyms
--key-file FILE  the secret key of the pseudonyms (default: $MLOPS_ROLES_KEY); implies
    --pseudonymise
"""
PUBLIC = """
--public        show no name of any person: --small-groups, and pseudonyms of units
--small-groups  give no figure about a group of under 5 people, nor one from which it follows
"""


def declare(parser: argparse._ActionsContainer, text: str, **settings: Any) -> None:
    """Declare arguments as their help shows them.

    Args:
        parser: the parser of a command, or a group of it.
        text: an argument in each line, and two spaces before its help, which goes on in indented
            lines: `--strict` is a flag, `--must PERSON...` can be repeated, `--list a|b` takes one
            of these words, `--staff FILE!` is required, `term TERM?` is known by its place (`?`
            optional, `*` any number, `+` one or more).
        settings: the default of an argument, of the type that its values get; or, as a mapping,
            what else `add_argument` is to know of it.
    """
    for entry in filter(None, text.replace("\n    ", "  ").splitlines()):
        names, _, help_text = entry.partition("  ")
        name, _, value = names.partition(" ")
        how: dict[str, Any] = {"help": help_text.strip().replace("  ", " ")}
        plain = value.rstrip("?*+!.")
        if value.endswith("..."):
            how |= {"action": "append", "default": []}
        elif value.endswith("!"):
            how["required"] = True
        elif plain != value:
            how["nargs"] = value[-1]
        if plain.islower():
            how["choices"] = plain.split("|")
        elif plain:
            how["metavar"] = plain
        elif name.startswith("-"):
            how["action"] = "store_true"
        more = settings.get(name.lstrip("-").replace("-", "_"), {})
        how |= more if isinstance(more, Mapping) else {"default": more, "type": type(more)}
        parser.add_argument(name, **how)


def add_common_options(
    parser: argparse.ArgumentParser, formats: Sequence[str], data: bool = False
) -> None:
    """Add the options that all commands share; the first format is the default."""
    add_ontology_options(parser)
    if data:
        declare(parser, DATA)
    add_format_options(parser, formats)


def add_format_options(parser: argparse.ArgumentParser, formats: Sequence[str]) -> None:
    """Add --output, and --format with its values, of which the first one is the default."""
    default = f"(default: that of the suffix of --output, else {formats[0]})"
    declare(parser, f"--format {'|'.join(formats)}  output format {default}\n{OUTPUT}")
    parser.set_defaults(formats=tuple(formats))


def add_ontology_options(parser: argparse.ArgumentParser) -> None:
    """Add --with, --only and --base."""
    declare(parser, ADDED + BASE, **{"with": {"dest": "added"}})


def add_server_options(parser: argparse.ArgumentParser, timeout: int) -> None:
    """Add the options of the commands that query a SPARQL server; the timeout is in seconds."""
    declare(parser, SERVER.format(timeout=timeout), timeout=float(timeout))


def load_ontology(args: argparse.Namespace, *more: str) -> Graph:
    """The ontology with the files of --with and --only, and some more."""
    from ..ontology.graph import load

    return load(*args.added, *more, only=args.only)


def pseudonyms(args: argparse.Namespace) -> Pseudonyms | None:
    """The pseudonyms that --pseudonymise and --key-file ask for, or None."""
    from ..staff.privacy import Pseudonyms

    return Pseudonyms.from_file(args.key_file) if args.pseudonymise or args.key_file else None


def pseudonymiser(args: argparse.Namespace) -> Callable[[Any], Any]:
    """A function that replaces the names in an answer by pseudonyms, if the options ask for it."""
    active = pseudonyms(args)
    return active.hide if active else lambda answer: answer
