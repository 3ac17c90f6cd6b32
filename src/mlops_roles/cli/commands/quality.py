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

from ..options import add_common_options, declare, load_ontology
from ..output import write_result
from ..views import ALL_FORMATS

ARGUMENTS = """
ontology FILE?     an ontology as RDF (default: ours)
--questions FILE+  competency questions in SPARQL
--exceptions CSV   intended findings: check, subject (* for any), reason
"""


def add_arguments(parser: argparse.ArgumentParser, argv: Sequence[str]) -> None:
    add_common_options(parser, ALL_FORMATS)
    declare(parser, ARGUMENTS, questions={"default": []})


def run(args: argparse.Namespace) -> int:
    from ...validation.quality import quality

    judged = quality(
        args.ontology,
        graph=load_ontology(args),
        questions=args.questions,
        exceptions=args.exceptions,
    )
    write_result(args, judged)
    return 0 if judged.conforms else 1
