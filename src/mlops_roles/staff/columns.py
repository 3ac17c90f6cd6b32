"""Which column of a table is what: by a mapping, our own name, a synonym, or the values.

A guessed column is checked against a sample of its values: if none of them has a meaning in such a
column, it is not read. Two columns that could both be the person, the title or the status are an
error, because a wrong guess would judge everybody by it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from ..errors import InputError
from ..io.resources import FilePath
from ..io.text import map_option
from ..ontology.names import fold_name
from .column_values import ColumnValues
from .headings import (
    MORE,
    OWN,
    Vocabulary,
    fold_heading,
    heading_stem,
    is_in_years,
    is_required,
    level_in_heading,
    says,
    synonym,
)
from .people_table import LIST_COLUMNS
from .reading import ColumnReading, ReadOptions

ALONE = ("person", "title", "status")  # of which there can be only one, or it is an error


@dataclass
class Columns:
    """The columns that are read, by their index, and how each heading was read."""

    at: dict[str, list[int]]
    readings: list[ColumnReading]
    wide: list[int] = field(default_factory=list)
    # a column of skills to that of their level, as Skill 2 and Level 2
    levels: dict[int, int] = field(default_factory=dict)

    def one(self, name: str) -> int | None:
        """The index of the one column of this kind, or None."""
        found = self.at.get(name)
        return found[0] if found else None


def choose_columns(
    headings: Sequence[str],
    sample: Sequence[Sequence[str]],
    options: ReadOptions,
    vocabulary: Vocabulary,
    path: FilePath,
) -> Columns:
    """Which column is what.

    Raises InputError for a mapping to a column that does not exist, a duplicate heading, and two
    columns that could be the same.
    """
    names = [str(h or "").strip() for h in headings]
    check_headings(names, options, path)
    chooser = _Chooser(names, sample, options, vocabulary, path)
    return chooser.columns()


def check_headings(names: Sequence[str], options: ReadOptions, path: FilePath) -> None:
    """Raise InputError for duplicate headings, and for an option that names no heading."""
    listed = ", ".join(names)[:300]
    if twice := sorted(n for n, times in Counter(names).items() if n and times > 1):
        raise InputError(
            f"{path}, line 1: duplicate column {', '.join(twice)[:300]}; rename one of them"
        )
    if options.headings and list(options.headings) != list(names):
        gone = [n for n in options.headings if n not in names]
        new = [n for n in names if n not in options.headings]
        changed = (
            f"missing: {', '.join(gone)[:200] or 'none'}; new: {', '.join(new)[:200] or 'none'}"
            if gone or new
            else "they are in another order"
        )
        raise InputError(
            f"{path}: its columns are not those of the mapping ({changed}); review the mapping and "
            "save it again with --save-mapping"
        )
    _check_pairs(options.pairs)
    for ours, theirs in options.pairs:
        if ours not in (*OWN, *MORE):
            known = ", ".join((*OWN, *MORE))
            raise InputError(f"--map {ours}={theirs}: no column {ours!r} of ours; ours are {known}")
        if theirs not in names:
            raise InputError(
                f"--map {ours}={theirs}: {path} has no column {theirs!r}; it has {listed}"
            )
    for theirs in options.ignore:
        if theirs not in names:
            raise InputError(f"--ignore {theirs}: {path} has no column {theirs!r}; it has {listed}")


def _check_pairs(pairs: Sequence[tuple[str, str]]) -> None:
    """Raise InputError for one heading as two columns, and two headings that cannot be joined."""
    times = Counter(theirs for _, theirs in pairs)
    if twice := [(ours, theirs) for ours, theirs in pairs if times[theirs] > 1]:
        columns = " and ".join(ours for ours, theirs in twice if theirs == twice[0][1])
        raise InputError(f"--map: {twice[0][1]!r} is mapped as {columns}; leave one of them")
    several = (*LIST_COLUMNS, "level")
    counts = Counter(ours for ours, _ in pairs)
    if one := next((c for c, n in counts.items() if n > 1 and c not in several), None):
        raise InputError(
            f"--map {one}: mapped to {counts[one]} columns; only {', '.join(LIST_COLUMNS)} "
            "may have several"
        )


class _Chooser:
    """The choice of columns for one table."""

    def __init__(
        self,
        names: Sequence[str],
        sample: Sequence[Sequence[str]],
        options: ReadOptions,
        vocabulary: Vocabulary,
        path: FilePath,
    ):
        self.names, self.options, self.vocabulary, self.path = names, options, vocabulary, path
        self.values = ColumnValues(names, sample, options, vocabulary)
        self.chosen: dict[int, ColumnReading] = {}
        self.refused: dict[int, str] = {}
        self.fixes: dict[int, str] = {}

    def columns(self) -> Columns:
        """All columns, chosen in the order in which they depend on each other."""
        mapped = {theirs: ours for ours, theirs in self.options.pairs}
        for i, name in enumerate(self.names):
            if name in mapped:
                self.chosen[i] = ColumnReading(name, mapped[name], "mapped", "as settled")
            elif name in self.options.ignore:
                self.refused[i] = "ignored as settled"
        guesses = self._guesses()
        if len(guesses.get("skill", ())) > 1:  # Skill 1, Skill 2
            self._check_numbered(guesses)
            guesses.setdefault("skills", []).extend(guesses.pop("skill"))
        if guesses.get("family"):  # a preferred name is a person's name only without it
            names = guesses.pop("person", [])
            self._refuse([pair for pair in names if pair[0] > 1], "a column of another kind")
            guesses["person"] = [pair for pair in names if pair[0] <= 1]
        for column in (*OWN, *MORE):
            self._choose(column, guesses.get(column, []))
        for i, name in enumerate(self.names):
            if self._is_free(i) and level_in_heading(name) and self.values.are_skills(i):
                why = "names of skills, under a heading that is a level"
                self.chosen[i] = ColumnReading(name, "skills", "guessed", why)
        units = [pair for pair in guesses.get("unit", []) if pair[0] > 1]
        self._role_as_title([*guesses.get("role", []), *units])
        wide = self._wide()
        at: dict[str, list[int]] = {}
        for i, found in sorted(self.chosen.items()):
            if found.column and i not in wide:
                at.setdefault(found.column, []).append(i)
        if years := self._numbered_years(at):
            at["level"] = years
        levels = self._numbered_levels(at)
        return Columns(at, [self._reading(i) for i in range(len(self.names))], wide, levels)

    def _check_numbered(self, guesses: Mapping[str, list[tuple[int, int]]]) -> None:
        """Raise InputError if several columns of a skill, and some of a level, form no pairs."""
        skills, levels = (
            [self.names[i] for _, i in guesses.get(kind, ())] for kind in ("skill", "level")
        )
        if levels and sorted(map(heading_stem, skills)) != sorted(map(heading_stem, levels)):
            raise InputError(
                f"{self.path}: {len(skills)} columns could be the skill and {len(levels)} its "
                f"level: {', '.join(map(repr, [*skills, *levels]))[:300]}; name pairs by the same "
                f"number, as in 'Skill 1' and 'Level 1', or choose one: "
                f"{map_option('skill', skills[0])}"
            )

    def _numbered_years(self, at: Mapping[str, list[int]]) -> list[int]:
        """The columns of years, such as Years 2, with the number of a skill, such as Skill 2."""
        stems = {heading_stem(self.names[i]) for i in at.get("skills", ())}
        if at.get("level") or len(stems) < 2 or not all(map(str.isdigit, stems)):
            return []
        free = [(i, name) for i, name in enumerate(self.names) if i not in self.chosen]
        years = [i for i, name in free if is_in_years(name) and heading_stem(name) in stems]
        for i in years:
            why = "years, with the number of a skill"
            self.chosen[i] = ColumnReading(self.names[i], "level", "guessed", why)
        return years

    def _numbered_levels(self, at: dict[str, list[int]]) -> dict[int, int]:
        """Several columns of levels by the column of skills with the same stem."""
        if len(at.get("level", ())) < 2:
            return {}
        levels = {heading_stem(self.names[i]): i for i in at.pop("level")}
        stems = {i: heading_stem(self.names[i]) for i in at.get("skills", ())}
        return {i: levels[stem] for i, stem in stems.items() if stem in levels}

    def _guesses(self) -> dict[str, list[tuple[int, int]]]:
        """Column to (rank, index) of the headings that may be it; rank 0 is our own name."""
        found: dict[str, list[tuple[int, int]]] = {}
        for i, name in enumerate(self.names):
            if i in self.chosen or i in self.refused or not name:
                continue
            if self.vocabulary.has_skill_in_brackets(name):
                continue
            folded = fold_heading(name)
            if folded in OWN:
                found.setdefault(folded, []).append((0, i))
                continue
            column, rank = synonym(name)
            if column == "other":
                self.refused[i] = "a column of another kind"
            elif column:
                found.setdefault(column, []).append((rank, i))
        return found

    def _choose(self, column: str, guesses: list[tuple[int, int]]) -> None:
        """Choose one column, or all of several with skills."""
        if any(found.column == column for found in self.chosen.values()):
            self._refuse(guesses, f"{column} is mapped")
            return
        is_one = len(guesses) == 1
        fits = [(rank, i) for rank, i in sorted(guesses) if self._fits(column, rank, i, is_one)]
        best = [i for rank, i in fits if rank == fits[0][0]]
        if len(best) > 1 and column in ALONE:
            best = self._settle_alone(column, best)
        is_numbered = column == "level" and self._are_numbered(best)
        take = [i for _, i in fits] if column in LIST_COLUMNS or is_numbered else best[:1]
        for rank, i in fits:
            if i in take:
                how, why = ("guessed", f"a heading for {column}") if rank else ("named", "")
                self.chosen[i] = ColumnReading(self.names[i], column, how, why)
        rest = [(rank, i) for rank, i in fits if i not in take]
        self._refuse(rest, f"{column} is read from {self.names[take[0]]}" if take else "")
        is_other = column in ("level", "end", "left", "vacant")  # which may say something else
        for _, i in rest:
            if is_other or (column == "person" and self.names[i][-1].isdecimal()):
                self.fixes[i] = f"to read this one instead: {map_option(column, self.names[i])}"

    def _are_numbered(self, levels: Sequence[int]) -> bool:
        """Whether several columns of levels have the stems of columns of skills."""
        of = {heading_stem(self.names[i]) for i, c in self.chosen.items() if c.column == "skills"}
        return len(levels) > 1 and all(heading_stem(self.names[i]) in of - {""} for i in levels)

    def _refuse(self, guesses: Iterable[tuple[int, int]], why: str) -> None:
        for _, i in guesses:
            if i not in self.chosen:
                self.refused.setdefault(i, why)

    def _settle_alone(self, column: str, best: list[int]) -> list[int]:
        """The one that its values decide for; an error if several could be it."""
        if column == "title":
            known = [i for i in best if any(map(self.vocabulary.is_title, self.values.of[i]))]
            if len(known) == 1:
                return known
        names = " and ".join(repr(self.names[i]) for i in best)
        raise InputError(
            f"{self.path}: {len(best)} columns could be the {column}: {names}; choose one: "
            f"{' or '.join(map_option(column, self.names[i]) for i in best[:2])}"
        )

    def _fits(self, column: str, rank: int, i: int, is_one: bool) -> bool:
        """Whether the values of a column have a meaning there; refuses it if not."""
        if self.values.fit(i, column, rank, is_one):
            return True
        self.refused[i] = f"a heading for {column}, but none of its values is one"
        if column != "role":
            self.fixes[i] = f"to read it: {map_option(column, self.names[i])}"
        return False

    def _role_as_title(self, guesses: list[tuple[int, int]]) -> None:
        """Read the column Role as the title if there is no title and its values are titles.

        So is a column that is a unit only if there is no other, such as Function.
        """
        if any(found.column == "title" for found in self.chosen.values()):
            return
        for _, i in guesses:
            values, known = self.values.of[i], self.vocabulary
            found = self.chosen.get(i)
            is_role = found and found.column == "role" and all(map(known.is_role, values))
            is_ours = is_role or (found and found.how == "mapped")
            if not is_ours and any(map(known.is_title, values)):
                self.refused.pop(i, None)
                why = "no column has titles, and its values are titles"
                self.chosen[i] = ColumnReading(self.names[i], "title", "guessed", why)
                return

    # a column for each skill -----------------------------------------------------------

    def _wide(self) -> list[int]:
        """The columns that are skills: known names with levels as values, and their neighbours."""
        for i, name in enumerate(self.names):
            if self._is_free(i) and is_required(name) and self.values.are_levels(i):
                self.refused[i] = "what is required, and not what people have"
        levels = {
            i for i in range(len(self.names)) if self._is_free(i) and self.values.are_levels(i)
        }
        known = {i for i in levels if self.vocabulary.is_skill(self.names[i])}
        if not known or (len(known) == 1 and self._is_by_chance(*known)):
            return []
        found, top = set(known), max(map(self.values.highest, known), default=0)
        for step in (1, -1):
            for i in known:
                while (i := i + step) in levels and self.values.highest(i) <= max(top, 5):
                    found.add(i)
        for i in [i for i in known if is_in_years(self.names[i])]:
            if any(self._is_level_of_same(i, other) for other in known if other != i):
                self.refused[i] = "years, next to the level of the same skill"
                found.discard(i)
        for i in found:
            why = "a skill by its name" if i in known else "next to columns of skills"
            self.chosen[i] = ColumnReading(self.names[i], "skill with level", "guessed", why)
        return sorted(found)

    def _is_level_of_same(self, years: int, other: int) -> bool:
        """Whether another column has the level of the skill of a column of years."""
        name = self.vocabulary.rated_skill
        same = fold_name(name(self.names[years])) == fold_name(name(self.names[other]))
        return same and not is_in_years(self.names[other])

    def _is_by_chance(self, i: int) -> bool:
        """Whether the one heading that names a skill is of something else, next to a list of them.

        It does not if it has a word for a level, too, or asks a question.
        """
        has_list = any(found.column == "skills" for found in self.chosen.values())
        is_rated = self.vocabulary.rated_skill(self.names[i]) != self.names[i]
        if len(self.names) < 5 or not has_list or is_rated or self.options.layout == "wide":
            return False
        self.refused[i] = "one skill next to a column of skills"
        self.fixes[i] = "if its levels are those of people: --layout wide"
        return True

    def _is_free(self, i: int) -> bool:
        return bool(self.names[i]) and i not in self.chosen and i not in self.refused

    def _reading(self, i: int) -> ColumnReading:
        """How a column was read; one that resembles ours has the option that reads it."""
        if i in self.chosen:
            return self.chosen[i]
        name, kinds = self.names[i], {c.column for c in self.chosen.values()}
        advice = self.values.advice(i, kinds) if self._is_free(i) else None
        if advice:
            return ColumnReading(name, None, "not read", *advice)
        why = self.refused.get(i) or ("an unknown heading" if name else "no heading")
        fix = self.fixes.get(i, "")
        is_open = not kinds & {"end", "left", "status"}
        if is_open and not fix and self.values.of[i] and says(name, "leaving"):
            fix = f"if it says who left: {map_option('left', name)}"
        return ColumnReading(name, None, "not read", why, fix)
