"""Which column of a table is what: by a mapping, our own name, a synonym, or the values.

The synonyms are data (`ontology/staff/columns.csv`); those of rank 2 count only where there is no
other. A guessed column is checked against a sample of its values: if none of them has a meaning in
such a column, it is not read. Two columns that could both be the person, the title or the status
are an error, because a wrong guess would judge everybody by it.
"""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache

from ..errors import InputError
from ..io.resources import FilePath, resource_rows
from ..io.text import map_option, quoted
from ..ontology.names import fold_name
from .dates import is_date
from .reading import ColumnReading, ReadOptions
from .values import BLANK, fold_value, meanings, parse_level, status_of

OWN = ("person", "title", "unit", "role", "skills", "lacks", "assessed", "status", "start", "end")
MORE = ("key", "given", "family", "skill", "level", "date", "source", "left", "vacant")
SEVERAL = ("skills", "lacks", "assessed")  # may be several columns, which are read as one
ALONE = ("person", "title", "status")  # of which there can be only one, or it is an error
_REFERENCE = re.compile(r"[A-Z]\d+|[\w-]+:\S+")  # a notation, CURIE or IRI, known or not
SIMILAR = 0.84  # of a heading that resembles one of ours
# a group or number before the name of a skill, as in 'Data > SQL', '[Data] SQL' and '1.2 SQL'
_GROUPED = re.compile(
    r"(?:.*\S\s*(?:[:>|]|\s[-–—])\s+|\[[^\]]*\]\s*|\(?[A-Za-z]{0,3}\d+(?:\.\d+)*[.):]?\s+)(\S.*)"
)
_RATING = ("level", "skill", "skills")  # what a word next to the name of a skill may be
LONGEST = 500  # characters of a heading, or of a text in the place of a name


@dataclass(frozen=True)
class Vocabulary:
    """What the ontology knows of the values of a table."""

    # the folded names of skills and tools
    names: Mapping[str, object] = field(default_factory=dict)
    # whether a text names a role by slug, notation or IRI
    is_role: Callable[[str], bool] = lambda _: True
    # whether a text is a job title that names a role
    is_title: Callable[[str], bool] = lambda _: True

    def is_skill(self, name: str) -> bool:
        """Whether it is a name of a skill or tool; a remark in brackets may follow."""
        return any(fold_name(n) in self.names for n in (name, _bare(name), self.rated_skill(name)))

    def rated_skill(self, heading: str) -> str:
        """The name in the heading of a column of levels, as 'Python' of 'Nivel de Python (1-5)'.

        Without a remark in brackets, and without words for a level or skill if the rest is known.
        What is in the brackets is the name if it is known, as in 'Rate your skills [Python]'.
        """
        name = re.sub(r"\s*[(\[][^)\]]*[)\]]\s*$", "", heading.strip()[:LONGEST])
        if fold_name(name) in self.names:
            return name
        if inside := self._in_brackets(heading):
            return inside
        words = [word for word in re.split(r"[\s_:?¿–-]+", name) if word]
        if name.endswith("?") and any(_is_rating(w) or _is_having(w) for w in words):
            ends = (" ".join(words[i:]) for i in range(len(words)))
            return next((end for end in ends if fold_name(end) in self.names), name)
        while words and _is_rating(words[-1]):
            words.pop()
        if words and _is_having(words[0]):
            words = words[1:]
        while words and _is_rating(words[0]):
            words = words[2 if words[1:] and fold_value(words[1]) in meanings("of") else 1 :]
        grouped = _GROUPED.fullmatch(name)
        found = (" ".join(words), grouped[1] if grouped else "")
        return next((one for one in found if fold_name(one) in self.names), name)

    def _in_brackets(self, heading: str) -> str:
        """The name of a skill in the brackets that end a heading; '' if there is none."""
        match = re.search(r"[(\[]([^()\[\]]*)[)\]]\s*$", heading[:LONGEST])
        return match[1].strip() if match and fold_name(match[1]) in self.names else ""

    def has_skill_in_brackets(self, heading: str) -> bool:
        """Whether a heading is a question about the skill in its brackets."""
        name = self._in_brackets(heading)
        return bool(name) and self.rated_skill(heading) == name


def _is_period(text: str) -> bool:
    """Whether a text is two dates, the second of which may be open, such as '2018 – heute'."""
    parts = re.split(r"\s*[–—]\s*|\s+(?:-|to|bis|à|a)\s+|(?<=\d{4})-(?=\d{4}|\D)", text.strip())
    ends = len(parts) == 2 and (is_date(parts[1]) or fold_value(parts[1]) in meanings("end"))
    return ends and is_date(parts[0])


# what an unread column could be by its values, and the option that reads it as that
_UNKNOWN: tuple[tuple[str, Callable[[str], bool], str], ...] = (
    ("status", lambda v: len(v) > 3 and bool(status_of(v)), "if it says who is there: {}"),
    ("date", is_date, "if skills were assessed then: {}"),
    ("end", lambda v: is_date(v) or fold_value(v) in meanings("end"), "if people left then: {}"),
    ("level", lambda v: parse_level(v) is not None, "if it is the level of the skill: {}"),
    ("period", _is_period, "if these ended: write starts and ends into two columns"),
)


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


def fold_heading(text: str) -> str:
    """A heading as it is compared: without case, accents, white space and punctuation.

    '#' is the word 'number', as in 'Employee #'.
    """
    plain = unicodedata.normalize("NFKD", text.casefold().replace("#", "number"))
    return re.sub(r"[\W_]", "", "".join(c for c in plain if not unicodedata.combining(c)))


@cache
def synonyms() -> dict[str, tuple[str, int]]:
    """Folded heading to column and rank."""
    rows = resource_rows("ontology", "staff/columns")
    return {fold_heading(r["heading"]): (r["column"], int(r["rank"])) for r in rows}


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
    counts = Counter(ours for ours, _ in pairs)
    if one := next((c for c, n in counts.items() if n > 1 and c not in (*SEVERAL, "level")), None):
        raise InputError(
            f"--map {one}: mapped to {counts[one]} columns; only {', '.join(SEVERAL)} "
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
        cells = [[row[i].strip() for row in sample if len(row) > i] for i in range(len(names))]
        self.values = [list(dict.fromkeys(filter(None, column)))[:50] for column in cells]
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
            if self._is_free(i) and level_in_heading(name) and self._are_skills(i):
                why = "names of skills, under a heading that is a level"
                self.chosen[i] = ColumnReading(name, "skills", "guessed", why)
        units = [pair for pair in guesses.get("unit", []) if pair[0] > 1]
        self._role_as_title([*guesses.get("role", []), *units])
        wide = self._wide()
        at: dict[str, list[int]] = {}
        for i, found in sorted(self.chosen.items()):
            if found.column and i not in wide:
                at.setdefault(found.column, []).append(i)
        levels = self._numbered_levels(at)
        return Columns(at, [self._reading(i) for i in range(len(self.names))], wide, levels)

    def _check_numbered(self, guesses: Mapping[str, list[tuple[int, int]]]) -> None:
        """Raise InputError if several columns of a skill, and some of a level, form no pairs."""
        skills, levels = (
            [self.names[i] for _, i in guesses.get(kind, ())] for kind in ("skill", "level")
        )
        if levels and sorted(map(_stem, skills)) != sorted(map(_stem, levels)):
            raise InputError(
                f"{self.path}: {len(skills)} columns could be the skill and {len(levels)} its "
                f"level: {', '.join(map(repr, [*skills, *levels]))[:300]}; name pairs by the same "
                f"number, as in 'Skill 1' and 'Level 1', or choose one: "
                f"{map_option('skill', skills[0])}"
            )

    def _numbered_levels(self, at: dict[str, list[int]]) -> dict[int, int]:
        """Several columns of levels by the column of skills with the same stem."""
        if len(at.get("level", ())) < 2:
            return {}
        levels = {_stem(self.names[i]): i for i in at.pop("level")}
        stems = {i: _stem(self.names[i]) for i in at.get("skills", ())}
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
            column, rank = _synonym(name)
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
        fits = [(rank, i) for rank, i in sorted(guesses) if self._fits(column, rank, i, guesses)]
        best = [i for rank, i in fits if rank == fits[0][0]]
        if len(best) > 1 and column in ALONE:
            best = self._settle_alone(column, best)
        is_numbered = column == "level" and self._are_numbered(best)
        take = [i for _, i in fits] if column in SEVERAL or is_numbered else best[:1]
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
        of = {_stem(self.names[i]) for i, c in self.chosen.items() if c.column == "skills"}
        return len(levels) > 1 and all(_stem(self.names[i]) in of - {""} for i in levels)

    def _refuse(self, guesses: Iterable[tuple[int, int]], why: str) -> None:
        for _, i in guesses:
            if i not in self.chosen:
                self.refused.setdefault(i, why)

    def _settle_alone(self, column: str, best: list[int]) -> list[int]:
        """The one that its values decide for; an error if several could be it."""
        if column == "title":
            known = [i for i in best if any(map(self.vocabulary.is_title, self.values[i]))]
            if len(known) == 1:
                return known
        names = " and ".join(repr(self.names[i]) for i in best)
        raise InputError(
            f"{self.path}: {len(best)} columns could be the {column}: {names}; choose one: "
            f"{' or '.join(map_option(column, self.names[i]) for i in best[:2])}"
        )

    def _fits(self, column: str, rank: int, i: int, guesses: list[tuple[int, int]]) -> bool:
        """Whether the values of a column have a meaning there; our own names need no proof."""
        values, known = self.values[i], self.vocabulary
        tests: dict[str, Callable[[str], bool]] = {
            "role": lambda v: known.is_role(v) or bool(_REFERENCE.fullmatch(v)),
            "status": lambda v: bool(self._settled("status", v) or status_of(v)),
            "start": is_date,
            "end": is_date,
            "level": lambda v: parse_level(v) not in (None, BLANK),
            "left": lambda v: status_of(v) in ("present", "left"),
            "vacant": lambda v: status_of(v) in ("present", "left", "vacant"),
        }
        if (rank and column == "skills" and len(guesses) > 1) or (rank > 1 and column == "title"):
            test = self._has_skill if column == "skills" else known.is_title
        elif column in tests and (rank or column == "role"):
            test = tests[column]
        else:
            return True
        if not values or any(map(test, values)):
            return True
        self.refused[i] = f"a heading for {column}, but none of its values is one"
        if column != "role":
            self.fixes[i] = f"to read it: {map_option(column, self.names[i])}"
        return False

    def _settled(self, column: str, value: str) -> str | None:
        return self.options.values.get((column, fold_value(value)))

    def _has_skill(self, text: str) -> bool:
        return any(self.vocabulary.is_skill(p) for p in re.split(r"[;,|\n/:(]", text))

    def _role_as_title(self, guesses: list[tuple[int, int]]) -> None:
        """Read the column Role as the title if there is no title and its values are titles.

        So is a column that is a unit only if there is no other, such as Function.
        """
        if any(found.column == "title" for found in self.chosen.values()):
            return
        for _, i in guesses:
            values, known = self.values[i], self.vocabulary
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
            if self._is_free(i) and is_required(name) and self._has_levels(i):
                self.refused[i] = "what is required, and not what people have"
        levels = {i for i in range(len(self.names)) if self._is_free(i) and self._has_levels(i)}
        known = {i for i in levels if self.vocabulary.is_skill(self.names[i])}
        if not known or (len(known) == 1 and self._is_by_chance(*known)):
            return []
        found, top = set(known), max(map(self._highest, known), default=0)
        for step in (1, -1):
            for i in known:
                while (i := i + step) in levels and self._highest(i) <= max(top, 5):
                    found.add(i)
        for i in found:
            why = "a skill by its name" if i in known else "next to columns of skills"
            self.chosen[i] = ColumnReading(self.names[i], "skill with level", "guessed", why)
        return sorted(found)

    def _is_by_chance(self, i: int) -> bool:
        """Whether the one heading that names a skill may mean another thing, beside a list of them.

        It does not if it has a word for a level, too, or asks a question.
        """
        has_list = any(found.column == "skills" for found in self.chosen.values())
        is_rated = self.vocabulary.rated_skill(self.names[i]) != self.names[i]
        if len(self.names) < 5 or not has_list or is_rated or self.options.layout == "wide":
            return False
        self.refused[i] = "one skill beside a column of skills"
        self.fixes[i] = "if its levels are those of people: --layout wide"
        return True

    def _is_free(self, i: int) -> bool:
        return bool(self.names[i]) and i not in self.chosen and i not in self.refused

    def _has_levels(self, i: int) -> bool:
        """Whether all values are levels, and the column is not empty, or is named as a skill."""
        is_level = all(map(self._is_level, self.values[i]))
        return is_level and (bool(self.values[i]) or self.vocabulary.is_skill(self.names[i]))

    def _is_level(self, value: str) -> bool:
        return bool(self._settled("level", value) or parse_level(value))

    def _highest(self, i: int) -> float:
        levels = filter(None, map(parse_level, self.values[i]))
        return max((x.number or 0 for x in levels), default=0)

    # what is not read ------------------------------------------------------------------

    def _reading(self, i: int) -> ColumnReading:
        """How a column was read; one that resembles ours has the option that reads it."""
        if i in self.chosen:
            return self.chosen[i]
        name = self.names[i]
        why = self.refused.get(i) or ("an unknown heading" if name else "no heading")
        if name and i not in self.refused and self.vocabulary.is_skill(name):
            odd = next((v for v in self.values[i] if not self._is_level(v)), "")[:40]
            if odd:
                option = quoted(f"level:{odd}=has")
                fix = f"to read it: --value {option} (has, below, lacks, unknown)"
                return ColumnReading(name, None, "not read", f"{odd!r} is no level of a skill", fix)
        if name and i not in self.refused and self._are_skills(i):
            fix = f"if people have them: {map_option('skills', name)}"
            return ColumnReading(name, None, "not read", "its values are names of skills", fix)
        if name and i not in self.refused and self.values[i]:
            for kind, is_one, advice in _UNKNOWN:
                if self._could_be(kind, i) and all(map(is_one, self.values[i])):
                    fix = advice.format(map_option(kind, name))
                    return ColumnReading(name, None, "not read", why, fix)
        if name and i not in self.refused and (near := self._resembles(name)):
            fix = f"to read it: {map_option(near, name)}"
            return ColumnReading(name, None, "not read", f"resembles a heading for {near}", fix)
        fix = self.fixes.get(i, "")
        is_open = not {c.column for c in self.chosen.values()} & {"end", "left", "status"}
        if is_open and not fix and self.values[i] and _says(name, "leaving"):
            fix = f"if it says who left: {map_option('left', name)}"
        return ColumnReading(name, None, "not read", why, fix)

    def _could_be(self, kind: str, i: int) -> bool:
        """Whether a kind of _UNKNOWN has no column, and this one would be of use."""
        kinds = {found.column for found in self.chosen.values()}
        if kind == "period":
            return True
        if kind in ("end", "status") and self._is_about_skill(self.names[i]):
            return False
        if kind == "status" and {*map(status_of, self.values[i])} == {"present"}:
            return False
        if kind in ("end", "status"):
            return not kinds & {kind, "left"}
        if kind == "date" and _says(self.names[i], "leaving"):
            return False
        return kinds & {"skill", kind} == {"skill"}

    def _is_about_skill(self, name: str) -> bool:
        """Whether a heading has the name of a skill, or the word, as 'SQL date' has."""
        words = re.split(r"[\W_]+", name)
        return any(heading_kind(w) in _RATING or self.vocabulary.is_skill(w) for w in words if w)

    def _are_skills(self, i: int) -> bool:
        """Whether at least half of the values have names of skills."""
        known = sum(map(self._has_skill, self.values[i]))
        return known > 0 and 2 * known >= len(self.values[i])

    def _resembles(self, name: str) -> str:
        """The column whose synonyms this heading resembles."""
        taken = {found.column for found in self.chosen.values()}
        near = difflib.get_close_matches(
            fold_heading(_bare(name)) or "?", [*OWN, *synonyms()], 3, SIMILAR
        )
        found = [n if n in OWN else synonyms()[n][0] for n in near] or self._columns_by_word(name)
        return next((c for c in found if c not in ("other", "given", *taken - {"skills"})), "")

    def _columns_by_word(self, name: str) -> list[str]:
        """The columns that single words of a heading name."""
        words = re.split(r"[\W_]+", name)
        named = ("title", "skills", "status", "role", "position", "person")
        return [kind for word in words if (kind := heading_kind(word)) in named]


def _synonym(name: str) -> tuple[str, int]:
    """The column that a heading is a synonym for, and its rank; ('', 0) if it is none.

    Of a heading such as 'work.title' the last part counts, unless the parts before it are about
    another thing: 'department.name' is the unit, 'manager.name' and 'department.id' are nothing.
    """
    found = synonyms().get(fold_heading(name))
    if not found and (rated := _rated(name)) and _synonym(rated)[0] in ("skill", "skills"):
        return "level", 1
    found = found or synonyms().get(fold_heading(_bare(name)))
    parts = re.split(r"\.| > ", name)
    if found or not all(parts) or len(parts) < 2:
        return found or ("", 0)
    above, (last, rank) = ("", 0), _synonym(parts[-1])
    for part in parts[:-1]:
        above = _synonym(part) if _synonym(part)[0] else above
    if above[0] == "other" or fold_heading(parts[-1]) in ("label", "type"):
        return "other", 1
    if above[0] and fold_heading(parts[-1]) in ("name", "value"):
        return above
    return ("other", 1) if above[0] not in ("", "person", "title") and last else (last, rank)


def _is_rating(word: str) -> bool:
    """Whether a word next to the name of a skill is one for a level, skill, or time."""
    kinds = ("actual", "years")
    return heading_kind(word) in _RATING or any(fold_value(word) in meanings(k) for k in kinds)


def _is_having(word: str) -> bool:
    """Whether a word before the name of a skill says that it is had, as 'know' does."""
    return fold_value(word) in meanings("has")


def _says(heading: str, kind: str) -> bool:
    """Whether a heading has a word of a kind of `values.csv`, such as years or required."""
    words = re.split(r"[\W\d_]+", fold_value(heading[:LONGEST]))
    return any(len(word) > 2 and word in meanings(kind) for word in words)


def is_required(heading: str) -> bool:
    """Whether levels below a heading are asked, and not had; in 'SQL (Soll: 3)' that is said."""
    return _says(re.sub(r"[(\[][^)\]\d]*\d[^)\]\d]*[)\]]", "", heading), "required")


def is_expiry(heading: str) -> bool:
    """Whether a heading is an end in a table of skills alone, as 'Expires on'."""
    return _synonym(heading)[1] > 2


def is_of_rows(heading: str) -> bool:
    """Whether dates below a heading are those of a row, such as of a skill, and of no person."""
    return _says(heading, "validity")


def is_in_years(heading: str) -> bool:
    """Whether numbers below a heading are years or months of experience, and no levels."""
    return _says(heading, "years")


def heading_kind(heading: str) -> str:
    """The column that a heading names by its own name or a synonym; '' if it names none."""
    folded = fold_heading(heading)
    return folded if folded in OWN else synonyms().get(folded, ("",))[0]


def level_in_heading(heading: str) -> str:
    """The level in words that a heading gives the names below it; '' if it has none.

    As in 'Beginner', 'Expert skills' and 'Skills (advanced)'.
    """
    if heading_kind(heading) or len(heading) > LONGEST:
        return ""
    parts = re.split(r"[\s()\[\]:/_–-]+", heading.strip())
    words = [part for part in parts if part and heading_kind(part) not in ("skill", "skills")]
    level = parse_level(" ".join(words))
    return " ".join(words) if level and level.share is not None else ""


def _stem(heading: str) -> str:
    """What the headings of a skill and of its level share: a number, else the name of the skill.

    As in 'Skill 2' and 'Level (2)', 'skill_2' and 'skill_2_rating', 'Main skill' and 'Main skill
    level'.
    """
    numbers = re.findall(r"\d+", re.sub(r"[(\[](?!\d+[)\]])[^)\]]*[)\]]", "", heading))
    return numbers[-1] if numbers else fold_heading(_rated(heading) or heading)


def _rated(heading: str) -> str:
    """What a heading that ends in a word for a level rates, as 'skill_2' of 'skill_2_rating'.

    The numbers of a scale may follow the word, as in 'Skill 1 (level 1-5)'.
    """
    if len(heading) > LONGEST:
        return ""
    rated, _, last = re.sub(r"[\W_]+", " ", heading.rstrip("0123456789()[]-– ")).rpartition(" ")
    return rated if heading_kind(last) == "level" else ""


def _bare(heading: str) -> str:
    """A heading without a remark in brackets, a number at its end, and the word for a skill."""
    if len(heading) > LONGEST:  # no name; the patterns would take long to find that out
        return heading
    text = re.sub(r"\s*[(\[][^)\]]*[)\]]\s*$", "", heading)
    text = re.sub(r"[\s_]*\d+$", "", text) if re.search(r"[^\W\d].*\d+$", text) else text
    return text.strip(" :*")


def is_marker(text: str) -> str | None:
    """'vacant' or 'no person' for a text in the place of a name; else None."""
    if len(text) > LONGEST:
        return None
    text = re.split(r",\s+(?=[a-zà-ÿ])", text)[0]  # a name has a capital letter after the comma
    folded = fold_value(text).strip(" .-–—*[]()<>_:#=~")
    if not folded:
        return "no person" if text.strip() else None  # such as '-----'
    if twice := re.fullmatch(r"(.+?)[\s,]+\1", folded):  # in the columns of both names
        folded = twice[1]
    bare = _detail().split(folded)[0].strip(" .-_")
    known = meanings("person")
    spelled = (fold_value(text), folded, f"{folded}.", bare, f"{bare}.")
    return next((known[one] for one in spelled if one in known), None)


@cache
def _detail() -> re.Pattern[str]:
    """What ends a marker before a detail, as in 'Vacant (2)' and 'Unbesetzt seit Mai'."""
    words = "|".join(map(re.escape, meanings("after")))
    return re.compile(rf"\s*[(\[<:#]|[-_]\d|\s+[-–—]\s+|\s*\d+$|\s+\S*\d|\s+(?:{words})\s")
