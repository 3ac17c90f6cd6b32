"""One audit, many engines: equal answers on DuckDB, PostgreSQL and Spark, of a file or a table."""

import csv
import gc
import hashlib
import json
import os
import re
import subprocess
import sys
from collections import Counter

import ibis
import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet
import pytest
from support.asserted import ROOT
from support.engines import PASSWORD, needs_spark, postgres, start_spark

from mlops_roles import InputError, Records, audit, certify, gap
from mlops_roles.cli.main import main
from mlops_roles.cli.views.report import report
from mlops_roles.staff.connections import connect, embedded_duckdb, open_table
from mlops_roles.staff.engine import Engine
from mlops_roles.staff.people_table import COLUMNS
from mlops_roles.staff.reader import read_staff

PEOPLE = 2_000
FAULTS = [  # a line each, below the people
    ("", "Data Engineer", "", "", "", ""),
    (" \u00a0 ", "Cook", "", "", "", ""),
    ("Person 5", "Data Engineer", "", "", "", ""),
    ("Person 5", "", "", "R99", "", ""),
    ("Zoë", "ML/Data Engineer", "", "", "JENKINS ; git;; sql", "Git"),
    ("Nul", "\u00a0MLOps Engineer\t", "", "R3; product-owner", "SQL", ""),
]
REASONS = {
    "no person": 2,
    "duplicate of": 1,
    "both has and lacks": PEOPLE // 100,
    "unknown role R99": 1,
}
MAPPED = {"title": "Job Title", "skills": "What they can"}
MAPS = [f"--map={ours}={theirs}" for ours, theirs in MAPPED.items()]
SERVERS = [  # which CI starts; the usual run has files and tables of DuckDB
    pytest.param("server", marks=pytest.mark.thorough),
    pytest.param("spark", marks=[pytest.mark.thorough, needs_spark]),
]


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
def spark(tmp_path_factory, rows):
    """A connection to a session with the staff as a view; it ends with the process."""
    session = start_spark(tmp_path_factory.mktemp("spark"))
    session.createDataFrame(rows).createOrReplaceTempView("staff")
    return connect("pyspark://")


@pytest.fixture(scope="module")
def url():
    """The address of a PostgreSQL server, without its password, which drivers find."""
    with postgres() as address, pytest.MonkeyPatch.context() as patch:
        patch.setenv("PGPASSWORD", PASSWORD)
        yield address


@pytest.fixture(scope="module")
def server(url, rows):
    """A connection to a PostgreSQL server that has the staff as a table."""
    con = ibis.connect(url)
    con.create_table("staff", rows)
    con.raw_sql("CREATE SCHEMA crew; CREATE TABLE crew.people AS SELECT * FROM staff").close()
    return connect(url)


def views(con):
    """The names of all tables that outlive a connection, or of Spark's views, unused ones gone."""
    gc.collect()
    if con.name == "pyspark":
        return sorted(con.list_tables())
    tables = (
        "information_schema.tables"
        if con.name == "duckdb"
        else "(SELECT tablename AS table_name, schemaname FROM pg_tables) t"
        " WHERE schemaname IN ('public', 'crew')"
    )
    found = con.raw_sql(f"SELECT table_name FROM {tables}").fetchall()
    return sorted(name for (name,) in found)


def answers_of(found, *, without=()):
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
    assert all(on_duckdb.counts[kind] for kind in ("able", "similar"))


# servers -------------------------------------------------------------------------------


@pytest.mark.parametrize("engine", SERVERS)
def test_an_engine_gives_the_same_answers_of_a_file_as_embedded_duckdb(
    engine, request, staff, graph, on_duckdb
):
    con = request.getfixturevalue(engine)
    answer, people = answers_of(audit(staff, graph=graph, connection=con))
    expected, rows = answers_of(on_duckdb)
    assert answer == expected
    assert len(people) == on_duckdb.rows["used"]
    assert people == rows


# the command ---------------------------------------------------------------------------


@pytest.fixture
def run(capsys):
    """Run `audit` with arguments; returns exit code, standard output and standard error."""

    def run(*arguments):
        code = main(["audit", *map(str, arguments)])
        return code, *capsys.readouterr()

    return run


@pytest.fixture
def of_table(own, graph):
    """The audit of the user's own table, as the command gives it."""
    found = audit(own.table("staff"), graph=graph, mapping=MAPPED)
    return found.to_dict(), found.arrow().to_pylist()


def test_the_command_reads_a_table_of_a_duckdb_file_and_leaves_the_file_as_it_is(
    run, database, of_table
):
    folder, before = database.parent, hashlib.sha256(database.read_bytes()).digest()
    arguments = ("--connect", f"duckdb://{database}", "--table", "staff", *MAPS, "--format")
    code, out, err = run(*arguments, "json")
    assert (code, json.loads(out), err) == (1, of_table[0], "")
    code, out, err = run(*arguments, "jsonl")
    assert [json.loads(line) for line in out.splitlines()] == of_table[1]
    assert [*folder.iterdir()] == [database]
    assert hashlib.sha256(database.read_bytes()).digest() == before


@pytest.mark.parametrize("engine", SERVERS)
def test_the_command_reads_a_table_of_a_server_and_drops_its_own(engine, request, run, of_table):
    """Spark is the session that is active in this process."""
    con = request.getfixturevalue(engine)
    url = request.getfixturevalue("url") if engine == "server" else "pyspark://"
    before = views(con)
    code, out, err = run("--connect", url, "--table", "staff", *MAPS, "--format", "json")
    assert (code, json.loads(out), err) == (1, of_table[0], "")
    assert views(con) == before == (["people", "staff"] if engine == "server" else ["staff"])


def test_a_table_is_found_in_its_schema_and_the_driver_reads_its_variables(
    url, server, monkeypatch
):
    address = re.fullmatch(
        r"postgres://(?P<USER>\w+)@(?P<HOST>[\d.]+):(?P<PORT>\d+)/(?P<DATABASE>\w+)", url
    )
    for name, value in address.groupdict().items():
        monkeypatch.setenv(f"PG{name}", value)
    table = open_table(connect("postgresql://"), "crew.people", "postgresql://")
    assert table.count().to_pyarrow().as_py() == PEOPLE + len(FAULTS)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "no STAFF; name a staff file, or a table with --connect and --table"),
        (["--connect", "{url}"], "--connect: no table; name the staff table with --table NAME"),
        (["--table", "staff"], "--table: no database; name it with --connect URL"),
        (["staff.csv", "--table", "staff"], "staff.csv: a STAFF file and --connect or --table"),
        (["staff.csv", "--connect", "{url}", "--table", "staff"], "staff.csv: a STAFF file and"),
        (
            ["--connect", "{url}", "--table", "stff"],
            "'stff': no such table in {url}; did you mean staff?",
        ),
        (
            ["--connect", "{url}", "--table", "crew.staff"],
            "no such table in crew of {url}; there are people",
        ),
        (
            ["--connect", "{url}", "--table", "no.staff"],
            "no such table in no of {url}; there is none",
        ),
        (
            ["--connect", "{url}", "--table", "staff", "--map", "title=Job"],
            "staff has no column 'Job'",
        ),
        (["--connect", "{url}/none", "--table", "staff"], "does not exist; check address"),
        (["--connect", "postgres://127.0.0.1:1/hr", "--table", "staff"], "refused"),
        (["--connect", "duckdb:///nowhere/hr.db", "--table", "staff"], "hr.db: no such file"),
        (["--connect", "sqlite:///nowhere/hr.db", "--table", "staff"], "hr.db: no such file"),
        (["--connect", f"duckdb://{ROOT / 'README.md'}", "--table", "staff"], "not a valid DuckDB"),
        (
            ["--connect", "hr.duckdb", "--table", "staff"],
            "hr.duckdb: no engine that Ibis knows; write duckdb://FILE",
        ),
        (
            ["--connect", f"sqlite://{ROOT / 'README.md'}?colour=red", "--table", "staff"],
            "unexpected keyword argument 'colour'; check address",
        ),
        (["--connect", "hadoop://x", "--table", "staff"], "hadoop://x: no engine that Ibis knows"),
    ],
)
def test_what_cannot_be_connected_to_is_one_line_with_a_fix(arguments, message, run, url, server):
    database = url.rpartition("/")[0]
    given = [a.replace("{url}/none", f"{database}/none").replace("{url}", url) for a in arguments]
    code, out, err = run(*given)
    assert (code, out, err.count("\n")) == (2, "", 1)
    assert message.replace("{url}", url) in err
    assert ";" in err


@pytest.mark.parametrize(
    ("table", "message"),
    [
        ("stff", "no such table in {url}; did you mean staff?"),
        ("main.stff", "no such table in main of {url}; did you mean staff?"),
        ("hr.main.stff", "no such table in hr.main of {url}; did you mean staff?"),
        ("no.staff", "no such table in no of {url}; there is none"),
        ("", "--table: empty; give it a value, or leave it out"),
    ],
)
def test_a_table_that_a_duckdb_file_lacks_is_one_line_with_a_fix(table, message, run, tmp_path):
    con = ibis.duckdb.connect(tmp_path / "hr.duckdb")
    con.create_table("staff", pa.table({"person": ["Ann"], "title": ["Cook"]}))
    con.disconnect()
    url = f"duckdb://{tmp_path / 'hr.duckdb'}"
    code, out, err = run("--connect", url, "--table", table)
    assert (code, out, err.count("\n")) == (2, "", 1)
    assert message.format(url=url) in err


def test_an_engine_that_cannot_run_the_audit_says_so_in_one_line(run, tmp_path):
    con = ibis.sqlite.connect(tmp_path / "hr.sqlite")
    con.create_table("staff", pa.table({"person": ["Ann"], "title": ["Cook"]}))
    con.disconnect()
    code, out, err = run("--connect", f"sqlite://{tmp_path / 'hr.sqlite'}", "--table", "staff")
    assert (code, out, err.count("\n")) == (2, "", 1)
    assert "export the table as CSV" in err


@pytest.mark.parametrize(
    "login",
    [
        "hr:hunter2hunter2@",
        "hr:hunter2%2Fhunter2@",
        "hr:hunter2/hunter2@",
        "hr:hunter2?hunter2@",
        "hr:hunter2#hunter2@",
        "hr:hunter2@hunter2@",
        "hunter2:hunter2@",
    ],
)
@pytest.mark.parametrize(
    "form", ["{login}{place}", "{place}?password=hunter2", "u:hunter2@no such"]
)
@pytest.mark.parametrize("scheme", ["postgres://", "mongo://", ""])
def test_no_error_has_the_password_of_a_url(login, form, scheme, run, url, caplog):
    place = url.partition("@")[2]
    address = scheme + form.format(login=login, place=place)
    code, out, err = run("--connect", address, "--table", "staff")
    assert (code, out, err.count("\n"), caplog.text) == (2, "", 1, "")
    assert "hunter2" not in err.replace("hunter2@127", "")


def test_a_password_in_a_url_is_accepted(url, server, monkeypatch):
    monkeypatch.delenv("PGPASSWORD")
    assert "staff" in connect(url.replace("hr@", "hr:un%3Alikely%2Fsecret@")).list_tables()


def test_a_missing_driver_is_one_line_with_the_extra_that_brings_it():
    code = """
import sys
from mlops_roles.cli.main import main
for module, url in (
    ("psycopg", "postgres://db.example/hr"),
    ("pyspark", "pyspark://"),
    ("MySQLdb", "mysql://db.example/hr"),
    ("snowflake", "snowflake://db.example/hr"),
):
    sys.modules[module] = None
    assert main(["audit", "--connect", url, "--table", "t"]) == 2
"""
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, ""), done.stderr
    assert done.stderr.splitlines() == [
        f"mlops-roles: {url}: the driver of {driver} is missing; pip install '{extra}'"
        for url, driver, extra in (
            ("postgres://db.example/hr", "postgres", "mlops-roles[postgres]"),
            ("pyspark://", "pyspark", "mlops-roles[spark]"),
            ("mysql://db.example/hr", "mysql", "ibis-framework[mysql]"),
            ("snowflake://db.example/hr", "snowflake", "ibis-framework[snowflake]"),
        )
    ]


def test_spark_without_java_is_an_error_with_a_fix(tmp_path):
    pytest.importorskip("pyspark")
    command = ["-m", "mlops_roles", "audit", "--connect", "pyspark://", "--table", "staff"]
    done = subprocess.run(
        [sys.executable, *command],
        capture_output=True,
        text=True,
        env=os.environ | {"JAVA_HOME": str(tmp_path)},
        cwd=tmp_path,
        check=False,
    )
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.splitlines()[-1].startswith("mlops-roles: pyspark://: ")
    assert done.stderr.endswith(
        "; Spark needs Java 17 or later, or the address of a server in SPARK_REMOTE\n"
    )


# a table that stays where it is ------------------------------------------------------------


@pytest.fixture(scope="module")
def rows(staff):
    """The people as a table without order, with columns of other names."""
    cells = pa.csv.ConvertOptions(
        column_types=dict.fromkeys(COLUMNS, pa.string()), strings_can_be_null=False
    )
    table = pa.csv.read_csv(staff, convert_options=cells).rename_columns(
        ["Full Name", "Job Title", "unit", "role", "What they can", "lacks"]
    )
    return table.sort_by([("What they can", "ascending")])


@pytest.fixture(scope="module")
def database(rows, tmp_path_factory):
    """A user's own database, a file."""
    path = tmp_path_factory.mktemp("own") / "own.duckdb"
    con = ibis.duckdb.connect(path)
    con.create_table("staff", rows)
    con.create_table("nobody", pa.table({"who": ["Ada"], "title": ["Cook"]}))
    nobody = pa.array([], pa.string())
    con.create_table("empty", pa.table({"person": nobody, "title": nobody}))
    con.disconnect()
    return path


@pytest.fixture(scope="module")
def own(database):
    """A connection to the user's own database, which reads only."""
    return connect(f"duckdb://{database}")


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
    assert answers_of(found, without=("file", "reading", "rejected")) == answers_of(
        audit(in_order(staff, tmp_path), graph=graph), without=("file", "reading", "rejected")
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
    assert views(own) == before == ["empty", "nobody", "staff"]


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


def test_the_engine_hands_out_no_rows_but_the_rejected_and_the_first(own, graph, monkeypatch):
    """The rows that leave the engine are far fewer than the people."""
    taken, rows = [], Engine.fetch_rows
    monkeypatch.setattr(
        Engine, "fetch_rows", lambda self, table: taken.append(rows(self, table)) or taken[-1]
    )
    twins = ibis.range(10).unnest().name("twin").as_table()
    many = own.table("staff").cross_join(twins)
    many = many.mutate(person=many["Full Name"] + " " + many.twin.cast("string"))
    found = audit(many.drop("Full Name"), graph=graph, mapping=MAPPED).to_dict(limit=5)
    assert found["rows"]["read"] == 10 * (PEOPLE + len(FAULTS))
    assert len(taken) >= 10
    assert max(map(len, taken)) < PEOPLE


def test_an_expression_is_a_table_too(own, graph):
    some = own.table("staff").filter(ibis._["Full Name"].startswith("Person 99"))
    found = audit(some, graph=graph, mapping=MAPPED)
    assert (found.file, found.rows["read"]) == ("table", 11)


@pytest.mark.parametrize("name", ["own", *SERVERS])
def test_white_space_is_the_same_in_an_engine_and_in_python(name, request):
    con = request.getfixturevalue(name)
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
def test_a_table_that_cannot_be_used_is_rejected_with_the_fix(name, mapping, message, own, graph):
    with pytest.raises(InputError, match=message):
        audit(own.table(name), graph=graph, connection=own, mapping=mapping)


def test_a_table_of_another_connection_is_refused(own, graph):
    with pytest.raises(InputError, match="staff: the table is in another connection"):
        audit(own.table("staff"), graph=graph, connection=embedded_duckdb(), mapping=MAPPED)


def test_a_gap_is_the_same_from_a_table_and_a_certificate_needs_a_file(own, staff, graph):
    table = Records(own.table("staff"), graph, MAPPED)
    one, other = (gap("Person 42", "R3", records).to_dict() for records in (table, staff))
    assert {k for k in one if one[k] != other[k]} == {"file", "line", "reading"}
    with pytest.raises(InputError, match="staff: a certificate holds the hash of a staff file"):
        certify("Person 42", "R3", table)


def test_an_engine_draws_no_progress_bar_where_python_is_interactive():
    script = """
from mlops_roles.staff.connections import embedded_duckdb
query = "SELECT current_setting('enable_progress_bar')"
print(embedded_duckdb().con.execute(query).fetchone()[0])
"""
    command = [sys.executable, "-c", script]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"


def test_a_table_in_memory_or_with_a_function_of_python_is_audited_as_its_rows_are():
    rows = {"person": ["Ada", "Bo"], "title": ["ML Engineer", "Cook"], "skills": ["SQL; Go", "sql"]}
    frame, con = pa.table(rows), ibis.duckdb.connect()

    @ibis.udf.scalar.python
    def lower(text: str) -> str:
        """A function that no database has."""
        return text.lower()

    stored = con.create_table("staff", frame)
    tables = [ibis.memtable(frame), ibis.memtable(frame).filter(ibis._.person != "Cy")]
    tables.append(stored.mutate(skills=lower(stored.skills)))
    wanted = audit(con.table("staff"))
    assert wanted.rows["used"] == 2
    for table in tables:
        found = audit(table)
        assert found.file == "table"
        assert found.titles == wanted.titles
        assert found.coverage("skill") == wanted.coverage("skill")
        assert found.people.to_pyarrow().to_pylist() == wanted.people.to_pyarrow().to_pylist()


def test_the_flags_of_a_key_are_combined_wherever_its_rows_are():
    engine = Engine()
    numbers = ibis.range(600_000).unnest().name("n").as_table()  # more than are taken at once
    rows = numbers.select(key=(numbers.n * 7) % 250_007 + (1 << 40), flags=1 << numbers.n % 5)
    grouped = rows.group_by("key").agg(flags=rows.flags.bit_or())
    found = engine.combine_flags(rows, 5)
    assert engine.fetch_rows(found.aggregate(n=found.count())) == [(250_007,)]
    assert engine.fetch_rows(found.anti_join(grouped, ["key", "flags"])) == []
    assert engine.fetch_rows(engine.combine_flags(rows.limit(0), 5)) == []
