"""What is known of people and skills, as one sparse table, and how it is counted for each role.

The table has a row for each person and skill that the staff data say something about. Each distinct
name in a cell is looked up once; the rest are table expressions, the same on every engine.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from functools import cached_property
from typing import TYPE_CHECKING, Any

from ..ontology.graph import Graph
from ..ontology.names import fold_name
from ..ontology.tables import RoleTables
from ..staff.engine import Engine
from ..staff.people_table import LIST_COLUMNS, Staff
from ..staff.skill_cells import SkillName
from .audit_result import CLOSE, FLAGS, HAS, LACKS, TOOL

if TYPE_CHECKING:
    import ibis

PAIR_BITS, FLAG_BITS = 24, 5  # see `_pair` and `audit_result.FLAGS`
SUM_BITS = 53  # of whole numbers that a sum of floats has exactly
POINT = 1 << 20  # see `score_items`
ROLES_AT_ONCE = 8  # that are counted in the columns of one row, where most skills are of many roles


class SkillRows:
    """What the cells of staff data say of people and skills.

    Attributes:
        person_skills: (line, skill, flags) of each person and each skill or unknown name in the
            row, an Ibis table. `skill` is the place of a skill or, after all skills, that of an
            unknown name; `flags` combines the numbers of FLAGS by "or", and is 0 for an unknown
            name.
        unmatched: the unknown names, by their place.
        mapped: (column, name) of each name that accepted mappings decide, to the reasons.
    """

    def __init__(self, staff: Staff, engine: Engine, graph: Graph, role_tables: RoleTables):
        self._staff, self._engine = staff, engine
        self._graph, self._role_tables = graph, role_tables
        self.mapped: dict[tuple[str, str], list[str]] = {}
        self.unmatched: list[str] = []
        self.person_skills = self._read_person_skills()

    @cached_property
    def _pieces(self) -> ibis.Table:
        """(line, origin, piece) of each name in skills, lacks and assessed, untrimmed."""
        import ibis

        t = self._staff.table
        parts = [
            t.filter(t[c].notnull()).select(
                "line", origin=ibis.literal(i), piece=t[c].split(";").unnest()
            )
            for i, c in enumerate(LIST_COLUMNS)
        ]
        return ibis.union(*parts)

    def _read_person_skills(self) -> ibis.Table:
        """The table; line and skill are kept as one number, which takes half the memory."""
        found = self._pieces.join(self._read_names(), ["origin", "piece"])
        pairs = found.select(key=_pair(found, "skill"), flags=found.flags)
        kept = self._engine.combine_flags(pairs, FLAG_BITS)
        pair = kept.select(pair=kept.key, flags=kept.flags)
        return pair.select(**_parts(pair, "skill"), flags=pair.flags)

    def _read_names(self) -> ibis.Table:
        """(origin, piece, skill, flags) of each distinct piece that has a name in its column."""
        rows, unmatched = list[tuple[int, str, int, int]](), dict[str, int]()
        places, n_skills = self._role_tables.places, len(self._role_tables.skills)
        pieces = self._engine.fetch_rows(self._pieces.select("origin", "piece").distinct())
        for origin, piece in sorted(pieces):
            flags: Counter[int] = Counter()
            for name in self._staff.cells.read(piece):
                found, close = self._meant(LIST_COLUMNS[origin], name)
                for kind, skills in found.items():
                    for skill in skills:
                        flags[places[skill]] |= FLAGS[kind]
                for skill in close:
                    flags[places[skill]] |= CLOSE
                if not any(found.values()) and not close and not self._is_said(name):
                    flags[n_skills + unmatched.setdefault(name.name, len(unmatched))] |= 0
            rows += [(origin, piece, *pair) for pair in flags.items()]
        self.unmatched = list(unmatched)
        types = {"origin": int, "piece": str, "skill": int, "flags": int}
        return self._engine.from_rows(types, rows)

    def _meant(self, cell: str, name: SkillName) -> tuple[dict[str, list[str]], list[str]]:
        """The skills that a name says a person has, lacks, or has a tool as evidence for.

        In an assessment a tool says nothing, and neither does a tool that is lacking. Second, the
        skills that the name is close to by a mapping. Notes the mappings of the name.
        """
        names, folded = self._role_tables.names, fold_name(name.name)
        if mapped := names.mapped(folded):
            reasons = [m.reason(self._graph.curie(m.target)) for m in mapped]
            self.mapped[cell, name.name] = reasons
        state = "lacks" if cell == "lacks" else name.state
        meaning = names.meaning(folded, whole=state != "has")
        plain = [skill for kind, skill in meaning if kind == "recorded"]
        if state != "has":
            return {state: plain if state in ("lacks", "below") else []}, []
        tool = [skill for kind, skill in meaning if kind == "tool" and cell == "skills"]
        return {"has": plain, "tool": tool}, names.candidates(folded)

    def _is_said(self, name: SkillName) -> bool:
        """Whether a name with a level is known: a tool that is lacking says nothing of a skill."""
        return name.state != "has" and fold_name(name.name) in self._role_tables.names


# counted ---------------------------------------------------------------------------------


def score_roles(person_skills: ibis.Table, engine: Engine, role_tables: RoleTables) -> ibis.Table:
    """(line, block, c0, c1 …): the scores of a person for the roles of a block, packed in columns.

    `split_scores` gives a row for each person and role. A score has 1 << `score_bits` for each
    required skill that is recorded, and 1 for each that a tool alone is evidence for, so that it
    orders the people of a role.
    """
    bits, rows = score_bits(role_tables), list(_needed_in_blocks(role_tables))
    columns = [f"c{i}" for i in range(len(rows[0]) - 2 if rows else 1)]
    needed = engine.from_rows(dict.fromkeys(("skill", "block", *columns), int), rows)
    flags = person_skills.flags
    shown = person_skills.filter(((flags & (HAS | TOOL)) > 0) & ((flags & LACKS) == 0))
    met = shown.join(needed, "skill")
    has = (met.flags & HAS) > 0
    return _add_points(met, "block", {c: has.ifelse(met[c] << bits, met[c]) for c in columns})


def split_scores(scores: ibis.Table, role_tables: RoleTables) -> ibis.Table:
    """(line, role, score) of each person and role that share a skill."""
    import ibis

    width, size = roles_at_once(role_tables), 2 * score_bits(role_tables)
    places = (divmod(i, SUM_BITS // size) for i in range(width))
    parts = [
        scores.select(
            "line",
            role=scores.block * width + i,
            score=(scores[f"c{column}"] >> size * place) & ((1 << size) - 1),
        )
        for i, (column, place) in enumerate(places)
    ]
    return ibis.union(*(part.filter(part.score > 0) for part in parts))


def score_bits(role_tables: RoleTables) -> int:
    """The bits that hold how many skills a role requires; a score has twice as many."""
    return max(map(len, role_tables.needs("role").values()), default=1).bit_length()


def roles_at_once(role_tables: RoleTables) -> int:
    """The roles in a block: several if one in ROLES_AT_ONCE requires a skill, on average.

    A few roles share most of their skills, and are counted in one row for each person; of a large
    framework each role has few of the skills, and is counted in a row of its own.
    """
    pairs = sum(map(len, role_tables.needs("role").values()))
    is_dense = pairs * ROLES_AT_ONCE > len(role_tables.roles) * len(role_tables.skills)
    return min(ROLES_AT_ONCE, len(role_tables.roles)) if is_dense else 1


def _needed_in_blocks(role_tables: RoleTables) -> Iterator[tuple[int, ...]]:
    """(skill, block, c0, c1 …): a score of 1 for each role of the block that requires the skill."""
    needs, width, size = (
        role_tables.needs("role"),
        roles_at_once(role_tables),
        2 * score_bits(role_tables),
    )
    in_column = SUM_BITS // size
    for start in range(0, len(role_tables.roles), width):
        roles = [set(needs.get(role, ())) for role in role_tables.roles[start : start + width]]
        for skill in sorted(set().union(*roles)):
            ones = [(skill in role) << size * (i % in_column) for i, role in enumerate(roles)]
            columns = (sum(ones[i : i + in_column]) for i in range(0, width, in_column))
            yield role_tables.places[skill], start // width, *columns


def score_items(met: ibis.Table) -> ibis.Table:
    """(line, item, score): a POINT for each skill of an item that is recorded, 1 for each other."""
    return _add_points(met, "item", {"score": _points(met, HAS)})


def _points(met: ibis.Table, flag: int) -> Any:
    return ((met.flags & flag) > 0).ifelse(POINT, 1)


def _pair(table: ibis.Table, column: str) -> Any:
    """A line and a number below 1 << PAIR_BITS as one number, by which engines group faster.

    With two columns, DuckDB would also group before it joins, which takes twice the time.
    """
    return (table.line << PAIR_BITS) + table[column]


def _parts(table: ibis.Table, column: str) -> dict[str, Any]:
    """The columns `line` and `column` out of the column `pair`."""
    return {"line": table.pair >> PAIR_BITS, column: table.pair & ((1 << PAIR_BITS) - 1)}


def _add_points(table: ibis.Table, group: str, points: dict[str, Any]) -> ibis.Table:
    """(line, group, and each column of points): the points of each line and group, added up.

    The sum is one of floats, because those of integers become 128 bits wide in DuckDB and decimals
    in Postgres; below 2**53 it is exact.
    """
    floats = {name: value.cast("float64") for name, value in points.items()}
    pairs = table.select(pair=_pair(table, group), **floats)
    found = pairs.group_by("pair").agg(**{name: pairs[name].sum() for name in points})
    sums = {name: found[name].cast("int64") for name in points}
    return found.select(**_parts(found, group), **sums)
