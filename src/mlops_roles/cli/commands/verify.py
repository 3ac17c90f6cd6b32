"""Verify a certificate with a second, separate implementation.

  mlops-roles verify ada.json --staff staff.csv
  mlops-roles verify ada.ttl --staff staff.csv --key-file key       the person has a pseudonym

The verifier reads the staff file and the ontology itself. Exit code 0 if the certificate is
verified, 1 if not, with the places that are wrong. A certificate fails after any change of the
staff file, and for another version of the ontology: certify again then. A column is read by a
heading that is shipped, or by --map. Layout, separators and scale of levels are those that the
certificate states, and are shown; the second of two joined files is looked for next to the first.
The options with which the certificate was made may be repeated.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence

from ..options import add_common_options, declare
from ..output import write_result
from ..staff_options import MAP, SETTLED, read_options
from ..views import ALL_FORMATS

ARGUMENTS = """
certificate CERTIFICATE  what certify wrote as JSON or Turtle
--staff FILE!            the staff file that it is about
--key-file FILE          the key of the pseudonyms, if the person is called by one (else
    MLOPS_ROLES_KEY)
"""


def add_arguments(parser: argparse.ArgumentParser, argv: Sequence[str]) -> None:
    add_common_options(parser, ALL_FORMATS)
    declare(parser, MAP + SETTLED + ARGUMENTS, header_row={"type": int})


def run(args: argparse.Namespace) -> int:
    import os

    from ...analysis.verifier.checking import verify
    from ...io.rdf import read_bytes

    key = os.environb.get(b"MLOPS_ROLES_KEY")
    if args.key_file:
        key = read_bytes(args.key_file, 1 << 16)
    options = read_options(argparse.Namespace(**vars(args) | {"join": None, "on": None}))
    found = verify(
        args.certificate,
        args.staff,
        added=args.added,
        only=args.only,
        mapping=options.mapping,
        ignore=options.ignore,
        join=args.join,
        key=key and key.strip(),
    )
    write_result(args, found)
    return 0 if found.verified else 1
