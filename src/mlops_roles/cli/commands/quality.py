"""Judge an ontology by the checks of FOOPS!, OOPS!, ROBOT and SKOS.

  mlops-roles quality                                  our own ontology
  mlops-roles quality theirs.ttl --questions q/*.rq    any ontology, with its competency questions
  mlops-roles quality theirs.ttl --exceptions ours.csv
  mlops-roles quality --with acme.ttl                  ours with a company's roles, as one

Checks that need a network or a reader are listed as not run. A finding that is intended is recorded
in a CSV file with the columns check, subject, reason. Exit code 1 if a check above Info failed.
"""

import argparse
from collections.abc import Sequence

from ...validation.quality import quality
from ..main import add_common, load_ontology
from ..output import write_result
from ..views import ALL_FORMS


def add_arguments(parser: argparse.ArgumentParser, argv: Sequence[str]) -> None:
    add_common(parser, ALL_FORMS)
    parser.add_argument(
        "ontology", nargs="?", metavar="FILE", help="an ontology as RDF (default: ours)"
    )
    parser.add_argument(
        "--questions", nargs="+", default=[], metavar="FILE", help="competency questions in SPARQL"
    )
    parser.add_argument(
        "--exceptions",
        metavar="CSV",
        help="intended findings: check, subject (* for any), reason",
    )


def run(args: argparse.Namespace) -> int:
    judged = quality(
        args.ontology,
        graph=load_ontology(args),
        questions=args.questions,
        exceptions=args.exceptions,
    )
    write_result(args, judged)
    return 0 if judged.conforms else 1
