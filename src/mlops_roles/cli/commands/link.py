"""Propose mappings from a company's vocabulary to ours; apply or undo them.

  mlops-roles link theirs.ttl --output mappings.sssom.tsv
  mlops-roles link theirs.ttl --to gist                       reads classes through an alignment
  mlops-roles link theirs.ttl --apply mappings.sssom.tsv --output linked.ttl
  mlops-roles link linked.ttl --undo mappings.sssom.tsv --output theirs.ttl
  mlops-roles link theirs.ttl --list none                     the terms without a proposal
  mlops-roles link theirs.ttl --output review.html            a page to decide in
  mlops-roles link theirs.ttl --format xlsx --output review.xlsx
  mlops-roles link theirs.ttl --reviewed review.xlsx --author Ann --output mappings.sssom.tsv
  mlops-roles link new.ttl --update mappings.sssom.tsv --previous theirs.ttl --staff staff.csv

The proposals are an SSSOM table for a person to review. To accept a row, write your name under
reviewer_label; correct its predicate_id or object_id first if needed. To reject it, write Not under
predicate_modifier as well. A row without a reviewer is never applied. Check the rows with
`mlops-roles coherence` before you apply them; a row with a term or predicate that does not exist
stops --apply. Use the result with `--with linked.ttl`. A page (--format html) takes decisions by
keyboard and saves the mapping set. In a workbook (--format xlsx), write accept, change or refuse,
and read it back with --reviewed.

--update compares a mapping set with a new version of the vocabulary: which terms were added,
dropped, deprecated or changed, and which decided rows have to be looked at again. With --staff it
shows the people whose answers change. Exit code 1 if there are rows to look at again.
"""

import argparse
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from ...io.sssom import COLUMNS, MappingSet, read_mappings
from ...io.text import FORMATTERS, counted, format_rows
from ...matching import update as updates
from ...matching.merge import apply_mappings, undo_mappings
from ...matching.proposals import Survey, survey
from ...matching.review import read_review, review_workbook
from ..main import print_note, write_output
from ..options import PRIVACY, add_common_options, declare, pseudonymiser

LISTS = {  # what --list shows, and its columns
    "proposals": COLUMNS,
    "mapped": ("term", "label", "relation", "ours", "ours_label", "by"),
    "none": ("term", "label"),
}

ARGUMENTS = """
theirs THEIRS    RDF: an ontology, a taxonomy, a list of roles, positions and skills
--to NAME...     read its classes through this alignment: org, schema, gist … (repeatable)
--list {lists}  list the proposals, what is mapped already, or what has no proposal
--author NAME    who filled in --reviewed
--previous FILE  with --update: the version that was mapped
--staff FILE     with --update: show the people whose answers change
"""
CHANGES = """
--apply MAPPINGS   merge the accepted rows of this mapping set; prints Turtle
--undo MAPPINGS    remove what this mapping set added; prints Turtle
--reviewed XLSX    read a reviewed workbook; prints SSSOM
--update MAPPINGS  THEIRS is a new version: show what it changes for this mapping set
"""


def add_arguments(parser: argparse.ArgumentParser, argv: Sequence[str]) -> None:
    add_common_options(parser, ["sssom", "xlsx", *FORMATTERS])
    text = ARGUMENTS.format(lists="|".join(LISTS))
    declare(parser, text, list={"dest": "listed", "default": "proposals"}, author="")
    declare(parser.add_mutually_exclusive_group(), CHANGES)
    declare(parser, PRIVACY)


def run(args: argparse.Namespace) -> int:
    if args.apply or args.undo:
        return _apply_or_undo(args)
    if args.update:
        return _update(args)
    if args.reviewed:
        reviewed = read_review(args.reviewed, args.author)
        write_output(reviewed.to_tsv(), args.output)
        print_note(
            f"decided: {len(reviewed.reviewed):,} of {counted(len(reviewed.mappings), 'row')}"
        )
        return 0
    found = survey(args.theirs, args.to, args.added, args.only)
    write_output(_format_survey(found, args), args.output)
    print_note(_summary(found))
    return 0


def _format_survey(survey: Survey, args: argparse.Namespace) -> str | bytes:
    """The proposals, or another list, in the format of the options."""
    if args.format == "xlsx":
        return review_workbook(survey)
    if args.format == "html" and args.listed == "proposals":
        from ..views.review import review_page

        return review_page(survey)
    if args.format == "sssom" and args.listed == "proposals":
        return survey.proposals.to_tsv()
    rows: Any = {
        "proposals": [row.cells for row in survey.proposals.mappings],
        "mapped": survey.mapped,
        "none": survey.without,
    }[args.listed]
    return format_rows(rows, LISTS[args.listed], "table" if args.format == "sssom" else args.format)


def _summary(survey: Survey) -> str:
    """How many terms there are of each sort, in one line."""
    proposals = survey.proposals.mappings
    terms, mapped = ({row.subject for row in proposals}, {row["term"] for row in survey.mapped})
    return (
        f"{counted(len(proposals), 'proposal')} for {counted(len(terms), 'term')}; "
        "none is applied before you accept it; "
        f"mapped already: {len(mapped)} (--list mapped), "
        f"without a proposal: {len(survey.without)} (--list none)"
    )


def _update(args: argparse.Namespace) -> int:
    mappings = read_mappings(args.update)
    found = updates.update_mappings(mappings, args.theirs, args.previous)
    rows = [change.to_dict() for change in found.changes]
    people = ""
    if args.staff:
        answers = pseudonymiser(args)(_changed_answers(args, mappings, found.kept))
        people = f"; people who get other answers: {len({row['person'] for row in answers})}"
        rows += answers
    format = "table" if args.format in ("sssom", "xlsx") else args.format
    columns = (*updates.COLUMNS, *(ANSWERS if args.staff else ()))
    write_output(format_rows(rows, columns, format), args.output)
    again = sum(len(change.rows) for change in found.changes if change.review)
    people = (
        f"; people who get other answers: {len({row['person'] for row in answers})}"
        if args.staff
        else ""
    )
    rows_again = counted(again, "row")
    print_note(
        f"{counted(len(found.changes), 'changed term')}, {rows_again} to look at again{people}"
    )
    return 1 if again else 0


ANSWERS = ("person", "line", "answer", "before", "after")


def _changed_answers(
    args: argparse.Namespace, old: MappingSet, remaining: MappingSet
) -> list[dict[str, Any]]:
    """The answers about people that change with the new version and the rows that are kept."""
    from ...analysis.diff import OntologyDiff, diff

    with tempfile.TemporaryDirectory() as folder:
        previous = Path(args.previous or Path(folder, "previous.ttl"))
        if not args.previous:
            previous.write_bytes(updates.vocabulary_of_rows(old))
        linked = [Path(folder, f"linked-{name}.ttl") for name in ("before", "after")]
        for path, source, chosen in zip(
            linked, (previous, args.theirs), (old, remaining), strict=True
        ):
            if chosen.reviewed:
                merge = apply_mappings(source, chosen, args.added, args.only)
                path.write_bytes(merge.to_turtle())
            else:
                path.write_bytes(Path(source).read_bytes())
        before, after = linked
        found = diff(before, after, args.staff, added=args.added, only=args.only)
    answers = found.answers if isinstance(found, OntologyDiff) else []
    return [{"change": "answer"} | {key: row[key] for key in ANSWERS} for row in answers]


def _apply_or_undo(args: argparse.Namespace) -> int:
    if args.apply:
        merge = apply_mappings(args.theirs, read_mappings(args.apply), args.added, args.only)
        changed = counted(len(merge.changed), "statement")
        summary = f"{changed} added, {counted(len(merge.unchanged), 'was', 'were')} there before"
    else:
        merge = undo_mappings(args.theirs, read_mappings(args.undo))
        changed = counted(len(merge.changed), "statement")
        kept = counted(len(merge.unchanged), "statement")
        summary = f"{changed} removed, {kept} kept, which another mapping set added, too"
    write_output(merge.to_turtle(), args.output)
    print_note(summary)
    return 0
