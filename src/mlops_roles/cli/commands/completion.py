"""Print a completion script for a shell.

eval "$(mlops-roles completion bash)"
"""

import argparse
from collections.abc import Sequence

from ..main import add_output, build_parser, command_names, write_output


def add_arguments(parser: argparse.ArgumentParser, argv: Sequence[str]) -> None:
    parser.add_argument("shell", choices=["bash", "zsh", "tcsh"])
    add_output(parser)


def run(args: argparse.Namespace) -> int:
    import shtab

    program = argparse.ArgumentParser(prog="mlops-roles")
    subparsers = program.add_subparsers()
    for name in command_names():
        parser = build_parser(name)
        subparsers.add_parser(name, parents=[parser], help=parser.description, add_help=False)
    write_output(shtab.complete(program, args.shell), args.output)
    return 0
