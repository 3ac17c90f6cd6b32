"""A reading says in full how each kind of staff data was read, and nothing else."""

import ibis
import pyarrow as pa
import pytest

from mlops_roles import InputError, audit
from mlops_roles.staff.reading import ReadOptions

NURSE = "<urn:a> <https://schema.org/jobTitle> 'Nurse' ; <http://xmlns.com/foaf/0.1/mbox> 'm' ."


def claims(found):
    """Person and skill to what is claimed of them."""
    names = {row["line"]: row["person"] for row in found.arrow().to_pylist()}
    rows = found.engine.to_arrow(found.knows).to_pylist()
    said = {(1, 0): "has", (0, 1): "lacks"}
    pairs = {(names[r["line"]], r["skill"]): (r["recorded"], r["lacking"]) for r in rows}
    return {pair: said[claim] for pair, claim in pairs.items() if claim in said}


def test_levels_in_cells_are_read_beside_columns_of_marks(put):
    rows = "Ada,Nurse,x,statistics: 0\nBo,Cook,,statistics: 5\nCy,Cook,,statistics: 2\n"
    found = audit(put(f"name,title,SQL,skills\n{rows}"))
    assert claims(found) == {
        ("Ada", "sql"): "has",
        ("Ada", "statistical-analysis"): "lacks",
        ("Bo", "statistical-analysis"): "has",
    }
    below = "below the level asked"
    assert found.reading.values == {"level": {"0": "lacks", "2": below, "5": "has", "x": "has"}}
    assert found.reading.notes == ["A mark such as x counts as has"]
    assert found.unmatched_skills == {}
    assert found.reading.scale["scale"] == "0-5"


def test_columns_of_marks_alone_have_no_scale(put):
    found = audit(put("name,title,SQL,skills\nAda,Nurse,x,statistics\n"))
    assert set(claims(found).values()) == {"has"}
    assert (found.reading.scale, found.reading.values) == (None, {"level": {"x": "has"}})


def test_a_file_of_rdf_is_not_joined_and_what_else_is_settled_is_about_the_rdf(put):
    path = put(NURSE, "staff.ttl")
    with pytest.raises(InputError, match=r"staff.ttl: RDF cannot be joined; leave --join out"):
        audit(path, mapping=ReadOptions(join="skills.csv", on="id"))
    settled = ReadOptions(ignore=["http://xmlns.com/foaf/0.1/mbox"], layout="long")
    for found in (audit(path), audit(path, mapping=settled)):
        assert (found.reading.layout, found.reading.form, found.rows["used"]) == ("RDF", "rdf", 1)
        assert [(c.heading, c.column) for c in found.reading.columns] == [
            ("schema:jobTitle", "title")
        ]


def test_what_was_noticed_in_a_joined_file_is_reported_with_its_name(put):
    people = put("id,name,title\n1,Ada,Nurse\n")
    skills = put("sep=;\nid;skill;level\n1;SQL;5\n", "skills.csv")
    found = audit(people, mapping=ReadOptions(join=str(skills), on="id"))
    assert found.reading.notes == [
        f"{skills}: Line 1 names the separator ';'",
        f"Joined with {skills} by id",
        "1 row of 1 person",
    ]
    assert found.reading.joined_form == {"delimiter": ";", "header_row": 2}
    assert (found.reading.layout, found.rows["used"]) == ("a row for each person and skill", 1)


def test_whatever_gives_a_stream_of_arrow_is_a_table():
    class Stream:
        def __init__(self, **columns):
            self.table = pa.table(columns)

        def __arrow_c_stream__(self, schema=None):
            return self.table.__arrow_c_stream__(schema)

    found = audit(Stream(name=["Ada", "Bo"], title=["Nurse", None], SQL=["5", "0"]))
    assert claims(found) == {("Ada", "sql"): "has", ("Bo", "sql"): "lacks"}
    assert (found.reading.file, found.reading.form) == ("table", "table")
    assert [row["line"] for row in found.arrow().to_pylist()] == [1, 2]


def test_rows_of_a_table_in_a_database_are_numbered_by_person_and_what_is_read():
    con = ibis.duckdb.connect()
    columns = {"name": ["Xu", "Ada", "Ada"], "SQL": ["5", "1", "0"], "shoe": ["a", "b", "c"]}
    found = audit(con.create_table("staff", pa.table(columns)))
    assert [(row["line"], row["person"]) for row in found.arrow().to_pylist()] == [
        (1, "Ada"),
        (3, "Xu"),
    ]
    assert claims(found) == {("Ada", "sql"): "lacks", ("Xu", "sql"): "has"}  # 0 comes before 1
    assert [(row.line, row.reason) for row in found.rejected] == [(2, "duplicate of another row")]
    assert (found.reading.file, found.reading.form, found.reading.rows) == ("staff", "table", 3)


@pytest.mark.parametrize(
    ("cells", "column"),
    [
        (["R7", "ml-engineer"], "role"),
        (["R7; R4", ""], "role"),
        (["R7 ;", ""], "role"),
        (["admin", "viewer"], None),
        (["admin; R7", "viewer"], None),
    ],
)
def test_a_column_called_role_has_roles_if_every_name_in_a_cell_is_one(cells, column, put):
    rows = "".join(f"{name},Nurse,{cell}\n" for name, cell in zip("ab", cells, strict=True))
    found = audit(put(f"Name,Job title,role\n{rows}"))
    assert [c.column for c in found.reading.columns][2] == column
    assert found.rejected == []


def test_one_file_in_a_list_is_read_as_it_is_alone(put):
    path = put("name,title\nAda,Nurse\n")
    assert audit([path]).reading == audit(path).reading
    both = audit([path, put(NURSE, "b.ttl")])
    assert (both.reading.layout, both.reading.rows) == ("2 files", 2)
    assert len(both.arrow()) == 2


@pytest.mark.parametrize("form", ["file", "table in memory", "table in a database"])
def test_totals_of_a_matrix_are_no_levels_and_no_people(form, put):
    heads, rows = (
        ["name", "title", "SQL", "statistics"],
        [["Ada", "Nurse", "4", "5"], ["Bo", "Cook", "0", "1"], ["Total", "", "40", "60"]],
    )
    table = pa.table(dict(zip(heads, map(list, zip(*rows, strict=True)), strict=True)))
    staff = {
        "file": put("\n".join(map(",".join, [heads, *rows]))),
        "table in memory": table,
        "table in a database": ibis.duckdb.connect().create_table("staff", table),
    }
    found = audit(staff[form])
    assert found.reading.scale["scale"] == "0-5"
    assert set(found.reading.values["level"]) == {"0", "1", "4", "5"}
    assert found.rows["used"] == 2


def test_a_file_of_rdf_whose_people_have_all_left_is_no_error(put):
    past = '"worksFor": {"@type": "Role", "roleName": "Nurse", "endDate": "2019-01-01"}'
    person = f'{{"@context": "https://schema.org", "@type": "Person", "name": "Ann", {past}}}'
    found = audit(put(person, "staff.jsonld"))
    assert found.rows == {"read": 1, "used": 0, "rejected": 0, "left_out": 1}
    assert found.reading.left_out == {"left": [1]}
