"""Staff data as HR systems write it: each is read rightly, or refused with the option."""

import json
import re

import openpyxl
import pandas as pd
import pyarrow as pa
import pytest

from mlops_roles import InputError, Records, certify, load, verify
from mlops_roles.analysis.audit import read
from mlops_roles.staff.reading import ReadOptions

GRAPH = load()


def people(staff, **options):
    """Each person as 'title | what is had | what is below | what is lacking', and the reading."""
    found = read(staff, GRAPH, ReadOptions(as_of="2026-11-29", **options))
    shown = {}
    for row in found.table.order_by("line").to_pyarrow().to_pylist():
        states = {"has": [], "below": [], "lacks": []}
        for piece in (row["skills"] or "").split(";"):
            for name in found.cells.read(piece):
                states.get(name.state, []).append(name.name)
        parts = [row["title"] or "", *(", ".join(sorted(names)) for names in states.values())]
        shown[row["person"]] = " | ".join(parts).rstrip(" |")
    return shown, found.reading


TABLES = {
    "a level in numbers is no version": (
        "Name,Title,Skills\nAda,Data Engineer,Python (1/5); Docker (0/5); SQL (4/5); Git 2/5\n",
        {"Ada": "Data Engineer | SQL | Git, Python | Docker"},
    ),
    "a small number in brackets or after a dash is a level": (
        "Name,Title,Skills\nAda,,Python (1); Docker (5); Git - 1; SQL (4)\n",
        {"Ada": " | Docker, SQL | Git, Python"},
    ),
    "a version is no level": (
        "Name,Title,Skills\nAda,,Python 3; Python 2/3; Java (17); AWS (S3)\n",
        {"Ada": " | AWS (S3), Java (17), Python 2/3, Python 3"},
    ),
    "pairs of columns of years": (
        "Name,Skill 1,Years 1,Skill 2,Years 2\nAda,SQL,5,Python,0\n",
        {"Ada": " | SQL |  | Python"},
    ),
    "a question that would be a wish": (
        "Name,How would you rate yourself? [SQL],How would you rate yourself? [Git]\n"
        "Ada,Advanced,No experience\n",
        {"Ada": " | SQL |  | Git"},
    ),
    "a vacancy in brackets, a total and a number of a post": (
        "Name,Post,Title\nAda,7,Cook\nContractor (TBD),8,Cook\nFTE total,,2\n",
        {"Ada": "Cook"},
    ),
    "a column of remarks beside people in columns": (
        "Skill,Ada,Bo,Comment,Target\nSQL,4,0,see below,3\nGit,0,4,,3\n",
        {"Ada": " | SQL |  | Git", "Bo": " | Git |  | SQL"},
    ),
    "years beside levels of the same skill": (
        "Name,SQL level,SQL years,Git level\nAda,1,9,5\n",
        {"Ada": " | Git | SQL"},
    ),
    "dots, pictures and words for nothing": (
        "Name,SQL,Git,Docker,Kafka\nAda,●●●●○,●○○○○,✔\ufe0f,n.b.\nBo,○○○○○,s.o.,✖\ufe0f,✔\n",
        {"Ada": " | Docker, SQL | Git", "Bo": " | Kafka |  | Docker, SQL"},
    ),
    "rows of statistics": (
        "Name,SQL,Git\nAda,5,1\nStd dev,2,3\n% covered,50%,100%\nMax,0,4\n",
        {"Ada": " | SQL | Git", "Max": " | Git |  | SQL"},
    ),
    "a word before the last name of a list": (
        'Name,Skills\nAda,"SQL, Git, and code review"\nBo,"Git, Kafka, sowie SQL (basic)"\n',
        {"Ada": " | Git, SQL, code review", "Bo": " | Git, Kafka | SQL"},
    ),
    "commas between names with levels": (
        'Name,Title,Skills\nAda,,"SQL: 3, statistics: 4, Python: 1"\n',
        {"Ada": " | SQL, statistics | Python"},
    ),
    "pairs of columns": (
        "Name,Skill 1,Level 1,Skill 2,Level 2\nAda,SQL,5,Python,0\nBo,Docker,2,SQL,4\n",
        {"Ada": " | SQL |  | Python", "Bo": " | SQL | Docker"},
    ),
    "pairs of columns, the number first": (
        "preferred_name,skill_1,skill_1_rating,skill_2,skill_2_rating\n"
        "Ada,SQL,Expert,Python,Foundational\n",
        {"Ada": " | SQL | Python"},
    ),
    "pairs of columns, the level in brackets": (
        "Name,Skill 1 (name),Skill 1 (level 1-5),Skill 2 (name),Skill 2 (level 1-5)\n"
        "Ada,SQL,5,Python,1\n",
        {"Ada": " | SQL | Python"},
    ),
    "pairs of columns without a number": (
        "Name,Main Skill,Main Skill Level,Secondary Skill,Secondary Skill Level\n"
        "Ada,SQL,Expert,Python,None\n",
        {"Ada": " | SQL |  | Python"},
    ),
    "a preferred name beside the family name": (
        "Preferred Name,First Name,Last Name,Job Title\nBob,Robert,Lee,Data Engineer\n",
        {"Robert Lee": "Data Engineer"},
    ),
    "levels as headings": (
        "Name,Expert,Intermediate,Skills (beginner)\nAda,Python,SQL,Docker; Git\n",
        {"Ada": " | Python, SQL | Docker, Git"},
    ),
    "a number sign in a heading": (
        "Employee #,Full Name,Job Title\n7,Ada,Data Engineer\n",
        {"Ada": "Data Engineer"},
    ),
    "keys of nested objects": (
        "displayName,work.title,work.manager.displayName,department.name\nAda,Data Engineer,Bo,X\n",
        {"Ada": "Data Engineer"},
    ),
    "who came back": (
        "Name,Title,Hire Date,Termination Date\nAda,Data Engineer,2022-02-01,2019-05-31\n"
        "Bo,ML Engineer,2015-01-01,2019-05-31\nCy,ML Engineer,2015-01-01,00.00.0000\n",
        {"Ada": "Data Engineer", "Cy": "ML Engineer"},
    ),
    "a contract that has ended": (
        "Name,Title,Contract End Date\nAda,Data Engineer,2027-03-31\nBo,ML Engineer,2026-03-31\n",
        {"Ada": "Data Engineer"},
    ),
    "check marks as a status": (
        "Name;Titel;Aktiv\nEva;Data Engineer;✔\nJan;ML Engineer;✗\n",
        {"Eva": "Data Engineer"},
    ),
    "a total with a number": (
        "Worker,Business Title\nAda (1001),Data Engineer\nTotal Workers: 1,\n",
        {"Ada (1001)": "Data Engineer"},
    ),
    "a word for a level beside the skill": (
        "Emp;Cargo;Nivel Python;SQL rating;Level of Docker\nAda;Data Engineer;Alto;Bajo;Ninguno\n",
        {"Ada": "Data Engineer | Python | SQL | Docker"},
    ),
    "yes and no under a question": (
        "name,dept,has_python,has_sql,docker?\nAda,X,yes,no,TRUE\n",
        {"Ada": " | docker, python |  | sql"},
    ),
    "a date of leaving under another heading": (
        "Name,Title,Term Date\nAda,Data Engineer,\nBo,ML Engineer,6/30/2025\n",
        {"Ada": "Data Engineer"},
    ),
    "a heading of dates that has none": (
        "Name,Title,To\nAda,Data Engineer,London\n",
        {"Ada": "Data Engineer"},
    ),
    "totals of a matrix, which are no levels": (
        "Name,Title,Python,SQL\nAda,Data Engineer,4,2\nBo,ML Engineer,5,\n"
        "Total,2,9,2\nAverage,,4.5,2\n",
        {"Ada": "Data Engineer | Python | SQL", "Bo": "ML Engineer | Python"},
    ),
    "totals of a row for each skill, which are no levels": (
        "Name,Title,Skill,Level\nAda,,SQL,4\nBo,,SQL,2\nBo,,Python,5\nTotal,,SQL,60\n",
        {"Ada": " | SQL", "Bo": " | Python | SQL"},
    ),
    "totals of pairs of a skill and its level, which are no levels": (
        "Name,Title,Skill 1,Level 1,Skill 2,Level 2\nAda,,SQL,4,Python,2\nBo,,Docker,5,SQL,1\n"
        "Total,,SQL,50,Docker,20\n",
        {"Ada": " | SQL | Python", "Bo": " | Docker | SQL"},
    ),
    "years of experience, which are on no scale": (
        "Name,Title,SQL (years),Python (years),Docker (months)\nAda,,10,1,0\n",
        {"Ada": " | Python, SQL |  | Docker"},
    ),
    "years and months after a name": (
        'Name,Title,Skills\nAda,,"SQL (5 years), Python (6 months), Docker (0 yrs)"\n',
        {"Ada": " | Python, SQL |  | Docker"},
    ),
    "what is required beside what is had": (
        "Name,Title,SQL Required,SQL Actual,Docker Soll,Docker Ist\nAda,,4,1,3,4\nBo,,4,0,3,3\n",
        {"Ada": " | Docker | SQL", "Bo": " | Docker |  | SQL"},
    ),
    "numbers that are no skills beside skills": (
        "Name,Title,FTE,Pensum,SQL,Python\nAda,,1.0,100%,80%,20%\n",
        {"Ada": " | SQL | Python"},
    ),
    "questions of a survey": (
        "Timestamp,What is your name?,What is your current job title?,"
        "Which tools do you use? (select all),Rate your skills [SQL],¿Qué nivel tiene de Python?\n"
        '2026/01/01,Ada,Data Engineer,"Docker, Git",4 - Advanced,1 - Novice\n',
        {"Ada": "Data Engineer | Docker, Git, SQL | Python"},
    ),
    "sections before the headings": (
        "Display name,Work > Title,Internal > Lifecycle status,Internal > Termination date\n"
        "Ada,Data Engineer,Employed,\nBo,ML Engineer,Terminated,2025-01-05\n",
        {"Ada": "Data Engineer"},
    ),
    "the function of a person, which is a title": (
        "Name,Function,SQL\nAda,Data Engineer,●\nBo,ML Engineer,◔\n",
        {"Ada": "Data Engineer | SQL", "Bo": "ML Engineer |  | SQL"},
    ),
    "plus signs, stars and bullets": (
        'Name,Title,SQL,Skills\nAda,,++,"Docker***\n- Git\nPython ★☆☆☆"\nBo,,+,Git****\n',
        {"Ada": " | Docker, Git, SQL | Python", "Bo": " | Git, SQL"},
    ),
    "numbers in cells beside words in columns": (
        'Name,Title,SQL,Python (years),Skills\nAda,,good,2,"Docker: 1, Git: 4"\n',
        {"Ada": " | Git, Python, SQL | Docker"},
    ),
    "who has a skill, in a row for each": (
        "Employee,Skill,Has skill?\nAda,SQL,Yes\nAda,Docker,No\n",
        {"Ada": " | SQL |  | Docker"},
    ),
    "rows of what is required": (
        "Name,Title,SQL,Docker\nRequired level,,4,3\nAda,,2,3\nSoll,,9,9\n",
        {"Ada": " | Docker, SQL"},
    ),
    "status and dates of people in columns": (
        "Skill,Ada,Bo,Cy\nStatus,Active,Terminated,Active\nStart date,2020-01-01,,2027-03-01\n"
        "Team,X,Y,X\nSQL,5,3,4\nDocker,0,2,\n",
        {"Ada": " | SQL |  | Docker"},
    ),
    "null, which is no level, in JSON": (
        'Name,Skills\nAda,"{""SQL"": 4, ""Docker"": null}"\n'
        'Bo,"[{""name"": ""SQL"", ""level"": null}, {""name"": ""Git""}]"\n',
        {"Ada": " | SQL", "Bo": " | Git"},
    ),
    "a requisition in the place of a name": (
        "Incumbent,Position Title\nAda,Data Engineer\nREQ-1234 Data Engineer,Data Engineer\n",
        {"Ada": "Data Engineer"},
    ),
    "one heading for both names": (
        '"Last name, First name",Job title\n"Byron, Ada",Data Engineer\n',
        {"Byron, Ada": "Data Engineer"},
    ),
    "who wants to learn a skill does not have it": (
        "Name,Title,SQL,Docker\nAda,,Can teach,Wants to learn\n",
        {"Ada": " | SQL"},
    ),
}


@pytest.mark.parametrize("case", TABLES)
def test_a_table_is_read_rightly(case, tmp_path):
    text, expected = TABLES[case]
    path = tmp_path / "s.csv"
    path.write_text(text, encoding="utf-8")
    assert people(path)[0] == expected


def test_vacancies_in_eight_languages_are_open_posts(tmp_path):
    names = """noch nicht besetzt;en cours de recrutement;en proceso de selección;Nieobsadzone
        ;Vaga em aberto;posizione aperta;openstaand;Vacant since March;Unbesetzt seit Mai;\
        "Vacant, backfill for Bo";Ada;Open, Bob;Backfill for Cy;New joiner (Jan);xxx"""
    rows = [name.strip() for name in names.split(";")]
    path = tmp_path / "s.csv"
    lines = "".join(
        (f'"{r}"' if "," in r and '"' not in r else r) + ",Data Engineer\n" for r in rows
    )
    path.write_text("Name,Title\n" + lines, encoding="utf-8")
    found, reading = people(path)
    assert set(found) == {"Ada", "Open, Bob"}
    assert reading.open_roles == {"Data Engineer": 13}


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (
            "Name,Title,Skills\nAda,Data Engineer,SQL\n,,\nSkill,Owner,Use\nSQL,Ada,x\n",
            "second table",
        ),
        ("Name,Skill 1,Skill 2,Level\nAda,SQL,Python,5\n", '--map skill="Skill 1"'),
        ("Employee,Skill,Own?\nAda,SQL,Yes\nAda,Git,No\n", 'may say who.*--map level="Own\\?"'),
        ("Job Title,Skill,Required Level\nData Engineer,SQL,4\nML Engineer,Git,4\n", "not people"),
        ("Name,Skill,Required Level\nData Engineer,SQL,4\n", 'job titles.*--map person="Name"'),
    ],
)
def test_a_table_that_would_be_misread_is_refused(text, says, tmp_path):
    path = tmp_path / "s.csv"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match=says):
        people(path)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (
            "Name,Title,Stack\nAda,Data Engineer,SQL\n",
            'Stack: its values are.*--map skills="Stack"',
        ),
        (
            "Name,Title,Aktiv\nAda,Data Engineer,x\n",
            'Aktiv: a heading for status.*--map status="Aktiv"',
        ),
        ("Name,Title,Weg am\nAda,Data Engineer,31.1.2025\n", '--map end="Weg am"'),
        ("Name,Skill,Mai 2026\nAda,SQL,3\n", '--map level="Mai 2026"'),
        ('Name,Skills\nAda,"SQL, Git (basic)"\n', r"only the last name .* 'SQL, Git \(basic\)'"),
        ("Name,Title,SQL,Git\nAda,Cook,,\n", "colours are not read"),
        ("Name,Title,Level,Skills\nAda,Cook,Junior,SQL\nBo,Cook,Senior,SQL\n", '--map level="Le'),
        (
            "Name,Title,Hired,Rehire date,End\nAda,Cook,2010-01-01,2022-01-01,2015-01-01\n",
            'have come back.*--map start="Rehire date"',
        ),
        ("Name,Title,Account type\nAda,Cook,user\nR2,Cook,Bot\n", '--map status="Account type"'),
        ("Skill,Ada,Bo,Comment\nSQL,4,0,x\nGit,0,4,\n", "Columns of no person: Comment"),
        ("Name,Title\nCem & Dee Oz,Cook\n", r"two people, and count as one: 1 \(line 2\)"),
        (
            "Name,Title,Skills\nTeam A,,\nAda,Data Engineer,SQL\n",
            r"nothing but a name: 1 \(line 2\)",
        ),
    ],
)
def test_what_is_not_read_is_reported_with_its_option(text, says, tmp_path):
    path = tmp_path / "s.csv"
    path.write_text(text, encoding="utf-8")
    assert re.search(says, "\n".join(people(path)[1].summary()))


@pytest.mark.parametrize(
    ("text", "sign"),
    [
        ("Name,SQL,Docker\nAda,1 - Expert,5 - Novice\n", "'1 expert' above '5 novice'"),
        ("Name,SQL (1=expert),Docker\nAda,1,5\n", "'1 expert'"),
        ("Name,SQL (Schulnote 1-6),Docker\nAda,1,5\n", "'schulnote'"),
        ("Name,SQL,Docker\nAda,1,5\n1 = Experte,,\n5 = keine,,\n", "'1 experte' above '5 keine'"),
        ("Name,Skills\nAda,SQL: 1 - Expert; Docker: 5 - Novice\n", "'1 expert' above '5 novice'"),
        ("Name,SQL (6-1),Docker (6-1)\nAda,1,6\n", "'6-1'"),
    ],
)
def test_a_scale_whose_lowest_number_is_the_best_is_refused_until_it_is_settled(
    text, sign, tmp_path
):
    path = tmp_path / "s.csv"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match=f"lowest number is the best level, as {sign}") as error:
        people(path)
    options = re.findall(r"--value 'level:([^=]*)=(\w+)'", str(error.value))
    settled = {("level", level.lower()): meaning for level, meaning in options}
    assert people(path, values=settled)[0]["Ada"].startswith(" | SQL")
    assert "Docker" not in people(path, values=settled)[0]["Ada"].split("|")[1]


def test_a_word_for_none_is_the_end_of_a_scale_that_falls(tmp_path):
    path = tmp_path / "s.csv"
    path.write_text("Name,SQL,Docker,Git\nAda,1 - Expert,5 - none,3 - ok\n", encoding="utf-8")
    with pytest.raises(InputError, match="--value 'level:3 - ok=has'"):
        people(path)


def test_a_level_that_is_settled_as_below_is_not_compared_with_the_scale(tmp_path):
    path = tmp_path / "s.csv"
    path.write_text("Name,SQL,Docker\nAda,4 - Novice,1 - Expert\n", encoding="utf-8")
    levels = {("level", "4 - novice"): "below", ("level", "1 - expert"): "has"}
    staff = Records(path, GRAPH, ReadOptions(values=levels))
    found = certify("Ada", "R4", staff)
    assert list(found.to_dict()["reading"]["below"].values()) == ["4 - Novice, settled as below"]
    (saved := tmp_path / "c.json").write_text(json.dumps(found.to_dict()), encoding="utf-8")
    assert verify(saved, path).verified


@pytest.mark.parametrize(
    "text",
    [
        "Name,SQL (1=basic 5=expert),Docker\nAda,5,1\n",
        "Name,SQL,Docker\nAda,5 - Expert,1 - Novice\n1 - Novice,,\n5 - Expert,,\n",
        "Name,SQL,Docker\nAda,5 (Expert),Expert\n",
    ],
)
def test_a_scale_that_rises_is_read(text, tmp_path):
    path = tmp_path / "s.csv"
    path.write_text(text, encoding="utf-8")
    assert "SQL" in people(path)[0]["Ada"].split("|")[1]


def test_a_sheet_without_people_names_the_one_that_has_them(tmp_path):
    book = openpyxl.Workbook()
    book.active.title = "Anleitung"
    book.active.append(["Bitte ausfüllen bis Freitag"])
    matrix = book.create_sheet("Matrix")
    matrix.append(["Name", "SQL", "Python"])
    matrix.append(["Eva", 3, 0])
    book.save(tmp_path / "s.xlsx")
    with pytest.raises(InputError, match="--sheet 'Matrix'"):
        people(tmp_path / "s.xlsx")
    assert people(tmp_path / "s.xlsx", sheet="Matrix")[0] == {"Eva": " | SQL |  | Python"}


PERSONIO = {
    "attributes": {
        "first_name": {"label": "First name", "value": "Ada"},
        "last_name": {"label": "Last name", "value": "Byron"},
        "position": {"label": "Position", "value": "Data Engineer"},
    }
}


@pytest.mark.parametrize(
    ("document", "name"),
    [
        ({"success": True, "data": [PERSONIO]}, "Ada Byron"),
        (
            {
                "fields": [{"id": "x"}],
                "employees": [{"displayName": "Ada", "jobTitle": "Data Engineer"}],
            },
            "Ada",
        ),
        (
            [
                {
                    "name": "Ada",
                    "jobTitle": "Data Engineer",
                    "skills": [{"skill": {"name": "SQL"}, "proficiency": 4}],
                }
            ],
            "Ada | SQL",
        ),
        (
            [{"name": {"first": "Ada", "last": "Byron"}, "job": {"title": "Data Engineer"}}],
            "Ada Byron",
        ),
    ],
)
def test_nested_json_is_read(document, name, tmp_path):
    path = tmp_path / "s.json"
    path.write_text(json.dumps(document), encoding="utf-8")
    person, *skills = name.split(" | ")
    assert people(path)[0] == {person: " | ".join(["Data Engineer", *skills])}


def test_records_with_keys_of_odata_are_no_linked_data(tmp_path):
    path = tmp_path / "s.json"
    user = {"@odata.type": "#user", "displayName": "Ada", "jobTitle": "Data Engineer"}
    path.write_text(json.dumps({"@odata.context": "users", "value": [user]}), encoding="utf-8")
    assert people(path)[0] == {"Ada": "Data Engineer"}


@pytest.mark.parametrize(
    "skills",
    [
        pa.array([[{"name": "SQL", "level": "4"}, {"name": "Python", "level": "0"}]]),
        pa.array([{"SQL": 4, "Python": 0}]),
        pa.array([[("SQL", 4), ("Python", 0)]], pa.map_(pa.string(), pa.int32())),
    ],
    ids=["list of structs", "struct", "map"],
)
def test_nested_values_of_arrow_have_names_and_levels(skills):
    table = pa.table({"person": ["Ada"], "skills": skills})
    assert people(table)[0] == {"Ada": " | SQL |  | Python"}


def test_nullable_types_and_categories_of_pandas_are_read():
    table = pd.DataFrame(
        {
            "Name": pd.Series(["Ada", "Bo"], dtype="string"),
            "Title": pd.Categorical(["Data Engineer", None]),
            "SQL": pd.array([5, None], dtype="Int64"),
            "Python": [0.0, float("nan")],
        }
    )
    assert people(table)[0] == {"Ada": "Data Engineer | SQL |  | Python", "Bo": ""}


def test_members_of_a_group_of_vcard_are_people(tmp_path):
    path = tmp_path / "s.ttl"
    path.write_text(
        "@prefix vcard: <http://www.w3.org/2006/vcard/ns#> .\n"
        "<g> a vcard:Group ; vcard:hasMember <a> .\n"
        "<a> vcard:fn 'Ada' ; vcard:title 'Data Engineer' .\n"
        "<o> a vcard:Organization ; vcard:fn 'ACME' ; vcard:title 'Data Engineer' .\n",
        encoding="utf-8",
    )
    assert people(path)[0] == {"Ada": "Data Engineer"}


def test_a_function_of_vcard_is_no_title_beside_one(tmp_path):
    path = tmp_path / "s.ttl"
    path.write_text(
        "@prefix vcard: <http://www.w3.org/2006/vcard/ns#> .\n"
        "<a> a vcard:Individual ; vcard:fn 'Ada' ; vcard:title 'Data Engineer' ;\n"
        "  vcard:hasRole [ vcard:value 'admin' ] .\n"
        "<b> a vcard:Individual ; vcard:fn 'Bo' ; vcard:hasRole [ vcard:value 'Librarian' ] .\n",
        encoding="utf-8",
    )
    assert people(path)[0] == {"Ada": "Data Engineer", "Bo": "Librarian"}


WRAPPED = {"d": {"results": [{"name": "Ada", "title": "Cook", "skills": ["SQL"]}], "__next": None}}


@pytest.mark.parametrize(
    ("document", "expected"),
    [
        (WRAPPED, {"Ada": "Cook | SQL"}),
        (
            [{"name": "Ada", "skills": [{"name": "SQL", "years": 0}, {"name": "Git", "years": 2}]}],
            {"Ada": " | Git |  | SQL"},
        ),
        (
            [
                {
                    "name": "Ada",
                    "skills": [
                        {"name": "SQL", "monthsSinceUse": 0},
                        {"name": "Git", "years": 2019},
                    ],
                }
            ],
            {"Ada": " | Git, SQL"},
        ),
        (
            [
                {"name": "Ada", "jobTitle": {"id": 1, "title": "Cook", "isDeleted": True}},
                {"name": "Bo", "jobTitle": {"id": 1, "title": "Cook", "isDeleted": True}},
            ],
            {"Ada": "Cook", "Bo": "Cook"},
        ),
        (
            [
                {"name": "Ada", "title": "Cook", "mentor": {"name": "Bo"}, "endDate": None},
                {"name": "Bo", "title": "Cook", "endDate": 1704067200000},
                {"name": "Cy", "title": "Cook", "endDate": "/Date(1704067200000+0100)/"},
            ],
            {"Ada": "Cook"},
        ),
        (
            [{"name": "Ada", "skills": [["SQL", "expert"], ["Git", "none"], ["Kafka", "dbt"]]}],
            {"Ada": " | Kafka, SQL, dbt |  | Git"},
        ),
        (
            [
                {
                    "name": "Ada",
                    "leave": {"end": "2024-01-01"},
                    "project": {"name": "X"},
                    "skills": [],
                }
            ],
            {"Ada": ""},
        ),
        ([{"name": "Ada", "skills": "SQL, Git", "skillLevel": "expert"}], {"Ada": " | SQL, Git"}),
    ],
)
def test_records_as_services_send_them_are_read_and_verified(document, expected, tmp_path):
    path = tmp_path / "s.json"
    path.write_text(json.dumps(document), encoding="utf-8")
    assert people(path)[0] == expected
    certificate = certify("Ada", "R4", Records(path, GRAPH))
    (saved := tmp_path / "c.json").write_text(json.dumps(certificate.to_dict()), "utf-8")
    assert verify(saved, path).verified


@pytest.mark.parametrize(
    ("document", "says"),
    [
        (
            [{"name": "Data", "title": "Team", "teamMembers": [{"name": "Ada", "title": "Cook"}]}],
            "'teamMembers' has lists of people.*--ignore 'teamMembers'",
        ),
        (
            {
                "staff": {
                    "ops": [{"name": "Ada", "title": "Cook"}],
                    "data": [{"name": "Bo", "title": "Cook"}],
                }
            },
            "'staff.ops', 'staff.data'",
        ),
    ],
)
def test_people_in_several_places_of_a_document_are_an_error(document, says, tmp_path):
    path = tmp_path / "s.json"
    path.write_text(json.dumps(document), encoding="utf-8")
    with pytest.raises(InputError, match=says):
        people(path)


@pytest.mark.parametrize(
    ("beside", "says"),
    [
        ({"@odata.nextLink": "https://x.example"}, "'@odata.nextLink'"),
        ({"_links": {"next": {"href": "https://x.example"}}}, "'_links.next.href'"),
        ({"pageInfo": {"hasNextPage": True}}, "'pageInfo.hasNextPage'"),
        ({"total": 200}, "'total'"),
        ({"total": 1, "has_more": False, "next": None}, ""),
    ],
)
def test_a_page_of_several_is_named(beside, says, tmp_path):
    path = tmp_path / "s.json"
    path.write_text(json.dumps({"value": [{"name": "Ada", "title": "Cook"}], **beside}), "utf-8")
    notes = [note for note in people(path)[1].notes if "One page" in note]
    assert notes == ([f"One page of several, as {says} says: get the others, too"] if says else [])


def test_a_person_next_to_the_list_of_people_is_named(tmp_path):
    lead, members = {"name": "Cy", "title": "Cook"}, [{"name": "Ada", "title": "Cook"}]
    path = tmp_path / "s.json"
    path.write_text(json.dumps({"lead": lead, "members": members}), encoding="utf-8")
    shown, reading = people(path)
    assert shown == {"Ada": "Cook"}
    assert "The person in 'lead' next to the list is not read" in reading.notes


@pytest.mark.parametrize(
    ("name", "document"),
    [
        ("former_employees.csv", "name,title\nAda,Cook\n"),
        ("s.json", '{"formerEmployees": [{"name": "Ada", "title": "Cook"}]}'),
        ("s.json", '{"applicants": [{"name": "Ada", "title": "Cook"}]}'),
    ],
)
def test_a_list_of_people_who_may_have_left_is_named(name, document, tmp_path):
    (path := tmp_path / name).write_text(document, encoding="utf-8")
    assert "suggests people who are not staff" in "\n".join(people(path)[1].summary())


def test_formulas_without_a_value_are_named(tmp_path):
    book = openpyxl.Workbook()
    book.active.append(["Name", "SQL", "Git"])
    book.active.append(["Ada", "=1+3", 2])
    book.save(tmp_path / "s.xlsx")
    assert "Formulas without a value, which are read as blank: 1" in "\n".join(
        people(tmp_path / "s.xlsx")[1].summary()
    )


def test_rows_of_no_person_by_their_type_do_not_count_and_are_verified(tmp_path):
    path = tmp_path / "s.csv"
    path.write_text("Name,Title,Type\nAda,Cook,employee\nR2,Cook,Service account\n", "utf-8")
    options = ReadOptions(mapping={"status": "Type"})
    found = Records(path, GRAPH, options)
    assert list(people(path, mapping={"status": "Type"})[0]) == ["Ada"]
    (saved := tmp_path / "c.json").write_text(json.dumps(certify("Ada", "R4", found).to_dict()))
    assert verify(saved, path, mapping={"status": "Type"}).verified


def test_one_name_within_documents_in_lines_is_an_error(tmp_path):
    lines = [
        json.dumps(
            {"@context": "https://schema.org", "@type": "Person", "@id": "#me", "name": name}
        )
        for name in ("Ada", "Bo")
    ]
    path = tmp_path / "s.jsonl"
    path.write_text("\n".join(lines), encoding="utf-8")
    with pytest.raises(InputError, match="'#me' is the @id of 2 lines"):
        people(path)


@pytest.mark.parametrize(
    ("signs", "state"), [("++ + o - --", "lacks"), ("++ + o -", "unknown"), ("x -- - +", "unknown")]
)
def test_two_hyphens_next_to_two_plus_signs_are_a_level(signs, state, tmp_path):
    path = tmp_path / "s.csv"
    path.write_text(
        "Name,Title,SQL\n" + "".join(f"P{i},Cook,{s}\n" for i, s in enumerate(signs.split()))
    )
    levels = people(path)[1].values["level"]
    assert {"--": levels.get("--", "unknown"), "-": levels["-"]} == {
        "--": state,
        "-": "below the level asked" if state == "lacks" else "unknown",
    }
