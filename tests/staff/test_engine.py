"""One audit, many engines: equal answers on DuckDB and Spark, from a file or from a table that stays where it is."""

import csv
import gc
import importlib.util
import json
import os
import re
import shutil
import subprocess
import sys
from collections import Counter

import ibis
import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet
import pytest
from support.asserted import ROOT

from mlops_roles import InputError, Records, audit, certify, gap
from mlops_roles.cli.views.report import report
from mlops_roles.staff.engine import Engine, connect
from mlops_roles.staff.reader import COLUMNS, read_staff

ACME = ROOT / "examples" / "acme.csv"
PEOPLE = 10_000
FAULTS = [  # a line each, below the people
    ("", "Data Engineer", "", "", "", ""),
    (" \u00a0 ", "Cook", "", "", "", ""),
    ("Person 5", "Data Engineer", "", "", "", ""),
    ("Person 5", "", "", "R99", "", ""),
    ("Zoë", "ML/Data Engineer", "", "", "JENKINS ; git;; sql", "Git"),
    ("Nul", "\u00a0MLOps Engineer\t", "", "R3; product-owner", "SQL", ""),
]
REASONS = {"no person": 2, "duplicate of": 1, "both has and lacks": 100, "unknown role R99": 1}
MAPPED = {"title": "Job Title", "skills": "What they can"}
missing = next(
    (
        what
        for what, found in (
            ("PySpark", importlib.util.find_spec("pyspark")),
            ("Java", shutil.which("java")),
        )
        if not found
    ),
    None,
)
needs_spark = pytest.mark.skipif(
    missing is not None, reason=f"{missing} is not installed: nothing is asked of Spark"
)


@pytest.fixture(scope="module")
def staff(tmp_path_factory):
    """Ten thousand made-up people, and rows with every fault, as CSV."""
    sys.path.insert(0, str(ROOT / "bench"))
    try:
        import make_staff
    finally:
        sys.path.pop(0)
    path = tmp_path_factory.mktemp("staff") / "staff.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(
            [make_staff.COLUMNS, *map(make_staff.row, make_staff.people(PEOPLE)), *FAULTS]
        )
    return path


@pytest.fixture(scope="module")
def on_duckdb(staff, graph):
    return audit(staff, graph=graph)


@pytest.fixture(scope="module")
def spark():
    """One session for all; it ends with the process."""
    return connect("spark")


def views(con):
    """What is there by name, once nothing is referred to any more."""
    gc.collect()
    if con.name == "pyspark":
        return sorted(con.list_tables())
    return sorted(con.raw_sql("SELECT table_name FROM information_schema.tables").fetchall())


def told(found, *, without=()):
    """An audit as plain data, and its people."""
    return {
        key: value for key, value in found.to_dict().items() if key not in without
    }, found.arrow().to_pylist()


def test_the_file_has_every_fault(on_duckdb):
    found = Counter(
        next(r for r in REASONS if row.reason.startswith(r)) for row in on_duckdb.rejected
    )
    assert found == REASONS
    assert on_duckdb.rows == {
        "read": PEOPLE + len(FAULTS),
        "used": PEOPLE + len(FAULTS) - sum(REASONS.values()),
        "rejected": sum(REASONS.values()),
    }
    assert all(on_duckdb.titles.values())
    assert on_duckdb.unmatched_skills
    assert all(on_duckdb.tally.counts[kind] for kind in ("able", "similar"))


# Spark -----------------------------------------------------------------------------------


@needs_spark
def test_spark_and_duckdb_give_equal_answers_on_the_same_file(staff, graph, on_duckdb, spark):
    (answer, people), (expected, rows) = (
        told(audit(staff, graph=graph, connection=spark)),
        told(on_duckdb),
    )
    assert answer == expected
    assert len(people) == on_duckdb.rows["used"]
    assert people == rows


@needs_spark
def test_spark_and_duckdb_give_equal_answers_on_the_same_table(own, graph, spark):
    rows = own.table("staff").to_pyarrow()
    spark._session.createDataFrame(rows).createOrReplaceTempView("staff")
    before = views(spark)
    found = audit(spark.table("staff"), graph=graph, connection=spark, mapping=MAPPED)
    assert told(found) == told(audit(own.table("staff"), graph=graph, mapping=MAPPED))
    del found
    assert views(spark) == before == ["staff"]


@needs_spark
def test_the_command_prints_the_same_on_spark_and_leaves_nothing_behind(graph, tmp_path):
    here, scratch = tmp_path / "here", tmp_path / "scratch"
    here.mkdir()
    scratch.mkdir()
    command = [
        sys.executable,
        "-m",
        "mlops_roles",
        "audit",
        ACME,
        "--engine",
        "spark",
        "--format",
        "json",
    ]
    done = subprocess.run(
        command,
        capture_output=True,
        text=True,
        cwd=here,
        env=os.environ | {"TMPDIR": str(scratch)},
        check=False,
    )
    assert done.returncode == 1, done.stderr[-2000:]
    assert json.loads(done.stdout) == audit(ACME, graph=graph).to_dict()
    assert [
        line for line in done.stderr.splitlines() if "incubator" not in line
    ] == []  # what Java itself says of Spark's choice
    assert [*here.iterdir(), *scratch.iterdir()] == []


@needs_spark
def test_a_session_that_runs_already_is_used_and_not_changed(spark):
    before = dict(spark._session.conf.getAll)
    assert connect("spark")._session is spark._session
    assert spark._session.conf.getAll == before
    assert before["spark.driver.bindAddress"] == before["spark.driver.host"] == "127.0.0.1"
    assert before["spark.ui.enabled"] == "false"


def test_without_java_or_pyspark_the_cure_is_told_in_one_line(tmp_path):
    block = "import sys; sys.modules['pyspark'] = None; import importlib.util as u; u.find_spec = lambda *_: None; "
    call = "from mlops_roles.cli.main import main; sys.exit(main(['audit', 'nobody.csv', '--engine', 'spark']))"
    for code, changed, reason in (
        (f"import sys; {call}", {"JAVA_HOME": str(tmp_path)}, "no Java found in JAVA_HOME"),
        (f"import sys; {call}", {"JAVA_HOME": "", "PATH": str(tmp_path)}, "no Java found"),
        (f"{block}{call}", {}, "not installed"),
    ):
        if missing == "PySpark" and "Java" in reason:
            continue
        done = subprocess.run(
            [sys.executable, "-c", code],
            capture_output=True,
            text=True,
            cwd=tmp_path,
            env=os.environ | changed,
            check=False,
        )
        assert (done.returncode, done.stdout) == (2, ""), done.stderr
        assert (
            done.stderr
            == f"mlops-roles: spark: {reason}; pip install 'mlops-roles[spark]' and Java 17 or later, or use --engine duckdb\n"
        )


def test_an_unknown_engine_is_refused(capsys):
    with pytest.raises(
        InputError,
        match="'hadoop': no such engine; use duckdb or spark, or pass an Ibis connection",
    ):
        connect("hadoop")


# a table that stays where it is ------------------------------------------------------------


@pytest.fixture(scope="module")
def own(staff, tmp_path_factory):
    """A user's own database, opened to be read only: the people as a table without order, with columns of other names."""
    path = tmp_path_factory.mktemp("own") / "own.duckdb"
    cells = pa.csv.ConvertOptions(
        column_types=dict.fromkeys(COLUMNS, pa.string()), strings_can_be_null=False
    )
    rows = pa.csv.read_csv(staff, convert_options=cells).rename_columns(
        ["Full Name", "Job Title", "unit", "role", "What they can", "lacks"]
    )
    con = ibis.duckdb.connect(path)
    con.create_table("staff", rows.sort_by([("What they can", "ascending")]))
    con.create_table("nobody", pa.table({"who": ["Ada"], "title": ["Cook"]}))
    con.create_table("empty", pa.table({"person": pa.array([], pa.string())}))
    con.disconnect()
    return ibis.duckdb.connect(path, read_only=True)


def in_order(staff, folder):
    """The file in the order of a table's rows, as Parquet, which counts its rows from one."""
    with staff.open(encoding="utf-8", newline="") as file:
        header, *rows = csv.reader(file)
    clean = [[cell.strip() or None for cell in row] for row in rows]
    clean.sort(key=lambda row: [(cell is None, cell or "") for cell in row])
    pa.parquet.write_table(
        pa.table(dict(zip(header, zip(*clean, strict=True), strict=True))), folder / "staff.parquet"
    )
    return folder / "staff.parquet"


def test_a_table_gives_the_same_audit_as_the_file_and_cites_keys(
    own, staff, graph, on_duckdb, tmp_path
):
    before = views(own)
    found = audit(own.table("staff"), graph=graph, connection=own, mapping=MAPPED)
    assert told(found, without=("file", "rejected")) == told(
        audit(in_order(staff, tmp_path), graph=graph), without=("file", "rejected")
    )
    assert found.file == "staff"
    by_line = {
        line: row[0].strip() or None
        for line, row in enumerate(csv.reader(staff.open(encoding="utf-8", newline="")), 1)
    }
    cited = Counter((row.get("person"), row["reason"]) for row in found.to_dict()["rejected"])
    there = Counter(
        (by_line[r.line], r.reason.replace("duplicate of line 7", "duplicate of another row"))
        for r in on_duckdb.rejected
    )
    assert cited == there
    assert ("Person 5", "duplicate of another row") in cited
    del found
    assert views(own) == before == [("empty",), ("nobody",), ("staff",)]


@pytest.mark.parametrize("form", ["table", "md", "html"])
def test_a_report_on_a_table_cites_the_persons_of_rejected_rows(form, own, graph):
    data = audit(own.table("staff"), graph=graph, mapping=MAPPED).to_dict()
    nobody = {
        "file": "staff",
        "line": 77,
        "reason": "no person",
        "fix": "fill in the column person",
    }
    data["rejected"] = [*(r for r in data["rejected"] if r.get("person") == "Person 5"), nobody]
    for cited in (r"Person 5\b", r"row 77\b"):
        assert not re.search(cited, report(data | {"rejected": []}, form))
        assert re.search(cited, report(data, form))


def test_what_is_asked_of_an_audit_later_needs_no_audit(own, graph):
    people = audit(own.table("staff"), graph=graph, mapping=MAPPED).people
    gc.collect()
    assert people.count().to_pyarrow().as_py() > PEOPLE // 2


def test_the_engine_hands_out_no_row_but_the_rejected_and_the_nearest(own, graph, monkeypatch):
    """The rows that leave the engine are far fewer than the people."""
    taken, rows = [], Engine.fetch_rows
    monkeypatch.setattr(
        Engine, "fetch_rows", lambda self, table: taken.append(rows(self, table)) or taken[-1]
    )
    found = audit(own.table("staff"), graph=graph, mapping=MAPPED).to_dict()
    assert found["rows"]["read"] > PEOPLE
    assert len(taken) >= 10
    assert max(map(len, taken)) < PEOPLE / 5


def test_an_expression_is_a_table_too(own, graph):
    some = own.table("staff").filter(ibis._["Full Name"].startswith("Person 99"))
    found = audit(some, graph=graph, mapping=MAPPED)
    assert (found.file, found.rows["read"]) == ("table", 111)


@pytest.mark.parametrize("name", ["duckdb", pytest.param("spark", marks=needs_spark)])
def test_white_space_is_the_same_in_an_engine_and_in_python(name, request):
    con = request.getfixturevalue("spark") if name == "spark" else connect()
    blank = [c for c in map(chr, range(sys.maxunicode)) if c.isspace()]
    cells = [f"{c}f {c} v{c}" for c in blank] + blank + ["", "\u200b", "\ufeff x", "vertical\v"]
    staff = Engine(con).register_arrow(
        pa.table({"person": [f"p{i:03}" for i in range(len(cells))], "title": cells})
    )
    table = read_staff(staff, con).table.order_by("line")
    assert len(blank) > 20
    assert [row["title"] for row in Engine(con).to_arrow(table).to_pylist()] == [
        cell.strip() or None for cell in cells
    ]


@pytest.mark.parametrize(
    ("name", "mapping", "message"),
    [
        (
            "nobody",
            {},
            "nobody: no column 'person'; it has who, title; .*mapping={'person': 'Column name'}",
        ),
        ("nobody", {"person": "whom"}, "nobody has no column 'whom'; it has who, title"),
        ("empty", {}, "empty: no rows; give a table with people"),
    ],
)
def test_a_table_that_cannot_be_used_is_refused_with_the_cure(name, mapping, message, own, graph):
    with pytest.raises(InputError, match=message):
        audit(own.table(name), graph=graph, connection=own, mapping=mapping)


def test_a_table_of_another_connection_is_refused(own, graph):
    with pytest.raises(InputError, match="staff: the table lives in another connection"):
        audit(own.table("staff"), graph=graph, connection=connect(), mapping=MAPPED)


def test_a_gap_is_the_same_from_a_table_and_a_certificate_needs_a_file(own, staff, graph):
    table = Records(own.table("staff"), graph, MAPPED)
    one, other = (gap("Person 42", "R3", records).to_dict() for records in (table, staff))
    assert {k for k in one if one[k] != other[k]} == {"file", "line"}
    with pytest.raises(InputError, match="staff: a certificate holds the hash of a staff file"):
        certify("Person 42", "R3", table)
