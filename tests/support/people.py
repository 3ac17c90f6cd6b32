"""Made-up staff for tests by property: names of skills and tools out of the ontology, and some that are not."""

import csv
import io

from hypothesis import strategies as st

from .asserted import links, members

COLUMNS = ("person", "title", "unit", "skills", "lacks", "assessed")
ROLES = sorted(slug.partition(":")[2] for slug in members("mlops:Role"))


def english(term):
    """The English label of a term."""
    return next(text for text in links("skos:prefLabel")[term] if text.endswith("@en")).split('"')[
        1
    ]


SKILLS = {english(term): term.partition(":")[2] for term in sorted(members("mlops:Skill"))}
TOOLS = {
    english(term): frozenset(s.partition(":")[2] for s in links("mlops:evidenceFor")[term])
    for term in sorted(members("mlops:Tool"))
    if term in links("mlops:evidenceFor")
}
NEEDS = {}


def needs(role):
    """The skills that a role requires, by a walk over the asserted statements."""
    if role not in NEEDS:
        term = f"role:{role}"
        own = {
            s
            for one in (term, *links("mlops:performs").get(term, ()))
            for s in links("mlops:requiresSkill").get(one, ())
        }
        within = (
            needs(part.partition(":")[2]) for part in links("mlops:incorporates").get(term, ())
        )
        NEEDS[role] = {s.partition(":")[2] for s in own}.union(*within)
    return NEEDS[role]


def spoken_of(skills, lacks=(), assessed=()):
    """(recorded, lacking, tools): the skills that names in these columns speak of."""
    tools = set().union(*(TOOLS[name] for name in skills if name in TOOLS))
    return (
        {SKILLS[n] for n in (*skills, *assessed) if n in SKILLS},
        {SKILLS[n] for n in lacks if n in SKILLS},
        tools,
    )


@st.composite
def rows(draw, role=None):
    """A person's names in skills, lacks and assessed; of a role, most of its skills are there."""
    wanted = sorted(label for label, slug in SKILLS.items() if role and slug in needs(role))
    names = st.sampled_from(wanted) if wanted else st.sampled_from(sorted(SKILLS))
    speaking = sorted(tool for tool, skills in TOOLS.items() if not role or skills & needs(role))
    full = draw(st.booleans()) if wanted else False
    skills = wanted if full else draw(st.lists(names, max_size=12, unique=True))
    gone = draw(st.lists(st.sampled_from(wanted), max_size=3)) if full else []
    skills = [s for s in skills if s not in gone]
    tools = draw(st.lists(st.sampled_from(speaking), max_size=6, unique=True)) if speaking else []
    free = sorted(set(wanted or SKILLS) - set(skills))
    lacks = (
        draw(st.one_of(st.just([]), st.lists(st.sampled_from(free), max_size=2, unique=True)))
        if free
        else []
    )
    assessed = [s for s in draw(st.lists(names, max_size=2, unique=True)) if s not in lacks]
    junk = draw(st.lists(st.sampled_from(["Excel", "negotiation", "=SUM(1)"]), max_size=1))
    says_nothing = (
        draw(st.lists(st.sampled_from(speaking), max_size=1)) if speaking else []
    )  # a tool is no skill that one lacks
    return {
        "skills": [*skills, *tools, *junk],
        "lacks": lacks + says_nothing,
        "assessed": assessed + says_nothing,
    }


def staff_csv(people):
    """A staff file of (person, title, unit, row)."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(COLUMNS)
    for person, title, unit, row in people:
        writer.writerow(
            [
                person,
                title,
                unit,
                *("; ".join(row[column]) for column in ("skills", "lacks", "assessed")),
            ]
        )
    return out.getvalue()
