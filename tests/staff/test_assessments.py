"""Levels with dates, sources and scales: the latest counts, and what is not certain is named."""

import json

import pytest

from mlops_roles import InputError, Records, audit, certify, gap
from mlops_roles.cli.main import main
from mlops_roles.staff.mapping_file import load_mapping
from mlops_roles.staff.reading import ReadOptions

HEAD = "Name,Title,Skill,Level,Assessed on,Assessor\n"


def states(found):
    """(line, skill) to has or lacks."""
    rows = found.engine.to_arrow(found.knows).to_pylist()
    return {
        (r["line"], r["skill"]): "has" if r["recorded"] else "lacks"
        for r in rows
        if r["recorded"] or r["lacking"]
    }


def notes(found):
    return " ".join(found.reading.notes)


# which of several levels counts --------------------------------------------------------------


@pytest.mark.parametrize("spelling", ["SQL", "sql", "Structured Query Language"])
def test_the_latest_of_several_assessments_counts(spelling, put):
    path = put(
        f"{HEAD}Ada,Nurse,SQL,0,01.02.2024,self\nAda,Nurse,{spelling},5,15.01.2025,exam\n"
        "Ben,Nurse,SQL,5,2024-12-31,\nBen,Nurse,SQL,0,,\n"
    )
    found = audit(path)
    assert states(found) == {(3, "sql"): "has", (4, "sql"): "has"}
    assert found.rejected == []
    assert "Rows replaced by a later assessment: 2 (line 2, 5)" in found.reading.notes


def test_levels_without_a_later_date_are_a_conflict_that_is_named(put):
    path = put("name,skill,level\nAda,SQL,5\nBen,SQL,4\nBen,sql,5\nAda,SQL,0\n")
    found = audit(path)
    assert "line 2: SQL 5 and line 5: SQL 0" in notes(found)
    assert "Ben" not in notes(found)
    assert [r.line for r in found.rejected] == [2]
    assert "Several levels" not in notes(audit(put("name,skill,level\nAda,SQL,5\nBen,SQL,0\n")))


def test_a_later_row_of_a_person_replaces_the_earlier_one(put):
    head = "Name,SQL,statistics,Assessed on\n"
    path = put(f"{head}Ada,0,5,2023-01-01\nBen,5,5,2023-01-01\nAda,5,0,2024-01-01\n")
    found = audit(path)
    assert states(found)[4, "sql"] == "has"
    assert found.rejected == []
    assert found.reading.left_out == {"replaced by a later assessment": [2]}
    assert found.rows == {"read": 3, "used": 2, "rejected": 0, "left_out": 1}


def test_vacancies_with_dates_do_not_replace_each_other(put):
    path = put(
        "Name,Title,SQL,Assessed on\nVacant,Nurse,,2023-01-01\nVacant,Cook,,2024-01-01\n"
        "Ada,Nurse,5,2024-01-01\n"
    )
    assert audit(path).reading.open_roles == {"Cook": 1, "Nurse": 1}


def test_a_date_that_is_none_or_whose_order_is_open_is_an_error_with_its_fix(put):
    path = put(f"{HEAD}Ada,Nurse,SQL,0,2024-01-01,\nAda,Nurse,SQL,5,last spring,\n")
    with pytest.raises(InputError, match="--value 'date:last spring="):
        audit(path)
    settled = ReadOptions(values={("date", "last spring"): "2025-04-01"})
    assert states(audit(path, mapping=settled)) == {(3, "sql"): "has"}
    path = put(f"{HEAD}Ada,Nurse,SQL,0,03/04/2024,\nAda,Nurse,SQL,5,04/03/2024,\n")
    with pytest.raises(InputError, match="day first or month first"):
        audit(path)


def test_rows_of_a_join_are_replaced_one_by_one(put):
    people = put("id,name,title\n1,Ada,Nurse\n2,Ben,Cook\n")
    skills = put(
        "id,skill,level,assessed on\n1,SQL,0,2023-01-01\n1,SQL,5,2024-01-01\n"
        "1,statistics,5,2023-01-01\n2,SQL,0,2022-01-01\n",
        "skills.csv",
    )
    found = audit(people, mapping=ReadOptions(join=str(skills), on="id"))
    assert states(found) == {
        (2, "sql"): "has",
        (2, "statistical-analysis"): "has",
        (3, "sql"): "lacks",
    }


# evidence ---------------------------------------------------------------------------------------


def test_level_date_and_source_are_in_the_evidence_and_in_the_gap(put):
    path = put(
        f"{HEAD}Ada,Nurse,SQL,2,2025-03-01,self\nAda,Nurse,statistics,5,2025-02-01,exam\n"
        "Ben,Cook,SQL,5,2025-01-01,\n"
    )
    records = Records(path)
    below = gap("Ada", "R4", records).below
    assert below == {"sql": "2 of 5, 3 asked (2025-03-01, self)"}
    skills = certify("Ada", "R3", records).content["skills"]
    evidence = [
        e for s in skills for e in s["evidence"] if s["skill"].endswith("statistical-analysis")
    ]
    assert evidence == [
        {
            "line": 3,
            "column": "skills",
            "text": "statistics: 5",
            "says": "recorded",
            "level": "5",
            "date": "2025-02-01",
            "source": "exam",
        }
    ]


def test_dates_and_sources_are_kept_when_several_files_are_read(put):
    one = put(f"{HEAD}Cem,Nurse,SQL,5,2025-03-01,self\nCem,Nurse,statistics,0,2025-03-01,\n")
    two = put(f"{HEAD}Ada,Nurse,SQL,2,2024-02-01,exam\nAda,Nurse,statistics,5,2024-02-01,\n")
    settled = ReadOptions(scale="0-5")
    records = Records([str(one), str(two)], mapping=settled)
    assert gap("Ada", "R4", records).below == {"sql": "2 of 5, 2.5 asked (2024-02-01, exam)"}


def test_the_date_of_a_row_is_that_of_each_of_its_levels(put):
    path = put("Name,SQL,statistics,Assessed on\nAda,2,5,2025-03-01\n")
    assert gap("Ada", "R4", path).below == {"sql": "2 of 5, 3 asked (2025-03-01)"}


# scales -----------------------------------------------------------------------------------------


def test_a_scale_in_a_heading_is_that_of_its_column(put):
    path = put("Name,SQL (1-5),statistics (0-10)\nAda,3,5\nBen,1,4\n")
    found = audit(path)
    assert states(found) == {(2, "sql"): "has", (2, "statistical-analysis"): "has"}
    assert found.reading.scale["columns"] == {"SQL (1-5)": "1-5", "statistics (0-10)": "0-10"}
    assert gap("Ben", "R3", path).below["statistical-analysis"] == "4 of 10, 5 asked"


def test_two_scales_are_an_error_that_an_option_or_the_mapping_settles(put, capsys):
    path = put("Name,SQL,statistics\nAda,3,55\nBen,1,20\nCem,5,90\n")
    assert main(["audit", str(path)]) == 2
    assert "--scale 'SQL=0-5'" in capsys.readouterr().err
    saved = path.parent / "mapping.toml"
    options = ["--scale", "statistics=0-100", "--save-mapping", str(saved)]
    assert main(["audit", str(path), *options, "--format", "json"]) == 0
    first = json.loads(capsys.readouterr().out)["skills"]
    assert load_mapping(saved).scales == {"statistics": "0-100"}
    assert main(["audit", str(path), "--mapping", str(saved), "--format", "json"]) == 0
    assert json.loads(capsys.readouterr().out)["skills"] == first
    assert (first["sql"]["people"], first["statistical-analysis"]["people"]) == (2, 2)


@pytest.mark.parametrize("given", ["Foo=0-5", "SQL=five", "5-0"])
def test_a_scale_that_cannot_be_meant_is_an_error(given, put, capsys):
    path = put("Name,SQL,statistics\nAda,3,4\nBen,1,2\n")
    assert main(["audit", str(path), "--scale", given]) == 2
    assert "--scale" in capsys.readouterr().err
