"""The findings of checks with shapes, and of quality checks, for a reader."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import TYPE_CHECKING

from ...io.sections import Section
from ...io.text import counted
from . import Hide

if TYPE_CHECKING:
    from ...validation.findings import Report
    from ...validation.quality import CheckResult, Quality

MAX_FINDINGS = 5  # of one check in a report; the rows have all
COVERAGE_COLUMNS = ("kind", "language", "labels", "definitions", "terms")


def report_sections(report: Report, hide: Hide) -> Iterator[Section]:
    """How much was checked, and the findings."""
    shapes = sum(map(bool, report.checked.values()))
    title = counted(len(report.findings), "finding") if report.findings else "No findings"
    checked = f"{counted(report.nodes, 'node')} checked by {counted(shapes, 'shape')}."
    yield title, [checked], report.to_rows()


def quality_sections(judged: Quality, hide: Hide) -> Iterator[Section]:
    """Totals; failed checks with their fix; exceptions with their reason; checks not run."""
    totals = sorted(judged.summary().items(), reverse=True)
    yield "Quality", [", ".join(f"{count} {state}" for state, count in totals)], []
    for (state, check), results in groupby(judged.results, key=lambda r: (r.state, r.check)):
        if state in ("failed", "excepted"):
            yield _check(check, list(results))
    coverage = [{column: row[column] for column in COVERAGE_COLUMNS} for row in judged.coverage]
    yield "Labels and definitions by language", [], coverage
    not_run = sorted((r.reason, r.check) for r in judged.results if r.state == "not run")
    lines = [
        f"{reason}: {', '.join(check for _, check in checks)}"
        for reason, checks in groupby(not_run, key=lambda pair: pair[0])
    ]
    yield "Not run", lines or ["none"], []


def _check(check: str, results: Sequence[CheckResult]) -> Section:
    """One check: its severity, name, reason and fix, and the first findings."""
    first, hidden = results[0], len(results) - MAX_FINDINGS
    failed = first.state == "failed"
    title = f"{first.severity if failed else 'Excepted'}: {check}, {first.name} ({len(results)})"
    about = " ".join(filter(None, (first.reason, first.fix if failed else "")))
    more = [f"and {hidden:,} more (all of them: --format jsonl)"] if hidden > 0 else []
    rows = [{"subject": r.subject, "value": r.value} for r in results[:MAX_FINDINGS]]
    return title, [about, *more], [row for row in rows if any(row.values())]
