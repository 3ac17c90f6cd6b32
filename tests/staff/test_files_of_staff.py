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
    "keys of levels in JSON": (
        'name,skills\nAda,"[{""Skill"":""SQL"",""niveau"":1},{""skill"":""statistics"",'
        '""proficiencyLevel"":{""name"":""Expert""}}]"\nBo,"[{""name"":""SQL"",""Level"":5,'
        '""note"":""learned late""},{""name"":""statistics"",""note"":""learned late""}]"\n',
        {"Ada": {"sql": "below", STATISTICS: "has"}, "Bo": {"sql": "has", STATISTICS: "has"}},
    ),
    "what is had and asked in a second row of headings": (
        "name;title;SQL;;statistics;\n;;Ist;Soll;Ist;Soll\nAda;Cook;4;3;1;4\nBo;Cook;0;3;5;4\n",
        {"Ada": {"sql": "has", STATISTICS: "below"}, "Bo": {"sql": "lacks", STATISTICS: "has"}},
    ),
    "names after a number sign, as in SharePoint": (
        "name,skills\nAda,SQL;#statistics\nBo,#SQL;C#\n",
        {"Ada": {"sql": "has", STATISTICS: "has"}, "Bo": {"sql": "has"}},
    ),
    "a share in brackets": (
        "name,skill,level\nAda,SQL,Expert (100%)\nAda,statistics,Beginner (15%)\n",
        {"Ada": {"sql": "has", STATISTICS: "below"}},
    ),
    "a date without a comma": (
        "name,title,skills,End date\nAda,Cook,SQL,Mar 31 2025\nBo,Cook,SQL,Mar 31 2030\n",
        {"Bo": {"sql": "has"}},
    ),
    "a table in Markdown": (
        "| name | SQL | statistics |\n|------|:---:|---:|\n| Ada | 4 | 0 |\n| Bo | 1 | 5 |\n",
        {"Ada": {"sql": "has", STATISTICS: "lacks"}, "Bo": {"sql": "below", STATISTICS: "has"}},
    ),
    "numbers with a decimal of zero": (
        "name,SQL,statistics\nAda,4.0 - Advanced,0.0 - None\nBo,1.0 - Basic,5.0 - Expert\n",
        {"Ada": {"sql": "has", STATISTICS: "lacks"}, "Bo": {"sql": "below", STATISTICS: "has"}},
    ),
    "groups and numbers before skills": (
        "name;Daten > SQL;[Data] statistics;1.2 Git\nAda;4;1;0\nBo;0;5;5\n",
        {"Ada": {"sql": "has", STATISTICS: "below"}, "Bo": {"sql": "lacks", STATISTICS: "has"}},
    ),
    "what is asked, in the heading": (
        "name,SQL (Soll: 3),statistics [target 4],R (Soll 1-5)\nAda,4,1,2\nBo,0,5,2\n",
        {"Ada": {"sql": "has", STATISTICS: "below"}, "Bo": {"sql": "lacks", STATISTICS: "has"}},
    ),
    "texts that a workbook leaves as they are": (
        '="id",="name",skills\n="007",="Ada","SQL,statistics"\n"=""008""","=""Bo""",="SQL"\n',
        {"Ada": {"sql": "has", STATISTICS: "has"}, "Bo": {"sql": "has"}},
    ),
    "points that are no levels": (
        "name,SQL,statistics,Total points,Ø,Max\nAda,3,1,5,2,3\nBo,0,2,5,2,2\nØ,1.5,1.5,5,2,2\n",
        {"Ada": {"sql": "has", STATISTICS: "below"}, "Bo": {"sql": "lacks", STATISTICS: "has"}},
    ),
    "what is had and asked, in a row for each skill": (
        "name,Kompetenz,Ist,Soll,Lücke\nAda,SQL,4,3,0\nAda,statistics,1,4,3\nBo,SQL,0,3,3\n",
        {"Ada": {"sql": "has", STATISTICS: "below"}, "Bo": {"sql": "lacks"}},
    ),
    "check boxes in text": (
        "name,SQL,statistics\nAda,[x],[ ]\nBo,[ ],[X]\n",
        {"Ada": {"sql": "has", STATISTICS: "lacks"}, "Bo": {"sql": "lacks", STATISTICS: "has"}},
    ),
    "dates without marks": (
        "name,title,skills,Austritt\nAda,Cook,SQL,31122024\nBo,Cook,SQL,31122030\n",
        {"Bo": {"sql": "has"}},
    ),
    "addresses after names, as in Notion": (
        'name,skills\nAda,"SQL (https://n.example/sql-1), statistics (https://n.example/s-2)"\n',
        {"Ada": {"sql": "has", STATISTICS: "has"}},
    ),
    "a legend of signs": (
        "name,title,SQL,statistics\nAda,Cook,●,◔\n○ = none,,,\nx = yes,,,\n",
        {"Ada": {"sql": "has", STATISTICS: "below"}},
    ),
    "questions that are no wishes": (
        "name,title,skills,How well do you know SQL?,Would you like to use statistics?\n"
        "Ada,Cook,Git,advanced,yes\nBo,Cook,Git,none,yes\n",
        {"Ada": {"sql": "has"}, "Bo": {"sql": "lacks"}},
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
    "a remark that says who left": (
        "name,title,Bemerkung\nAda,Cook,\nBo,Nurse,ausgeschieden zum 30.06.2025\n",
        'some values say that people left; if it says who left: --map status="Bemerkung"',
    ),
    "two columns of one skill": (
        "name,title,SQL (self),SQL (manager)\nAda,Cook,4,1\nBo,Cook,2,5\n",
        "Columns of one skill, of which the highest level counts: SQL (self), SQL (manager)",
    ),
    "one skill beside a list": (
        "name,title,unit,skills,SQL\nAda,Cook,X,statistics,4\nBo,Cook,X,R,1\n",
        "SQL: one skill next to a column of skills; if its levels are those of people: --layout",
    ),
    "several skills in a row of one": (
        'name,skill,level\nAda,"SQL, statistics",4\nBo,SQL,1\n',
        "Cells with several skills, where a row is of one, are not split: 'SQL, statistics'",
    ),
    "dates of leaving beside skills": (
        "name,skill,level,Sortie le\nAda,SQL,4,01.01.2024\n",
        'if people left then: --map end="Sortie le"',
    ),
    "periods": (
        "name,title,Zeitraum\nAda,Cook,2021–heute\nBo,Nurse,2018–2020\n",
        "Zeitraum: an unknown heading; if these ended: write starts and ends into two columns",
    ),
    "a unit of people who left": (
        "name,title,unit\nAda,Cook,Data\nBo,Nurse,Ehemalige\n",
        "Units whose names say that people left, who count: 1 (line 3)",
    ),
    "one key with two names": (
        'id,name,title\n1,Ada Roe,Cook\n1,"Roe, Ada",Cook\n2,Bo Poe,Nurse\n',
        "Keys with several names, which count as several people: 1 (line 2)",
    ),
    "a slash between levels": (
        "name,skills\nAda,SQL (Experte) / statistics (gut)\n",
        "Cells contain '/' between names with levels, which is not read as a separator; ",
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


REFUSED = {
    "a level above the scale": (
        "name,SQL,statistics\nAda,4,1\n",
        ReadOptions(scale="0-3"),
        "the level 4 is above it.*--scale '0-4'",
    ),
    "a level above the scale of a column": (
        "name,SQL,statistics\nAda,4,1\n",
        ReadOptions(scales={"SQL": "0-3"}),
        "--scale 'SQL=0-4'",
    ),
    "words as separators": (
        "name,skills\nAda,SQL and statistics\n",
        ReadOptions(separator="and"),
        "no letters or digits",
    ),
    "no separator": ("name,skills\nAda,SQL\n", ReadOptions(separator=""), "single characters"),
    "the value of no column": (
        "name,title,status\nAda,Cook,active\n",
        ReadOptions(values={("stauts", "active"): "left"}),
        "'stauts' is no column of ours",
    ),
    "shares beside levels": (
        "name,SQL,statistics\nAda,0.75,2\nBo,1,5\n",
        AS_OF,
        "two scales: .*--scale 'SQL=0-1'",
    ),
    "a skill in each row, with people": (
        'skill,employee\nSQL,"Ada Roe, Bo Poe"\nstatistics,Bo Poe\n',
        AS_OF,
        '--map person="employee"',
    ),
    "two rows of headings": (
        "USERID,FIRSTNAME,TITLE\nUser ID,First Name,Title\n1,Ada,Cook\n",
        AS_OF,
        "read that one: --header-row 2",
    ),
    "a level in JSON that is none": (
        'name,skills\nAda,"[{""name"": ""SQL"", ""level"": ""so-so""}]"\n',
        AS_OF,
        "--value 'level:so-so=has'",
    ),
    "several characters as a delimiter": (
        "name;;title\nAda;;Cook\n",
        ReadOptions(delimiter=";;"),
        "--delimiter ';'",
    ),
    "the sheet of a CSV file": ("name,title\nAda,Cook\n", ReadOptions(sheet="X"), "no sheets"),
    "UTF-8 in another encoding": (
        "name,title\nJörg,Cook\n",
        ReadOptions(encoding="cp1252"),
        "is UTF-8; leave the encoding out",
    ),
    "a legend above the headings": (
        "Skala: 1 = Experte; 5 = keine\n\nname,SQL,statistics\nAda,1,4\n",
        AS_OF,
        "lowest number is the best level",
    ),
    "a legend beside the rows": (
        "name,SQL,statistics,,Legend\nAda,1,4,,1 = expert\nBo,5,2,,5 = beginner\n",
        AS_OF,
        "lowest number is the best level",
    ),
    "numbers beside skills that may be levels": (
        "name,skill,Wert\nAda,SQL,4\nAda,R,3\nBo,SQL,0\n",
        AS_OF,
        '--map level="Wert".*--ignore',
    ),
    "a range of levels": ("name,skill,level\nAda,SQL,2-3\nBo,SQL,4\n", AS_OF, "'level:2-3=has'"),
    "a level above the highest": (
        "name,skill,level\nAda,SQL,4/3\nBo,SQL,2/3\n",
        AS_OF,
        "'level:4/3=has'",
    ),
}


@pytest.mark.parametrize("kind", REFUSED)
def test_what_cannot_be_meant_is_refused(kind, put):
    text, options, says = REFUSED[kind]
    with pytest.raises(InputError, match=says):
        audit(put(text), mapping=options)


def test_blanks_beside_a_separator_are_none(put):
    path = put("name,skills\nAda,machine learning / SQL\n")
    assert set(read(path, ReadOptions(separator=" / "))[1]["Ada"]) == {"machine-learning", "sql"}


def test_what_is_settled_and_not_in_the_file_is_named(put):
    path = put("name,title,status\nAda,Cook,active\n")
    reading = audit(path, mapping=ReadOptions(values={("status", "actve"): "left"})).reading
    assert "Settled, and not in the file: status 'actve'" in reading.notes


JOINED = {
    "skills that have expired": (
        "id,skill,level (0-5),valid to\n1,SQL,5,\n1,statistics,5,2024-12-31\n2,SQL,5,2020-01-01\n",
        {"Ada": {"sql": "has"}, "Bo": {}},
        "Skills whose dates have ended or not begun: 2 (line 2, 3)",
    ),
    "former posts": (
        "id,title,status,end,skills\n1,Cook,,2020-12-31,statistics\n1,Nurse,active,,SQL\n"
        "2,Cook,ended,2020-12-31,SQL\n2,Nurse,left,,SQL\n3,Cook,active,,SQL\n",
        {"Ada": {"sql": "has"}, "Cy": {"sql": "has"}},
        "Rows that do not count, of people with another row: 2 (line 2, 3)",
    ),
    "two posts": (
        "id,title,skills\n1,Cook,statistics\n1,Nurse,SQL\n3,Cook,SQL\n",
        {"Ada": {"sql": "has", STATISTICS: "has"}, "Bo": {}, "Cy": {"sql": "has"}},
        "4 rows of 3 people",
    ),
}


@pytest.mark.parametrize("kind", JOINED)
def test_several_rows_of_a_joined_table_are_one_person(kind, put, tmp_path):
    text, expected, says = JOINED[kind]
    path = put("id,name\n1,Ada\n2,Bo\n" + ("3,Cy\n" if "3,C" in text else ""))
    (path.parent / "more.csv").write_text(text, encoding="utf-8")
    options = ReadOptions(as_of="2026-06-01", join=str(path.parent / "more.csv"), on="id")
    reading, found = read(path, options)
    assert found == expected
    assert any(says in line for line in reading.summary())
    check_verified(path, options, tmp_path)


def test_a_mapping_keeps_what_no_column_shows(put, tmp_path):
    from mlops_roles.staff.mapping_file import load_mapping, save_mapping

    path = put("name,title,end\nAda,Cook (until 2024),\nBo,Nurse,when done\n")
    values = {("title", "cook (until 2024)"): "present", ("end", "when done"): "blank"}
    options = ReadOptions(as_of="2026-06-01", values=values)
    saved = tmp_path / "mapping.toml"
    saved.write_text(save_mapping(read(path, options)[0], options), encoding="utf-8")
    assert read(path, load_mapping(saved))[1] == {"Ada": {}, "Bo": {}}


def test_options_go_before_a_saved_mapping(put, tmp_path, capsys):
    path, saved = put("name,title,status,SQL\nAda,Cook,active,4\nBo,Nurse,left,1\n"), tmp_path / "m"
    assert main(["audit", str(path), "--save-mapping", str(saved)]) == 0

    def found(*options):
        capsys.readouterr()
        assert (
            main(["audit", str(path), "--mapping", str(saved), "--format", "json", *options]) == 0
        )
        data = json.loads(capsys.readouterr().out)
        return {p["person"]: p["title"] for p in data["people"]}, data["skills"]["sql"]["people"]

    assert found() == ({"Ada": "Cook"}, 1)
    assert found("--has-from", "5", "--scale", "0-5") == ({"Ada": "Cook"}, 0)
    assert found("--ignore", "status") == ({"Ada": "Cook", "Bo": "Nurse"}, 1)
    assert found("--map", "unit=title", "--map", "title=status") == (
        {"Ada": "active", "Bo": "left"},
        1,
    )


def test_a_mapping_of_columns_in_another_order_says_so(put):
    options = ReadOptions(headings=("title", "name"))
    with pytest.raises(InputError, match="they are in another order"):
        audit(put("name,title\nAda,Cook\n"), mapping=options)


def test_a_reading_has_no_name_of_who_left(put):
    found = read(
        put("name,title\nAda Roe (left 2023),Cook\nBackfill for Cy,Cook\nBo,Cook\nTBD,Cook\n")
    )
    assert found[0].left_out == {"vacant": [3, 5], "left": [2]}
    assert found[0].values == {"person": {"TBD": "vacant"}}


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


def test_vacant_posts_in_a_row_for_each_skill_differ_by_title_and_unit(put):
    rows = "N.N.,ML Engineer,Ops,SQL,\nN.N.,ML Engineer,Data,SQL,\nN.N.,ML Engineer,Data,Python,\n"
    path = put(f"name,title,unit,skill,level\nAda,Cook,Data,SQL,3\nAda,Cook,Data,Git,3\n{rows}")
    assert audit(path).reading.open_roles == {"ML Engineer": 2}


@pytest.mark.parametrize("by_row", [list, lambda some: dict(enumerate(some))])
def test_columns_in_json_are_not_one_person(by_row, tmp_path):
    path, columns = tmp_path / "staff.json", {"name": ["Mara", "Ivo"], "title": ["Cook", "Nurse"]}
    path.write_text(json.dumps({k: by_row(v) for k, v in columns.items()}), encoding="utf-8")
    with pytest.raises(InputError):
        audit(path)


def test_a_cell_without_a_name_is_no_person(put):
    found = audit(put("name,title\n#REF!,Cook\nn/a,Nurse\n#N/A,Cook\nAda,Cook\n"))
    assert found.rows["used"] == 1
    assert found.reading.values["person"] == dict.fromkeys(["#N/A", "#REF!", "n/a"], "vacant")


@pytest.mark.parametrize("kinds", [("Actual", "Required"), ("Ist", "Soll")])
def test_rows_of_levels_asked_for_are_not_read_as_skills_had(kinds, put):
    rows = "".join(f"Ada,{name},{kind},3\n" for name in ("SQL", "Git") for kind in kinds)
    path = put(f"name,skill,type,level\n{rows}")
    with pytest.raises(InputError, match="keep the rows of one"):
        audit(path)
    assert audit(path, mapping=ReadOptions(ignore=("type",))).rows["used"] == 1
