"""Several staff files at once: their people in one table, and each row with its file and line."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import ibis

from ..errors import InputError
from .reading import Reading
from .skill_cells import SkillCells

if TYPE_CHECKING:
    from .assessments import Assessment
    from .people_table import Staff


def combine(parts: Sequence[Staff], columns: Sequence[str]) -> Staff:
    """The people of several files as one; their lines follow those of the file before.

    Raises InputError if levels of skills are on different scales, since one decides.
    """
    tables, starts, end = [], list[tuple[int, str]](), 0
    rejected = []
    for part in parts:
        starts.append((end, part.file))
        texts = {c: part.table[c].cast("string") for c in columns}
        tables.append(part.table.select(line=part.table.line.cast("int64") + end, **texts))
        rejected += [replace(row, line=row.line + end) for row in part.rejected]
        lines = [row.line for row in part.rejected] + [
            line for found in part.reading.left_out.values() for line in found
        ]
        end += max([part.reading.rows + (part.reading.header_row or 1), *lines])
    first = parts[0]
    return type(first)(
        ibis.union(*tables, distinct=False),
        ", ".join(part.file for part in parts),
        sum(part.read for part in parts),
        rejected,
        reading=_reading([part.reading for part in parts]),
        cells=_cells(parts),
        starts=starts,
        assessments=lambda line: _assessments(parts, starts, line),
    )


def _assessments(
    parts: Sequence[Staff], starts: Sequence[tuple[int, str]], line: int
) -> list[Assessment]:
    """The assessments of the person in a line, from the file that has the line."""
    at = max(i for i, (start, _) in enumerate(starts) if start < line)
    start = starts[at][0]
    return [replace(row, line=row.line + start) for row in parts[at].assessments(line - start)]


def _cells(parts: Sequence[Staff]) -> SkillCells:
    """How names with levels are read: on the one scale of the files that have levels."""
    found = [part for part in parts if part.reading.scale]
    scales = {str(part.reading.scale) for part in found}
    if len(scales) > 1:
        raise InputError(
            f"{found[0].file} and {found[1].file}: levels on different scales; settle one for "
            "both with --scale, or read the files one by one"
        )
    return (found or list(parts))[0].cells


def _reading(parts: Sequence[Reading]) -> Reading:
    """The readings of several files as one, with the file before each note."""
    whole = Reading(", ".join(p.file for p in parts), "files", layout=f"{len(parts)} files")
    for part in parts:
        whole.rows += part.rows
        whole.columns += part.columns
        whole.scale, whole.as_of = whole.scale or part.scale, whole.as_of or part.as_of
        whole.notes += [f"{part.file}: {line.rstrip('.')}" for line in part.summary()]
        for column, values in part.values.items():
            whole.values[column] = whole.values.get(column, {}) | values
        for reason, lines in part.left_out.items():
            whole.leave_out(reason, lines)
        for title, times in part.open_roles.items():
            whole.open_roles[title] = whole.open_roles.get(title, 0) + times
        whole.open_in_units += part.open_in_units
        whole.not_understood += [{"file": part.file, **row} for row in part.not_understood]
    return whole
