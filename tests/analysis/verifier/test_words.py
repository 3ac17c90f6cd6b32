"""What the verifier reads in one heading, date, level, status or value of JSON."""

import json
from pathlib import Path

import pytest

from mlops_roles import InputError
from mlops_roles.analysis.verifier import dates, headings, records
from mlops_roles.analysis.verifier.levels import Level, Levels, Said, is_blank, is_mark, parse_level
from mlops_roles.analysis.verifier.presence import Presence, is_sound
from mlops_roles.staff.headings import level_in_heading

# a heading: the column that it names, what it has in common with its pair, the level in it
HEADINGS = """\
Skills | skills | |
assessed | assessed | |
Employé | person | |
EMPLOYEE | person | |
Employee # | key | |
Skills (2026) | skills | 2026 |
Skill gaps [self] | lacks | |
Skill 2 | skill | 2 |
Skill_12 | skill | 12 |
Level (2) | level | 2 |
Level (1 - 5) | level | 5 |
Level 2 (1 - 5) | level | 5 |
Level 2 of 3* | | 3 |
Level 2 years | | 2 |
Level 12 [x 3] | level | 12 |
skill_2_rating | level | 2 |
Skill 1 (level 1-5) | level | 1 |
Main skills | skills | mainskills |
Main skill level | level | mainskill |
Key skills level | level | keyskills |
Key skills: Rating 5 | level | 5 |
Key skills | skills | keyskills |
Level | level | level |
hobby level | | hobby |
* Skills: | skills | |
(Skills) | skills | |
2 skills | | |
Skill (a) b | | |
basics.name | person | |
a.b.skills | skills | |
a..skills | | |
.manager | other | |
manager. | other | |
employee.id | key | |
employee.skills | skills | |
employee.value | person | |
employee.level | level | |
employee.hobby | | |
title.level | level | |
unit.level | other | |
unit.name | unit | |
unit.a.level | other | |
unit.hobby | | |
employee.manager.name | other | |
manager.hobby | other | |
manager.employee.name | person | |
manager.employee.a.name | person | |
skills.label | other | |
skills.type | other | |
Expert | | | Expert
very good skills | | | very good
Skills (beginner) | skills | | beginner
Skills [basic] | skills | | basic
Skill: expert | | | expert
Basic/skills | | | Basic
Basic–skills | | | Basic
Basic-skills | | | Basic
Skills_advanced | | | advanced
Expertise | skills | |
Average | other | |
Good zebras | | |
x | | |
"""


@pytest.mark.parametrize("line", HEADINGS.splitlines())
def test_a_heading_names_a_column_and_may_have_a_number_and_a_level(line):
    heading, kind, pair, level = (part.strip() for part in line.split("|"))
    assert (headings.kind_of(heading), headings.level_in(heading)) == (kind, level)
    assert level_in_heading(heading) == level  # as the one that certifies reads it
    assert not pair or headings.pair_in(heading) == pair


def test_a_long_heading_names_nothing():
    assert headings.pair_in("skills level".rjust(500)) == "skills"
    assert headings.pair_in("skills level".rjust(501)) == "skillslevel"
    for length, kind in ((500, "skills"), (501, "")):
        assert headings.kind_of("skills (x)".ljust(length)) == kind
        assert headings.level_in("expert".ljust(length)) == ("expert" if kind else "")


# a date: read day first; month first, if that is another date or none; late, if that differs
DATES = """\
31.12.2019 | 2019-12-31
02.03.2019 | 2019-03-02
2/3/2019 | 2019-03-02 | 2019-02-03
13/02/2019 | 2019-02-13 | -
02/13/2019 | - | 2019-02-13
02-03-19 | 2019-03-02 | 2019-02-03
1.2.68 | 2068-02-01
1.2.69 | 1969-02-01
01.02.2019 10:00 | 2019-02-01
01.02.2019T10 | -
0.2.2019 | 2019-02-01
1.2.019 | -
30.02.2019 | -
2019-02-03 | 2019-02-03
2019/2/3 | 2019-02-03
2019.02.03 | 2019-02-03
2019-02-03T10:00 | 2019-02-03
2019-02-03 10 | 2019-02-03
2019-02-03z | 2019-02-03
2019-02-03+01:00 | 2019-02-03
2019-02-03-01:00 | 2019-02-03
2019-02-03 | 2019-02-03
2019-02-03x | -
2019-02 | 2019-02-01 | | 2019-02-28
2020-02 | 2020-02-01 | | 2020-02-29
2020-02-00 | 2020-02-01 | | 2020-02-29
2019-13 | -
20190203 | 2019-02-03
3 Feb 2019 | 2019-02-03
03. februar 2019 | 2019-02-03
3-MAR-69 | 1969-03-03
Feb 3, 2019 | 2019-02-03
Feb. 13,2019 | 2019-02-13
3 févr. 2019 | 2019-02-03
Décembre 2019 | 2019-12-01 | | 2019-12-31
feb-19 | 2019-02-01 | | 2019-02-28
3 zeb 2019 | -
zeb 2019 | -
123 feb 2019 | -
43831 | 2020-01-01
19999 | -
20000 | 1954-10-03
79999 | 2119-01-10
80000 | -
2019 | 2019-01-01 | | 2019-12-31
1900 | 1900-01-01 | | 1900-12-31
2099 | 2099-01-01 | | 2099-12-31
1899 | -
2100 | -
soon | -
"""


@pytest.mark.parametrize("line", DATES.splitlines())
def test_a_date_is_read_day_first_and_month_first(line):
    text, day, *other = (part.strip() for part in line.split("|"))
    month, late = [*other, "", ""][:2]
    asked = [day.strip("-"), (month or day).strip("-")]
    assert list(dates.orders_of(f" {text} ")) == asked
    assert dates.orders_of(text, late=True) == ((late, late) if late else tuple(asked))


@pytest.mark.parametrize(
    ("texts", "found"),
    [
        ("1/2/2019 3/4/2019", "2019-02-01 2019-04-03"),
        ("1/2/2019 13/2/2019", "2019-02-01 2019-02-13"),
        ("1/2/2019 2/13/2019", "2019-01-02 2019-02-13"),
        ("1/2/2019 2/13/2019 13/2/2019", "2019-02-01 2019-02-13 2019-02-13"),
        ("2/13/2019 zebra 2019", "2019-02-13 - 2019-01-01"),
    ],
)
def test_the_dates_of_a_column_are_in_one_order(texts, found):
    read = dates.read_dates(texts.split())
    assert read == dict(zip(texts.split(), found.replace("- ", " ").split(" "), strict=True))
    assert dates.read_dates(["2019"], late=True) == {"2019": "2019-12-31"}


TICK = Level()
NUMBERS = {"3": 3, "3,5": 3.5, "3.5": 3.5, "120": 120, "L2": 2, "Level. 3": 3, "stufe  4": 4}
WORDS = ("3 - good", "3: good", "3) good", "3 good", "good (3)", "good [ 3 ]", "(3)", "Level 3=x")
LEVELS = {
    **{text: Level(number=number) for text, number in NUMBERS.items()},
    **{text: Level(number=3) for text in WORDS},
    **{"3/5": Level(number=3, top=5), "4 out of 5": Level(number=4, top=5)},
    **{"3 of 1-5": Level(number=3, bottom=1, top=5), "3,5/0 – 10": Level(None, 3.5, 0, 10)},
    **{"80 %": Level(share=0.8), "120%": Level(share=1), "100%": Level(share=1)},
    **{"5 years": TICK, "5+ jahre": TICK, "1,5 ans or so": TICK, "x": TICK, "YES ": TICK},
    **{"★★★": Level(number=3), "★★☆": Level(number=2, top=3), "☆☆": Level(number=0, top=2)},
    **{"***": Level(number=3), "⭐✩": Level(number=1, top=2)},
    **{"0 - none": Level(share=0), "none (0)": Level(share=0), "none": Level(share=0)},
    **{
        "3 expert": Level(number=3),
        "3,5 good": Level(number=3.5),
        "Advanced  Beginner": Level(share=0.4),
    },
    **dict.fromkeys(("", "-1", "-12", "n/a", "—", "zebra", "1000", "of 5"), None),
}


@pytest.mark.parametrize("text", LEVELS)
def test_a_level_is_read_in_each_of_its_forms(text):
    assert parse_level(text) == LEVELS[text]


# a piece of a cell: the name, what is said of it, the level
SAID = """\
SQL | SQL | has |
zebra | zebra | has |
no SQL | SQL | lacks |
Kein SQL | SQL | lacks |
NO: SQL | SQL | lacks |
pas d'SQL | SQL | lacks |
noSQL | noSQL | has |
no zebra | no zebra | has |
NO SQL YET | NO SQL YET | has |
SQL (expert) | SQL | has | expert
SQL: 4/5 | SQL | has | 4/5
SQL= basic | SQL | below | basic
SQL: none | SQL | lacks | none
SQL - good | SQL | has | good
SQL – 1 | SQL | below | 1
SQL 80% | SQL | has | 80%
SQL 1 / 5 | SQL | below | 1 / 5
SQL (n/a) | SQL (n/a) | has |
SQL: zebra | SQL: zebra | has |
SQL: Grün | SQL | lacks | Grün
SQL (grün) | SQL | lacks | grün
zebra (3) | zebra (3) | has |
zebra (expert) | zebra (expert) | has |
zebra: 3 | zebra | has | 3
zebra: grün | zebra: grün | has |
zebra: x | zebra: x | has |
zebra 80% | zebra | has | 80%
zebra - 3 | zebra - 3 | has |
Python 3 | Python 3 | has |
Python (3) | Python | has | 3
Python ( 1 ) | Python | below | 1
Python (3.11) | Python (3.11) | has |
Python (3/5) | Python | has | 3/5
Python (80 %) | Python | has | 80 %
Python (★★) | Python | below | ★★
Python - 10 | Python | has | 10
Python 2/3 | Python 2/3 | has |
Python 2/5 | Python | below | 2/5
Python 10/10 | Python | has | 10/10
Python 5/100 | Python | below | 5/100
Python (v3) | Python (v3) | has |
Level 5 | Level 5 | has |
Git 4/5 | Git 4/5 | has |
A: b - 3 | A: b | has | 3
pas d’SQL | SQL | lacks |
no knowledge of SQL | SQL | lacks |
"""
KNOWN = ("SQL", "Python", "Python 3", "Python (3)", "Python ( 1 )", "Python (3.11)", "Python 2/3",
         "Python (3/5)", "Python (80 %)", "Python (★★)", "Python - 10", "Python 2/5",
         "Python 10/10", "Python 5/100", "Python (v3)", "Level 5", "Level", "SQL YET",
         "Git", "Git 4/5", "A: b")  # fmt: skip


@pytest.mark.parametrize("line", SAID.splitlines())
def test_a_piece_of_a_cell_has_a_name_and_may_deny_it_or_have_its_level(line):
    text, *said = (part.strip() for part in line.split("|"))
    levels = Levels(0.0, 5.0, settled={"grün": "lacks"})
    listed = {"Level 5", "Git 4/5", "NO SQL YET"}.__contains__
    found = levels.said(text, KNOWN.__contains__, listed)
    assert found._replace(level=found.level.strip()) == Said(*said)
    assert Levels().said("SQL: 4", KNOWN.__contains__, listed) == Said("SQL: 4")  # of no scale


LEVELS_OF_ALL_FORMS = ("0", "1", "2", "3", "5", "30 %", "2 of 4", "2 of 1-4", "good", "basic",
                       "none", "x", "Rot", "zebra")  # fmt: skip


@pytest.mark.parametrize(
    ("scale", "states"),
    [
        ((None,) * 4, "? ? ? ? ? below ? below has below lacks has lacks ?"),
        ((None, 5.0, None, None), "lacks below below has has below has below has below lacks has"),
        ((1.0, 5.0, None, None), "lacks below below has has below below below has below lacks"),
        ((0.0, 5.0, 0.4, 0.2), "lacks lacks has has has below has has has below lacks has lacks ?"),
        ((0.0, 5.0, 0.25, 0.0), "lacks below has has has has has has has has lacks has lacks ?"),
        ((0.0, 3.0, 0.7, 0.3), "lacks below below has has lacks below below below lacks lacks"),
    ],
)
def test_a_level_is_had_lacking_or_below_by_the_scale(scale, states):
    levels = Levels(*scale, settled={"rot": "lacks"})
    found = [levels.state(text) for text in LEVELS_OF_ALL_FORMS]
    asked = states.replace("?", "unknown").split()
    assert found[: len(asked)] == asked
    assert Levels(*scale).state("rot") == "unknown"


@pytest.mark.parametrize(
    ("scale", "text", "found"),
    [
        ((0.0, 5.0, None, None), "2", "2 of 5, 2.5 asked"),
        ((1.0, 5.0, None, None), "2", "2 of 5, 3 asked"),
        ((1.0, 5.0, None, None), "2 of 10", "2 of 10, 6 asked"),
        ((0.0, 5.0, 0.6, 0.1), "2", "2 of 5, 3 asked"),
        ((0.0, 5.0, 0.6, 0.1), "2 of 0-10", "2 of 10, 6 asked"),
        ((0.0, 5.0, None, None), "basic", "basic, 50% of the scale asked"),
        ((0.0, 5.0, 0.75, None), "good", "good, 75% of the scale asked"),
        ((0.0, 5.0, 0.75, None), "zebra", "zebra, 75% of the scale asked"),
        ((None, None, None, None), "2", "2, 50% of the scale asked"),
    ],
)
def test_a_level_is_compared_with_the_one_that_is_asked(scale, text, found):
    assert Levels(*scale).compared(text) == found


@pytest.mark.parametrize(
    ("change", "is_one"),
    [
        ({}, True),
        ({"bottom": None, "top": None}, True),
        ({"bottom": None, "top": 0.5}, True),
        ({"bottom": 5}, True),
        ({"bottom": 6}, False),
        ({"bottom": None, "top": -1}, False),
        ({"top": "5"}, False),
        ({"top": True}, False),
        ({"more": 1}, False),
        ({"has_from": 0.6, "lacks_to": 0.5}, True),
        ({"has_from": 0.5, "lacks_to": 0.5}, False),
        ({"has_from": 0.0}, False),
        ({"lacks_to": 0.5}, False),
        ({"lacks_to": 0.4}, True),
    ],
)
def test_the_scale_of_a_certificate_is_one_that_may_be(change, is_one):
    scale = {"bottom": 0, "top": 5, "has_from": None, "lacks_to": None} | change
    settled = {"rot": "below", "grün": "has", "weiß": "lacks", "blau": "unknown"}
    found = Levels.from_reading(scale, settled)
    assert found == (Levels(**scale, settled=settled) if is_one else None)
    assert Levels.from_reading(scale, {"rot": "red"}) is None
    assert Levels.from_reading(scale, []) is Levels.from_reading([], {}) is None


def test_a_cell_may_say_nothing():
    found = [is_blank(text) for text in ("", " - ", "N/A", "-1", "- 1", "x")]
    assert found == [True, True, True, True, False, False]


def test_a_legend_and_a_place_that_is_vacant_are_no_names():
    assert [is_mark(f" ({t}) *") for t in ("TBD", "Total", "expert", "Ada")] == [1, 1, 0, 0]
    assert [is_mark(text) for text in ("5 - Expert", "- 5", "")] == [1, 0, 0]


# who is there ------------------------------------------------------------------------------

COLUMNS = {"status": "S", "left": "L", "vacant": "V", "start": "from", "end": "to"}
VALUES = {"status": {"weg": "left", "da": "present"}, "start": {"1.1.9999": "blank"}}
VALUES |= {"left": {"jawohl": "yes", "?": "yes", "yes": "no"}}


@pytest.mark.parametrize(
    ("cells", "counts"),
    [
        ({}, True),
        ({"S": "Active"}, True),
        ({"S": "terminated"}, False),
        ({"S": "Terminated (2020)"}, False),
        ({"S": "terminated - by us"}, False),
        ({"S": "on_leave"}, True),
        ({"S": "parental_leave"}, True),
        ({"S": "Weg"}, False),
        ({"S": "DA"}, True),
        ({"S": "vacant"}, False),
        ({"S": "n/a"}, True),
        ({"S": "pre-hire"}, False),
        ({"L": "x"}, False),
        ({"L": "left"}, False),
        ({"L": "Jawohl"}, False),
        ({"L": "y"}, False),
        ({"L": "?"}, False),
        ({"L": "yes"}, True),
        ({"L": "no"}, True),
        ({"L": "-"}, True),
        ({"L": "vacant"}, True),
        ({"V": "vacant"}, False),
        ({"V": "yes"}, False),
        ({"V": "false"}, True),
        ({"from": "2026-01-31"}, True),
        ({"from": "2026-02-01"}, False),
        ({"from": "1.1.9999"}, True),
        ({"from": "2026-02"}, False),
        ({"to": "2026-01-31"}, True),
        ({"to": "2026-01-30"}, False),
        ({"to": "2026-01"}, True),
        ({"to": "2025"}, False),
        ({"to": "1.1.9999"}, True),
        ({"to": "unbefristet"}, True),
        ({"to": "N/A"}, True),
        ({"to": "zebra"}, True),
        ({"from": "2025-06-01", "to": "2025-01-01"}, True),  # left, and came back
        ({"from": "2025-01-01", "to": "2025-01-01"}, False),
        ({"from": "2025-01-01", "to": "2025-06-01"}, False),
    ],
)
def test_a_row_counts_by_its_status_and_dates(cells, counts):
    stated = {"as_of": "2026-01-31", "columns": COLUMNS, "values": VALUES}
    presence = Presence(stated, lambda heading: [cells.get(heading, "")], Path("s.csv"))
    assert presence.counts(lambda heading: cells.get(heading, "")) is counts


def test_an_unknown_status_is_not_read():
    stated = {"as_of": "2026-01-31", "columns": {"status": "S"}, "values": {}}
    assert Presence(stated, lambda _: [], Path("s.csv")).counts(lambda _: "active")
    with pytest.raises(InputError, match=r"s\.csv: the status 'zebra' is unknown"):
        Presence(stated, lambda _: [], Path("s.csv")).counts(lambda _: "zebra")


@pytest.mark.parametrize(
    "change",
    [
        {"as_of": 7},
        {"more": 1},
        {"columns": []},
        {"columns": {"status": 7}},
        {"columns": {"unit": "T"}},
        {"values": []},
        {"values": {"status": "left"}},
    ],
)
def test_the_presence_of_a_certificate_is_one_that_may_be(change):
    stated = {"as_of": "2026-01-31", "columns": COLUMNS, "values": VALUES}
    assert is_sound(stated)
    assert not is_sound(stated | change)
    assert not is_sound("2026")


# JSON ---------------------------------------------------------------------------------------

ADA = {"name": "Ada", "skills": {"SQL": 4}}
RECORDS = {
    # the text: the headings and the rows
    '[{"name": "Ada"}, {"name": "Bo", "age": null}]': [["name", "age"], ["Ada", ""], ["Bo", ""]],
    '[{"name": "Ada", "a": true, "b": 1.50, "c": [1, "x;y"], "d": [], "e": [{"f": "é"}]}]': [
        ["name", "a", "b", "c", "d", "e"],
        ["Ada", "True", "1.5", "1;x；y", "", '[{"f": "é"}]'],
    ],
    '{"a": 1, "b": [], "c": [7], "staff": [{"name": "Ada"}]}': [["name"], ["Ada"]],
    '{"units": [{"unit": "X"}], "staff": [{"x": 1, "given name": "Ada"}]}': [
        ["x", "given name"],
        ["1", "Ada"],
    ],
    '{"units": [{"unit": "X"}], "staff": [{"surname": "A"}]}': [["surname"], ["A"]],
    '{"units": [{"unit": "X"}], "staff": [{"name": "A"}]}': [["name"], ["A"]],
    '{"units": [{"unit": "X"}]}': [["unit"], ["X"]],
    json.dumps([ADA | {"work": {"title": "T", "unit": {"name": "U"}, "more": {}}}]): [
        ["name", "skills", "work.title", "work.unit.name", "work.more"],
        ["Ada", '{"SQL": 4}', "T", "U", "{}"],
    ],
    '[{"name": {"a": {"b": {"c": {"d": 1}}}}}]': [["name.a.b.c"], ['{"d": 1}']],
    '[{"lacks": {"SQL": 1}, "skill": {"SQL": 1}, "assessed": {"SQL": 1}, "role": {"SQL": 1}}]': [
        ["lacks", "skill", "assessed", "role.SQL"],
        [*['{"SQL": 1}'] * 3, "1"],
    ],
}


@pytest.mark.parametrize("text", RECORDS)
def test_records_are_rows_of_a_table(text, tmp_path):
    (path := tmp_path / "s.json").write_text(text, "utf-8")
    rows = list(records.record_rows(path))
    assert rows == list(enumerate(RECORDS[text]))
    for name in ("s.JSONL", "s.ndjson") if text.startswith("[") else ():
        path = tmp_path / name
        path.write_text("\n \n".join(map(json.dumps, json.loads(text))), "utf-8")
        assert list(records.record_rows(path)) == rows


@pytest.mark.parametrize(
    "text",
    [
        "7",
        "[7]",
        "[" * 100_000,
        "{}",
        '{"a": [{"b": 1}], "c": [{"d": 1}]}',
        '{"a": [{"name": "A"}], "c": [{"name": "B"}]}',
    ],
)
def test_what_is_no_list_of_records_is_refused(text, tmp_path):
    (path := tmp_path / "s.json").write_text(text, "utf-8")
    with pytest.raises(InputError, match=r"s\.json: no list of records"):
        list(records.record_rows(path))


@pytest.mark.parametrize(
    ("cell", "pairs"),
    [
        ("SQL", None),
        ("", None),
        ('"SQL"', None),
        ("[" * 100_000, None),
        ("{SQL}", None),
        (' {"SQL": 4, "R": null}', [("SQL", "4"), ("R", "")]),
        ('["SQL", 7]', [("SQL", None), ("7", None)]),
        ('{"name": "SQL", "level": 4}', [("SQL", "4")]),
        ('{"name": "SQL"}', [("SQL", None)]),
        ('[{"skill": {"name": "SQL"}, "level": ""}]', [("SQL", None)]),
        ('[{"skill": "SQL", "rating": 4}, {"label": "R", "proficiency": "x"}]',
         [("SQL", "4"), ("R", "x")]),
        ('[{"title": "SQL", "label": "R", "skill": "Git", "level": 1, "rating": 2}]',
         [("Git", "1")]),
        ('[{"rank": 4}, {"title": "R"}]', [("rank", "4"), ("R", None)]),
    ],
)  # fmt: skip
def test_json_in_a_cell_is_names_with_levels(cell, pairs):
    assert records.pairs_in(cell) == pairs


def test_records_in_another_encoding_are_refused(tmp_path):
    (path := tmp_path / "s.json").write_bytes(b'[{"name": "\xe9"}]')
    with pytest.raises(InputError, match=r"s\.json, line 1: not UTF-8"):
        list(records.record_rows(path))


def test_values_of_parquet_are_text_of_cells():
    assert records.text_of([("SQL", 4), ("R", None)]) == '{"SQL": 4, "R": null}'
    assert records.text_of([{"at": dates.EXCEL}]) == '[{"at": "1899-12-30"}]'
    assert records.text_of([["é"]]) == '[["é"]]'
    assert records.text_of({"é": 1}) == '{"é": 1}'
