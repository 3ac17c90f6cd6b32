"""Rewrite the derived files: capability classes, closure, alignments.

  mlops-roles derive

For maintainers: run it after every change in ontology/.
"""

import argparse
from collections.abc import Sequence

from ..main import add_output, write_output


def add_arguments(parser: argparse.ArgumentParser, argv: Sequence[str]) -> None:
    add_output(parser)


def run(args: argparse.Namespace) -> int:
    from ...matching import alignments
    from ...ontology.derivation import derived_files, write_stale

    paths = [*write_stale(derived_files()), *write_stale(alignments.derived_files())]
    written = "".join(f"wrote {path.name}\n" for path in paths)
    write_output(written or "nothing to write, every derived file is up to date\n", args.output)
    return 0
