"""Write the derived files of the ontology anew: capability classes, closure and alignments.

  mlops-roles derive

For those who change the ontology: run it after every change in ontology/.
"""

import argparse
from collections.abc import Sequence

from ..main import write_output


def add_arguments(parser: argparse.ArgumentParser, argv: Sequence[str]) -> None:
    parser.add_argument(
        "--output", metavar="FILE", help="write the answer to a file instead of standard output"
    )


def run(args: argparse.Namespace) -> int:
    from ...matching.alignments import derived_files
    from ...ontology.derivation import write

    write_output(
        "".join(f"wrote {path.name}\n" for path in (*write(), *write(derived_files())))
        or "nothing to write, all is fresh\n",
        args.output,
    )
    return 0
