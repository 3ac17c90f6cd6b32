"""The reading: layouts, levels, statuses and columns are read as what they are, or refused."""

import csv
import json
import re
from pathlib import Path

import ibis
import openpyxl
import pandas as pd
import pyarrow as pa
import pytest

from mlops_roles import InputError, Records, audit, certify, gap, verify
from mlops_roles.analysis.verifier.records import pairs_in
from mlops_roles.cli.main import main
from mlops_roles.io.resources import resource_rows
from mlops_roles.staff.json_cells import json_pairs
from mlops_roles.staff.reading import ReadOptions
from mlops_roles.staff.values import parse_level, status_of


def book(path, **sheets):
    made = openpyxl.Workbook()
    made.remove(made.active)
    for name, rows in sheets.items():
        sheet = made.create_sheet(name)
        for row in rows:
            sheet.append(row)
    made.save(path)
    return path


def said(found):
    """(person, skill) to what an audit says of them, by name."""
    names = {r["line"]: r["person"] for r in found.arrow().to_pylist()}
    rows = found.engine.to_arrow(found.knows).to_pylist()
    state = {(1, 0): "has", (0, 1): "lacks"}
    return {
        (names[r["line"]], r["skill"]): state[r["recorded"], r["lacking"]]
        for r in rows
        if r["recorded"] or r["lacking"]
    }


def how(found):
    return {c.heading: c.column for c in found.reading.columns}


# layouts ---------------------------------------------------------------------------------

SKILLED = {("Ada", "sql"): "has", ("Ben", "sql"): "lacks", ("Ada", "statistical-analysis"): "has"}
SAME = {
    "wide": "Name,Team,SQL,statistics\nAda,X,4,5\nBen,X,0,1\n",
    "wide in German": "Mitarbeiter;statistics;SQL\nAda;Experte;gut\nBen;Anfänger;keine\n",
    "wide with averages": "Name,SQL,statistics,Average,Comments\nAda,4,5,4.5,fine\nBen,0,1,1,-\n",
    "transposed": "Skill,Ada,Ben\nSQL,4,0\nstatistics,5,1\n",
    "transposed with categories": "Group,Skill,Ada,Ben\nA,SQL,3,0\nA,statistics,5,2\n",
    "long": "Name,Skill,Level\nAda,SQL,3\nBen,SQL,0\nAda,statistics,5\nBen,statistics,1\n",
    "long in French": "Matricule;Nom complet;Compétence;Niveau\n1;Ada;SQL;expert\n2;Ben;SQL;aucun\n"
    "1;Ada;statistics;confirmé\n2;Ben;statistics;débutant\n",
    "levels after a colon": "name,skills\nAda,SQL: 4 - good; statistics: 5\n"
    "Ben,SQL: 0; statistics: 1\n",
    "levels in brackets": "name,skills\nAda,SQL (expert) | statistics (80%)\nBen,without SQL\n",
    "JSON": 'name,skills\nAda,"{""SQL"": 4, ""statistics"": 5}"\nBen,"{""SQL"": 0}"\n',
    "two header rows": "Name,Skills,\n,SQL,statistics\nAda,4,5\nBen,0,1\n",
    "groups above": "Our matrix,,\n,Data,\nName,SQL,statistics\nAda,4,5\nBen,0,1\n",
    "legend below": "Name,SQL,statistics\nAda,4,5\nBen,0,1\nAverage,2,3\n5 - Expert\n0 - None,,\n",
    "sep=": "sep=;\nName;SQL;statistics\nAda;4;5\nBen;0;1\n",
}


@pytest.mark.parametrize("layout", SAME)
def test_the_same_skills_are_read_from_any_layout(layout, put):
    found = audit(put(SAME[layout]))
    assert said(found) == SKILLED
    assert found.rejected == []
    assert found.reading.layout


def test_marks_are_has_and_blank_is_unknown(put):
    for mark in ("x", "✓", "yes", "oui"):
        found = audit(put(f"name,SQL,statistics\nAda,{mark},\nBen,,{mark}\n"))
        assert said(found) == {("Ada", "sql"): "has", ("Ben", "statistical-analysis"): "has"}


def test_columns_that_are_levels_or_roles_are_no_people(put):
    path = put("Skill,Junior,Mid-Level,Senior\nSQL,1,2,3\nstatistics,1,2,3\n")
    with pytest.raises(InputError, match="not people"):
        audit(path)


def test_a_row_of_invalid_json_is_rejected(put):
    found = audit(put('name,skills\nAda,"[""SQL""]"\nBen,"{""SQL"": "\n'))
    assert [(r.line, r.reason) for r in found.rejected] == [(3, "not valid JSON in a cell")]
    assert said(found) == {("Ada", "sql"): "has"}


# separators, encodings --------------------------------------------------------------------


@pytest.mark.parametrize("mark", [",", "|", ";", "\n", ", ", " • "])
def test_the_separator_is_what_makes_known_names(mark, put):
    cell = mark.join(["SQL", "Python", "statistics"])
    found = audit(put(f'name,title,skills\nAda,Data Engineer,"{cell}"\n'))
    assert not found.unmatched_skills
    assert ("Ada", "sql") in said(found)
    assert mark.strip(" ") in found.reading.separators or mark == "\n"


def test_a_comma_inside_a_name_or_brackets_stays(put):
    found = audit(put('name,skills\nAda,"SQL, statistics, Administration (Linux, Windows)"\n'))
    assert found.unmatched_skills == {"Administration (Linux, Windows)": 1}


def test_a_separator_that_makes_no_names_is_reported_and_can_be_settled(put):
    path = put('name,title,skills\nAda,Data Engineer,"zig, zag"\n')
    found = audit(path)
    assert any("--separator" in note for note in found.reading.notes)
    assert list(found.unmatched_skills) == ["zig, zag"]
    settled = audit(path, mapping=ReadOptions(separator=","))
    assert list(settled.unmatched_skills) == ["zag", "zig"]


def test_columns_called_first_and_last_are_the_parts_of_a_name(put):
    found = audit(put("First,Last,Job,Skill 1,Skill 2\nAda,Lee,Data Engineer,SQL,\n"))
    assert said(found) == {("Ada Lee", "sql"): "has"}
    assert how(found)["First"] == "given"


def test_a_negation_before_a_name_is_no_part_of_it(put):
    """Names are compared without their spaces, and 'no SQL' is not 'NoSQL'."""
    cells = ["no SQL", "NoSQL", "No-SQL", "no NoSQL", "kein SQL", "pas de NoSQL", "sin SQL"]
    cells += ["pas d’SQL", "keine Erfahrung mit SQL", "sin experiencia en NoSQL"]
    rows = "".join(f"P{n},Data Engineer,{cell}\n" for n, cell in enumerate(cells))
    found = said(audit(put(f"name,title,skills\n{rows}")))
    nosql = {1: "has", 2: "has", 3: "lacks", 5: "lacks", 9: "lacks"}
    assert found == {
        (f"P{n}", "database-management" if n in nosql else "sql"): nosql.get(n, "lacks")
        for n in range(len(cells))
    }


def test_names_in_json_are_not_split_and_are_no_evidence_of_a_separator(put):
    objects = '"[{""name"":""Docker, Compose"",""level"":5}, ""R | x""]"'
    found = audit(put(f"name,title,skills\nAda,Data Engineer,{objects}\n"))
    assert found.reading.separators == ()
    assert found.reading.notes == ["Cells hold JSON, whose names are not split"]
    assert set(found.unmatched_skills) == {"Docker, Compose", "R | x"}
    both = audit(put(f'name,title,skills\nAda,Data Engineer,{objects}\nBo,x,"SQL, Git"\n'))
    assert both.reading.separators == (";", ",")
    assert set(both.unmatched_skills) == {"Docker, Compose", "R | x"}
    assert "Some cells hold JSON, whose names are not split" in both.reading.notes


@pytest.mark.parametrize("encoding", ["cp1252", "utf-16", "utf-16-le", "utf-8-sig", "utf-8"])
def test_an_encoding_is_found_and_reported(encoding, put):
    path = put("Name;Fähigkeiten\nJörg;Python, SQL\n", encoding=encoding)
    found = audit(path)
    assert said(found) == {("Jörg", "sql"): "has"}
    assert (found.reading.encoding or "utf-8").startswith(encoding.removesuffix("-sig"))


# columns ------------------------------------------------------------------------------------


def test_two_columns_that_could_be_the_title_are_an_error_naming_both(put):
    path = put("Name,Job Title,Position\nAda,Data Engineer,ML Engineer\n")
    with pytest.raises(InputError, match=r"'Job Title' and 'Position'.*--map title="):
        audit(path)
    found = audit(path, mapping={"title": "Position"})
    assert found.coverage("role")["ml-engineer"]["people"] == 1


def test_a_guessed_column_with_values_of_another_kind_is_not_read(put):
    found = audit(put("Name,Position,Role\nAda,Data Engineer,admin\nBen,ML Engineer,viewer\n"))
    assert found.rejected == []
    assert found.titles["certain"] == 2
    assert how(found)["Role"] is None


def test_titles_in_the_column_role_are_titles(put):
    found = audit(put("Name,Role\nAda,Senior Data Engineer\nBen,Nurse\n"))
    assert how(found)["Role"] == "title"
    assert found.titles == {"certain": 1, "ambiguous": 0, "none": 1}


def test_neither_title_nor_skills_is_an_error_and_a_resembling_heading_has_its_fix(put, capsys):
    assert main(["audit", str(put("Name,Jobb Titel\nAda,Data Engineer\n"))]) == 2
    assert '--map title="Jobb Titel"' in capsys.readouterr().err


def test_the_reading_is_in_each_form_of_the_answer(put, capsys):
    path = str(put("Name,Job Title,Shoe\nAda,Data Engineer,40\n"))
    for form in ("table", "md", "html"):
        assert main(["audit", path, "--format", form]) == 0
        text = capsys.readouterr().out
        assert "Job Title as title" in text
        assert "Not read: Shoe" in text
    assert main(["audit", path, "--format", "json"]) == 0
    whole = json.loads(capsys.readouterr().out)["reading"]
    assert main(["audit", path, "--reading", "--format", "json"]) == 0
    assert json.loads(capsys.readouterr().out)["reading"] == whole
    assert [c["how"] for c in whole["columns"]] == ["guessed", "guessed", "not read"]


# levels -------------------------------------------------------------------------------------


def test_levels_between_the_thresholds_are_counted_apart(put):
    path = put("name,SQL,statistics\nAda,5,3\nBen,2,0\nCem,1,\n")
    skill = audit(path).coverage("skill")["sql"]
    assert (skill["people"], skill["lacking"], skill["below"], skill["unrecorded"]) == (1, 0, 2, 0)
    settled = audit(path, mapping=ReadOptions(has_from="2", lacks_to="1")).coverage("skill")["sql"]
    assert (settled["people"], settled["lacking"], settled.get("below")) == (2, 1, None)


def test_an_unknown_level_is_an_error_that_an_option_settles(put):
    path = put("name,skill,level\nAda,SQL,wizard\nAda,statistics,expert\n")
    with pytest.raises(InputError, match="--value 'level:wizard=has'"):
        audit(path)
    found = audit(path, mapping=ReadOptions(values={("level", "wizard"): "lacks"}))
    assert said(found)["Ada", "sql"] == "lacks"


def test_words_of_four_languages_and_percentages_are_levels():
    """Each word that is said to be a level has the share that its file in tests/ expects."""
    with (Path(__file__).parent / "level_words.csv").open(encoding="utf-8", newline="") as file:
        rows = [(w, float(r["share"])) for r in csv.DictReader(file) for w in r["words"].split("|")]
    assert {word for word, _ in rows} == {
        row["word"] for row in resource_rows("ontology", "staff/levels") if row["share"] != "has"
    }
    levels = [*rows, ("Anfänger", 0.25), ("80 %", 0.8), ("120 %", 1)]
    assert [(w, parse_level(w).share) for w, share in levels if parse_level(w).share != share] == []


@pytest.mark.parametrize("text", ["Guru des Monats", "admin", "EC2", "Berlin", "2021-03-01"])
def test_other_texts_are_no_levels(text):
    assert parse_level(text) is None


# time and status --------------------------------------------------------------------------


def test_people_who_are_not_there_do_not_count(put):
    path = put(
        "Name,Title,Status,Start,End\n"
        "Ada,Data Engineer,Active,2020-01-01,\n"
        "Ben,Data Engineer,Terminated - Voluntary,2020-01-01,\n"
        "Cem,Data Engineer,Active,2020-01-01,31.12.2024\n"
        "Dan,Data Engineer,Active,2031-01-01,\n"
        "Eve,Data Engineer,On Leave,2020-01-01,\n"
    )
    found = audit(path, mapping=ReadOptions(as_of="2026-01-01"))
    assert found.reading.left_out == {"left": [3, 4], "not yet started": [5]}
    assert found.rows == {"read": 5, "used": 2, "rejected": 0, "left_out": 3}
    before = audit(path, mapping=ReadOptions(as_of="2023-01-01"))
    assert before.reading.left_out == {"left": [3], "not yet started": [5]}


def test_an_unknown_status_is_an_error_that_an_option_settles(put):
    path = put("Name,Title,Status\nAda,Data Engineer,Active\nBen,Nurse,Zombie\n")
    with pytest.raises(InputError, match="--value 'status:Zombie=present'"):
        audit(path)
    assert main(["audit", str(path), "--value", "status:Zombie=left"]) == 0


@pytest.mark.parametrize(
    "name",
    ["VACANT", "Vacant 2", "TBD", "N.N.", "N. N.", "unbesetzt", "à pourvoir", "(vacante)", "TBH"],
)
def test_a_vacancy_is_an_open_role_and_no_person(name, put):
    found = audit(put(f"Name,Title\n{name},ML Engineer\nAda,Data Engineer\n"))
    assert found.reading.open_roles == {"ML Engineer": 1}
    assert found.coverage("role")["ml-engineer"]["people"] == 0
    assert found.rows["used"] == 1


@pytest.mark.parametrize("name", ["Ada Open", "Nina Offen", "Vacanti", "Toto Tal", "Sum Wong"])
def test_a_name_that_is_like_a_marker_is_a_person(name, put):
    found = audit(put(f"Name,Title\n{name},ML Engineer\n"))
    assert found.rows["used"] == 1


@pytest.mark.parametrize(
    ("text", "meaning"),
    [
        ("Aktiv", "present"),
        ("Inactive - Payroll Eligible", "left"),
        ("ON_LEAVE", "on leave"),
        ("gekündigt", "present"),
        ("En congé", "on leave"),
        ("Pre-hire", "not yet started"),
    ],
)
def test_statuses_of_several_languages_are_known(text, meaning):
    assert status_of(text) == meaning


def test_dates_whose_order_matters_and_is_unknown_are_an_error(put):
    path = put("Name,Title,End\nAda,Data Engineer,03/04/2026\n")
    with pytest.raises(InputError, match="day first or month first"):
        audit(path, mapping=ReadOptions(as_of="2026-03-20"))
    assert audit(path, mapping=ReadOptions(as_of="2026-12-01")).rows["used"] == 0


# names and keys -----------------------------------------------------------------------------


def test_people_of_one_name_with_different_keys_are_two(put):
    path = put("Employee ID,Name,Title\n1,Ada,Data Engineer\n2,Ada,ML Engineer\n3,Ben,Nurse\n")
    found = audit(path)
    names = [r["person"] for r in found.arrow().to_pylist()]
    assert names == ["Ada <1>", "Ada <2>", "Ben"]
    assert any("several people" in note for note in found.reading.notes)


@pytest.mark.parametrize("other", ["Ame\u0301lie", "AMÉLIE", "Amélie ", "amélie"])
def test_a_name_in_another_form_is_the_same_person_and_reported(other, put):
    found = audit(put(f"name,title\nAmélie,Data Engineer\n{other},Data Engineer\n"))
    assert [(r.line, r.reason) for r in found.rejected] == [(3, "duplicate of line 2")]


def test_given_and_family_names_are_one_name(put):
    for head, row in (("First Name,Last Name", "Ada,Roe"), ("Nom,Prénom", "Roe,Ada")):
        found = audit(put(f"{head},Title\n{row},Data Engineer\n"))
        assert found.arrow().to_pylist()[0]["person"] == "Ada Roe"


# sheets and joins ---------------------------------------------------------------------------


def test_two_sheets_with_people_are_named_or_joined(tmp_path):
    path = book(
        tmp_path / "two.xlsx",
        People=[["Name", "Job Title"], ["Ada", "Data Engineer"], ["Ben", "Nurse"]],
        Skills=[["Name", "Skill", "Level"], ["Ada", "SQL", 5], ["Ada", "statistics", 0]],
        Notes=[["Written by the office"]],
    )
    with pytest.raises(InputError, match=r"'People', 'Skills'.*--join 'Skills'"):
        audit(path)
    found = audit(path, mapping=ReadOptions(join="Skills", on="Name"))
    assert said(found) == {("Ada", "sql"): "has", ("Ada", "statistical-analysis"): "lacks"}
    assert found.rows["used"] == 2
    assert "Keys in People alone: 1" in found.reading.notes


def test_two_files_are_joined_by_a_key_and_orphans_are_counted(put):
    people = put("id,name,title\n007,Ada,Data Engineer\n008,Ben,Nurse\n")
    skills = put("person_id,skills\n007,SQL; statistics\n999,SQL\n", "skills.csv")
    found = audit(people, mapping=ReadOptions(join=str(skills), on="id=person_id"))
    assert set(said(found)) == {("Ada", "sql"), ("Ada", "statistical-analysis")}
    assert sum("alone: 1" in note for note in found.reading.notes) == 2
    broken = put('person_id,skills\n007,"[""SQL""]"\n008,"[3"\n', "skills.csv")
    (row,) = audit(people, mapping=ReadOptions(join=str(broken), on="id=person_id")).rejected
    assert (row.file, row.line, row.reason) == (str(people), 3, "not valid JSON in a cell")
    numbers = put("person_id,skills\n7,SQL\n", "skills.csv")
    with pytest.raises(InputError, match="no key is in both"):
        audit(people, mapping=ReadOptions(join=str(numbers), on="id=person_id"))


# saved mappings, evidence, tables in memory ----------------------------------------------------


def test_a_saved_mapping_gives_the_same_reading_and_fails_when_columns_change(put, tmp_path):
    text = "Name,Job Title,Shoe,Status,SQL\nAda,Data Engineer,40,Active,4\nBen,Nurse,41,Left,0\n"
    path, saved = put(text), tmp_path / "mapping.toml"
    assert main(["audit", str(path), "--save-mapping", str(saved)]) == 0
    assert "# " in saved.read_text("utf-8")
    assert main(["audit", str(path), "--mapping", str(saved)]) == 0
    other = put(text.replace("Shoe", "Hat"))
    assert main(["audit", str(other), "--mapping", str(saved)]) == 2


def test_several_columns_of_skills_are_saved_and_read_again(put, tmp_path):
    path = put("Name,Skills,Technologies,Title\nAda,SQL,Docker,Data Engineer\n")
    saved = tmp_path / "mapping.toml"
    first, again = tmp_path / "first.json", tmp_path / "again.json"
    command = ["audit", str(path), "--format", "json"]
    assert main([*command, "--save-mapping", str(saved), "--output", str(first)]) == 0
    assert 'skills = ["Skills", "Technologies"]' in saved.read_text("utf-8")
    assert main([*command, "--mapping", str(saved), "--output", str(again)]) == 0
    one, two = (json.loads(answer.read_text("utf-8")) for answer in (first, again))
    assert one["skills"] == two["skills"]
    assert [c["column"] for c in one["reading"]["columns"]] == [
        c["column"] for c in two["reading"]["columns"]
    ]


@pytest.mark.parametrize(
    "mapping, says",
    [
        ({"title": ["Title", "Grade"]}, "mapped to 2 columns"),
        ({"title": "Title", "unit": "Title"}, "mapped as title and unit"),
    ],
)
def test_a_mapping_that_contradicts_itself_is_an_error(mapping, says, put):
    path = put("Name,Title,Grade\nAda,Data Engineer,5\n")
    with pytest.raises(InputError, match=says):
        audit(path, mapping=mapping)


def test_a_skill_below_the_level_asked_is_shown_with_both_levels(put):
    path = put("name,SQL,statistics\nAda,2,5\n")
    options = ReadOptions(scale="0-5", has_from="3")
    found = gap("Ada", "R4", Records(path, mapping=options))
    assert found.below == {"sql": "2 of 5, 3 asked"}
    assert (found.missing["sql"], found.actions()["raise"]) == ("raise", ["sql"])
    assert found.verdict == "unknown"
    assert found.to_dict()["below"] == {"sql": "2 of 5, 3 asked"}
    entry = certify("Ada", "R4", Records(path, mapping=options)).content["reading"]
    assert list(entry["below"].values()) == ["2 of 5, 3 asked"]


@pytest.mark.parametrize(
    "command",
    [
        ["certify", "Ada", "R4"],
        ["gap", "Ada", "R4"],
        ["gap", "Ada"],
        ["team", "--cover", "roles"],
        ["whatif", "--leave", "Ada"],
    ],
)
@pytest.mark.parametrize("form", ["table", "md", "json"])
def test_each_answer_about_people_says_how_they_were_read(command, form, put, capsys):
    path = put("Name,Job Title,Skills,Shoe\nAda,Data Engineer,SQL,40\n")
    main([*command, "--staff", str(path), "--format", form])
    out = capsys.readouterr().out
    if form == "json":
        answer = json.loads(out)
        assert (answer[0] if isinstance(answer, list) else answer)["reading"]["layout"]
    else:
        assert out.lstrip("# ").startswith(("How it was read", "What if"))
        assert "Not read: Shoe" in out


def test_a_mapping_file_of_another_kind_is_refused(put):
    path = put("Name,Title\nAda,Nurse\n")
    for text, says in (
        ("layout = ", "not TOML"),
        ("header_row = " + "9" * 5000, "not TOML"),
        ("[" + "a." * 100_000 + "a]", "a key of over 32 parts"),
        ('values = {"a" . ' + "b." * 100_000 + "c = 1}", "a key of over 32 parts"),
        ("[" * 5000, "not TOML"),
        ("nonsense = 1", "unknown key"),
        ('[values]\nstatus = "here"', "values = .* is not a table of tables"),
        ("[values.status]\nhere = [1]", "values = .* is not a table of tables"),
        ('values = "here"', "values = 'here' is not a table"),
        ("[columns]\nperson = 3", "columns = .* is not a table of columns"),
        ("[scales]\nSQL = [0, 5]", "scales = .* is not a table of headings"),
        ("headings = 5", "headings = '5' is not a list of texts"),
        ("ignore = [[]]", "ignore = .* is not a list of texts"),
        ('header_row = "2"', "header_row = '2' is not the number of a line"),
        ("scale = true", "scale = 'True' is not a text or number"),
    ):
        mapping = put(text, "mapping.toml")
        with pytest.raises(InputError, match=says):
            from mlops_roles.staff.mapping_file import load_mapping

            load_mapping(mapping)
        assert main(["audit", str(path), "--mapping", str(mapping)]) == 2


def test_the_level_is_in_the_evidence(put):
    path = put("name,SQL,statistics\nAda,2,5\n")
    cells = Records(path).evidence("Ada").cells
    assert [(c.text, c.claim, c.level) for c in cells] == [
        ("SQL: 2", "below", "2"),
        ("statistics: 5", "recorded", "5"),
    ]
    shown = {s["skill"].rpartition("/")[2]: s for s in certify("ada", "R4", path).content["skills"]}
    assert shown["sql"]["state"] == "unrecorded"
    assert shown["sql"]["evidence"][0]["says"] == "below"


def test_rows_in_memory_and_what_can_become_arrow_are_read():
    rows = [{"name": "Ada", "SQL": "5"}]
    table = pa.Table.from_pylist(rows)
    polars = type("Frame", (), {"to_arrow": lambda self: table})()
    for staff in (rows, tuple(rows), table, polars):
        assert said(audit(staff)) == {("Ada", "sql"): "has"}


def test_tables_of_pandas_are_read():
    table = pd.DataFrame({"person": ["Ada"], "title": ["Data Engineer"], "skills": [["SQL", "R"]]})
    assert said(audit(table)) == {("Ada", "sql"): "has"}


def test_a_certificate_from_lists_in_parquet_is_verified(tmp_path):
    table = pd.DataFrame({"person": ["Ada"], "title": ["Nurse"], "skills": [["SQL", "R"]]})
    table.to_parquet(path := tmp_path / "staff.parquet")
    certificate = tmp_path / "ada.json"
    certificate.write_text(json.dumps(certify("Ada", "R3", path).to_dict()))
    assert verify(certificate, path).differences == ()


# odd tables -------------------------------------------------------------------------------------

ODD = {
    "numbered columns": "Name,Skill 1,Skill 2,Skill 3\nAda,SQL,statistics,\nBen,without SQL,,\n",
    "three separators in one cell": 'Name,Skills\nAda,"statistics, x | SQL; y"\nBen,without SQL\n',
    "stars": "Name,SQL,statistics\nAda,★★★★,****\nBen,☆☆☆☆,*\n",
    "Harvey balls": "Name,SQL,statistics\nAda,◕,●\nBen,○,◔\n",
    "a heading of two lines": '"Employee\nName","SQL\n(0-5)",statistics\nAda,4,5\nBen,0,1\n',
    "an index without a heading": ",Name,SQL,statistics\n0,Ada,4,5\n1,Ben,0,1\n",
    "headings on each page": "Name,SQL,statistics\nAda,4,5\nName,SQL,statistics\nBen,0,1\n"
    "Page 2 of 2,,\n",
    "decimal commas": "Name;SQL;statistics\nAda;3,5;4,5\nBen;0;1,5\n",
}


@pytest.mark.parametrize("kind", ODD)
def test_odd_tables_say_the_same(kind, put):
    found = audit(put(ODD[kind]))
    assert said(found) == SKILLED
    assert found.rejected == []
    assert found.rows["used"] == 2
    assert found.rows["read"] == 2 + found.rows.get("left_out", 0)
    assert all("\n" not in line for line in found.reading.summary())


def test_a_column_of_a_skill_with_a_value_that_is_no_level_names_the_option(put, capsys):
    path = put("Name,Title,SQL,statistics\nAda,Nurse,A,4\nBen,Cook,B,5\n")
    assert main(["audit", str(path), "--reading"]) == 0
    assert "'A' is no level of a skill" in " ".join(capsys.readouterr().out.split())
    options = ReadOptions(values={("level", "a"): "has", ("level", "b"): "lacks"})
    found = audit(path, mapping=options)
    assert said(found)["Ada", "sql"] == "has"
    assert said(found)["Ben", "sql"] == "lacks"


# what a reading reports, and what it refuses -------------------------------------------------


def test_rows_of_another_width_are_rejected_but_for_legends_and_repeated_headings(put):
    found = audit(
        put(
            "name,title,unit\nAda,Data Engineer,X\nBo,Data Engineer\nname,title,unit\nTotal\n"
            "Cy,Data Engineer,Y,Z\n5 - Expert\nDee,Data Scientist,Y\n"
        )
    )
    assert found.rows == {"read": 7, "used": 2, "rejected": 2, "left_out": 3}
    assert found.reading.to_dict()["left_out"] == {"no person": {"count": 3, "lines": [4, 5, 7]}}
    fix = "quote cells that contain the separator, or add the missing cells"
    assert [(row.line, row.reason, row.fix) for row in found.rejected] == [
        (3, "2 cells, the header has 3", fix),
        (6, "4 cells, the header has 3", fix),
    ]


def test_invalid_json_is_rejected_with_its_line_and_cells_of_json_are_reported(put):
    found = audit(put('name,skills\nAda,"[""SQL""]"\nBo,"[""SQL"""\nCy,"[]"\nDee,"[3"\n'))
    assert [(row.line, row.reason, row.fix) for row in found.rejected] == [
        (line, "not valid JSON in a cell", "write the cell as JSON again") for line in (3, 5)
    ]
    assert found.rows["used"] == 2
    assert found.reading.notes == ["Some cells hold JSON, whose names are not split"]
    found = audit(put('name,skills\nAda,"[""SQL, and more""]"\nBo,"[""SQL""]"\n'))
    assert found.reading.notes == ["Cells hold JSON, whose names are not split"]
    assert (found.reading.separators, found.reading.json_cells) == ((), "all")


FORMS = {  # of JSON in a cell: names and levels, and the keys that are not read
    '[{"SQL": 4}, {"R": null}]': ([("SQL", "4"), ("R", "")], ""),
    '[["SQL", 4], ["R", 0], ["Git", "Go"]]': (
        [("SQL", "4"), ("R", "0"), ("Git", None), ("Go", None)],
        "",
    ),
    '{"db": ["SQL"], "more": {"R": 0}}': ([("SQL", None), ("R", "0")], "db, more"),
    '{"Expert": ["SQL"], "none": [{"name": "R"}]}': ([("SQL", "Expert"), ("R", "none")], ""),
    '{"lacks": ["SQL"], "skills": ["R"]}': ([("SQL", "none"), ("R", None)], ""),
    '{"SQL": {"level": 4, "years": 2}}': ([("SQL", "4")], ""),
    '[{"name": "SQL", "selfRating": 4, "managerRating": 1, "years": 2}]': (
        [("SQL", "4")],
        "managerRating, years",
    ),
    '[{"skill": {"value": "SQL"}, "acquired": false}]': ([("SQL", "False")], ""),
    '[{"name": "SQL", "level": {"label": "Expert", "value": 4}}]': ([("SQL", "Expert")], ""),
    '[{"name": "SQL", "level": {"value": 4}}, [[]], []]': ([("SQL", "4")], ""),
}


@pytest.mark.parametrize("cell", FORMS)
def test_the_forms_of_json_in_cells_are_read_alike_by_both_readers(cell):
    unread = {}
    assert json_pairs(cell, unread) == pairs_in(cell) == FORMS[cell][0]
    assert ", ".join(unread) == FORMS[cell][1]


def test_keys_of_json_that_are_not_read_are_reported(put):
    found = audit(put('name,skills\nAda,"[{""name"": ""SQL"", ""endorsed"": 3}]"\n')).reading
    assert found.notes[0] == "Keys of JSON in cells that are not read: endorsed"


def test_scales_of_columns_and_marks_are_reported(put):
    found = audit(put("person,statistics,SQL (0-5)\nAda,4,2\nBo,3,5\n")).reading
    assert found.scale["columns"] == {"SQL (0-5)": "0-5"}
    assert found.scale["text"].startswith("1 to 4 (the highest level seen is taken as the top)")
    assert found.scale["text"].endswith("; SQL (0-5) on 0-5")
    below = "below the level asked"
    assert found.values["level"] == {"2 of 0-5": below, "3": "has", "4": "has", "5 of 0-5": "has"}
    assert audit(put("name,skills\nAda,SQL (x)\n")).reading.notes == [
        "A mark such as x counts as has"
    ]
    found = audit(put("Name,Skill,Level\nAda,SQL,3\nBen,SQL,0\nAda,statistics,5\n")).reading
    assert (found.notes, found.rows) == (["3 rows of 2 people"], 3)


@pytest.mark.parametrize(
    ("staff", "settled", "message"),
    [
        ([], {}, "no staff file; name one"),
        (["a.csv", "b.csv"], {"join": "c.csv"}, "--join: takes one file and another"),
        ("name,title\n", {}, "a header and no rows; give a file with people"),
        (pa.table({}), {}, "table: no columns; give a table of people"),
        (7, {}, "int: no staff data; give a path, or a table of Ibis, pandas, Polars or Arrow"),
        ("name,SQL\nA,5\n", {"values": {("level", "5"): "good"}}, "level:5=good: not a meaning"),
    ],
)
def test_what_is_no_table_of_people_is_refused_with_the_fix(staff, settled, message, put):
    staff = put(staff) if isinstance(staff, str) else staff
    with pytest.raises(InputError, match=re.escape(message)):
        audit(staff, mapping=ReadOptions(**settled))


def test_tables_of_a_database_are_read_as_files_are():
    def of(**columns):
        return ibis.duckdb.connect().create_table("staff", pa.table(columns))

    with pytest.raises(InputError, match="staff: JSON in a cell; export the table as CSV"):
        audit(of(name=["Bo"], skills=['["SQL"]']))
    none = pa.array([], pa.string())
    with pytest.raises(InputError, match="staff: no rows; give a table with people"):
        audit(of(name=none, title=none))
    found = audit(of(name=[" Bo\u00a0", "Ada", None], SQL=["5", "1", ""]))
    assert found.rows == {"read": 3, "used": 2, "rejected": 0, "left_out": 1}
    assert said(found) == {("Bo", "sql"): "has"}
    found = audit(of(name=["Bo", "Ada", "Bo"], skill=["SQL", "SQL", "statistics"], level=[5, 0, 5]))
    assert said(found) == {
        ("Bo", "sql"): "has",
        ("Ada", "sql"): "lacks",
        ("Bo", "statistical-analysis"): "has",
    }
    assert found.reading.notes == ["3 rows of 2 people"]


@pytest.mark.parametrize(
    "open_end", ["unbefristet", "present", "indefinido", "CDI", "until further notice"]
)
def test_an_end_that_is_open_is_none(open_end, put):
    assert audit(put(f"Name,Title,End\nAda,Nurse,{open_end}\n")).rows["used"] == 1
