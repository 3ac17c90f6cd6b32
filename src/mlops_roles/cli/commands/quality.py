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
from dataclasses import asdict
from itertools import groupby

from ...io.text import format_rows, to_json
from ...validation.quality import Quality, Result, quality
from ..main import add_common, load_ontology, write_output

MAX_FINDINGS = 5  # of one check, in the table


def add_arguments(parser: argparse.ArgumentParser, argv: Sequence[str]) -> None:
    add_common(parser, ["table", "json", "jsonl", "csv", "tsv", "md"])
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
    write_output(_format_quality(judged, args.format), args.output)
    return 0 if judged.conforms else 1


def _format_quality(judged: Quality, form: str) -> str:
    if form == "json":
        return to_json(judged.to_dict())
    if form == "table":
        return "\n".join([*_lines(judged), ""])
    rows = [asdict(result) for result in judged.results]
    return format_rows(rows, list(Result.__dataclass_fields__), form)


def _lines(judged: Quality) -> list[str]:
    """Totals; failed checks with their fix; exceptions with their reason; checks not run."""
    totals = sorted(judged.summary().items(), reverse=True)
    lines = [", ".join(f"{count} {state}" for state, count in totals), ""]
    for (state, check), results in groupby(judged.results, key=lambda r: (r.state, r.check)):
        if state in ("failed", "excepted"):
            lines += _check_lines(check, list(results))
    columns = ["kind", "language", "labels", "definitions", "terms"]
    table = format_rows(judged.coverage, columns, "table").rstrip()
    lines += ["", "Labels and definitions by language", table, ""]
    not_run = sorted((r.reason, r.check) for r in judged.results if r.state == "not run")
    lines += [
        f"Not run, {reason}: {', '.join(check for _, check in checks)}"
        for reason, checks in groupby(not_run, key=lambda pair: pair[0])
    ]
    return lines


def _check_lines(check: str, results: list[Result]) -> list[str]:
    """One check: its severity, name, reason and fix, and the first findings."""
    first, hidden = results[0], len(results) - MAX_FINDINGS
    failed = first.state == "failed"
    about = filter(None, (first.reason, first.fix if failed else ""))
    return [
        f"{first.severity if failed else 'Excepted'}: {check}, {first.name} ({len(results)})",
        f"  {' '.join(about)}",
        *(f"    {' '.join(filter(None, (r.subject, r.value)))}" for r in results[:MAX_FINDINGS]),
        *([f"    and {hidden} more (all of them: --format jsonl)"] if hidden > 0 else []),
    ]
