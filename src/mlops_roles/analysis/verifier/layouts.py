"""The verifier's own reading of tables that are not one plain row a person.

A certificate says how its table was read: the form of the file, the layout, what each column is and
what separates names. By that, and with no code of the reader, the cells about one person are read
again. A column is what the certificate says only if its heading says so too, or --map does.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

from ...errors import InputError
from ...io.text import map_option, quoted
from .cell_names import CellNames
from .dates import read_dates
from .headings import (
    fold_heading,
    is_of_rows,
    kind_of,
    level_in,
    pair_in,
    says_required,
    says_years,
)
from .levels import Levels, fold, is_blank
from .pieces import CellPieces, Piece, split_cell
from .presence import Presence
from .reading import EVIDENCE_COLUMNS, PersonRows, Row, accepted_names, digest
from .records import pairs_in
from .stated_reading import LONG, TRANSPOSED, WIDE_COLUMN, described
from .tables import Table, joined, one_line, read_table, turned


class PersonCells(PersonRows):
    """The cells about a person in a table of any layout, as a certificate says it was read.

    Attributes:
        pieces: what the cells have between separators.
        layout: of the certificate.
        described: the reading of the certificate, without what is derived from the cells.
    """

    def __init__(  # noqa: PLR0913  # the files and what is said of them
        self,
        path: Path,
        given: Mapping[str, Any],
        names: CellNames,
        *,
        mapping: Mapping[str, str | Sequence[str]],
        ignore: Sequence[str] = (),
        key: bytes | None = None,
        join: Path | None = None,
    ):
        self.path, self.names, self.described = path, names, described(given, path)
        self.ignore = ignore
        self.columns: dict[str, list[str]] = self.described["columns"]
        self.layout = self.described["layout"]
        table = read_table(path, self.described["table"])
        self.digest = digest(path.read_bytes())
        self.joined_digest = ""
        if both := self.described.get("joined"):
            table = self._joined(table, both, join)
        if self.layout == TRANSPOSED:
            table = turned(table, table.place(str(self.described["table"].get("skills_in"))))
        self.unread = table.unread + self._leave_broken_json(table)
        self.header, self.table = table.header, table
        self.cells = CellPieces(self.described, table, names)
        self._check_columns(mapping)
        self.presence = self._presence(mapping)
        used = {name for some in self.columns.values() for name in some}
        used |= set((self.described.get("presence") or {}).get("columns", {}).values())
        self.ignored_columns = tuple(name for name in table.header if name and name not in used)
        self.people = self._people(given.get("person"), key)
        self.found = [(rows[0][0], {}) for rows in self.people]

    def _leave_broken_json(self, table: Table) -> int:
        """Leave the rows out that have invalid JSON where there is JSON; how many there are."""
        if not self.described.get("json_cells"):
            return 0
        places = [table.place(h) for kind in EVIDENCE_COLUMNS for h in self.columns.get(kind, ())]
        whole = [
            row
            for row in table.rows
            if not any(row[1][i][:1] in ("[", "{") and pairs_in(row[1][i]) is None for i in places)
        ]
        broken = len(table.rows) - len(whole)
        table.rows = whole
        return broken

    def _joined(self, table: Table, both: Mapping[str, Any], join: Path | None) -> Table:
        """The table joined with a sheet, or with a file that is given or in the same folder."""
        if sheet := both.get("sheet"):
            return joined(
                table, read_table(self.path, both["table"] | {"sheet": sheet}), both["on"]
            )
        other = join or self.path.parent / str(both.get("file"))
        if not other.is_file():
            raise InputError(
                f"{self.path}: was certified with a second file, {both.get('file')}; name it with "
                "--join"
            )
        right = read_table(other, both["table"])
        self.joined_digest = digest(other.read_bytes())
        return joined(table, right, both["on"])

    def _check_columns(self, mapping: Mapping[str, str | Sequence[str]]) -> None:
        """Raise InputError for a column that neither its heading nor --map makes what is said.

        Nor may a column be left out that names a skill, or is evidence by its own name.
        """
        open_ = [
            map_option(kind, heading)
            for kind, some in self.columns.items()
            for heading in some
            if self.table.place(heading) >= 0 and not self._is_confirmed(kind, heading, mapping)
        ]
        if open_:
            raise InputError(
                f"{self.path}: the certificate reads columns by headings that verify does not "
                f"guess; if they are right, add {' '.join(open_)}"
            )
        used = {heading for some in self.columns.values() for heading in some}
        for heading in self.header:
            if heading and heading not in used and heading not in self.ignore:
                self._check_left_out(heading)

    def _check_left_out(self, heading: str) -> None:
        """Raise InputError if a column that the certificate does not rest on may be evidence."""
        is_evidence = fold_heading(heading) in EVIDENCE_COLUMNS or bool(self.names.read(heading))
        is_list = kind_of(heading) in (*EVIDENCE_COLUMNS, "skill") or bool(level_in(heading))
        if not is_evidence and is_list:
            at = self.table.place(heading)
            cells = {cells[at] for _, cells in self.table.rows}
            pieces = {piece for cell in cells for piece in self._split(cell)}
            is_evidence = any(map(self.names.read, pieces))
        if is_evidence and not says_required(heading):
            raise InputError(
                f"{self.path}: the column {heading!r} may have skills, and the certificate does "
                "not rest on it; if it is left out on purpose, add --ignore "
                f"{quoted(heading)}; else certify again"
            )

    def _is_confirmed(
        self, kind: str, heading: str, mapping: Mapping[str, str | Sequence[str]]
    ) -> bool:
        """Whether a heading is of a kind by its name, by one that is shipped, or by --map."""
        if kind == WIDE_COLUMN:
            return True  # the heading is the name of the skill
        named = mapping.get(kind, "")
        if heading in ([named] if isinstance(named, str) else [one_line(name) for name in named]):
            return True
        kinds = {kind, "skill" if kind == "skills" else kind, "skills" if kind == "skill" else kind}
        is_other = (
            (kind == "person" and kind_of(heading) == "key")
            or (kind == "level" and says_years(heading) and pair_in(heading).isdigit())
            or (kind == "skills" and bool(level_in(heading)))
        )
        return is_other or kind_of(heading) in kinds

    def _presence(self, mapping: Mapping[str, str | Sequence[str]]) -> Presence | None:
        """Who is there, if the certificate states how that is known."""
        stated = self.described.get("presence")
        if stated is None:
            return None
        for kind, heading in stated["columns"].items():
            if not self._is_confirmed(kind, heading, mapping):
                raise InputError(
                    f"{self.path}: the certificate reads {heading!r} as {kind}; if that is right, "
                    f"add {map_option(kind, heading)}"
                )
        places = {heading: self.table.place(heading) for heading in stated["columns"].values()}
        return Presence(
            stated, lambda heading: [c[places[heading]] for _, c in self.table.rows], self.path
        )

    def _is_there(self, row: Row) -> bool:
        """Whether the person of a row counts at the date of the certificate."""
        if self.presence is None:
            return True
        return self.presence.counts(self._cell_of(row))

    def _cell_of(self, row: Row) -> Callable[[str], str]:
        return lambda heading: row[1][self.table.place(heading)]

    def _people(self, person: Any, key: bytes | None) -> list[list[Row]]:
        """The rows of each person of this name; of one row each, unless rows are of a skill."""
        rows = [
            (self._who(cells), (line, cells))
            for line, cells in self.table.rows
            if person and any(person in accepted_names(n, key) for n in self._names_of(cells))
        ]
        if self.layout != LONG:
            found = self._latest([row for _, row in rows], lambda _: "")
            there = [row for row in found if self._is_there(row)]
            if not self.described.get("joined"):
                return [[row] for row in there]
            lines = dict.fromkeys(line for line, _ in there)
            return [[row for row in there if row[0] == line] for line in lines]
        people = (self._rows_of(who) for who in dict.fromkeys(who for who, _ in rows))
        return [self._latest(found, self._skill) for found in people if found]

    def _rows_of(self, who: str) -> list[Row]:
        """The rows of a person that count, in a table with a row for each skill.

        Where their dates are of skills, those that are over are there without their skill.
        """
        rows = [row for row in self.table.rows if self._who(row[1]) == who]
        there = [row for row in rows if self._is_there(row)]
        if (presence := self.presence) is None or len(there) == len(rows):
            return rows
        dates = [{row[1][self.table.place(h)] for row in rows} - {""} for h in presence.headings]
        if not any(map(is_of_rows, presence.headings)):
            return there if any(len(some) > 1 for some in dates) else []
        if any(presence.is_gone(self._cell_of(row)) for row in rows):
            return []
        blank = {
            self.table.place(h) for kind in ("skill", "level") for h in self.columns.get(kind, ())
        }
        return [row if row in there else (row[0], _without(row[1], blank)) for row in rows]

    def _names_of(self, cells: Sequence[str]) -> set[str]:
        """The names that a row may have: as written, in two parts, and with its key."""
        person, given, family, key = (
            self.cells.cell_of(kind, cells) for kind in ("person", "given", "family", "key")
        )
        names = {person, f"{given} {family}".strip(), f"{given} {person}".strip()} - {""}
        if person and not given:
            names = {person, f"{person} {family}".strip()}
        return names | {f"{name} <{key}>" for name in names if key} or {key}

    def _who(self, cells: Sequence[str]) -> str:
        return self.cells.cell_of("key", cells) or min(self._names_of(cells), default="")

    def _latest(self, rows: Sequence[Row], key_of: Callable[[Sequence[str]], str]) -> list[Row]:
        """The rows of the latest date, for each key; all if there are no dates."""
        if not self.columns.get("date"):
            return list(rows)
        days = [self._day(self.cells.cell_of("date", cells)) for _, cells in rows]
        newest: dict[str, str] = {}
        for (_, cells), day in zip(rows, days, strict=True):
            newest[key_of(cells)] = max(day, newest.get(key_of(cells), ""))
        return [row for row, day in zip(rows, days, strict=True) if day == newest[key_of(row[1])]]

    def _day(self, text: str) -> str:
        """The date of an assessment as ISO text; '' if there is none."""
        settled = self.described.get("dates", {}).get(fold(text), "")
        if settled or is_blank(text):
            return "" if settled in ("", "blank") else settled
        if not (day := self._days.get(text)):
            raise InputError(f"{self.path}: the date {text!r} is none; write 2026-01-31")
        return day

    @cached_property
    def _days(self) -> dict[str, str]:
        at = self.table.place(self.columns["date"][0])
        settled = self.described.get("dates", {})
        return read_dates({c[at] for _, c in self.table.rows if fold(c[at]) not in settled})

    @property
    def pieces(self) -> list[Piece]:
        """What the cells of the one person have, column by column, in the order of the lines."""
        found = [piece for row in self.people[0] for piece in self.cells.of_row(*row)]
        return sorted(
            found, key=lambda piece: (EVIDENCE_COLUMNS.index(piece.column), piece.line or 0)
        )

    def ways(self, levels: Levels) -> list[str]:
        """What may say which way numbers run: levels not settled, headings above them, a legend."""
        above = [h for kind in (WIDE_COLUMN, "level") for h in self.columns.get(kind, ())]
        found = {cells[self.table.place(h)] for h in above for _, cells in self.table.rows}
        lists = [h for kind in EVIDENCE_COLUMNS for h in self.columns.get(kind, ())]
        cells = {cells[self.table.place(h)] for h in lists for _, cells in self.table.rows}
        pieces = {p for cell in cells if re.search(r"\d", cell) for p in self._split(cell)}
        is_known = lambda text: bool(self.names.read(text))  # noqa: E731
        found |= {levels.said(piece, is_known, self.names.is_listed).level for piece in pieces}
        open_ = sorted(text for text in found if fold(text) not in (levels.settled or {}))
        return [" ; ".join(open_), *above, " ; ".join(self.table.legend)]

    def _split(self, cell: str) -> list[str]:
        return split_cell(cell, self.described["separators"], self.names)

    def _skill(self, cells: Sequence[str]) -> str:
        """What is the same for all names of one skill."""
        name = self.cells.cell_of("skill", cells)
        skills = sorted(skill for kind, skill in self.names.read(name) if kind == "recorded")
        return " ".join(skills) or name.casefold()


def _without(cells: Sequence[str], places: set[int]) -> list[str]:
    """Cells of which those in some places are blank."""
    return ["" if i in places else cell for i, cell in enumerate(cells)]
