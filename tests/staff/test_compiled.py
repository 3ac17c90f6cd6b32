"""SQL from the memory of shapes is what Ibis writes for the expression itself."""

import ibis
import pytest
from support.asserted import ROOT

from mlops_roles import audit
from mlops_roles.staff import compiled as module
from mlops_roles.staff import engine
from mlops_roles.staff.compiled import compiled


@pytest.fixture
def asked(monkeypatch):
    """(whether the shape was known, the SQL given, the SQL that Ibis writes) of each query."""
    monkeypatch.setattr(module, "known_shapes", {})
    found = []

    def compare(connection, table):
        known = len(module.known_shapes)
        sql = compiled(connection, table)
        found.append((known == len(module.known_shapes), sql, connection.compile(table)))
        return sql

    monkeypatch.setattr(engine, "compiled", compare)
    return found


def test_a_second_audit_has_the_sql_that_ibis_writes(asked, tmp_path):
    acme = (ROOT / "examples" / "acme.csv").read_text("utf-8")
    for text in ("person,title\nAda,Data Engineer\n", acme, acme.replace("Ada ", "Eve ")):
        (tmp_path / "staff.csv").write_text(text, "utf-8")
        audit(tmp_path / "staff.csv").to_dict()
    assert [sql for _, sql, _ in asked] == [sql for _, _, sql in asked]
    last = asked[-len(asked) // 3 :]
    assert sum(known for known, *_ in last) > len(last) * 0.9


def table(con, name, **columns):
    made = ibis.util.gen_name(name)
    con.create_table(made, schema=columns)
    return con.table(made)


def test_what_differs_in_anything_but_a_generated_name_is_another_shape(asked):
    con = ibis.duckdb.connect()
    a, b = (table(con, name, x="int64", y="string") for name in ("a", "b"))
    con.create_table("staff", schema={"x": "int64", "y": "string"})
    wide = table(con, "wide", x="int64", y="string", z="int64")
    shapes = [
        *(a, wide, con.table("staff"), a.limit(1), a.limit(2), a.filter(a.x > 1)),
        *(a.filter(a.x > 1.0), a.filter(a.y == "1"), a.filter(a.x == 1), a.filter(a.x.isin([1]))),
        *(a.join(b, "x"), a.join(a.view(), "x"), a.left_join(b, "x"), a.order_by("x")),
        *(a.order_by(a.x.desc()), a.union(b), a.union(a), a.group_by("y").agg(n=a.count())),
        *(a.mutate(z=True), a.mutate(z=1), a.mutate(z=ibis.literal(1, "int16"))),
    ]
    for shape in shapes:
        engine.compiled(con, shape)
    assert [i for i, (known, *_) in enumerate(asked) if known] == []
    again = [b.filter(b.x > 1), b.join(a, "x"), b.union(a), b.union(b), b.join(b.view(), "x")]
    for shape in again:
        engine.compiled(con, shape)
    assert all(known for known, *_ in asked[len(shapes) :])
    assert [sql for _, sql, _ in asked] == [sql for _, _, sql in asked]


def test_data_and_functions_of_a_user_are_not_kept(asked):
    con = ibis.duckdb.connect()

    @ibis.udf.scalar.python
    def lower(text: str) -> str:
        """A function that the database does not have."""
        return text.lower()

    a = table(con, "a", y="string")
    kept = len(module.known_shapes)
    for shape in (ibis.memtable({"x": [1]}), a.mutate(z=lower(a.y))):
        assert compiled(con, shape) == con.compile(shape)
    assert len(module.known_shapes) == kept


def test_the_memory_is_bounded(monkeypatch):
    monkeypatch.setattr(module, "known_shapes", {})
    monkeypatch.setattr(module, "MAX_SHAPES", 3)
    con = ibis.duckdb.connect()
    a = table(con, "a", x="int64")
    for n in range(10):
        assert compiled(con, a.limit(n)) == con.compile(a.limit(n))
        assert len(module.known_shapes) <= 3
