"""Judge how well an ontology is made, by the checks of FOOPS!, OOPS! and ROBOT that need no network.

  mlops-roles quality                                  our own
  mlops-roles quality theirs.ttl --questions q/*.rq    any ontology, with its competency questions

Exits with 1 if a check above Info failed. Exceptions are recorded in a CSV of check, subject, reason.
"""

import argparse
from collections.abc import Sequence
from dataclasses import asdict
from itertools import groupby

from ...io.text import format_rows, to_json
from ...ontology.graph import load
from ...validation.quality import Quality, Result, quality
from ..main import add_common, write_output

SHOWN = 5  # findings of a check in the table


def add_arguments(parser: argparse.ArgumentParser, argv: Sequence[str]) -> None:
    add_common(parser, ["table", "json", "jsonl", "csv", "tsv", "md"])
    parser.add_argument(
        "ontology", nargs="?", metavar="FILE", help="an ontology as RDF; without it ours is judged"
    )
    parser.add_argument(
        "--questions", nargs="+", default=[], metavar="FILE", help="competency questions, as SPARQL"
    )
    parser.add_argument(
        "--exceptions",
        metavar="CSV",
        help="findings that are meant to be: check, subject (* for any), reason",
    )


def run(args: argparse.Namespace) -> int:
    found = quality(
        args.ontology, graph=load(*args.added), questions=args.questions, exceptions=args.exceptions
    )
    write_output(_written(found, args.format), args.output)
    return 0 if found.conforms else 1


def _written(found: Quality, form: str) -> str:
    if form == "json":
        return to_json(found.to_dict())
    if form == "table":
        return "\n".join([*_lines(found), ""])
    return format_rows([asdict(r) for r in found.results], list(Result.__dataclass_fields__), form)


def _lines(found: Quality) -> list[str]:
    """A page: the sum, what failed with its cure, what is excepted and why, what was not run."""
    lines = [
        ", ".join(
            f"{count} {state}" for state, count in sorted(found.summary().items(), reverse=True)
        ),
        "",
    ]
    for (_, check), group in groupby(found.results, key=lambda r: (r.state, r.check)):
        rows = list(group)
        if rows[0].state in ("failed", "excepted"):
            lines += _finding(check, rows)
    lines += [
        "",
        "Labels and definitions by language",
        format_rows(
            found.coverage, ["kind", "language", "labels", "definitions", "terms"], "table"
        ).rstrip(),
        "",
    ]
    waiting = sorted((r.reason, r.check) for r in found.results if r.state == "not run")
    lines += [
        f"Not run, {reason}: {', '.join(check for _, check in rows)}"
        for reason, rows in groupby(waiting, key=lambda pair: pair[0])
    ]
    return lines


def _finding(check: str, rows: list[Result]) -> list[str]:
    first = rows[0]
    kind = first.severity if first.state == "failed" else "Excepted"
    shown = [f"    {' '.join(filter(None, (r.subject, r.value)))}" for r in rows[:SHOWN]]
    more = (
        [f"    and {len(rows) - SHOWN} more (all of them: --format jsonl)"]
        if len(rows) > SHOWN
        else []
    )
    return [
        f"{kind}: {check}, {first.name} ({len(rows)})",
        f"  {' '.join(filter(None, (first.reason, first.cure if kind != 'Excepted' else '')))}",
        *shown,
        *more,
    ]
