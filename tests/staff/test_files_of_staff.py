"""Staff files as they are kept: each has a trap, and is read as it is meant, or says that not."""

import json
import re
import subprocess
import time

import openpyxl
import pytest

from mlops_roles import InputError, Records, audit, certify, verify
from mlops_roles.cli.main import main
from mlops_roles.staff.reading import ReadOptions

AS_OF = ReadOptions(as_of="2026-06-01")


def read(path, options=AS_OF):
    """Each person to their skills: has, lacks or below."""
    found = audit(path, mapping=options)
    records = Records(path, mapping=options)
    states = {"recorded": "has", "lacking": "lacks", "below": "below"}
    people = [row["person"] for row in found.arrow().to_pylist()]
    return found.reading, {
        name: {
            skill: states[cell.claim]
            for cell in records.evidence(name).cells
            if cell.claim in states
            for skill in cell.skills
        }
        for name in people
    }


def check_verified(path, options, tmp_path):
    """The certificate of each person is verified by the second reader."""
    for person in read(path, options)[1]:
        file = tmp_path / "certificate.json"
        content = certify(person, "R4", Records(path, mapping=options)).to_dict()
        file.write_text(json.dumps(content), encoding="utf-8")
        assert verify(file, path).differences == ()


STATISTICS = "statistical-analysis"
READ = {
    "a word for a level before and after a name": (
        "name,skills\nAda,basic SQL; statistics advanced\nBo,good knowledge of SQL; SQL Server\n"
        'Cy,"sehr gute Kenntnisse in SQL, Statistik Anfänger"\n'
        "Dee,Cloud native; Statistik keine\n",
        {
            "Ada": {"sql": "below", STATISTICS: "has"},
            "Bo": {"sql": "has"},
            "Cy": {"sql": "has", STATISTICS: "below"},
            "Dee": {STATISTICS: "lacks"},
        },
    ),
    "lists with ticks and numbers": (
        'name,skills\nAda,"✓ SQL\n✗ statistics"\nBo,"1) SQL\n2) statistics"\n',
        {"Ada": {"sql": "has", STATISTICS: "lacks"}, "Bo": {"sql": "has", STATISTICS: "has"}},
    ),
    "a scale whose lowest number is none": (
        "name,SQL,statistics\nAda,2 Anfänger,1 keine Kenntnisse\nBo,4 Experte,3 gut\n",
        {"Ada": {"sql": "below", STATISTICS: "lacks"}, "Bo": {"sql": "has", STATISTICS: "has"}},
    ),
    "a number that is not applicable": (
        "name,SQL,statistics\nAda,0 - NA,3 - Expert\nBo,0,1\n",
        {"Ada": {STATISTICS: "has"}, "Bo": {"sql": "lacks", STATISTICS: "below"}},
    ),
    "one for yes": (
        "name,SQL,statistics\nAda,1,\nBo,,1\n",
        {"Ada": {"sql": "has"}, "Bo": {STATISTICS: "has"}},
    ),
    "skills that have expired": (
        "name,skill,level,Gültig bis\nAda,SQL,5,31.12.2023\nAda,statistics,4,\n"
        "Bo,SQL,5,2024-01-01\n",
        {"Ada": {STATISTICS: "has"}, "Bo": {}},
    ),
    "posts one after the other": (
        "Name,Title,Started On,Finished On,Skill\nAda,Nurse,2018-01,2020-12,SQL\n"
        "Ada,Cook,2021-01,,statistics\nBo,Cook,2015-01,2019-12,SQL\nBo,Cook,2020-01,2022-12,SQL\n",
        {"Ada": {STATISTICS: "has"}},
    ),
    "titles and names of who left": (
        "name,title,skills\nAda,Nurse (until 2024),SQL\nAda,Cook (since 2024),statistics\n"
        "Bo,Nurse a.D.,SQL\nCy (left 2023),Cook,SQL\nDee †,Cook,SQL\n"
        "Eve (en congé),Gestionnaire - retraite,SQL\nFay,Nurse (bis 31.12.2030),SQL\n",
        {"Ada": {STATISTICS: "has"}, "Eve (en congé)": {"sql": "has"}, "Fay": {"sql": "has"}},
    ),
    "rows of no person": (
        "name,title,skills\nAda,Cook,SQL\n,,\n-----,-----,-----\nTBH TBH,Cook,\n"
        "Poste à pourvoir T2 2027,Cook,\nWird neu besetzt,Cook,\nMeeting Room 3,,\n"
        "svc-db,Service account,SQL\n#REF!,,\n",
        {"Ada": {"sql": "has"}},
    ),
    "lists as Python writes them": (
        "name,skills\nAda,\"['SQL', 'statistics']\"\nBo,\"[{'name': 'SQL', 'level': 0}]\"\nCy,[]\n",
        {"Ada": {"sql": "has", STATISTICS: "has"}, "Bo": {"sql": "lacks"}, "Cy": {}},
    ),
    "stars": (
        "name,skills\nAda,SQL ★★★☆☆; statistics ★☆☆☆☆\nBo,SQL ☆☆☆☆☆\n",
        {"Ada": {"sql": "has", STATISTICS: "below"}, "Bo": {"sql": "lacks"}},
    ),
    "months, and no date": (
        "name,skills,Austritt\nAda,SQL,12/2025\nBo,SQL,1900-01-00\nCy,SQL,05.2026\nDee,SQL,06.2026\n",
        {"Bo": {"sql": "has"}, "Dee": {"sql": "has"}},
    ),
    "a family name beside a name": (
        "Apellido Paterno,Apellido Materno,Nombre,skills\nGil,Mora,Ana,SQL\nPaz,Ruiz,Ana,R\n",
        {"Ana Gil": {"sql": "has"}, "Ana Paz": {}},
    ),
    "invalid JSON of another person": (
        'name,skills\nAda,"[""SQL"""\nBo,"[""SQL""]"\n',
        {"Bo": {"sql": "has"}},
    ),
    "a skill in one column": (
        "name,title,skill\nAda,Cook,SQL\nBo,Nurse,statistics\n",
        {"Ada": {"sql": "has"}, "Bo": {STATISTICS: "has"}},
    ),
}


@pytest.mark.parametrize("kind", READ)
def test_a_file_is_read_as_it_is_meant_by_both_readers(kind, put, tmp_path):
    text, expected = READ[kind]
    path = put(text)
    assert read(path)[1] == expected
    check_verified(path, AS_OF, tmp_path)


NAMED = {
    "people without a status": (
        "name,title,status\nAda,Cook,active\nBo,Nurse,\nCy,Nurse,#N/A\nTotal,,\nN.N.,Cook,\n",
        "Without a status, and counted: 2 (line 3, 4)",
    ),
    "names of two people": (
        "name,title\nAda Roe / Bo Poe,Cook\nCy Toe und Dee Moe,Nurse\nEve Loe,Nurse\n",
        "Names that may be of two people, and count as one: 2 (line 2, 3)",
    ),
    "two columns of levels": (
        "name,skill,Self rating,Manager rating\nAda,SQL,5,1\n",
        'Manager rating: level is read from Self rating; to read this one instead: --map level="',
    ),
    "a second person in each row": (
        "Person,Person 2,Title\nAda,Bo,Cook\n",
        '--map person="Person 2"',
    ),
    "when skills were assessed": (
        "name,skill,level,When\nAda,SQL,3,2024-01-01\n",
        'if skills were assessed then: --map date="When"',
    ),
    "who is employed": (
        "name,title,Employment\nAda,Cook,Employed\nBo,Cook,Dismissed\n",
        'if it says who is there: --map status="Employment"',
    ),
    "why people left": (
        "name,title,TermReason\nAda,Cook,\nBo,Cook,pay\n",
        '--map left="TermReason"',
    ),
    "when certificates expire": (
        "name,title,Expires\nAda,Cook,2020-01-01\n",
        '--map end="Expires"',
    ),
    "skills that have expired": (
        "name,skill,valid to\nAda,SQL,2020-01-01\nAda,statistics,\n",
        "Skills whose dates have ended or not begun: 1 (line 2)",
    ),
    "a date in one row of several": (
        "name,skill,exit date\nAda,SQL,2020-01-01\nAda,statistics,\nBo,SQL,\n",
        "A date in some rows of a person is taken as that of the person: 1 (line 2)",
    ),
}


@pytest.mark.parametrize("kind", NAMED)
def test_what_may_be_meant_otherwise_is_named(kind, put):
    text, says = NAMED[kind]
    assert says in "\n".join(read(put(text))[0].summary())


def test_a_level_that_a_workbook_made_a_date_is_none(put):
    with pytest.raises(InputError, match="--value 'level:05-Apr=has'"):
        audit(put("name,skill,level\nAda,SQL,05-Apr\nBo,SQL,4/5\n"))


def test_a_post_without_a_title_is_open_by_its_role(put):
    found = audit(put("name,role,skill\nVacant,R7,SQL\nAda,R4,SQL\n"))
    assert found.reading.open_roles == {"R7": 1}


def test_what_is_said_of_blank_statuses_and_titles_can_be_settled(put):
    path = put("name,title,status\nAda,Cook (until 2024),active\nBo,Nurse,\nCy,Cook,active\n")
    values = {("status", ""): "left", ("title", "cook (until 2024)"): "present"}
    found = audit(path, mapping=ReadOptions(values=values))
    assert found.reading.left_out == {"left": [3]}
    with pytest.raises(InputError, match="use present, left, vacant or no person"):
        audit(path, mapping=ReadOptions(values={("title", "cook (until 2024)"): "gone"}))


def test_a_sheet_with_merged_headings_and_names_is_read_by_both_readers(tmp_path):
    book = openpyxl.Workbook()
    for row in (
        ["Name", "Team", "Skills", None],
        [None, None, "SQL", "statistics"],
        ["Ada", "Data", 4, 1],
        ["Bo", None, 0, 5],
    ):
        book.active.append(row)
    for cells in ("A1:A2", "B1:B2", "C1:D1", "B3:B4"):
        book.active.merge_cells(cells)
    book.save(path := tmp_path / "staff.xlsx")
    assert read(path)[1] == {
        "Ada": {"sql": "has", STATISTICS: "below"},
        "Bo": {"sql": "lacks", STATISTICS: "has"},
    }
    assert [row["unit"] for row in audit(path).arrow().to_pylist()] == ["Data", "Data"]
    check_verified(path, AS_OF, tmp_path)


def test_rows_that_a_workbook_hides_are_read_and_named(tmp_path):
    book = openpyxl.Workbook()
    for row in (["Name", "Title"], ["Ada", "Cook"], ["Bo", "Nurse"], ["Cy", "Nurse"]):
        book.active.append(row)
    book.active.row_dimensions[3].hidden = True
    book.save(path := tmp_path / "staff.xlsx")
    found = audit(path)
    assert found.rows["used"] == 3
    assert "Hidden rows, which are read: 1 (line 3)" in found.reading.notes


def test_the_scale_of_one_level_is_saved_and_read_again(put, tmp_path):
    from mlops_roles.staff.mapping_file import load_mapping, save_mapping

    for level in "01":
        path, saved = put(f"name,SQL,statistics\nAda,{level},\n"), tmp_path / "mapping.toml"
        reading, first = read(path)
        saved.write_text(save_mapping(reading, AS_OF), encoding="utf-8")
        assert read(path, load_mapping(saved))[1] == first


@pytest.mark.parametrize(
    "text",
    [
        'name,title,"Stack ""$(ls)"\nAda,Cook,SQL\n',
        "name,title,status\nAda,Cook,isn't here\n",
        "name,skill,level\nAda,SQL,'so-so' `x`\nBo,SQL,3\n",
        "name,title,Mary's stack\nAda,Cook,SQL\n",
        "name,title,end\nAda,Cook,don't know when\n",
    ],
)
def test_an_option_of_a_message_can_be_copied_into_a_shell(text, put):
    """Whatever quotes and signs of a shell are in a heading or value."""
    path = put(text)
    try:
        said = "\n".join(c.fix for c in audit(path).reading.columns)
    except InputError as error:
        said = str(error)
    option = re.search(r"--(?:map|value) (?:'.*'|\w+=\"[^\"]*\")", said)[0]
    arguments = subprocess.run(  # as a person does who copies it
        f"printf '%s\\0' {option}", shell=True, check=True, capture_output=True, text=True
    ).stdout.split("\0")[:-1]
    assert main(["audit", str(path), *arguments]) == 0


@pytest.mark.parametrize("name", ["Ada Roe", "(x) " + "a" * 40_000])
@pytest.mark.parametrize("title", ["Cook", "(x" * 40_000], ids=["short", "long"])
def test_a_cell_of_80_000_characters_takes_no_time(name, title, put, tmp_path):
    path, file = put(f"name,title,skills\n{name},{title},SQL\n"), tmp_path / "certificate.json"
    started = time.process_time()
    assert audit(path).rows["used"] == 1
    if name == "Ada Roe":
        file.write_text(json.dumps(certify(name, "R4", Records(path)).to_dict()), encoding="utf-8")
        assert verify(file, path).differences == ()
    assert time.process_time() - started < 15  # of 2; each search in a long cell took over 10


@pytest.mark.parametrize(
    ("title", "counts"),
    [
        ("Data Engineer (vacant)", False),
        ("Data Engineer (open)", True),
        ("Data Engineer - New Position", True),
    ],
)
def test_a_word_that_may_mean_another_thing_makes_no_vacancy_of_a_title(title, counts, put):
    assert ("Ada" in read(put(f"name,title\nAda,{title}\nBo,Cook\n"))[1]) == counts
