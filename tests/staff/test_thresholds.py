"""Each number of the reading is where it is: what is read on this side of it, and on the other.

`python -m tests.reliability.code_mutants thresholds` changes each of them, and these tests fail.
"""

import itertools
import re

import pytest

from mlops_roles import InputError, audit, import_framework
from mlops_roles.staff import assessments, rdf_statements, reading
from mlops_roles.staff.dates import comparable_dates, iso_dates
from mlops_roles.staff.mapping_file import load_mapping
from mlops_roles.staff.markers import is_marker
from mlops_roles.staff.privacy import Band, Pseudonyms
from mlops_roles.staff.reading import ReadOptions
from mlops_roles.staff.scales import Scale, scale_ends, scale_of
from mlops_roles.staff.skill_cells import SkillCells
from mlops_roles.staff.spreadsheets import csv_rows
from mlops_roles.staff.values import Level, parse_level


@pytest.fixture
def put(tmp_path):
    numbers = itertools.count()

    def write(text, name="staff.csv"):
        (folder := tmp_path / str(next(numbers))).mkdir()
        (folder / name).write_text(text, "utf-8")
        return folder / name

    return write


def made(path):
    return import_framework([path], "https://example.org/").to_turtle().decode()


def dates(*values):
    return list(iso_dates(values, late=False, place="x", pivot="2026-01-01").values())


def test_months_of_four_languages():
    names = "jan feb mar apr may jun jul aug sep oct nov dec"
    found = dates(*(f"3 {n} 2020" for n in names.split(" ")))
    assert found == [f"2020-{m:02}-03" for m in range(1, 13)]
    assert dates("3 March 2020", "3. Juni 2020") == ["2020-03-03", "2020-06-03"]
    others = {"mai": 5, "okt": 10, "dez": 12, "mär": 3, "fév": 2, "avr": 4, "aoû": 8, "déc": 12}
    others |= {"ene": 1, "abr": 4, "ago": 8, "dic": 12, "mrz": 3}
    assert dates(*(f"3 {n} 2020" for n in others)) == [f"2020-{m:02}-03" for m in others.values()]


def test_days_since_1900_and_years_of_two_digits():
    assert dates("20000", "79999") == ["1954-10-03", "2119-01-10"]
    assert dates("19999", "80000") == [None, None]
    assert dates("31.12.68", "31.12.69") == ["2068-12-31", "1969-12-31"]
    assert dates("2020-02", "Dec 9999") == ["2020-02-01", "9999-12-01"]
    late = iso_dates(["2020-02", "2020-12", "March 2020", "9999-12"], True, "x", "2026-01-01")
    assert list(late.values()) == ["2020-02-29", "2020-12-31", "2020-03-31", "9999-12-31"]


def test_two_orders_of_a_date_are_fine_if_both_are_before_or_after_the_pivot():
    assert dates("01/02/2020") == ["2020-01-02"]
    with pytest.raises(InputError, match="'12/01/2025' may be day first or month first"):
        iso_dates(["12/01/2025"], late=False, place="x", pivot="2025-06-01")


def test_dates_that_are_compared_are_day_first_or_month_first():
    def read(*values):
        return list(comparable_dates(values, "x").values())

    assert read("13/02/2020", "01/02/2020") == ["2020-02-13", "2020-02-01"]
    assert read("02/13/2020", "02/01/2020") == ["2020-02-13", "2020-02-01"]
    assert read("02/13/2021", "13/02/2020") == ["2021-02-13", "2020-02-13"]
    with pytest.raises(InputError, match="day first or month first"):
        read("01/12/2020", "02/01/2020")


def test_the_longest_heading_and_the_longest_text_for_no_person(put):
    heading = f"Name ({'x' * 493})"
    assert audit(put(f"{heading},title\nAda,Data Engineer\n")).rows["used"] == 1
    with pytest.raises(InputError, match="no column 'person'"):
        audit(put(f"Name ({'x' * 494}),title\nAda,Data Engineer\n"))
    assert is_marker("vacant" + " " * 494) == "vacant"
    assert is_marker("vacant" + " " * 495) is None


@pytest.mark.parametrize(("heading", "is_like"), [("asessd", True), ("asesd", False)])
def test_a_heading_resembles_one_of_ours(put, heading, is_like):
    found = audit(put(f"name,title,{heading}\nAda,Data Engineer,x\n")).reading
    why = next(c.why for c in found.columns if c.heading == heading)
    assert ("resembles" in why) == is_like


@pytest.mark.parametrize(("heading", "is_like"), [("skil", True), ("skllevl", False)])
def test_a_heading_resembles_one_of_a_framework(put, heading, is_like):
    path = put(f"role,task,{heading}\nBaker,Bake,x\n")
    found = import_framework([path], "https://example.org/").readings[0].not_read
    assert found[heading].startswith("; if it is one, --map") == is_like


def test_the_largest_file_of_a_framework(put):
    with (path := put("role,task\n")).open("r+b") as file:
        file.truncate((1 << 28) + 1)  # has no blocks on the disk
    with pytest.raises(InputError, match="larger than 256 MiB"):
        made(path)


@pytest.mark.parametrize(("above", "is_found"), [(39, True), (40, False)])
def test_the_header_is_in_the_first_rows(put, above, is_found):
    path = put("".join(f"Remark {n}\n" for n in range(above)) + "name,title\nAda,Data Engineer\n")
    if is_found:
        assert audit(path).rows["used"] == 1
    else:
        with pytest.raises(InputError):
            audit(path)


@pytest.mark.parametrize(("above", "is_found"), [(39, True), (40, False)])
def test_the_header_of_a_framework_is_in_the_first_rows(put, above, is_found):
    path = put("".join(f"Remark {n}\n" for n in range(above)) + "role,task\nBaker,Bake\n")
    if is_found:
        assert "Baker" in made(path)
    else:
        with pytest.raises(InputError):
            made(path)


def test_what_a_reading_shows_is_bounded(put):
    people = range(1001)
    text = "name,title,status,left on\n" + "".join(
        f"P{n},Data Engineer,left - {n},2020-01-01\n" for n in people
    )
    found = audit(put(text + "Ada,Data Engineer,active,\n")).reading
    assert len(found.values["status"]) == 500
    assert [len(some["lines"]) for some in found.to_dict()["left_out"].values()] == [1000]
    levels = "name,skill,level\n" + "".join(f"P{n},SQL,{n / 1000}\n" for n in range(1, 202))
    assert len(audit(put(levels)).reading.values["level"]) == 200
    assert (assessments.MAX_CONFLICTS, reading.MAX_LINES) == (1000, 1000)


def test_the_shortest_key_and_the_bands():
    assert Pseudonyms.from_key("k" * 16)
    with pytest.raises(InputError, match="16 bytes"):
        Pseudonyms.from_key("k" * 15)
    bands = [str(Band.from_count(n)) for n in (0, 1, 4, 5, 9, 10)]
    assert bands == ["0", "<5", "<5", "5+", "5+", "10+"]


def test_the_longest_mapping_cell_and_slug(put):
    assert load_mapping(put("#" * (1 << 22), "m.toml")) == ReadOptions()
    with pytest.raises(InputError):
        load_mapping(put("#" * ((1 << 22) + 1), "m.toml"))
    assert len(list(csv_rows("a,b\n" + "x" * (1 << 20) + ",y\n", ",", put("")))) == 2
    with pytest.raises(InputError):
        list(csv_rows("a,b\n" + "x" * ((1 << 20) + 2) + ",y\n", ",", put("")))
    path = put(f"role,task\n{'a' * 61},Bake\n漢字,Cook\n")
    names = re.findall(r"^our:(\w+) a mlops:Role", made(path), re.M)
    assert sorted(map(len, names)) == [12, 60]


def test_of_several_terms_above_a_term_the_most_certain_counts():
    order = ["person", "title", "no person", "agent", "label"]
    assert [rdf_statements.RANKS.get(name, 2) for name in order] == [0, 2, 3, 4, 4]


def test_numbers_percentages_and_stars():
    assert parse_level("250 %") == Level(share=1.0)
    assert parse_level("50 %") == Level(share=0.5)
    assert parse_level("2 of 1-6") == Level(2, top=6, bottom=1)
    assert parse_level("2/6") == Level(2, top=6)
    assert parse_level("★★☆") == Level(2, top=3)
    assert parse_level("level 3") == parse_level("3 - good") == parse_level("good (3)") == Level(3)
    assert parse_level("0 none") == parse_level("none (7)") == parse_level("none")
    assert scale_ends("1-5") == (1, 5)


def test_a_name_that_is_not_known_has_a_level_only_where_nothing_else_can_be_meant():
    read = SkillCells({"sql", "analyse"}, Scale(0, 5)).read
    for text in ("Baking: 3", "Baking 3/5", "SQL: 3", "SQL [3]", "SQL - 3", "SQL 3/5"):
        assert [(one.state, one.level[0]) for one in read(text)] == [("has", "3")]
    for text in ("Baking [3]", "Baking - 3"):
        assert [(one.name, one.level) for one in read(text)] == [(text, "")]
    for text in ("pas d'analyse", "pas d’analyse", "no SQL", "no: SQL"):
        assert [one.state for one in read(text)] == ["lacks"]


def test_a_scale_from_zero_has_its_middle_in_the_middle():
    scale = Scale(0, 5, why="as settled")
    assert [scale.decide(parse_level(x)) for x in ("5/10", "4/10", "0/10")] == [
        "has",
        "below",
        "lacks",
    ]
    assert scale.to_dict()["text"].startswith("0 to 5 (as settled); has from 2.5, lacks up to 0;")


@pytest.mark.parametrize(
    ("numbers", "ends"),
    [
        *[((1, 5), (1, 5)), ((1, 7), (1, 7)), ((1, 8), (1, 10)), ((1, 10), (1, 10))],
        *[((1, 11), (1, 100)), ((0, 3), (0, 3)), ((0.5, 3), (0, 3)), ((2, 6.5), (1, 7))],
    ],
)
def test_the_highest_level_seen_says_the_scale(numbers, ends):
    scale = scale_of([Level(n) for n in numbers], ReadOptions())
    assert (scale.bottom, scale.top) == ends
    levels = [Level(1), Level(5)]
    assert scale_of([*levels, parse_level("none")], ReadOptions()).bottom == 0
    assert scale_of([*levels, parse_level("expert")], ReadOptions()).bottom == 1


def test_half_of_the_scale_counts_as_having_and_nothing_as_lacking(put):
    path = put("name,SQL\nA,10\nB,5\nC,4\nD,0\n")
    found = audit(path).coverage("skill")["sql"]
    assert (found["people"], found["below"], found["lacking"]) == (2, 1, 1)
    words = put("name,SQL\nA,expert\nB,intermediate\nC,basic\nD,none\n")
    assert audit(words).coverage("skill")["sql"]["people"] == 2
    mixed = put("name,SQL\nA,3 of 1-5\nB,2 of 1-5\nC,1 of 1-5\n")
    found = audit(mixed).coverage("skill")["sql"]
    assert (found["people"], found["below"], found["lacking"]) == (1, 2, 0)


@pytest.mark.parametrize(("one", "other"), [(7, 11), (5, 100)])
def test_two_scales_are_refused(put, one, other):
    path = put(f"name,SQL,statistics\nA,{one},{other}\nB,2,3\n")
    with pytest.raises(InputError, match="two scales"):
        audit(path)


@pytest.mark.parametrize(("one", "other"), [(8, 11), (7, 10)])
def test_scales_that_may_be_one_are_not(put, one, other):
    assert audit(put(f"name,SQL,statistics\nA,{one},{other}\nB,2,3\n")).rows["used"] == 2
