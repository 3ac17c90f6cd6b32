"""Staff files: every form gives the same table, every row is accounted for, with its line."""

import codecs
import csv
import datetime
import io
import itertools
import json
import os
import re
import zipfile

import ibis
import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from support.asserted import ROOT

from mlops_roles import InputError, audit
from mlops_roles.cli.main import main
from mlops_roles.staff import csv_source
from mlops_roles.staff.people_table import COLUMNS
from mlops_roles.staff.reader import read_staff
from mlops_roles.staff.reading import ReadOptions

HEADER, *ROWS = (
    row
    for row in csv.reader(io.StringIO((ROOT / "examples" / "acme.csv").read_text("utf-8")))
    if len(row) == 6
)
RENAMED = {
    "person": "Who?",
    "title": "Job Title (official)",
    "unit": "Unit 7",
    "skills": "Can",
    "lacks": "Cannot",
    "assessed": "Seen",
}
LINED = {"file", "reading", "rejected", "nearest"}  # what an audit says with lines or of its file
LINED |= {"holders", "people", "single_points"}
often = settings(
    deadline=None, derandomize="CI" in os.environ, suppress_health_check=[HealthCheck.too_slow]
)


@pytest.fixture(scope="module")
def con():
    return ibis.duckdb.connect()


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("staff")


def text(rows=ROWS, header=HEADER, **form):
    out = io.StringIO()
    csv.writer(out, **form).writerows([header, *rows])
    return out.getvalue().encode()


def workbook(rows=ROWS, header=HEADER):
    book, out = openpyxl.Workbook(), io.BytesIO()
    for number, row in enumerate([header, *rows], 1):
        for column, value in enumerate(row, 1):
            if value:
                book.active.cell(number, column, value).data_type = "s"  # '=cmd' too is text
    book.save(out)
    return out.getvalue()


def parquet(rows=ROWS, header=HEADER):
    out = io.BytesIO()
    pq.write_table(
        pa.table(dict(zip(header, map(list, zip(*rows, strict=True)), strict=True))), out
    )
    return out.getvalue()


def lines(found):
    return found.table.order_by("line").to_pyarrow().to_pylist()


# every form -----------------------------------------------------------------------------

FORMS = {
    "quoted.csv": text(quoting=csv.QUOTE_ALL),
    "crlf.csv": text(lineterminator="\r\n"),
    "unended.csv": text(lineterminator="\n").rstrip(b"\n"),
    "blank-end.csv": text(lineterminator="\n") + b"\n\n",
    "bom.csv": codecs.BOM_UTF8 + text(lineterminator="\n"),
    "bom-quoted.csv": codecs.BOM_UTF8 + text(quoting=csv.QUOTE_ALL),
    "tabs.tsv": text(delimiter="\t"),
    "tabs.csv": text(delimiter="\t"),
    "semicolons.csv": text(delimiter=";"),
    "book.xlsx": workbook(),
    "renamed.csv": text(header=RENAMED.values()),
    "renamed.xlsx": workbook(header=RENAMED.values()),
    "guessed.csv": text(
        header=["Employee Name", "Job-Title", "Department", "Skill set", "Gaps", "ASSESSED "]
    ),
    "wider.csv": text([["x", *row] for row in ROWS], ["", *HEADER]),
    "turned.csv": text([row[::-1] for row in ROWS], HEADER[::-1]),
    "rows.parquet": parquet(),
    "renamed.parquet": parquet(header=RENAMED.values()),
}


def put(folder, name, data):
    (folder / name).write_bytes(data)
    return folder / name


def counted(rows, name):
    """Rows of any file with their lines in the plain CSV file; Parquet counts from 1."""
    return [row | {"line": row["line"] + name.endswith(".parquet")} for row in rows]


@pytest.mark.parametrize("name", FORMS)
def test_the_same_people_in_any_form_are_the_same_table(name, folder, con):
    wanted = lines(read_staff(put(folder, "plain.csv", text(lineterminator="\n")), con))
    assert len(wanted) == 41
    found = read_staff(
        put(folder, name, FORMS[name]), con, RENAMED if name.startswith("renamed") else None
    )
    assert (found.file, found.read, found.rejected) == (str(folder / name), 41, [])
    assert counted(lines(found), name) == wanted


@pytest.mark.parametrize("name", ["renamed.csv", "renamed.xlsx", "renamed.parquet"])
def test_the_command_maps_columns_and_the_audit_is_the_same(name, folder, capsys):
    path, pairs = (
        put(folder, name, FORMS[name]),
        [part for ours, theirs in RENAMED.items() for part in ("--map", f"{ours}={theirs}")],
    )
    wanted = audit(put(folder, "plain.csv", text(lineterminator="\n"))).to_dict()
    assert main(["audit", str(path), *pairs, "--format", "json"]) == 1
    found = json.loads(capsys.readouterr().out)
    assert [r["line"] for r in counted(found["rejected"], name)] == [
        r["line"] for r in wanted["rejected"]
    ]
    assert {role: counted(people, name) for role, people in found["nearest"].items()} == wanted[
        "nearest"
    ]
    assert {k: v for k, v in found.items() if k not in LINED} == {
        k: v for k, v in wanted.items() if k not in LINED
    }
    assert main(["audit", str(path)]) == 2
    assert "--map person=" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("kind", "make"), [("csv", text), ("xlsx", workbook), ("parquet", parquet)]
)
def test_white_space_around_a_cell_is_not_part_of_it(kind, make, folder, con):
    path = put(folder, f"spaced.{kind}", make([["\u00a0Ann \t", "\u2003"]], ["person", "title"]))
    assert [(r["person"], r["title"]) for r in lines(read_staff(path, con))] == [("Ann", None)]


# the quick reader and the strict one ----------------------------------------------------------

CELL = st.text(st.sampled_from("ab,;\"\t \r\né\u00a0\u2028\ufeff'="), max_size=6)
WRITTEN = st.builds(
    lambda rows, form: text(rows, COLUMNS[:3], **form),
    st.lists(st.lists(CELL, min_size=3, max_size=3), min_size=1, max_size=5),
    st.fixed_dictionaries(
        {
            "delimiter": st.sampled_from(",;\t"),
            "quoting": st.sampled_from([csv.QUOTE_ALL, csv.QUOTE_MINIMAL]),
            "lineterminator": st.sampled_from(["\n", "\r\n", "\r"]),
        }
    ),
)
TYPED = st.builds(
    lambda head, end, cells: (head + end + "".join(cells)).encode(),
    st.sampled_from(
        [
            "person",
            "person,title",
            "person,title,skills",
            "person;title",
            "\ufeffperson\ttitle",
            '"person",title',
        ]
    ),
    st.sampled_from(["\n", "\r\n", "\r", ""]),
    st.lists(
        st.sampled_from(
            [
                '"',
                '""',
                '"a"',
                '"a,b"',
                '"a\nb"',
                "a",
                "b c",
                ",",
                ",",
                ",",
                ";",
                "\t",
                "\n",
                "\n",
                "\n",
                "\r\n",
                "\r",
                " ",
                "é",
            ]
        ),
        max_size=25,
    ),
)


def outcome(path, con):
    """What a file gives: its rows, how many were read, and what was rejected; or the error."""
    try:
        found = read_staff(path, con)
    except InputError as error:
        return str(error)
    rows = lines(found)
    assert found.read == len(rows) + len(found.rejected) + found.reading.count_left_out
    return rows, found.read, found.rejected


def same(path, con):
    """The strict reader, which alone skips blank lines, reads the same when two are added."""
    quick = outcome(path, con)
    with path.open("ab") as file:
        file.write(b"\n\n")
    assert outcome(path, con) == quick


@settings(often, max_examples=60)
@given(WRITTEN)
def test_the_quick_reader_says_what_the_strict_one_says_of_written_files(folder, con, data):
    same(put(folder, "written.csv", data), con)


@settings(often, max_examples=60)
@given(TYPED, st.sampled_from([".csv", ".tsv"]))
@example(b"person\rAnn\rBob\r", ".csv")
@example(b"person\nAnn\n\r\nBob\n", ".csv")
@example(b'person,title\nx,"\n","y"\n', ".csv")
def test_the_quick_reader_says_what_the_strict_one_says_of_typed_files(folder, con, data, kind):
    same(put(folder, f"typed{kind}", data), con)


@pytest.mark.parametrize(
    ("name", "quick"),
    [
        ("crlf.csv", True),
        ("quoted.csv", False),
        ("bom.csv", True),
        ("tabs.tsv", True),
        ("blank-end.csv", False),
    ],
)
def test_the_quick_reader_reads_what_has_no_quirk(name, quick, folder, con, monkeypatch):
    path, strict = put(folder, f"quick-{name}", FORMS[name]), []
    to_arrow = csv_source.to_arrow
    monkeypatch.setattr(csv_source, "to_arrow", lambda *a: strict.append(a) or to_arrow(*a))
    read_staff(path, con)
    assert (not strict) is quick
    same(path, con)


# every row -------------------------------------------------------------------------------------

WIDE = ["person", "title", "role", "skills", "lacks", "assessed"]
FAULTS = [  # the cells of a row, why it is rejected, and the fix
    (["", "Data Engineer"], "no person", "fill in the column person"),
    ([" \t", "", "R99", "SQL", "SQL"], "no person", "fill in the column person"),
    (
        ["Ann", "Clown"],
        "duplicate of line 2",
        "put both rows into one; if they are two people (title differs), "
        "name their id with --map key=COLUMN",
    ),
    (
        ["Ann", "Clown", "R99"],
        "unknown role R99",
        "name a role by slug, notation or IRI, or leave it to the title",
    ),
    (
        ["Bob", "", "R99", "SQL; Python", "Structured Query Language"],
        "both has and lacks the skill sql",
        "remove it from skills, assessed or lacks",
    ),
    (
        ["Cem", "", "", "", "sql", "SQL"],
        "both has and lacks the skill sql",
        "remove it from skills, assessed or lacks",
    ),
    (
        ["Dan", "", "R99"],
        "unknown role R99",
        "name a role by slug, notation or IRI, or leave it to the title",
    ),
    (
        ["Eve", "", "skill:sql"],
        "unknown role skill:sql",
        "name a role by slug, notation or IRI, or leave it to the title",
    ),
    (
        ["Fay", "", "", "", "", "", "Spark"],
        "7 cells, the header has 6",
        "quote cells that contain the separator, or add the missing cells",
    ),
]
FINE = [
    ["Ann"],
    ["two\nlines"],
    ["Guy", "", "", "PostgreSQL", "SQL"],
    ["Hal", "", "", "SQL", "", "SQL"],
    ["Ida", "", "R7"],
    ["Joe", "Clown"],
]


def test_a_row_is_rejected_with_file_line_first_reason_and_fix(folder):
    """A tool for a skill that is lacking is no contradiction."""
    rows = [row + [""] * (6 - len(row)) for row in (*FINE, *(cells for cells, *_ in FAULTS))]
    path = put(folder, "faults.csv", text([*rows, ["Kim", "Clown", ""]], WIDE))
    found = audit(path)
    wanted = [(str(path), line, reason, fix) for line, (_, reason, fix) in enumerate(FAULTS, 9)]
    fix = "quote cells that contain the separator, or add the missing cells"
    assert [(r.file, r.line, r.reason, r.fix) for r in found.rejected] == [
        *wanted,
        (str(path), 18, "3 cells, the header has 6", fix),
    ]
    assert found.rows == {"read": 16, "used": 6, "rejected": 10}


@given(
    st.lists(
        st.sampled_from(["a", "two\nlines", "three\r\n\r\nlines", 'quo"te', "", "a,b"]),
        min_size=1,
        max_size=8,
    ),
    st.sampled_from(["\n", "\r\n"]),
)
@settings(often, max_examples=20)
def test_lines_are_right_after_cells_with_line_breaks(folder, con, names, end):
    path = put(
        folder,
        "breaks.csv",
        text(
            [[n, str(i), "x"] for i, n in enumerate(names)],
            ["person", "unit", "title"],
            lineterminator=end,
        ),
    )
    starts = itertools.accumulate((1 + n.count("\n") for n in names), initial=2)
    assert [(r["line"], r["unit"]) for r in lines(read_staff(path, con))] == [
        (line, str(i)) for i, line in zip(range(len(names)), starts, strict=False)
    ]


def test_lines_of_a_workbook_count_its_blank_rows(folder, con):
    path = put(
        folder, "gaps.xlsx", workbook([["Ann", "x"], ["", ""], ["Bob", "x"]], ["person", "title"])
    )
    assert [(r["line"], r["person"]) for r in lines(read_staff(path, con))] == [
        (2, "Ann"),
        (4, "Bob"),
    ]


@given(TYPED)
@settings(often, max_examples=10)
def test_every_row_read_is_used_or_rejected(folder, data):
    path = put(folder, "any.csv", data)
    try:
        found = audit(path)
    except InputError as error:
        assert str(error).startswith(str(path))
    else:
        rows = found.rows
        assert rows["read"] == rows["used"] + rows["rejected"] + rows.get("left_out", 0) > 0
        assert all(
            r.file == str(path) and r.line > 1 and r.reason and r.fix for r in found.rejected
        )


# what is no staff file ----------------------------------------------------------------------------

HOPELESS = [
    ("empty.csv", b"", "empty"),
    ("blank.csv", b" \n\n", "empty"),
    ("header.csv", b"person,title\n", "a header and no rows"),
    ("twice.csv", b"person,title,title\na,b,c\n", "duplicate column title"),
    ("nobody.csv", b"title,skills\na,b\n", "no column 'person'"),
    ("two.csv", b"name,employee,title\na,b,c\n", "2 columns could be the person"),
    ("alone.csv", b"person,office\nAnn,x\n", "no column with titles and none with skills"),
    ("no.csv", "person,title\nAnn,x\nJos\u00e9,\x81\n".encode("latin-1"), "line 3: not cp1252"),
    ("nul.csv", b"person,title\nAnn,x\nBo\0b,y\n", "line 3: a NUL"),
    ("open.csv", b'person,title\nAnn,x\n"Bob,y\nEve,z\n', "line 3: unexpected end of data"),
    ("fake.xlsx", b"person,title\nAnn,x\n", "not a readable workbook"),
    ("fake.parquet", b"person,title\nAnn,x\n", "not a readable Parquet file"),
    ("none.parquet", parquet([["Ann"]], ["title"]), "no column 'person'"),
    ("staff.json", b"[]", "no person in it"),
]


@pytest.mark.parametrize(("name", "data", "says"), HOPELESS, ids=[name for name, *_ in HOPELESS])
def test_what_is_no_staff_file_is_refused_with_its_name_and_fault(name, data, says, tmp_path, con):
    with pytest.raises(InputError) as error:
        read_staff(put(tmp_path, name, data), con)
    assert name in str(error.value)
    assert says in str(error.value)
    assert "\n" not in str(error.value)


# workbooks -----------------------------------------------------------------------------------


def sheet(path, *rows):
    """A workbook with rows in its first sheet."""
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    book.save(path)
    return book


def patched(path, part, change):
    """The same workbook with one part of its archive changed."""
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    parts[part] = change(parts.get(part, b""))
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in parts.items():
            archive.writestr(name, data)


def test_a_cell_of_a_workbook_is_the_text_that_it_shows(tmp_path, con):
    day = datetime.datetime(2026, 1, 31)
    sheet(
        path := tmp_path / "staff.xlsx",
        ["person", "title", "unit"],
        [1001, 1001.0, 0.5],
        [True, day, day.replace(hour=9)],
        ["=1+1", "#N/A", datetime.timedelta(hours=30)],
        [123456789012345, -7, datetime.time(9, 30)],
        ["é\u00a0", None, " #REF!"],
    )
    found = lines(read_staff(path, con))
    assert [tuple(row[c] for c in ("person", "title", "unit")) for row in found] == [
        ("1001", "1001", "0.5"),
        ("True", "2026-01-31 00:00:00", "2026-01-31 09:00:00"),
        (None, "#N/A", "1 day, 6:00:00"),  # nobody has worked the formula out
        ("123456789012345", "-7", "09:30:00"),
        ("é", None, "#REF!"),
    ]


def test_the_first_worksheet_that_is_not_hidden_is_read_and_the_others_reported(tmp_path, con):
    book = openpyxl.Workbook()
    for row in (["person", "title"], ["Gone", "Clown"]):
        book.active.append(row)
    for row in (["person", "title"], ["Ann", "Clown"]):
        (book["other"] if "other" in book.sheetnames else book.create_sheet("other")).append(row)
    book.create_chartsheet(index=0)
    book.worksheets[0].sheet_state = "hidden"
    book.active = 2
    book.save(path := tmp_path / "staff.xlsx")
    found = read_staff(path, con)
    assert [row["person"] for row in lines(found)] == ["Ann"]
    assert found.reading.sheet == "other"
    assert "The hidden sheet 'Sheet' is not read" in found.reading.notes
    hidden = read_staff(path, con, ReadOptions(sheet="Sheet"))
    assert [row["person"] for row in lines(hidden)] == ["Gone"]


def test_cells_that_are_merged_downwards_have_their_text_in_each_row(tmp_path, con):
    book = sheet(path := tmp_path / "staff.xlsx", ["person", "title"], ["Ann", "x"], ["Ben"])
    book.active.merge_cells("B2:B3")
    book.save(path)
    assert [row["title"] for row in lines(read_staff(path, con))] == ["x", "x"]


def test_cells_without_an_address_come_next_to_those_before_them(tmp_path, con):
    sheet(path := tmp_path / "staff.xlsx", ["person", "title"], ["Ann", "x"], ["Ben", "y"])
    part = "xl/worksheets/sheet1.xml"
    patched(path, part, lambda xml: re.sub(rb' r="[A-Z]*\d+"', b"", xml))
    assert [row["title"] for row in lines(read_staff(path, con))] == ["x", "y"]


TRAPS = {
    "far right": (rb'r="A2"', rb'r="XFD2"', "line 2: over 1024 columns"),
    "far down": (rb'r="A2"', rb'r="A4000000000"', "line 4000000000: over 1048576 rows"),
    "far off": (rb'r="A2"', rb'r="ALL1048576"', "over 32 million cells"),
    "quoted otherwise": (rb'r="A2"', rb"r = 'ALL1048576'", "over 32 million cells"),
    "no address": (
        rb'<c r="A2".*?</c>(</row>)',
        rb"<c/>" * 40_000 + rb"\1" + rb"<row/>" * 1_000,
        "over 1024 columns|over 32 million",
    ),
}


@pytest.mark.parametrize("trap", TRAPS)
def test_a_small_workbook_with_a_large_table_is_refused(trap, tmp_path, con):
    old, new, message = TRAPS[trap]
    sheet(path := tmp_path / "staff.xlsx", ["person"], ["Ann"])
    patched(path, "xl/worksheets/sheet1.xml", lambda xml: re.sub(old, new, xml))
    with pytest.raises(InputError, match=message):
        read_staff(path, con)


@pytest.mark.parametrize("times", [2, 300])
def test_a_long_text_that_many_cells_share_is_counted_for_each(times, tmp_path, con):
    long = f"{'x' * 1_000_000} y"
    rows = [[i, "unit", "Data Engineer"] for i in range(times)]
    sheet(path := tmp_path / "staff.xlsx", ["person", "unit", "title"], *rows)
    shared = f"<sst><si><t>{long}</t></si></sst>".encode()
    patched(path, "xl/sharedStrings.xml", lambda _: shared)
    cell = rb'(<c r="B(?!1")\d+"[^>]*) t="inlineStr".*?</c>'
    share = rb'\1 t="s"><v>0</v></c>'
    patched(path, "xl/worksheets/sheet1.xml", lambda xml: re.sub(cell, share, xml))
    if times == 2:
        assert {row["unit"] for row in lines(read_staff(path, con))} == {long}
    else:
        with pytest.raises(InputError, match="256 million characters; split it"):
            read_staff(path, con)


def test_a_workbook_of_another_kind_or_broken_is_refused(tmp_path, con):
    sheet(path := tmp_path / "staff.xlsx", ["person"], ["Ann"])
    good = path.read_bytes()
    for name, data in {
        "cut": good[: len(good) // 2],
        "empty archive": b"PK\x05\x06" + bytes(18),
        "old": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600),
    }.items():
        with pytest.raises(InputError, match="not a readable workbook"):
            read_staff(put(tmp_path, f"{name}.xlsx", data), con)
    for part, change in {
        "xl/worksheets/sheet1.xml": lambda xml: xml.decode().encode("utf-16"),
        "xl/workbook.xml": lambda _: b"<workbook/>",
        "xl/_rels/workbook.xml.rels": lambda _: b"",
        "xl/sharedStrings.xml": lambda _: b"<sst><si>",
    }.items():
        path.write_bytes(good)
        patched(path, part, change)
        with pytest.raises(InputError, match="not a readable workbook"):
            read_staff(path, con)


def test_a_cell_under_no_header_of_a_workbook_is_rejected_and_not_dropped(tmp_path, con):
    """As in a CSV: what stands in no column must not vanish in silence."""
    rows = (["person", "skills"], ["Ada", "SQL", None, "Kafka"], ["Ben"], ["Cem", "SQL", " "])
    sheet(path := tmp_path / "staff.xlsx", *rows)
    reader = read_staff(path, con)
    assert [(r.line, r.reason) for r in reader.rejected] == [(2, "4 cells, the header has 2")]
    assert (reader.read, sorted(reader.table.to_pyarrow()["person"].to_pylist())) == (
        3,
        ["Ben", "Cem"],
    )
