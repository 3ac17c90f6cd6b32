"""Print a completion script for a shell.

eval "$(mlops-roles completion bash)"
"""

import argparse
from collections.abc import Sequence

from ..main import build_parser, command_names, write_output


def add_arguments(parser: argparse.ArgumentParser, argv: Sequence[str]) -> None:
    parser.add_argument("shell", choices=["bash", "zsh", "tcsh"])
    parser.add_argument(
        "--output", metavar="FILE", help="write the script to a file instead of standard output"
    )


def run(args: argparse.Namespace) -> int:
    import shtab

    whole = argparse.ArgumentParser(prog="mlops-roles")
    listed = whole.add_subparsers()
    for name in command_names():
        one = build_parser(name)
        listed.add_parser(name, parents=[one], help=one.description, add_help=False)
    write_output(shtab.complete(whole, args.shell), args.output)
    return 0
