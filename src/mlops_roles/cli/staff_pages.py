"""What the pages of `serve --staff` show: people, roles, units, certificates, what-if.

The staff file is read again when it changes. Names follow the pseudonyms: with these, a person is
given by a pseudonym alone, and no error has a name.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import urlencode

from ..errors import InputError, UnknownName, UnknownPerson

if TYPE_CHECKING:
    from ..analysis.audit import Audit
    from ..analysis.evidence import Records
    from ..ontology.graph import Graph
    from ..staff.privacy import Pseudonyms
    from ..staff.reading import ReadOptions

MAX_PEOPLE = 1000  # in a list; the report and CSV have more
CONFLICT = "What the staff file says of this person conflicts; the report lists the rows."
NOBODY = "No person is called that; the page People lists all."
UNSUITABLE = (
    "This cannot be supposed: name a skill or role that exists, and let nobody both leave and "
    "learn."
)


class Cell(NamedTuple):
    """A cell of a table, perhaps with a link."""

    text: str
    href: str = ""


class Shown(NamedTuple):
    """What a page shows below its title."""

    title: str
    columns: Sequence[str] = ()
    rows: Sequence[Sequence[Cell]] = ()
    body: str = ""
    notes: Sequence[str] = ()
    form: Sequence[tuple[str, str, str, list[tuple[str, str]]]] = ()
    error: str = ""


@dataclass
class Staff:
    """A staff file, audited, and audited again when it has changed.

    Args:
        file: the staff file.
        graph: the ontology, with a company's additions.
        options: how the file is read.
        pseudonyms: replace the names of people and units, who are then given by these alone.
        small_groups: tell no figure about a group of under 5 people, and nothing of a person.
        public: the same, without the name of the file, too.
    """

    file: str
    graph: Graph
    options: ReadOptions
    pseudonyms: Pseudonyms | None = None
    small_groups: bool = False
    public: bool = False
    _read: tuple[tuple[int, int], Audit, dict[str, Any]] | None = field(default=None, init=False)

    def _current(self) -> tuple[Audit, dict[str, Any]]:
        """The audit of the file as it is now, and its plain data."""
        from ..analysis.audit import audit
        from .commands.audit import LISTED

        found = Path(self.file).stat()
        seen = (found.st_mtime_ns, found.st_size)
        if self._read is None or seen != self._read[0]:
            new = audit(self.file, graph=self.graph, mapping=self.options)
            self._read = seen, new, self._shown(new.to_dict(LISTED["html"]))
        return self._read[1:]

    @property
    def audit(self) -> Audit:
        """The audit of the file as it is now."""
        return self._current()[0]

    @property
    def groups_only(self) -> bool:
        """Whether no page is about a person."""
        return self.small_groups or self.public

    def _shown(self, data: dict[str, Any]) -> dict[str, Any]:
        """An audit as plain data, of which the options let one see a part."""
        from ..staff.privacy import small_groups, without_file_names

        data = small_groups(data) if self.groups_only else data
        hidden: dict[str, Any] = self.hide(without_file_names(data) if self.public else data)
        return hidden

    @property
    def data(self) -> dict[str, Any]:
        """The audit as plain data, with pseudonyms if there are some."""
        return self._current()[1]

    @property
    def records(self) -> Records:
        """The records of the file, as the audit has read it."""
        from ..analysis.evidence import Records

        found = Records.from_source(self.audit)
        found.__dict__["pseudonyms"] = self.pseudonyms
        return found

    def hide(self, data: Any) -> Any:
        """Plain data with pseudonyms, if there are some, and without the folder of the file."""
        shown = self.pseudonyms.hide(data) if self.pseudonyms else data
        is_named = isinstance(shown, dict) and isinstance(shown.get("file"), str)
        return {**shown, "file": Path(shown["file"]).name} if is_named else shown

    def names(self) -> dict[str, str]:
        """The name of each person by how it is shown: itself, or a pseudonym."""
        table = self.audit.people.select("person").distinct().order_by("person")
        names: list[str] = table.limit(100 * MAX_PEOPLE).to_pyarrow()["person"].to_pylist()
        return {self.pseudonyms.of(name) if self.pseudonyms else name: name for name in names}

    def name_of(self, shown: str) -> str:
        """The name of a person. Raises UnknownPerson; a name is not accepted for a pseudonym."""
        names = self.names()
        folded = {key.casefold(): name for key, name in names.items()}
        if shown.strip().casefold() not in folded:
            raise UnknownPerson(shown, Path(self.file).name, ())
        return folded[shown.strip().casefold()]


class StaffPages:
    """The pages of a staff file, each a function of the parameters of its address."""

    def __init__(self, staff: Staff):
        self.staff = staff
        self.makers: dict[str, Callable[[Mapping[str, str]], Shown]] = {
            "": self.start,
            "roles": self.roles,
            "role": self.role,
            "units": self.units,
        }
        if not staff.groups_only:
            self.makers |= {
                "people": self.people,
                "person": self.person,
                "certificate": self.certificate,
                "whatif": self.whatif,
            }

    def start(self, _: Mapping[str, str]) -> Shown:
        """How the file was read, and who counts."""
        from ..staff.reading import reading_summary
        from .views.people import left_out

        data = self.staff.data
        left = [] if self.staff.groups_only else left_out(data)
        read, used, rejected = (f"{data['rows'][name]:,}" for name in ("read", "used", "rejected"))
        counts = f"Of {read} rows, {used} are people who count and {rejected} are rejected; "
        notes = [f"{counts}the report lists all.", *reading_summary(data["reading"]), *left]
        return Shown(f"Staff: {Path(data['file']).name}", notes=notes)

    def people(self, _: Mapping[str, str]) -> Shown:
        """Each person with the roles held."""
        table = self.staff.audit.people.select(
            "person", "title", "unit", "status", "roles", "similar"
        )
        total = int(table.count().execute())
        found = self.staff.hide(table.limit(MAX_PEOPLE).to_pyarrow().to_pylist())
        labels = self.staff.data["labels"]
        rows = [
            [
                Cell(row["person"], _link("person", name=row["person"])),
                *(Cell(row[column] or "") for column in ("title", "unit")),
                Cell(_held(row, labels)),
            ]
            for row in found
        ]
        left = total - len(rows)
        more = [f"The CSV of audit has {left:,} more."] if left else []
        return Shown("People", ("Person", "Title", "Unit", "Roles"), rows, notes=more)

    def person(self, given: Mapping[str, str]) -> Shown:
        """What a person lacks for each role, the nearest first."""
        from ..analysis.gap import nearest_roles

        name = self.staff.name_of(_given(given, "name"))
        found = _of_person(lambda: nearest_roles(name, self.staff.records))
        shown = self.staff.hide({"person": name})["person"]
        labels = self.staff.data["labels"]
        rows = [
            [
                Cell(labels.get(gap.role, gap.role), _link("role", role=gap.role)),
                Cell(gap.verdict, _link("certificate", person=shown, role=gap.role)),
                Cell(f"{len(gap.missing):,}"),
            ]
            for gap in found
        ]
        notes = ["Unknown is not no: what is not recorded may be there."]
        return Shown(shown, ("Role", "Can act as it", "Skills missing"), rows, notes=notes)

    def certificate(self, given: Mapping[str, str]) -> Shown:
        """Whether a person can act as a role, and how that is known."""
        from ..analysis.certificate import certify

        name, role = self.staff.name_of(_given(given, "person")), _given(given, "role")
        found = _of_person(lambda: certify(name, role, self.staff.records))
        return Shown("Certificate", body=self._part(found))

    def roles(self, _: Mapping[str, str]) -> Shown:
        """Each role with the number of people who hold it, or could act as it."""
        data = self.staff.data
        rows = [
            [
                Cell(data["labels"].get(role, role), _link("role", role=role)),
                Cell(f"{counts['people']:,}"),
                Cell(f"{counts.get('able', 0):,}"),
            ]
            for role, counts in data["roles"].items()
        ]
        return Shown("Roles", ("Role", "People", "Able"), rows)

    def role(self, given: Mapping[str, str]) -> Shown:
        """Who holds a role, and who is nearest to it."""
        from .views.people import known_by, recorded_of

        data, role = self.staff.data, _given(given, "role")
        if role not in data["roles"]:
            raise UnknownName(role, "role", list(data["roles"]))
        holders = [
            [
                Cell(p["person"], _link("person", name=p["person"])),
                Cell(known_by(data, p)),
                Cell(recorded_of(p)),
            ]
            for p in data["holders"].get(role, ())
        ]
        note = "Holding a role is not having its skills: see the certificate of each person."
        if self.staff.groups_only:
            note = f"{data['roles'][role]['people']:,} people hold it; no page shows who."
        columns = ("Person", "Known by", "Skills recorded")
        return Shown(data["labels"].get(role, role), columns, holders, notes=[note])

    def units(self, _: Mapping[str, str]) -> Shown:
        """What the people of each unit cover."""
        from ..io.sections import format_sections
        from .views.people import units_section

        body = format_sections([units_section(self.staff.data, MAX_PEOPLE)], "html", whole=False)
        return Shown("Units", body=body)

    def whatif(self, given: Mapping[str, str]) -> Shown:
        """The form, and what changes if people learn, join or leave."""
        from ..analysis.whatif import whatif

        form = list(self._fields())
        learner, skill = given.get("person", "").strip(), given.get("skill", "").strip()
        role, leaver = given.get("hire", "").strip(), given.get("leave", "").strip()
        if not (learner or skill or role or leaver):
            return Shown("What if", form=form)
        if bool(learner) != bool(skill):
            return Shown("What if", form=form, error="Name both the person and the skill.")
        try:
            found = whatif(
                self.staff.audit,
                learn=[(self.staff.name_of(learner), skill)] if learner else (),
                hire=[role] if role else (),
                leave=[self.staff.name_of(leaver)] if leaver else (),
            )
        except UnknownPerson:
            return Shown("What if", form=form, error=NOBODY)
        except InputError:
            return Shown("What if", form=form, error=UNSUITABLE)
        return Shown("What if", form=form, body=self._part(found))

    def _fields(self) -> Iterator[tuple[str, str, str, list[tuple[str, str]]]]:
        """Name, label, hint and proposals of each field of the form."""
        data, labels = self.staff.data, self.staff.data["labels"]
        people = [(shown, "") for shown in list(self.staff.names())[:MAX_PEOPLE]]
        yield "person", "This person", "a person", people
        yield "skill", "learns the skill", "a skill", _named(data["skills"], labels)
        yield "hire", "Someone joins as", "a role", _named(data["roles"], labels)
        yield "leave", "This person leaves", "a person", people

    def _part(self, found: Any) -> str:
        """An answer as a part of a page."""
        from .views import render

        return render(found, "html", hide=self.staff.hide, whole=False)


def _named(slugs: Iterable[str], labels: Mapping[str, str]) -> list[tuple[str, str]]:
    return [(slug, labels.get(slug, slug)) for slug in slugs]


def _held(row: Mapping[str, Any], labels: Mapping[str, str]) -> str:
    """The roles that a person holds, or that the title may mean or is similar to."""
    named = [labels.get(role, role) for role in (row["roles"] or "").split(";")]
    if row["status"] == "ambiguous":
        return f"ambiguous: {' or '.join(named)}"
    return f"similar to {' or '.join(named)}" if row["similar"] else "; ".join(named)


def _link(page: str, **values: str) -> str:
    return f"{page}?{urlencode(values)}"


def _given(given: Mapping[str, str], name: str) -> str:
    if not given.get(name, "").strip():
        raise InputError(f"{name} is missing in the address")
    return given[name]


def _of_person(answer: Callable[[], Any]) -> Any:
    """An answer about a person, who may have two rows. Errors name nobody."""
    from ..analysis.evidence import Conflict

    try:
        return answer()
    except Conflict:
        raise InputError(CONFLICT) from None
