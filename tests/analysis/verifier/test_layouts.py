"""Certificates of tables of any layout are verified, and a changed cell or reading is found."""

import copy
import hashlib
import json

import openpyxl
import pytest
from support.people import write_table

from mlops_roles import InputError, Records, certify, verify
from mlops_roles.analysis.verifier.levels import Levels, parse_level
from mlops_roles.cli import main
from mlops_roles.io.resources import resource_rows
from mlops_roles.staff.reading import ReadOptions
from mlops_roles.staff.scales import Scale
from mlops_roles.staff.values import parse_level as parse_as_certified

PEOPLE = "id,person,title\n1,Ada,Data Engineer\n2,Bo,Data Scientist\n"
# name: the files, the options, what is changed in the last file, and where that is found
CASES = {
    "wide": (
        {"s.csv": "person,SQL,statistics,Airflow\nAda,2,5,4\nBo,,0,1\n"},
        ReadOptions(has_from="3"),
        ("Ada,2,5", "Ada,4,5"),
        "skills.",
    ),
    "wide, a scale for a column": (
        {"s.csv": "person,SQL (0-5),statistics (0-100)\nAda,2,80\nBo,5,10\n"},
        ReadOptions(),
        ("Ada,2,80", "Ada,2,8"),
        "skills.",
    ),
    "wide, the latest date": (
        {"s.csv": "person,assessed on,SQL,statistics\nAda,2024-01-02,1,5\nAda,2025-01-02,5,0\n"},
        ReadOptions(mapping={"date": "assessed on"}),
        ("Ada,2025-01-02", "Ada,2023-01-02"),
        "skills.",
    ),
    "wide, headings of surveys and years, and what is required": (
        {
            "s.csv": "What is your name?,Rate your skills [SQL],Level of data cleaning?,"
            "statistics Required,statistics Actual,Airflow (years)\n"
            "Ada,5,4,3,1,2\nBo,1,0,3,4,0\n"
        },
        ReadOptions(),
        ("Ada,5,4,3,1,2", "Ada,5,4,3,4,2"),
        "skills.",
    ),
    "years, stars and bullets in cells": (
        {
            "s.csv": "Employee > Name,skills\n"
            'Ada,"- SQL (0 months)\n- data cleaning***\n- Airflow ★☆☆\n- statistics"\n'
        },
        ReadOptions(),
        ("SQL (0 months)", "SQL (9 months)"),
        "skills.",
    ),
    "words in columns and numbers in cells": (
        {
            "s.csv": "person,SQL,Airflow (years),skills\n"
            'Ada,good,2,"statistics: 1, data cleaning: 4"\n'
        },
        ReadOptions(),
        ("cleaning: 4", "cleaning: 1"),
        "skills.",
    ),
    "plain, but for a tool that is denied": (
        {"s.csv": "person,skills\nAda,SQL;no Airflow;statistics\n"},
        ReadOptions(),
        ("SQL", "no SQL"),
        "skills.",
    ),
    "marks": (
        {"s.csv": "person,SQL,statistics\nAda,x,\nBo,,✓\n"},
        ReadOptions(),
        ("Ada,x,", "Ada,,x"),
        "skills.",
    ),
    "long": (
        {"s.csv": "person,skill,level\nAda,SQL,2\nBo,SQL,5\nAda,statistics,5\nAda,Airflow,3\n"},
        ReadOptions(),
        ("Ada,statistics,5", "Ada,statistics,0"),
        "skills.",
    ),
    "long, dates and sources": (
        {
            "s.csv": "key,person,skill,level,Assessed on,source\n1,Ada,SQL,none,2024-05-01,self\n"
            "1,Ada,SQL,expert,2025-05-01,lead\n2,Bo,SQL,basic,,\n1,Ada,statistics,basic,,test\n"
        },
        ReadOptions(),
        ("2025-05-01", "2023-05-01"),
        "skills.",
    ),
    "transposed": (
        {"s.csv": "topic,Ada,Bo\nSQL,4,0\nstatistics,1,5\nPython,,3\n"},
        ReadOptions(),
        ("SQL,4,0", "SQL,0,4"),
        "skills.",
    ),
    "levels and negations in cells": (
        {"s.csv": 'person,skills\nAda,"no SQL; statistics (expert), Docker: 4; kein NoSQL"\n'},
        ReadOptions(),
        ("no SQL", "SQL"),
        "skills.",
    ),
    "separators": (
        {"s.csv": 'person;skills\nAda;"SQL, statistics | Airflow, AWS (EC2, S3)"\n'},
        ReadOptions(),
        ("statistics", "zag"),
        "skills.",
    ),
    "title rows, names in two columns, another encoding": (
        {
            "s.csv": "Staff of Köln;;\n;;\nFamily name;Given name;skills\n"
            "Größe;Ada;SQL, statistics\n"
        },
        ReadOptions(encoding="cp1252"),
        ("SQL", "SQ"),
        "skills.",
    ),
    "two files": (
        {"s.csv": PEOPLE, "more.csv": "id,skill,level\n1,SQL,5\n1,statistics,0\n2,SQL,1\n"},
        ReadOptions(join="more.csv", on="id"),
        ("1,SQL,5", "1,SQL,0"),
        "skills.",
    ),
    "several columns of skills": (
        {"s.csv": "person,Skills,Tools,lacks\nAda,SQL,Airflow,statistics\n"},
        ReadOptions(mapping={"skills": ["Skills", "Tools"]}),
        ("Ada,SQL", "Ada,R"),
        "skills.",
    ),
    "a level below the one asked of what is said to be lacking": (
        {"s.csv": "person,SQL,statistics,lacks\nAda,2,2,SQL\n"},
        ReadOptions(has_from="3"),
        ("Ada,2,2", "Ada,2,4"),
        "skills.",
    ),
    "long, with a column of skills": (
        {
            "s.csv": "person,skill,level,assessed on,source,skills\n"
            "Ada,SQL,5,2025-05-01,lead,statistics\nBo,SQL,1,2025-05-01,lead,Airflow\n"
        },
        ReadOptions(),
        ("statistics", "zag"),
        "skills.",
    ),
    "a legend below": (
        {"s.csv": "person,SQL,statistics\nAda,2,5\n5 - Expert\nBo,1\nTotal\n"},
        ReadOptions(has_from="3"),
        ("Ada,2,5", "Ada,4,5"),
        "skills.",
    ),
    "a level settled": (
        {"s.csv": "person,SQL,statistics\nAda,grün,rot\n"},
        ReadOptions(values={("level", "grün"): "has", ("level", "rot"): "lacks"}),
        ("grün,rot", "rot,grün"),
        "skills.",
    ),
}


def sealed(content):
    """A certificate with the hash that its content has."""
    content = {k: v for k, v in content.items() if k != "id"}
    text = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return {"id": f"sha256:{hashlib.sha256(text.encode()).hexdigest()}"} | content


def places(content, folder, **how):
    """Where a certificate of the file s.csv differs, after its columns are confirmed."""
    path = folder / "certificate.json"
    path.write_text(json.dumps(content), encoding="utf-8")
    columns = content["reading"]["columns"]
    mapping = {kind: found for kind, found in columns.items() if kind != "skill with level"}
    found = verify(path, folder / "s.csv", mapping=mapping, **how)
    return [difference.place for difference in found.differences]


def check_forgeries(content, folder):
    """What is forged is found despite a new hash, or refused in one line."""
    reading = content["reading"]
    for key in ("verdict", "skills", "unmatched", "line", "settle"):
        forged = content | {key: {"verdict": "yes", "line": 99}.get(key, [])}
        if forged != content:
            assert any(one.startswith(key) for one in places(sealed(forged), folder))
    changes = [
        {"more": 1},
        {"below": {"x": "y"}},
        {"scale": {"bottom": 5, "top": 1, "has_from": None, "lacks_to": None}},
        {"layout": "a circle"},
        {"separators": []},
        {"columns": {"skills": []}},
        {"table": {"header_row": "first"}},
        {"joined": 7},
    ]
    for change in changes:
        forged = sealed(content | {"reading": reading | change})
        try:
            assert any(one.startswith("reading") for one in places(forged, folder)), change
        except InputError as error:
            assert "\n" not in str(error)


@pytest.fixture(params=CASES, ids=list(CASES))
def case(request, tmp_path, monkeypatch):
    """The folder, the certificate of Ada, what is changed, and where it is found."""
    files, options, change, place = CASES[request.param]
    for name, text in files.items():
        (tmp_path / name).write_text(text, encoding=options.encoding or "utf-8")
    monkeypatch.chdir(tmp_path)
    person = "Ada Größe" if "Given" in files["s.csv"] else "Ada"
    content = certify(person, "R7", Records("s.csv", mapping=options)).to_dict()
    return tmp_path, content, list(files)[-1], change, place


def test_a_certificate_of_any_layout_is_verified_and_a_changed_cell_is_found(case):
    folder, content, file, (old, new), place = case
    assert content["reading"]["table"] is not None
    assert any(skill["evidence"] for skill in content["skills"])
    assert places(content, folder) == []
    check_forgeries(content, folder)
    encoding = content["reading"]["table"].get("encoding", "utf-8")
    text = (folder / file).read_text(encoding)
    (folder / file).write_text(text.replace(old, new), encoding=encoding)
    assert text != text.replace(old, new)
    now = places(content, folder)
    assert any(one.startswith(place) for one in now), now


FALLING = {  # the files of a scale that rises, and what makes it fall
    "words": ("Name,SQL,Docker\nAda,5 - Expert,2 - Novice\n", {"5 -": "1 -", "2 -": "4 -"}),
    "a heading": ("Name,SQL (5=expert),Docker\nAda,1,5\n", {"5=expert": "1=expert"}),
    "grades": ("Name,SQL (0-6),Docker\nAda,1,5\n", {"(0-6)": "(Schulnote 0-6)"}),
    "a legend": (
        "Name,SQL,Docker\nAda,1,5\n5 = Experte,,\n1 = keine,,\n",
        {"5 =": "1 =", "1 = keine": "5 = keine"},
    ),
    "cells": (
        "Name,Skills\nAda,SQL: 5 - Expert; Docker: 1 - Novice\n",
        {"5 -": "1 -", "Docker: 1 -": "Docker: 5 -"},
    ),
    "another row": ("Name,SQL\nAda,5\nBo,5 - Expert\n", {"5 -": "1 -"}),
}


@pytest.mark.parametrize("case", FALLING)
def test_a_scale_whose_lowest_number_is_the_best_is_not_verified(case, tmp_path, monkeypatch):
    text, changes = FALLING[case]
    monkeypatch.chdir(tmp_path)
    (tmp_path / "s.csv").write_text(text, "utf-8")
    content = certify("Ada", "R4", Records("s.csv")).to_dict()
    assert places(content, tmp_path) == []
    for old, new in changes.items():
        assert old in text
        text = text.replace(old, new)
    (tmp_path / "s.csv").write_text(text, "utf-8")
    content["reading"]["columns"] = json.loads(
        json.dumps(content["reading"]["columns"])
        .replace("5=expert", "1=expert")
        .replace("(0-6)", "(Schulnote 0-6)")
    )
    assert places(content, tmp_path) == ["reading.scale"]


def test_a_scale_that_falls_and_is_settled_is_verified(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "s.csv").write_text("Name,SQL,Docker\nAda,1 - Expert,5 - Novice\n", "utf-8")
    settled = {("level", "1 - expert"): "has", ("level", "5 - novice"): "below"}
    options = ReadOptions(values=settled)
    content = certify("Ada", "R4", Records("s.csv", mapping=options)).to_dict()
    assert places(content, tmp_path) == []


def test_a_falling_scale_in_rdf_is_not_verified(tmp_path):
    staff, path = tmp_path / "s.ttl", tmp_path / "certificate.json"
    text = (
        "@prefix mlops: <https://w3id.org/mlops-roles/ns#> . @prefix : <https://acme.example/> . "
        "@prefix skill: <https://w3id.org/mlops-roles/skill/> . :a mlops:hasSkill skill:sql . "
        "[] mlops:assessesPerson :a ; mlops:assessesSkill skill:sql ; mlops:level '5 - Expert' . "
    )
    staff.write_text(text, "utf-8")
    content = certify("https://acme.example/a", "R4", Records(staff)).to_dict()
    path.write_text(json.dumps(content), "utf-8")
    assert not verify(path, staff).differences
    staff.write_text(text.replace("5 -", "1 -"), "utf-8")
    assert [one.place for one in verify(path, staff).differences] == ["reading.scale"]


def test_a_column_of_evidence_may_not_be_left_out(tmp_path):
    staff = tmp_path / "s.csv"
    staff.write_text("person,SQL,statistics,Airflow\nAda,0,5,5\n", encoding="utf-8")
    content = certify("Ada", "R4", staff).to_dict()
    columns = copy.deepcopy(content["reading"]["columns"])
    columns["skill with level"].remove("SQL")
    with pytest.raises(InputError, match="'SQL' may have skills"):
        places(sealed(content | {"reading": content["reading"] | {"columns": columns}}), tmp_path)


def test_headings_are_confirmed_and_the_second_file_is_found(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "s.csv").write_text("No,Wer\n1,Ada\n2,Bo\n", encoding="utf-8")
    (tmp_path / "more.csv").write_text("No,Skill,Level\n1,SQL,5\n", encoding="utf-8")
    how = ["--staff", "s.csv", "--map", "person=Wer", "--join", "more.csv", "--on", "No"]
    said = ["certify", "Ada", "R4", *how, "--format", "json", "--output", "c.json"]
    assert main.main(said) == 0
    assert main.main(["verify", "c.json", "--staff", "s.csv"]) == 2
    assert '--map person="Wer"' in capsys.readouterr().err
    confirmed = ["--staff", "s.csv", "--map", "person=Wer"]
    assert main.main(["verify", "c.json", *confirmed]) == 0
    assert "Read as a row for each person and skill" in capsys.readouterr().out
    (tmp_path / "more.csv").rename(tmp_path / "moved.csv")
    assert main.main(["verify", "c.json", *confirmed]) == 2
    assert "name it with --join" in capsys.readouterr().err
    assert main.main(["verify", "c.json", *confirmed, "--join", "moved.csv"]) == 0


def test_levels_are_verified_in_a_certificate_in_rdf(tmp_path):
    """JSON in RDF has no '.0' after a whole number."""
    staff, path = tmp_path / "s.csv", tmp_path / "c.ttl"
    staff.write_text("person,SQL,statistics\nAda,2,5\n", encoding="utf-8")
    options = ReadOptions(has_from="3", lacks_to="0.5")
    path.write_bytes(certify("Ada", "R7", Records(staff, mapping=options)).to_turtle())
    assert verify(path, staff).differences == ()


def test_sheets_of_a_workbook_are_read_again(tmp_path):
    path = tmp_path / "s.xlsx"
    write_table(path, [("Staff", None, None), ("person", "SQL", "statistics"), ("Ada", "5", "1")])
    content = certify("Ada", "R4", path).to_dict()
    assert content["reading"]["table"]["header_row"] == 2
    file = tmp_path / "c.json"
    file.write_text(json.dumps(content), encoding="utf-8")
    assert verify(file, path).verified


def test_a_note_beside_a_sheet_makes_no_row_longer(tmp_path):
    """Each row of a sheet is as wide as the widest, filled with blank cells."""
    path, file = tmp_path / "s.xlsx", tmp_path / "c.json"
    rows = [("person", "SQL", "statistics"), ("Ada", 2, 5), ("Bo", 4, 1, None, "a note")]
    write_table(path, rows)
    content = certify("Ada", "R4", Records(path, mapping=ReadOptions(has_from="3"))).to_dict()
    assert content["staff"]["unread"] == 1
    file.write_text(json.dumps(content), encoding="utf-8")
    assert verify(file, path).verified


def test_two_sheets_of_a_workbook_are_joined_again(tmp_path):
    book = openpyxl.Workbook()
    for sheet, rows in (
        (book.active, [("person", "unit", "hobby"), ("Ada", "Risk", "chess"), ("Bo", "Risk", "")]),
        (book.create_sheet("Levels"), [("person", "SQL"), ("Ada", "5"), ("Bo", "1")]),
    ):
        for row in rows:
            sheet.append(row)
    book.save(tmp_path / "s.xlsx")
    options = ReadOptions(join="Levels", on="person")
    content = certify("Ada", "R4", Records(tmp_path / "s.xlsx", mapping=options)).to_dict()
    file = tmp_path / "c.json"
    file.write_text(json.dumps(content), encoding="utf-8")
    found = verify(file, tmp_path / "s.xlsx")
    assert found.differences == ()
    assert found.ignored_columns == ("unit", "hobby")
    assert found.row_columns == ("place", "says", "found")
    sheet.cell(2, 2).value = "0"
    book.save(tmp_path / "s.xlsx")
    assert any(d.place.startswith("skills.") for d in verify(file, tmp_path / "s.xlsx").differences)


def test_levels_are_read_as_they_are_for_certificates():
    words = [row["word"] for row in resource_rows("ontology", "staff/levels")]
    cells = [r["value"] for r in resource_rows("ontology", "staff/values") if r["kind"] == "cell"]
    texts = [*words, *cells, "", "3", "3,5", "3/5", "3 of 1-5", "4 out of 5", "80 %", "120%", "L2"]
    texts += [
        "3 - Practitioner",
        "0 - none",
        "none (0)",
        "expert (4)",
        "5 years",
        "★★★",
        "★★☆",
        "-1",
    ]
    texts += ["stufe 3", "zebra", "1000", "3 of", "2 - ", "x", "(3)"]
    scales = [(None, None, None, None), (0.0, 5.0, None, None), (1.0, 5.0, 0.6, 0.2)]
    for scale in scales:
        mine, certified = Levels(*scale), Scale(*scale)
        differing = [t for t in texts if mine.state(t) != certified.decide(parse_as_certified(t))]
        assert differing == []
        known = [t for t in texts if parse_level(t)]
        assert [t for t in known if mine.compared(t) != certified.compared(t)] == []
