"""Made-up people for property-based tests: names of skills and tools, and some that are neither."""

import csv
import io
from functools import cache

from hypothesis import strategies as st

from .asserted import ROOT, links, members

# of Turtle about people and their skills
PREFIXES = "".join(
    f"@prefix {prefix}: <{iri}> .\n"
    for prefix, iri in {
        "mlops": "https://w3id.org/mlops-roles/ns#",
        "skill": "https://w3id.org/mlops-roles/skill/",
        "tool": "https://w3id.org/mlops-roles/tool/",
        "foaf": "http://xmlns.com/foaf/0.1/",
        "owl": "http://www.w3.org/2002/07/owl#",
        "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
        "schema": "https://schema.org/",
        "old": "http://schema.org/",
        "skos": "http://www.w3.org/2004/02/skos/core#",
        "vcard": "http://www.w3.org/2006/vcard/ns#",
        "dct": "http://purl.org/dc/terms/",
        "": "https://example.org/",
        "ex": "https://example.org/",
        "e": "https://example.org/x#",
    }.items()
)

ACME = ROOT / "examples" / "acme.csv"
SKILL_COLUMNS = ("skills", "lacks", "assessed")
ROLES = sorted(slug.partition(":")[2] for slug in members("mlops:Role"))


def english_label(term):
    """The English label of a term."""
    labels = (text for text in links("skos:prefLabel")[term] if text.endswith("@en"))
    return next(labels).split('"')[1]


SKILLS = {english_label(term): term.partition(":")[2] for term in sorted(members("mlops:Skill"))}
TOOLS = {
    english_label(term): frozenset(s.partition(":")[2] for s in links("mlops:evidenceFor")[term])
    for term in sorted(members("mlops:Tool"))
    if term in links("mlops:evidenceFor")
}


@cache
def required_skills(role):
    """The skills that a role requires, by a walk over the asserted statements."""
    terms = (f"role:{role}", *links("mlops:performs").get(f"role:{role}", ()))
    own = {skill for term in terms for skill in links("mlops:requiresSkill").get(term, ())}
    parts = links("mlops:incorporates").get(f"role:{role}", ())
    inherited = (required_skills(part.partition(":")[2]) for part in parts)
    return frozenset(skill.partition(":")[2] for skill in own).union(*inherited)


def skill_sets(skills, lacks=(), assessed=()):
    """(recorded, lacking, tools): the skills that the names in these columns mean."""
    return (
        {SKILLS[name] for name in (*skills, *assessed) if name in SKILLS},
        {SKILLS[name] for name in lacks if name in SKILLS},
        set().union(*(TOOLS[name] for name in skills if name in TOOLS)),
    )


@st.composite
def evidence_rows(draw, role=None):
    """A person's names in skills, lacks and assessed; with a role, mostly names of its skills."""
    required = required_skills(role) if role else set()
    wanted = sorted(label for label, slug in SKILLS.items() if slug in required)
    names = st.sampled_from(wanted or sorted(SKILLS))
    tools = sorted(tool for tool, skills in TOOLS.items() if not role or skills & required)
    full = draw(st.booleans()) if wanted else False
    skills = wanted if full else draw(st.lists(names, max_size=12, unique=True))
    missing = draw(st.lists(st.sampled_from(wanted), max_size=3)) if full else []
    skills = [name for name in skills if name not in missing]
    used = draw(st.lists(st.sampled_from(tools), max_size=6, unique=True)) if tools else []
    free = sorted(set(wanted or SKILLS) - set(skills))
    some = st.lists(st.sampled_from(free), max_size=2, unique=True) if free else st.just([])
    lacks = draw(st.just([]) | some)
    assessed = [s for s in draw(st.lists(names, max_size=2, unique=True)) if s not in lacks]
    unknown = draw(st.lists(st.sampled_from(["Excel", "negotiation", "=SUM(1)"]), max_size=1))
    # a tool is no skill that a person lacks, and no assessment
    ignored = draw(st.lists(st.sampled_from(tools), max_size=1)) if tools else []
    return {
        "skills": [*skills, *used, *unknown],
        "lacks": lacks + ignored,
        "assessed": assessed + ignored,
    }


def staff_csv(people):
    """A staff file of (person, title, unit, row)."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(("person", "title", "unit", *SKILL_COLUMNS))
    for *head, row in people:
        writer.writerow([*head, *("; ".join(row[column]) for column in SKILL_COLUMNS)])
    return out.getvalue()


def write_staff(folder, *people):
    """Write a staff file of (person, title, unit, row); returns its path."""
    path = folder / "staff.csv"
    path.write_text(staff_csv(people), encoding="utf-8")
    return path


def write_person(folder, row, person="Ada Okafor"):
    """Write a staff file of one person; returns its path."""
    return write_staff(folder, (person, "Data Scientist", "Analytics", row))


def write_table(path, rows):
    """Write rows of text or None as TSV, XLSX or Parquet, by the ending of the path."""
    if path.suffix == ".tsv":
        lines = ("\t".join(cell or "" for cell in row) for row in rows)
        path.write_text("\n".join(lines), encoding="utf-8")
    elif path.suffix == ".xlsx":
        from openpyxl import Workbook

        book = Workbook()
        for row in rows:
            book.active.append(row)
        book.save(path)
    else:
        import pyarrow as pa
        import pyarrow.parquet as pq

        header, *body = rows
        columns = {name: [row[i] for row in body] for i, name in enumerate(header)}
        pq.write_table(pa.table(columns), path)


# people with a role, by name: (role or "", skills, lacking skills), all as slugs ------------------

LABELS = {slug: label for label, slug in SKILLS.items()}
REQUIRED = sorted(set().union(*map(required_skills, ROLES)))


def role_people(max_size):
    """People of any role or none, with all skills of some role or a few; some lack skills."""
    few = st.sets(st.sampled_from(REQUIRED), max_size=4)
    all_of = st.sampled_from(ROLES).map(required_skills)
    person = st.tuples(st.sampled_from(["", *ROLES]), few | all_of, few).map(
        lambda p: (p[0], p[1], p[2] - p[1])
    )
    people = st.lists(person, min_size=1, max_size=max_size)
    return people.map(lambda people: {f"p{i}": person for i, person in enumerate(people)})


def write_roles(folder, people):
    """Write a staff file of such people; returns its path."""
    path = folder / "staff.csv"
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["person", "role", "skills", "lacks"])
        for name, (role, *skills) in people.items():
            cells = ("; ".join(LABELS[skill] for skill in sorted(group)) for group in skills)
            writer.writerow([name, role, *cells])
    return path
