"""Print a completion script for a shell.

  eval "$(mlops-roles completion bash)"
  eval "$(mlops-roles completion zsh)"
  mlops-roles completion fish | source
  mlops-roles completion --line "mlops-roles ask tasks-of"         what can be written next

Commands, options, files, questions with their values, terms and alignments are completed. Add the
line to the file that your shell reads when it starts: ~/.bashrc, ~/.zshrc (after compinit) or
~/.config/fish/config.fish.
"""

import argparse
from collections.abc import Sequence
from pathlib import Path

from ...errors import InputError
from ..main import write_output
from ..options import OUTPUT, declare

SCRIPTS = Path(__file__).parents[1] / "shells"

ARGUMENTS = """
shell {shells}?  the shell
--line TEXT      instead, list what can be written at the end of a line
"""


def add_arguments(parser: argparse.ArgumentParser, argv: Sequence[str]) -> None:
    shells = "|".join(sorted(path.name for path in SCRIPTS.iterdir()))
    declare(parser, ARGUMENTS.format(shells=shells) + OUTPUT)


def run(args: argparse.Namespace) -> int:
    if args.line is not None:
        from ..completing import candidates

        write_output("".join(f"{text}\n" for text in candidates(args.line)), args.output)
    elif args.shell:
        write_output((SCRIPTS / args.shell).read_text("utf-8"), args.output)
    else:
        raise InputError("completion: no shell; name one of bash, fish, zsh")
    return 0
