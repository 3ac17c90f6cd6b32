"""Random staff for the judges: as RDF, in every vocabulary that can say it, and as CSV.

And random companies, whose own roles are kinds of ours, of each other, or take others in.
"""

import csv

from .asserted import PREFIXES, members
from .people import english_label, required_skills

HEAD = "".join(
    f"@prefix {p}: <{n}> .\n"
    for p, n in {**PREFIXES, "ex": "https://example.org/", "old": "http://schema.org/"}.items()
)
ROLES, SIMILAR = sorted(members("mlops:Role")), sorted(members("mlops:SimilarRole"))
SKILL_TERMS, TOOL_TERMS = sorted(members("mlops:Skill")), sorted(members("mlops:Tool"))
# titles that give no role
NO_ROLE = ["", "", "Cook", "Head of Nothing", "MLOps Engineer", "Product Owner"]
CSV_COLUMNS = ("person", "title", "role", "skills", "lacks", "assessed")
TITLES = [*NO_ROLE, "Data Engineer", "Senior Data Scientist", "Backend Developer"]
TO_A_ROLE = (
    "{me} mlops:holdsRole {role} .",
    "{me} org:holds [ org:role {role} ] .",
    "{me} org:holds ex:post-{slug} . ex:post-{slug} a org:Post ; org:role {role} .",
    "{me} org:hasMembership [ org:role {role} ] .",
    "[] a org:Membership ; org:member {me} ; org:role {role} .",
)
TO_AN_OCCUPATION = (
    "{me} schema:hasOccupation {role} .",
    "{me} mlops:hasOccupation {role} .",
    "{me} schema:hasOccupation ex:job-{slug} . ex:job-{slug} skos:exactMatch {role} .",
    "{me} schema:hasOccupation ex:duty-{slug} . {role} skos:exactMatch ex:duty-{slug} .",
    "{me} schema:hasOccupation ex:work-{slug} . ex:work-{slug} skos:exactMatch ex:job-{slug} . "
    "ex:job-{slug} skos:exactMatch {role} .",
    "{me} mlops:hasOccupation ex:toil-{slug} . ex:duty-{slug} skos:exactMatch ex:toil-{slug} . "
    "{role} skos:exactMatch ex:duty-{slug} .",
)
HTTP_SCHEMA = ("{me} old:hasOccupation {role} .",)  # only the audit reads http://schema.org/
OTHER_STATEMENTS = (  # for which a table has no column
    'foaf:name "{word}"',
    'foaf:name "{word}" , "{word} {word}"@en',
    'schema:jobTitle "Koch"@de , "Koch"',
    "mlops:needsSkill {skill}",
    "mlops:hasEvidenceOf {skill}",
    "mlops:holdsRole ex:treasurer . ex:treasurer a org:Role",
    "schema:hasOccupation ex:cook",
    "org:holds ex:post-without-a-role",
    "org:memberOf ex:unit-a , ex:unit-b",
    "schema:worksFor ex:unit-a",
    "org:holds [ org:postIn ex:unit-b ]",
    "org:hasMembership [ org:organization ex:unit-a ]",
    "a schema:Person",
)


def random_company(chance):
    """Up to five roles of a company, as Turtle without prefixes, and their names."""
    tasks = sorted(members("mlops:Task"))
    own, lines = [], []
    for number in range(chance.randint(1, 5)):
        role = f"ex:role-{number}"
        lines.append(f'{role} a mlops:Role ; skos:prefLabel "Own role {number}"@en .')
        others = chance.sample([*ROLES, *own * 3], 4)
        for verb in ("specialises", "specialises", "incorporates"):
            lines += [f"{role} mlops:{verb} {others.pop()} ."] if chance.random() < 0.5 else []
        if chance.random() < 0.3:
            lines.append(f"{role} mlops:requiresSkill {chance.choice(SKILL_TERMS)} .")
        if chance.random() < 0.3:
            lines.append(f"{role} mlops:performs {chance.choice(tasks)} , ex:task-{number} .")
            lines.append(f"ex:task-{number} a mlops:Task .")
        own.append(role)
    return "\n".join(lines), own


def random_staff(chance, titles=TITLES, own=()):
    """A few people: some of whom nothing is known, some able, some with contradictory skills.

    Args:
        titles: the titles that they may have.
        own: roles of a company that they may hold beside ours.
    """
    return [_person(chance, titles, own) for _ in range(chance.randint(1, 7))]


def _person(chance, titles, own):
    if chance.random() < 0.1:
        return {"title": "", "roles": [], "skills": [], "lacks": [], "assessed": []}
    skills = chance.sample(SKILL_TERMS, chance.randint(0, 8))
    if chance.random() < 0.4:
        skills = sorted(
            {f"skill:{slug}" for slug in required_skills(chance.choice(ROLES).partition(":")[2])}
            | set(skills[:1])
        )
        skills = chance.sample(skills, len(skills) - chance.choice([0, 0, 1]))
    cut = chance.choice([0, 0, len(skills) // 2])
    lacks = [
        skill
        for skill in chance.sample(SKILL_TERMS, chance.choice([0, 0, 1, 2]))
        if skill not in skills
    ]
    lacks += skills[:1] if chance.random() < 0.25 else []
    return {
        "title": chance.choice(titles),
        "roles": chance.sample([*ROLES, *SIMILAR, *own * 3], chance.choice([0, 1, 1, 2])),
        "skills": [*skills[cut:], *chance.sample(TOOL_TERMS, chance.choice([0, 0, 1, 4]))],
        "lacks": lacks,
        "assessed": skills[:cut],
    }


def is_contradictory(person):
    """Whether a person both has and lacks a skill: such a row is rejected."""
    return bool({*person["skills"], *person["assessed"]} & set(person["lacks"]))


def as_turtle(chance, staff, other_statements=False, http_schema=False, group=""):
    """The people as Turtle without prefixes.

    Args:
        other_statements: add statements for which a table has no column.
        http_schema: also use http://schema.org/, which the audit reads and no question does.
        group: part of the names of the people, so that several groups fit in one file.
    """
    lines = []
    for number, person in enumerate(staff):
        me = f"ex:p{group}{number}" if chance.random() < 0.9 else f"_:p{group}{number}"
        lines.append(f"{me} a foaf:Person .")
        if http_schema:
            name = chance.choice(["foaf:name", "schema:name", "old:name", "rdfs:label"])
            lines.append(f'{me} {name} "P {group}{number}" .')
        lines += _held_roles(chance, me, person["roles"], http_schema)
        titled = ["mlops:jobTitle", "schema:jobTitle", *(["old:jobTitle"] if http_schema else [])]
        titled = chance.choice(titled)
        lines += [f'{me} {titled} "{person["title"]}" .'] if person["title"] else []
        lines += [_skill(chance, me, term, http_schema) for term in person["skills"]]
        lines += [f"{me} mlops:lacksSkill {term} ." for term in person["lacks"]]
        lines += [f"{me} mlops:hasAssessedSkill {term} ." for term in person["assessed"]]
        for text in (
            chance.sample(OTHER_STATEMENTS, chance.randint(0, 4)) if other_statements else ()
        ):
            word, skill = chance.choice(["Ann", "Ben"]), chance.choice(SKILL_TERMS)
            lines.append(f"{me} {text.format(word=word, skill=skill)} .")
    return "\n".join(lines)


def _held_roles(chance, me, roles, http_schema):
    for role in roles:
        ways = [*TO_A_ROLE, *(() if role in SIMILAR else TO_AN_OCCUPATION)]
        ways += HTTP_SCHEMA if http_schema else ()
        yield chance.choice(ways).format(me=me, role=role, slug=role.partition(":")[2])


def _skill(chance, me, term, http_schema):
    ours = "mlops:usesTool" if term in TOOL_TERMS else "mlops:hasSkill"
    named = f'"{english_label(term)}"' if chance.random() < 0.5 else term
    theirs = chance.choice(["schema:knowsAbout", "old:knowsAbout", "schema:skills", "old:skills"])
    if http_schema and chance.random() < 0.5:
        return f"{me} {theirs} {named} ."
    return f"{me} {ours} {term} ."


def as_csv(staff, path, group=""):
    """Write the people as a staff file; returns its path."""
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([CSV_COLUMNS, *csv_rows(staff, group)])
    return path


def csv_rows(staff, group=""):
    """The rows of a staff file."""
    for number, person in enumerate(staff):
        cells = (";".join(map(english_label, person[c])) for c in ("skills", "lacks", "assessed"))
        yield [f"P {group}{number}", person["title"], ";".join(person["roles"]), *cells]
