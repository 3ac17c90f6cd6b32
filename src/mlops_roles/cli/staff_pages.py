"""The content of the pages of `serve --staff`: people, roles, units, certificates, what-if.

The staff file is read again when it changes. With pseudonyms, people are shown, and can be asked
for, by pseudonym alone. No error message has a name.
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

MAX_PEOPLE = 1000  # rows of the table of people; the report and CSV have more
CONFLICT = "The rows about this person contradict each other; the report lists them."
NO_SUCH_PERSON = "No person has this name; the page People lists all."
INVALID_CHANGE = (
    "This change is not possible: name a skill or role that exists, and not one person as "
    "both leaving and learning."
)


class Cell(NamedTuple):
    """The text of a table cell, and the target of its link, if it has one."""

    text: str
    href: str = ""


class PageContent(NamedTuple):
    """The title of a page and what is below it: a table, HTML, notes, a form, an error."""

    title: str
    columns: Sequence[str] = ()
    rows: Sequence[Sequence[Cell]] = ()
    body: str = ""
    notes: Sequence[str] = ()
    form: Sequence[tuple[str, str, str, list[tuple[str, str]]]] = ()
    error: str = ""


@dataclass
class Staff:
    """A staff file and its audit, which is made again when the file has changed.

    Args:
        file: the staff file.
        graph: the ontology, with a company's additions.
        options: how the file is read.
        pseudonyms: replace the names of people and units; names are then not accepted either.
        small_groups: show no figure about fewer than 5 people, and no page about a person.
        public: as `small_groups`, and without the name of the file.
    """

    file: str
    graph: Graph
    options: ReadOptions
    pseudonyms: Pseudonyms | None = None
    small_groups: bool = False
    public: bool = False
    _read: tuple[tuple[int, int], Audit, dict[str, Any]] | None = field(default=None, init=False)

    def _current(self) -> tuple[Audit, dict[str, Any]]:
        """The audit of the current file, and its plain data; cached until the file changes."""
        from ..analysis.audit import audit
        from .commands.audit import LISTED

        status = Path(self.file).stat()
        state = (status.st_mtime_ns, status.st_size)
        if self._read is None or state != self._read[0]:
            new = audit(self.file, graph=self.graph, mapping=self.options)
            self._read = state, new, self._visible_data(new.to_dict(LISTED["html"]))
        return self._read[1:]

    @property
    def audit(self) -> Audit:
        """The audit of the current file."""
        return self._current()[0]

    @property
    def groups_only(self) -> bool:
        """Whether the pages about single people are left out."""
        return self.small_groups or self.public

    def _visible_data(self, data: dict[str, Any]) -> dict[str, Any]:
        """The part of an audit's plain data that the options allow to be shown."""
        from ..staff.privacy import small_groups, without_file_names

        data = small_groups(data) if self.groups_only else data
        visible: dict[str, Any] = self.hide(without_file_names(data) if self.public else data)
        return visible

    @property
    def data(self) -> dict[str, Any]:
        """The audit as plain data, with pseudonyms if the staff has any."""
        return self._current()[1]

    @property
    def records(self) -> Records:
        """The records of the people whom the audit has read."""
        from ..analysis.evidence import Records

        records = Records.from_source(self.audit)
        records.__dict__["pseudonyms"] = self.pseudonyms
        return records

    def hide(self, data: Any) -> Any:
        """Plain data with pseudonyms, if the staff has any, and the file name without folder."""
        hidden = self.pseudonyms.hide(data) if self.pseudonyms else data
        is_named = isinstance(hidden, dict) and isinstance(hidden.get("file"), str)
        return {**hidden, "file": Path(hidden["file"]).name} if is_named else hidden

    def names(self) -> dict[str, str]:
        """The name of each person, by display name: the pseudonym, or the name itself."""
        table = self.audit.people.select("person").distinct().order_by("person")
        names: list[str] = table.limit(100 * MAX_PEOPLE).to_pyarrow()["person"].to_pylist()
        return {self.pseudonyms.of(name) if self.pseudonyms else name: name for name in names}

    def name_of(self, display_name: str) -> str:
        """The name behind a display name. Raises UnknownPerson, with pseudonyms also for a name."""
        names = self.names()
        folded = {key.casefold(): name for key, name in names.items()}
        if display_name.strip().casefold() not in folded:
            raise UnknownPerson(display_name, Path(self.file).name, ())
        return folded[display_name.strip().casefold()]


class StaffPages:
    """The pages of a staff file, each a function of the parameters of its address."""

    def __init__(self, staff: Staff):
        self.staff = staff
        self.makers: dict[str, Callable[[Mapping[str, str]], PageContent]] = {
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

    def start(self, _: Mapping[str, str]) -> PageContent:
        """How the file was read, and how many people count."""
        from ..staff.reading import reading_summary
        from .views.people import left_out

        data = self.staff.data
        left = [] if self.staff.groups_only else left_out(data)
        read, used, rejected = (f"{data['rows'][name]:,}" for name in ("read", "used", "rejected"))
        counts = f"Of {read} rows, {used} are people who count and {rejected} are rejected; "
        notes = [f"{counts}the report lists all.", *reading_summary(data["reading"]), *left]
        return PageContent(f"Staff: {Path(data['file']).name}", notes=notes)

    def people(self, _: Mapping[str, str]) -> PageContent:
        """Each person with the roles held."""
        table = self.staff.audit.people.select(
            "person", "title", "unit", "status", "roles", "similar"
        )
        total = int(table.count().execute())
        people = self.staff.hide(table.limit(MAX_PEOPLE).to_pyarrow().to_pylist())
        labels = self.staff.data["labels"]
        rows = [
            [
                Cell(row["person"], _link("person", name=row["person"])),
                *(Cell(row[column] or "") for column in ("title", "unit")),
                Cell(_roles_text(row, labels)),
            ]
            for row in people
        ]
        left = total - len(rows)
        more = [f"The CSV of audit has {left:,} more."] if left else []
        return PageContent("People", ("Person", "Title", "Unit", "Roles"), rows, notes=more)

    def person(self, parameters: Mapping[str, str]) -> PageContent:
        """How many skills a person misses for each role, the nearest role first."""
        from ..analysis.gap import nearest_roles

        name = self.staff.name_of(_required(parameters, "name"))
        gaps = _answer_about_person(lambda: nearest_roles(name, self.staff.records))
        display_name = self.staff.hide({"person": name})["person"]
        labels = self.staff.data["labels"]
        rows = [
            [
                Cell(labels.get(gap.role, gap.role), _link("role", role=gap.role)),
                Cell(gap.verdict, _link("certificate", person=display_name, role=gap.role)),
                Cell(f"{len(gap.missing):,}"),
            ]
            for gap in gaps
        ]
        notes = ["Unknown is not no: what is not recorded may be there."]
        return PageContent(
            display_name, ("Role", "Can act as it", "Skills missing"), rows, notes=notes
        )

    def certificate(self, parameters: Mapping[str, str]) -> PageContent:
        """The certificate of a person and a role."""
        from ..analysis.certificate import certify

        name, role = (
            self.staff.name_of(_required(parameters, "person")),
            _required(parameters, "role"),
        )
        certificate = _answer_about_person(lambda: certify(name, role, self.staff.records))
        return PageContent("Certificate", body=self._fragment(certificate))

    def roles(self, _: Mapping[str, str]) -> PageContent:
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
        return PageContent("Roles", ("Role", "People", "Able"), rows)

    def role(self, parameters: Mapping[str, str]) -> PageContent:
        """The holders of a role."""
        from .views.people import known_by, recorded_of

        data, role = self.staff.data, _required(parameters, "role")
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
        return PageContent(data["labels"].get(role, role), columns, holders, notes=[note])

    def units(self, _: Mapping[str, str]) -> PageContent:
        """The coverage of each unit."""
        from ..io.sections import format_sections
        from .views.people import units_section

        body = format_sections([units_section(self.staff.data, MAX_PEOPLE)], "html", whole=False)
        return PageContent("Units", body=body)

    def whatif(self, parameters: Mapping[str, str]) -> PageContent:
        """The form, and after it was sent the coverage before and after."""
        from ..analysis.whatif import whatif

        form = list(self._fields())
        learner, skill = parameters.get("person", "").strip(), parameters.get("skill", "").strip()
        role, leaver = parameters.get("hire", "").strip(), parameters.get("leave", "").strip()
        if not (learner or skill or role or leaver):
            return PageContent("What if", form=form)
        if bool(learner) != bool(skill):
            return PageContent(
                "What if", form=form, error="Name both the person who learns and the skill."
            )
        try:
            answer = whatif(
                self.staff.audit,
                learn=[(self.staff.name_of(learner), skill)] if learner else (),
                hire=[role] if role else (),
                leave=[self.staff.name_of(leaver)] if leaver else (),
            )
        except UnknownPerson:
            return PageContent("What if", form=form, error=NO_SUCH_PERSON)
        except InputError:
            return PageContent("What if", form=form, error=INVALID_CHANGE)
        return PageContent("What if", form=form, body=self._fragment(answer))

    def _fields(self) -> Iterator[tuple[str, str, str, list[tuple[str, str]]]]:
        """Name, label, hint and proposals of each field of the form."""
        data, labels = self.staff.data, self.staff.data["labels"]
        people = [(shown, "") for shown in list(self.staff.names())[:MAX_PEOPLE]]
        yield "person", "This person", "a person", people
        yield "skill", "learns the skill", "a skill", _with_labels(data["skills"], labels)
        yield "hire", "Someone joins as", "a role", _with_labels(data["roles"], labels)
        yield "leave", "This person leaves", "a person", people

    def _fragment(self, answer: Any) -> str:
        """An answer as a fragment of HTML."""
        from .views import render

        return render(answer, "html", hide=self.staff.hide, whole=False)


def _with_labels(slugs: Iterable[str], labels: Mapping[str, str]) -> list[tuple[str, str]]:
    return [(slug, labels.get(slug, slug)) for slug in slugs]


def _roles_text(row: Mapping[str, Any], labels: Mapping[str, str]) -> str:
    """The roles that a person holds, or that the title may mean or is similar to."""
    named = [labels.get(role, role) for role in (row["roles"] or "").split(";")]
    if row["status"] == "ambiguous":
        return f"ambiguous: {' or '.join(named)}"
    return f"similar to {' or '.join(named)}" if row["similar"] else "; ".join(named)


def _link(page: str, **values: str) -> str:
    return f"{page}?{urlencode(values)}"


def _required(parameters: Mapping[str, str], name: str) -> str:
    if not parameters.get(name, "").strip():
        raise InputError(f"{name} is missing in the address; add ?{name}=…")
    return parameters[name]


def _answer_about_person(answer: Callable[[], Any]) -> Any:
    """Call a function that answers about a person; the error for a Conflict has no name."""
    from ..analysis.evidence import Conflict

    try:
        return answer()
    except Conflict:
        raise InputError(CONFLICT) from None
