"""Tables of roles become Turtle with sources; what is not read is named."""

import pyoxigraph as ox
import pytest
from support.asserted import PREFIXES, ROOT

from mlops_roles import InputError, audit, check, import_framework, load
from mlops_roles.cli.main import main

NS = "https://acme.example/roles/"
MLOPS = PREFIXES["mlops"]
EXAMPLES = ROOT / "examples" / "frameworks"
ROLES = """Role;Role description;Job titles
Data Steward;The role that answers for data.;Data Custodian; Data Guardian
"""
NEEDS = """Position;Aufgabe;Skill;Required or preferred;Level;Cost centre;Competncy
Data Steward;Keep the catalogue, and prune it;Cataloguing;required;3;88;x
Data Steward;;Listening; Nice to have;2;88;
Data Steward;;Chess;maybe;;88;
;;;required;;88;
Data Steward;;Listening;must;;88;
"""


@pytest.fixture
def write(tmp_path):
    def write(text, name="roles.csv"):
        path = tmp_path / name
        path.write_text(text, "utf-8")
        return path

    return write


def links(found):
    """The (subject, predicate, object) of links by local name."""
    names = ("requiresSkill", "prefersSkill", "performs", "specialises")
    return {
        tuple(str(term).strip("<>").replace("#", "/").rpartition("/")[2] for term in t)
        for t in found.triples
        if any(t.predicate.value == MLOPS + name for name in names)
    }


def values(found, subject, name):
    return sorted(
        t.object.value
        for t in found.triples
        if t.subject == ox.NamedNode(NS + subject) and t.predicate.value.endswith(name)
    )


def test_rows_name_roles_tasks_and_skills_and_the_skill_is_the_tasks(write):
    found = import_framework([write(NEEDS)], NS)
    assert links(found) == {
        ("data-steward", "performs", "keep-the-catalogue-and-prune-it"),
        ("keep-the-catalogue-and-prune-it", "requiresSkill", "cataloguing"),
        ("data-steward", "prefersSkill", "listening"),
    }


def test_what_is_not_read_is_named_with_place_and_fix(write):
    found = import_framework([write(NEEDS)], NS)
    assert found.readings[0].not_read == {
        "Cost centre": "",
        "Competncy": '; if it is one, --map skill="Competncy"',
    }
    assert [(one.place.rpartition(" ")[2], one.reason) for one in found.unread] == [
        ("4", "need 'maybe' is not known"),
        ("5", "names no role, task or skill"),
        ("6", "'Listening' is required here and preferred above"),
    ]


def test_every_term_has_a_source_and_a_level_is_a_note_with_one(write):
    found = import_framework([write(NEEDS)], NS, source="Acme job catalogue")
    for term in ("data-steward", "cataloguing", "keep-the-catalogue-and-prune-it"):
        assert values(found, term, "source") == [f"{NS}source-acme-job-catalogue"]
    notes = [t.object.value for t in found.triples if t.predicate.value.endswith("#note")]
    assert sorted(notes) == ["level 2", "level 3"]


def test_files_are_one_framework_and_titles_and_definitions_come_from_any(write):
    files = [write(NEEDS), write(ROLES.replace("; Data", "| Data"), "titles.csv")]
    found = import_framework(files, NS)
    assert values(found, "data-steward", "curatedTitle") == [
        "Data Custodian",
        "Data Guardian",
        "Data Steward",
    ]
    assert values(found, "data-steward", "definition") == ["The role that answers for data."]


def test_occupations_with_iris_relations_and_kinds(write):
    """The layout of ESCO: a column says what a row is, relations have IRIs alone."""
    terms = write(
        "conceptType,conceptUri,preferredLabel,altLabels,description\n"
        'Occupation,https://e.example/o/1,data keeper,"data minder\ndata warden",Keeps data.\n'
        "KnowledgeSkillCompetence,https://e.example/s/1,tidy tables,,\n"
        "KnowledgeSkillCompetence,https://e.example/s/2,sing,,\n"
    )
    relations = write(
        "occupationUri,relationType,skillUri\n"
        "https://e.example/o/1,essential,https://e.example/s/1\n"
        "https://e.example/o/1,optional,https://e.example/s/2\n"
        "https://e.example/o/1,optional,https://e.example/s/3\n",
        "relations.csv",
    )
    found = import_framework([relations, terms], NS)
    assert links(found) == {("1", "requiresSkill", "1"), ("1", "prefersSkill", "2")}
    assert [one.reason for one in found.unread] == [
        "skill 'https://e.example/s/3' has no label in any table"
    ]


def test_ratings_on_two_scales(write):
    """The layout of O*NET: a row each for the importance and the level of a skill."""
    found = import_framework(
        [
            write(
                "O*NET-SOC Code,Title,Element ID,Element Name,Scale ID,Data Value\n"
                "99-1.00,Tamers,2.A,Patience,IM,4.5\n99-1.00,Tamers,2.A,Patience,LV,5\n"
                "99-1.00,Tamers,2.B,Writing,IM,2.5\n99-1.00,Tamers,2.C,Physics,IM,1\n"
            )
        ],
        NS,
    )
    assert links(found) == {("99-1-00", "requiresSkill", "2-a"), ("99-1-00", "prefersSkill", "2-b")}
    assert values(found, "99-1-00", "notation") == ["99-1.00"]


def test_a_name_of_a_skill_of_the_extended_ontology_is_that_skill(write, tmp_path):
    found = import_framework([write("Role,Skill\nTamer,SQL\nTamer,chess\n")], NS, graph=load())
    assert found.reused == {"SQL": "skill:sql"}
    assert ("tamer", "requiresSkill", "sql") in links(found)
    path = tmp_path / "tamer.ttl"
    path.write_bytes(found.to_turtle())
    shapes = {f.shape for f in check(graph=load(path)).findings if "tamer" in f.focus}
    assert shapes == {"shape:term-of-a-company-has-a-definition"}


def test_a_workbook_of_two_sheets_gives_a_framework_that_audits(tmp_path):
    import openpyxl

    book = openpyxl.Workbook()
    book.active.title = "Roles"
    for row in (["Framework 2026"], ["Role", "Description"], ["Tamer", "The role that tames."]):
        book.active.append(row)
    sheet = book.create_sheet("Needs")
    for row in (["Role", "Skill"], ["Tamer", "patience"]):
        sheet.append(row)
    book.save(tmp_path / "roles.xlsx")
    argv = ["import", str(tmp_path / "roles.xlsx"), "--namespace", NS]
    assert main([*argv, "--output", str(tmp_path / "out.ttl")]) == 0
    (tmp_path / "staff.csv").write_text("person,title,skills\nAda,Senior Tamer,patience\n", "utf-8")
    graph = load(only=tmp_path / "out.ttl")
    counted = audit(tmp_path / "staff.csv", graph=graph).to_dict()
    assert [row["people"] for row in counted["roles"].values()] == [1]
    assert counted["unmatched_skills"] == {}


def test_the_same_tables_give_the_same_bytes_and_names_stay_apart(write):
    path = write("Role,Skill\nTesting,Testing\nTesting ,Testing!\n数据,naïve\n")
    found = import_framework([path], NS)
    assert found.to_turtle() == import_framework([path], NS).to_turtle()
    iris = {t.subject for t in found.triples if t.predicate.value.endswith("prefLabel")}
    assert len(iris) == len(found.things) + 1  # and the source


@pytest.mark.parametrize(
    ("text", "options", "says"),
    [
        ("Role,Skill\nA,b\n", {"namespace": "https://acme.example/roles"}, "ends with / or #"),
        ("Role,Skill\nA,b\n", {"namespace": f"{MLOPS[:-3]}role/"}, "one of your own"),
        ("Role,Job title\nA,b\n", {}, "could both be the role"),
        ("Colour,Size\nred,3\n", {}, "--map role=HEADING"),
        ("Role,Skill\nA,b\n", {"mapping": {"task": "Duty"}}, "no table has this heading"),
        ("Role,Skill\nA,b\n", {"mapping": {"person": "Role"}}, "no column 'person'"),
        ("", {}, "empty"),
    ],
)
def test_what_cannot_be_read_is_an_error_with_the_fix(text, options, says, write):
    with pytest.raises(InputError, match=says):
        import_framework([write(text)], **{"namespace": NS, **options})


def test_a_heading_of_words_of_need_says_whether_a_skill_is_needed(write):
    rows = "Role,Skill,{}\nA,b,must have\nA,c,nice to have\n"
    for heading in ("Must have / nice to have", "Essential or desirable?", "Muss/Kann"):
        found = import_framework([write(rows.format(f'"{heading}"'))], NS)
        assert links(found) == {("a", "requiresSkill", "b"), ("a", "prefersSkill", "c")}, heading


def test_of_two_headings_of_ids_or_definitions_the_first_listed_is_read(write):
    path = write(
        "conceptType,code,conceptUri,preferredLabel,definition,description\n"
        "Occupation,2512.1,https://e.example/o/1,data keeper,,Keeps data.\n"
        "KnowledgeSkillCompetence,,https://e.example/s/1,sing,,Sings.\n"
    )
    found = import_framework([path], NS)
    assert {t.object.value for t in found.triples if "definition" in t.predicate.value} == {
        "Keeps data.",
        "Sings.",
    }
    assert {"code", "definition"} <= found.readings[0].not_read.keys()


def test_a_text_file_with_tabs_is_a_table(write):
    found = import_framework([write("Role\tSkill\nA\tb\n", "Skills.txt")], NS)
    assert links(found) == {("a", "requiresSkill", "b")}


def test_a_heading_may_be_mapped_or_ignored(write):
    path = write("Role,Job title,Know-how\nA,b,c\n")
    found = import_framework([path], NS, mapping={"skill": "Know-how"}, ignore=["Job title"])
    assert links(found) == {("a", "requiresSkill", "c")}
    assert found.readings[0].not_read == {"Job title": ", as asked"}


def test_a_row_that_is_not_read_exits_with_1(write, capsys):
    assert main(["import", str(write(NEEDS)), "--namespace", NS]) == 1
    assert "need 'maybe' is not known; write required" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("tables", "options", "turtle"),
    [
        (
            ["company.csv"],
            {"namespace": NS, "prefix": "acme", "source": "Acme job catalogue 2026"},
            "company.ttl",
        ),
        (
            ["esco-terms.csv", "esco-relations.csv"],
            {"namespace": "http://data.europa.eu/esco/skill/", "prefix": "esco_skill"},
            "esco.ttl",
        ),
    ],
    ids=["company", "esco"],
)
def test_the_turtle_of_the_examples_is_that_of_their_tables(tables, options, turtle):
    graph = load() if turtle == "company.ttl" else None
    found = import_framework([EXAMPLES / name for name in tables], **options, graph=graph)
    assert found.unread == []
    assert found.to_turtle() == (EXAMPLES / turtle).read_bytes()
