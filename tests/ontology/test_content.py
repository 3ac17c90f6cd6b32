"""Counts and facts that must hold of the ontology as asserted, read without the package.

The tables are those of the paper as we read it: roles and names, principles and components, who
acts where, what is only drawn and what is ours.
"""

import csv
import re

import pytest
from support.asserted import ROOT, SHARED, axioms, facts, links, members

from mlops_roles.ontology.names import fold_name
from mlops_roles.ontology.tables import RoleTables

ROLES = """
business-stakeholder  R1  Business Stakeholder  Principal Investigator  Product Owner, Project Manager
solution-architect    R2  Solution Architect    ML Architect            IT Architect
data-scientist        R3  Data Scientist        Data Scientist          ML Specialist, ML Developer
data-engineer         R4  Data Engineer         Data Architect          DataOps Engineer
software-engineer     R5  Software Engineer     ML/Data Engineer        -
devops-engineer       R6  DevOps Engineer       MLOps Engineer          -
ml-engineer           R7  ML Engineer, MLOps Engineer, ML Engineer/MLOps Engineer  -  -
backend-engineer      -   Backend Engineer      -                       -
"""  # noqa: E501  a table
FUNCTION_WORDS = set(
    re.findall(
        r"\w+", "a an the of to in on for and or by with from that which who is are be it as at"
    )
)
TASKS = {"R1": 2, "R2": 3, "R3": 3, "R4": 3, "R5": 3, "R6": 5, "R7": 4}
COMPONENTS = {
    "P1": "C1 C8",
    "P2": "C3",
    "P3": "C3 C4 C6",
    "P4": "C2 C4 C6 C7",
    "P5": "C2",
    "P6": "C1 C3 C5",
    "P7": "C7",
    "P8": "C9",
    "P9": "C1 C9",
}
ZONES = {
    "A": "1 2 3 4 5",
    "B1": "6 7 X2",
    "B2": "8 9 10 11 12 X0 X1",
    "C": "13 14 15 16 17 X3 X4",
    "D": "18 19 20 21 22 23 24 25 26 27 28 X4 X5 X6 X7 X8 X9 X10 X11 X12",
}
# p performs, m manages, b builds, s supports, d designs, r receives; "R6|R7" is the either-or of
# the two.
# R5 supports zone C as a whole, too: that is a note of the zone, as the paper names no step for
# it but 15.
ACTS = {
    "R1": "1p",
    "R2": "2p",
    "R3": "3p 4p 5p 7p 13p 14p 15p 16p 17p 27r X2p X4s",
    "R4": "4p 5p 6p 7p 8b 9b 10b 11b 12b X0p X1p",
    "R5": "8b 9b 10b 11b 12b 15s 24s 25d X0p X11p",
    "R6": "18m 19m 20m 21m 22m 23m X4s X5p X6p",
    "R7": "18m 19m 20m 21m 22m 23m 25m X4s X5p X6p X12p",
    "R6|R7": "24r 26m X3p X10r",
}
# f drawn only, i inferred by us. X11 is not in the text's row of C2: Figure 4 draws its arrow to
# the repository.
USED_IN = {
    "C1": "24 X1 X4",
    "C2": "17 24f X3i X4 X11f",
    "C3": "18 19 20 21 22 28i X1 X5 X7",
    "C4": "12 13 14 18 25",
    "C5": "15 16i 20 21i X6",
    "C6": "23 24f X10i",
    "C7": "16f X8 X9",
    "C8": "25",
    "C9": "26 27 28",
}
MARKED = """
    step:analyse-business consumes artefact:business-situation inferredByUs
    step:analyse-business produces artefact:business-goal drawnOnly
    step:design-system consumes artefact:business-problem inferredByUs
    step:work-out-data-needs consumes artefact:ml-problem inferredByUs
    step:work-out-data-needs produces artefact:data-requirements inferredByUs
    step:connect-raw-data produces artefact:data-connection inferredByUs
    step:extract-data produces artefact:extracted-data inferredByUs
    step:transform-data consumes artefact:extracted-data inferredByUs
    step:analyse-feature-data consumes artefact:feature-data drawnOnly
    step:analyse-feature-data produces artefact:analysis-findings inferredByUs
    step:estimate-algorithm produces artefact:candidate-model inferredByUs
    step:validate-parameters consumes artefact:candidate-model inferredByUs
    step:export-experiment-model consumes artefact:validated-model inferredByUs
    step:prepare-data-automatically consumes artefact:extracted-features inferredByUs
    step:serve-predictions consumes artefact:deployed-model inferredByUs
    role:data-scientist performsStep step:validate-parameters inferredByUs
    role:devops-engineer performsStep step:run-ml-pipeline contradictory
    role:devops-engineer performsStep step:manage-training-infrastructure contradictory
    choice:devops-engineer-or-ml-engineer managesStep step:monitor-serving drawnOnly
    choice:devops-engineer-or-ml-engineer performsStep step:code-ml-pipeline contradictory
    role:devops-engineer performs task:monitor-model inferredByUs
    role:devops-engineer performs task:monitor-infrastructure inferredByUs
    role:backend-engineer requiresSkill skill:ml-infrastructure-operation drawnOnly
    role:business-stakeholder performs task:present-return-on-investment givenAsExample
    role:ml-engineer incorporates role:data-scientist interpretation
"""
KINDS = {
    "performs": "p",
    "manages": "m",
    "builds": "b",
    "supports": "s",
    "designs": "d",
    "receives": "r",
}
LETTER = {"mlops:drawnOnly": "f", "mlops:inferredByUs": "i"}
MARKS = {a.statement: a.marks for a in axioms() if a.marks}


def text(literal):
    """A literal without quotes, language and datatype."""
    return literal.rpartition('"')[0][1:]


def texts(term, predicate):
    return {text(literal) for literal in links(predicate).get(term, ())}


def number(term):
    """What the paper calls a term: R1, C1, P1, 1, X1, A; the choice by its two roles."""
    if term in members("mlops:RoleChoice"):
        return "|".join(
            sorted(
                number(role) for role, choices in links("mlops:optionOf").items() if term in choices
            )
        )
    return next(iter(texts(term, "skos:notation")), term)


def listed(value):
    return set() if value == "-" else set(value.split(", "))


def rows(table, columns):
    """The rows of a table whose columns are two blanks apart."""
    return [
        re.split(r"\s{2,}", line.strip(), maxsplit=columns - 1)
        for line in table.strip().splitlines()
    ]


# roles, tasks, skills -------------------------------------------------------------------


def test_the_eight_roles_are_there_and_no_more():
    assert members("mlops:Role") == {f"role:{row[0]}" for row in rows(ROLES, 5)}


@pytest.mark.parametrize(
    ("slug", "notation", "primary", "second", "similar"),
    rows(ROLES, 5),
    ids=[row[0] for row in rows(ROLES, 5)],
)
def test_a_role_has_the_names_of_the_founding_text(slug, notation, primary, second, similar):
    role = f"role:{slug}"
    beside = {s for s, roles in links("mlops:similarTo").items() if role in roles}
    assert texts(role, "skos:notation") == listed(notation)
    assert texts(role, "mlops:primaryTitle") == listed(primary)
    assert texts(role, "mlops:counterpartTitle") == listed(second)
    assert {title for s in beside for title in texts(s, "mlops:primaryTitle")} == listed(similar)
    assert beside <= members("mlops:SimilarRole")


def test_a_similar_role_is_similar_to_one_role_and_has_nothing_more():
    similar = members("mlops:SimilarRole")
    assert len(similar) == 6
    assert {
        s: len(roles & members("mlops:Role")) for s, roles in links("mlops:similarTo").items()
    } == dict.fromkeys(similar, 1)
    assert not similar & {
        s
        for p in ("mlops:performs", "mlops:requiresSkill", "mlops:incorporates", "skos:notation")
        for s in links(p)
    }


@pytest.mark.parametrize("role", TASKS)
def test_a_role_performs_at_least_the_tasks_of_its_paragraph(role):
    (term,) = (r for r in members("mlops:Role") if number(r) == role)
    assert len(links("mlops:performs")[term]) >= TASKS[role]
    assert links("mlops:performs")[term] <= members("mlops:Task")


def test_only_r7_takes_in_skills_and_of_five_roles():
    assert {number(r) for r in links("mlops:incorporates")} == {"R7"}
    assert {number(r) for r in links("mlops:incorporates")["role:ml-engineer"]} == {
        "R3",
        "R4",
        "R5",
        "R6",
        "role:backend-engineer",
    }


def test_every_task_is_performed_and_requires_a_skill():
    assert members("mlops:Task") == set().union(*links("mlops:performs").values())
    assert members("mlops:Task") <= set(links("mlops:requiresSkill"))


def test_each_skill_is_required_or_preferred_or_broader_than_another():
    required, preferred, broader = (
        set().union(*links(p).values())
        for p in ("mlops:requiresSkill", "mlops:prefersSkill", "skos:broader")
    )
    assert len(required) > 50
    assert members("mlops:Skill") == required | preferred | (broader & members("mlops:Skill"))


def test_a_preferred_skill_is_not_required_by_the_same_task_or_role():
    required = links("mlops:requiresSkill")
    assert len(links("mlops:prefersSkill")) > 25
    for term, skills in links("mlops:prefersSkill").items():
        assert not skills & required[term], term


@pytest.mark.parametrize(
    ("predicate", "word"),
    [("mlops:requiresSkill", "Required"), ("mlops:prefersSkill", "Preferred")],
)
def test_a_reason_is_given_for_each_skill_of_a_task(predicate, word):
    english = {
        term: text(label)
        for term, labels in links("skos:prefLabel").items()
        for label in labels
        if label.endswith("@en")
    }
    for term, skills in links(predicate).items():
        (reasons,) = (r for r in texts(term, "rdfs:comment") if r.startswith(f"{word}: "))
        assert {s for s in skills if english[s].casefold() not in reasons.casefold()} == set(), term


def test_skills_form_a_hierarchy_without_circles():
    broader = {s: b for s, b in links("skos:broader").items() if s in members("mlops:Skill")}
    groups = set().union(*broader.values())
    assert len(groups) >= 15
    assert groups <= members("mlops:Skill")
    assert members("mlops:Skill") <= groups | set(broader), "each skill has a place"
    for skill, reached in broader.items():
        above = set(reached)
        while added := set().union(*(broader.get(s, set()) for s in above)) - above:
            above |= added
        assert skill not in above


def test_every_step_realises_a_task_and_calls_for_what_the_paper_says():
    assert set(links("mlops:realises")) == members("mlops:Step")
    assert set().union(*links("mlops:realises").values()) <= members("mlops:Task")


@pytest.mark.parametrize(
    ("role", "skills"),
    [
        ("R3", "data-cleaning sql feature-engineering"),
        ("R6", "cloud-computing container-orchestration computer-networks operating-systems"),
    ],
)
def test_a_role_requires_what_its_steps_cannot_do_without(role, skills):
    (term,) = (r for r in members("mlops:Role") if number(r) == role)
    required = set().union(
        *(links("mlops:requiresSkill")[task] for task in links("mlops:performs")[term])
    )
    assert {f"skill:{skill}" for skill in skills.split()} <= required


def test_no_task_requires_one_skill_alone():
    tasks = members("mlops:Task")
    assert {t for t in tasks if len(links("mlops:requiresSkill")[t]) < 2} == set()


def test_tasks_are_parts_and_follow_where_the_founding_text_says_so():
    parts = {t: p for t, p in links("dcterms:isPartOf").items() if t in members("mlops:Task")}
    whole = {"task:engineer-model"}
    assert parts == {"task:select-algorithm": whole, "task:select-hyperparameters": whole}
    assert links("mlops:follows") == {"task:choose-technologies": {"task:evaluate-technologies"}}


@pytest.mark.parametrize("kind", ["mlops:managesTask", "mlops:ensuresTask"])
def test_a_kind_of_performing_is_also_stated_plainly(kind):
    assert links(kind)
    for role, tasks in links(kind).items():
        assert tasks <= links("mlops:performs")[role], role


def test_nothing_asserts_what_the_chains_infer():
    own = {r for r in members("mlops:Role") if r in links("mlops:requiresSkill")}
    assert own == {"role:backend-engineer"}, (
        "it has no tasks; all others require what their tasks require"
    )


@pytest.mark.parametrize("cls", ["Role", "SimilarRole", "Task", "Skill"])
def test_names_come_in_four_languages_and_ours_are_marked_as_ours(cls):
    assert members(f"mlops:{cls}")
    assert links("mlops:defaultTranslationSource") == {"skos:prefLabel": {"source:curation"}}
    elsewhere = {a.statement for a in axioms() if a.sources != {"source:curation"}}
    for term in members(f"mlops:{cls}"):
        labels = links("skos:prefLabel")[term]
        assert sorted(label.rpartition("@")[2] for label in labels) == ["de", "en", "es", "fr"], (
            term
        )
        ours = {(term, "skos:prefLabel", label) for label in labels if not label.endswith("@en")}
        assert not ours & elsewhere, term


# principles, components, steps ------------------------------------------------------------


def test_there_are_nine_principles_and_nine_components():
    assert {number(p) for p in members("mlops:Principle")} == {f"P{n}" for n in range(1, 10)}
    assert {number(c) for c in members("mlops:Component")} == {f"C{n}" for n in range(1, 10)}


@pytest.mark.parametrize("principle", COMPONENTS)
def test_a_principle_is_put_into_practice_by_its_components(principle):
    found = {
        number(c)
        for c, principles in links("mlops:implementsPrinciple").items()
        if principle in map(number, principles)
    }
    assert found == set(COMPONENTS[principle].split())


def test_there_are_28_numbered_steps_and_13_without_a_number():
    numbers = {step: int(text(value)) for step, (value,) in links("mlops:stepNumber").items()}
    assert sorted(numbers.values()) == list(range(1, 29))
    assert {step: number(step) for step in numbers} == {step: str(n) for step, n in numbers.items()}
    assert {number(s) for s in members("mlops:Step") - set(numbers)} == {f"X{n}" for n in range(13)}


def test_every_zone_has_its_steps():
    found = {
        number(z): {number(s) for s, zones in links("mlops:inZone").items() if z in zones}
        for z in members("mlops:Zone")
    }
    assert found == {zone: set(steps.split()) for zone, steps in ZONES.items()}


def acting():
    """Who acts where and how: of roles and of the choice, by number."""
    found = {}
    for verb, letter in KINDS.items():
        for actor, steps in links(f"mlops:{verb}Step").items():
            found.setdefault(number(actor), set()).update(number(step) + letter for step in steps)
    return found


@pytest.mark.parametrize("role", ACTS)
def test_a_role_acts_in_the_steps_of_the_cross_table(role):
    assert acting()[role] == set(ACTS[role].split())


def test_exactly_the_numbered_roles_act():
    assert set(acting()) == set(ACTS)
    assert {r for actor in acting() for r in actor.split("|")} == {f"R{n}" for n in range(1, 8)}


def test_every_way_of_acting_has_a_kind():
    assert not links("mlops:actsIn"), (
        "say how: performs, manages, builds, supports, designs or receives"
    )


@pytest.mark.parametrize("component", USED_IN)
def test_a_component_is_used_in_the_steps_of_the_cross_table(component):
    used = {
        (s, c)
        for s, components in links("mlops:usesComponent").items()
        for c in components
        if number(c) == component
    }
    marks = {
        (s, c): "".join(LETTER[m] for m in MARKS.get((s, "mlops:usesComponent", c), ()))
        for s, c in used
    }
    assert {number(s) + marks[s, c] for s, c in used} == set(USED_IN[component].split())


# marks and sources --------------------------------------------------------------------------


@pytest.mark.parametrize("line", [line.strip() for line in MARKED.strip().splitlines()])
def test_a_doubtful_statement_is_marked(line):
    subject, predicate, target, mark = line.split()
    assert f"mlops:{mark}" in MARKS.get((subject, f"mlops:{predicate}", target), set())


def test_what_is_only_drawn_rests_on_a_figure():
    drawn = [a for a in axioms() if "mlops:drawnOnly" in a.marks]
    assert len(drawn) > 15
    assert [
        a
        for a in drawn
        if not any(re.fullmatch(r"source:kreuzberger-2022-figure-\d", s) for s in a.sources)
    ] == []


def test_nothing_that_a_figure_alone_says_is_without_a_mark():
    figures = [a for a in axioms() if a.sources and all("-figure-" in s for s in a.sources)]
    assert figures
    assert [a for a in figures if not a.marks] == []


def test_there_are_five_marks():
    names = "drawnOnly inferredByUs contradictory givenAsExample interpretation"
    assert (
        set().union(*MARKS.values())
        == members("mlops:Mark")
        == {f"mlops:{name}" for name in names.split()}
    )


def test_every_source_exists():
    known = members("bibo:Document") | members("bibo:DocumentPart")
    used = {
        (term, source) for term, sources in links("dcterms:source").items() for source in sources
    }
    outside = {
        source
        for term, source in used
        if term in members("bibo:Document") and source.startswith("<")
    }
    assert {source for _, source in used} - known == outside
    assert len(outside) == 3


def test_every_place_is_part_of_a_document():
    whole = links("dcterms:isPartOf")
    for place in members("bibo:DocumentPart"):
        at = place
        while at in members("bibo:DocumentPart"):
            (at,) = whole[at]
        assert at in members("bibo:Document"), place


def test_every_term_of_ours_has_a_source_one_name_and_one_definition():
    own = set(links("rdfs:isDefinedBy"))
    assert len(own) > 500
    for term in own:
        assert links("dcterms:source").get(term), term
        for predicate in ("skos:prefLabel", "skos:definition"):
            assert [v for v in links(predicate).get(term, ()) if v.endswith("@en")][1:] == [], (
                term,
                predicate,
            )
            assert any(v.endswith("@en") for v in links(predicate).get(term, ())), (term, predicate)


def stems(text):
    """The content words of a text without their endings."""
    words = re.findall(r"[a-z]+", text.lower())
    return {
        re.sub(r"(?<=[a-z]{3})(ations?|ings?|ments?|e?rs?|ors?|e?s|e?d|e)$", "", w) for w in words
    }


def test_no_definition_only_repeats_the_words_of_its_label():
    labels, definitions = links("skos:prefLabel"), links("skos:definition")
    circular = [
        term
        for term in set(links("rdfs:isDefinedBy"))
        for label in labels[term]
        for definition in definitions[term]
        if label.endswith("@en") and definition.endswith("@en")
        if len(stems(definition) - stems(label) - FUNCTION_WORDS) < 3
    ]
    assert circular == []


def test_every_annotated_statement_is_asserted():
    assert len(axioms()) > 80
    assert [a.statement for a in axioms() if a.statement not in facts()] == []


def test_every_annotation_says_where_its_statement_is_from():
    assert [a.statement for a in axioms() if not a.sources] == []


# what must not be claimed ---------------------------------------------------------------------


def test_n6_the_two_clashing_titles_stay_data():
    bearers = {}
    for predicate in ("mlops:primaryTitle", "mlops:counterpartTitle", "mlops:curatedTitle"):
        for role, titles in links(predicate).items():
            for title in titles:
                bearers.setdefault(text(title).casefold(), set()).add(
                    (number(role), predicate.split(":")[1])
                )
    assert bearers["mlops engineer"] == {("R6", "counterpartTitle"), ("R7", "primaryTitle")}
    assert bearers["ml/data engineer"] == {("R5", "counterpartTitle")}
    assert {t for t, roles in bearers.items() if len({r for r, _ in roles}) > 1} == {
        "mlops engineer"
    }, "an ambiguity of our own making"


def test_n6_nothing_merges_two_things():
    merging = ("owl:sameAs", "skos:exactMatch", "owl:equivalentProperty")
    assert [fact for fact in facts() if fact[1] in merging] == []


def test_n7_mitre_is_named_as_the_name_of_the_file_only():
    named = {fact for fact in facts() if "mitre" in fact[2].casefold() and fact[2].startswith('"')}
    assert len(named) >= 8
    sources = {s for s, _, _ in named}
    assert sources <= members("bibo:Document") | members("bibo:DocumentPart"), (
        "only a source is called by it"
    )
    # what remains once the file's name and the disclaimer are taken out
    rest = [
        re.sub(
            r"MITRE Roles\.md|"
            "could not be traced to MITRE as an organisation, and nothing more is claimed",
            "",
            value,
        )
        for _, _, value in named
    ]
    assert [value for value in rest if "mitre" in value.casefold()] == []
    assert {"source:mitre-roles"} == {
        s for s, _, value in named if "could not be traced to MITRE" in value
    }


def test_n7_mitre_is_no_creator_or_publisher():
    agents = (
        "dcterms:creator",
        "dcterms:publisher",
        "dcterms:rights",
        "dcterms:rightsHolder",
        "prov:wasAttributedTo",
    )
    assert [fact for fact in facts() if fact[1] in agents and "mitre" in fact[2].casefold()] == []
    assert not {p for s, p, _ in facts() if s == "source:mitre-roles"} & set(agents)


# names of skills and tools ----------------------------------------------------------------------


@pytest.fixture(scope="module")
def names(graph):
    """Every name of a skill or tool, as the audit matches them."""
    return set(RoleTables.from_graph(graph).names)


def not_evidence():
    with (ROOT / "tests" / "not_evidence.csv").open(encoding="utf-8", newline="") as file:
        found = {fold_name(row["name"]): row["reason"] for row in csv.DictReader(file)}
    assert len(found) > 100
    return found


def test_what_is_no_evidence_matches_no_skill_or_tool(names):
    assert set(not_evidence()) & names == set()
    assert all(not_evidence().values()), "each with its reason"


def test_the_tools_that_real_people_name_are_known_or_known_to_be_no_evidence(names):
    path = SHARED / "data" / "so-survey-staff.csv"
    if not path.is_file():
        pytest.skip("the survey is not beside the repository: its licence differs")
    with path.open(encoding="utf-8", newline="") as file:
        written = {
            skill.strip() for row in csv.DictReader(file) for skill in row["skills"].split(";")
        } - {""}
    assert len(written) == 185
    matched = {name for name in written if fold_name(name) in names}
    assert len(matched) >= 100
    assert {name for name in written - matched if fold_name(name) not in not_evidence()} == set()
