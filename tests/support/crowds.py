"""Random people for the judges: told in RDF, each statement in one of the vocabularies that can make it, and in a table."""

import csv

from .asserted import PREFIXES, members
from .people import english, needs

HEAD = "".join(
    f"@prefix {p}: <{n}> .\n"
    for p, n in {**PREFIXES, "ex": "https://example.org/", "old": "http://schema.org/"}.items()
)
ROLES, SIMILAR = sorted(members("mlops:Role")), sorted(members("mlops:SimilarRole"))
SKILL_TERMS, TOOL_TERMS = sorted(members("mlops:Skill")), sorted(members("mlops:Tool"))
NO_ROLE = [
    "",
    "",
    "Cook",
    "Head of Nothing",
    "MLOps Engineer",
    "Product Owner",
]  # titles that nobody holds a role by
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
    "{me} schema:hasOccupation ex:work-{slug} . ex:work-{slug} skos:exactMatch ex:job-{slug} . ex:job-{slug} skos:exactMatch {role} .",
    "{me} mlops:hasOccupation ex:toil-{slug} . ex:duty-{slug} skos:exactMatch ex:toil-{slug} . {role} skos:exactMatch ex:duty-{slug} .",
)
OLD = ("{me} old:hasOccupation {role} .",)  # read by the audit alone
BESIDE = (  # what no table holds
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


def crowd(chance, titles=TITLES):
    """A few people: of some nothing is said, some have all skills of a role, some both have and lack a skill."""
    return [_person(chance, titles) for _ in range(chance.randint(1, 7))]


def _person(chance, titles):
    if chance.random() < 0.1:
        return {"title": "", "roles": [], "skills": [], "lacks": [], "assessed": []}
    skills = chance.sample(SKILL_TERMS, chance.randint(0, 8))
    if chance.random() < 0.4:
        skills = sorted(
            {f"skill:{slug}" for slug in needs(chance.choice(ROLES).partition(":")[2])}
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
        "roles": chance.sample([*ROLES, *SIMILAR], chance.choice([0, 1, 1, 2])),
        "skills": [*skills[cut:], *chance.sample(TOOL_TERMS, chance.choice([0, 0, 1, 4]))],
        "lacks": lacks,
        "assessed": skills[:cut],
    }


def torn(person):
    """Whether somebody both has and lacks a skill, which makes a rejected row."""
    return bool({*person["skills"], *person["assessed"]} & set(person["lacks"]))


def told(chance, staff, far=False, old=False):
    """The people as Turtle without prefixes. `far`: with what no table holds; `old`: with what the audit reads and no question does."""
    lines = []
    for number, one in enumerate(staff):
        me = f"ex:p{number}" if chance.random() < 0.9 else f"_:p{number}"
        lines.append(f"{me} a foaf:Person .")
        lines += (
            [
                f'{me} {chance.choice(["foaf:name", "schema:name", "old:name", "rdfs:label"])} "P {number}" .'
            ]
            if old
            else []
        )
        for role in one["roles"]:
            ways = [*TO_A_ROLE, *(TO_AN_OCCUPATION if role in ROLES else ()), *(OLD if old else ())]
            lines.append(chance.choice(ways).format(me=me, role=role, slug=role.partition(":")[2]))
        titled = chance.choice(
            ["mlops:jobTitle", "schema:jobTitle", *(["old:jobTitle"] if old else [])]
        )
        lines += [f'{me} {titled} "{one["title"]}" .'] if one["title"] else []
        for term in one["skills"]:
            ours = "mlops:usesTool" if term in TOOL_TERMS else "mlops:hasSkill"
            named = f'"{english(term)}"' if chance.random() < 0.5 else term
            theirs = chance.choice(
                ["schema:knowsAbout", "old:knowsAbout", "schema:skills", "old:skills"]
            )
            lines.append(
                f"{me} {theirs} {named} ."
                if old and chance.random() < 0.5
                else f"{me} {ours} {term} ."
            )
        lines += [f"{me} mlops:lacksSkill {term} ." for term in one["lacks"]]
        lines += [f"{me} mlops:hasAssessedSkill {term} ." for term in one["assessed"]]
        for said in chance.sample(BESIDE, chance.randint(0, 4)) if far else ():
            lines.append(
                f"{me} {said.format(word=chance.choice(['Ann', 'Ben']), skill=chance.choice(SKILL_TERMS))} ."
            )
    return "\n".join(lines)


def as_csv(staff, path):
    """The people as a staff file."""
    with path.open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(["person", "title", "role", "skills", "lacks", "assessed"])
        for number, one in enumerate(staff):
            cells = (
                ";".join(map(english, one[column])) for column in ("skills", "lacks", "assessed")
            )
            rows.writerow([f"P {number}", one["title"], ";".join(one["roles"]), *cells])
    return path
