"""SSSOM: what is read, what is written, and that the reference implementation takes it."""

import pytest
from support.decisions import decide
from support.linking import COMPANY, HEAD, statements, write_set
from support.sample import sampled
from support.sssom import faults

from mlops_roles import InputError, propose, read_mappings
from mlops_roles.io.sssom import format_header, read_table
from mlops_roles.matching.alignments import alignments_dir, shipped_mapping_sets

COLUMNS = "subject_id\tpredicate_id\tobject_id\tmapping_justification"
ROW = "a:x\tskos:exactMatch\ta:y\tsemapv:ManualMappingCuration"


def dcat():
    return (alignments_dir() / "dcat.sssom.tsv").read_text("utf-8")


def write(folder, *lines):
    path = folder / "set.sssom.tsv"
    path.write_text("\n".join(lines) + "\n", "utf-8")
    return path


# read ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        ("#mapping_set_id", "#mapping_set", "no mapping_set_id"),
        ("#mapping_set_id: https://", "#mapping_set_id: ", "no mapping_set_id that is an IRI"),
        ("predicate_id", "predicate", "no column predicate_id"),
        ("\tdcat:Role", "\tdcat Role", "line 19: object_id 'dcat Role' is no IRI"),
        (
            "\tdcat:Role",
            "\tdact:Role",
            "object_id 'dact:Role' is no IRI; write prefix:name with the prefix in curie_map",
        ),
        ("author_label", "confidence", "line 19: confidence 'MLOps Roles authors'"),
        ("relatedMatch\t\t", "relatedMatch\tno\t", "predicate_modifier 'no'"),
        (
            "\tpredicate_modifier",
            "\tpredicate_modifer",
            "'predicate_modifer' is not known; write pr",
        ),
        (
            "\tauthor_label",
            "\tAuthor Label",
            "column 'Author Label' is not known; write author_label",
        ),
        (
            "\tMLOps Roles authors",
            "\tMLOps Roles authors\t\tx",
            "line 19: 11 cells below 9 columns",
        ),
        (
            "MappingCuration",
            "Curation",
            "line 19: justification 'ManualCuration'; write semapv:Man",
        ),
        ("author_label", "object_id", "the column 'object_id' is there twice; keep one"),
        ("#license", "license", "no column"),
        ("#mapping_date:", "#mapping_date", "line 7: 'mapping_date 2026"),
    ],
)
def test_a_broken_set_is_refused_with_its_place(tmp_path, old, new, complaint):
    path = tmp_path / "broken.tsv"
    text = dcat()
    assert old in text
    path.write_text(text.replace(old, new, 1), "utf-8")
    with pytest.raises(InputError) as error:
        read_mappings(path)
    assert complaint in str(error.value)
    assert str(path) in str(error.value)
    assert "\n" not in str(error.value)


def test_a_term_that_is_mapped_to_itself_is_refused(tmp_path):
    head = ["#mapping_set_id: https://a.example/s", "#curie_map:", "#  a: https://a.example/"]
    path = write(tmp_path, *head, COLUMNS, ROW.replace("a:y", "https://a.example/x"))
    with pytest.raises(InputError, match="line 5: maps a:x to itself; write another term"):
        read_mappings(path)


def test_a_header_is_yaml_whose_values_are_texts(tmp_path):
    path = write(
        tmp_path,
        "# mapping_set_id: urn:set  # the IRI of the set",
        "# mapping_set_version: 0.10",
        "# mapping_date: 2026-01-31",
        '# mapping_set_title: "Ours: theirs"',
        "# creator_label: [Ada, 'Bo']",
        "# curie_map: {a: https://a.example/}\t\t",
        COLUMNS,
        ROW,
    )
    assert read_mappings(path).header == {
        "mapping_set_id": "urn:set",
        "mapping_set_version": "0.10",
        "mapping_date": "2026-01-31",
        "mapping_set_title": "Ours: theirs",
        "creator_label": ["Ada", "Bo"],
        "curie_map": {"a": "https://a.example/"},
    }
    assert read_mappings(path).mappings[0].subject == "https://a.example/x"


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
def test_lines_end_in_any_way_and_are_counted(newline, tmp_path):
    path = tmp_path / "set.tsv"
    head = ("#mapping_set_id: urn:set", "#curie_map:", "#  a: https://a.example/")
    wrong = ROW.replace("a:y", '"no\nIRI"')
    path.write_bytes(newline.join((*head, COLUMNS, ROW, "", wrong, ROW)).encode())
    assert [line for line, _ in read_table(path, ()).records()] == [5, 7, 9]
    with pytest.raises(InputError, match="line 7: object_id"):
        read_mappings(path)


@pytest.mark.parametrize(
    ("header", "complaint"),
    [
        ("#comment: Note: twice", "line 2: 'comment: Note: twice' is no YAML"),
        ("#comment: 'open", "is no YAML"),
        ("#comment: \x07", "is no YAML"),
        ("#a: " + "[" * 600, "nested too deep"),
        ("#a: &a [x, x]\n#mapping_set_id: &b [*a, *a]", "no mapping_set_id that is an IRI"),
        ("#comment: " + "x" * (1 << 18), "a header of over 256 KiB"),
        ("#curie_map: none", "curie_map is no table"),
        ("#curie_map: {a: [b]}", "curie_map is no table"),
    ],
    ids=["colon", "quote", "control", "depth", "alias", "size", "map", "namespace"],
)
def test_a_header_that_cannot_be_used_is_an_error(header, complaint, tmp_path):
    path = write(tmp_path, "#mapping_set_id: urn:set", header, COLUMNS, ROW)
    with pytest.raises(InputError) as error:
        read_mappings(path)
    assert complaint in str(error.value)
    assert "\n" not in str(error.value)


def test_a_header_without_keys_is_an_error(tmp_path):
    with pytest.raises(InputError, match="the header has no keys"):
        read_mappings(write(tmp_path, "#- a list", COLUMNS, ROW))


# written ---------------------------------------------------------------------------------


@pytest.mark.parametrize("name", shipped_mapping_sets())
def test_a_header_is_read_back_as_it_was(name, tmp_path):
    header = shipped_mapping_sets()[name].header
    path = write(tmp_path, format_header(header) + COLUMNS)
    assert read_table(path, ()).header == header


def forms_of(name):
    """What a set has that may be invalid: keys of its header, columns, and predicates."""
    found = shipped_mapping_sets()[name]
    rows = [row.cells for row in found.mappings]
    used = {("column", column) for row in rows for column, cell in row.items() if cell}
    named = ("predicate_id", "predicate_modifier", "mapping_justification")
    return {*found.header, *used, *(row.get(column) for row in rows for column in named)}


@pytest.mark.parametrize("name", sampled(shipped_mapping_sets(), forms_of))
def test_a_shipped_set_is_valid_sssom(name):
    assert faults(alignments_dir() / f"{name}.sssom.tsv") == []


def test_the_reference_implementation_finds_a_planted_fault(tmp_path):
    path = tmp_path / "dcat.sssom.tsv"
    planted = dcat().replace("author_label", "confidence")
    path.write_text(planted.replace("\tMLOps Roles authors\t", "\t7\t"), "utf-8")
    assert faults(path)


def test_proposals_are_valid_sssom(tmp_path):
    source, path = tmp_path / "theirs.ttl", tmp_path / "proposals.sssom.tsv"
    source.write_text(HEAD + COMPANY, "utf-8")
    path.write_text(propose(source).to_tsv(), "utf-8")
    assert faults(path) == []


def test_a_set_that_is_written_again_is_valid_sssom(tmp_path):
    found = write_set(tmp_path, "a:scientist skos:exactMatch role:data-scientist Ann")
    found.header["mapping_set_title"] = "Ours: theirs # 1"
    path = tmp_path / "again.sssom.tsv"
    path.write_text(found.to_tsv(), "utf-8")
    assert faults(path) == []
    assert statements(read_mappings(path)) == statements(found)
    assert read_mappings(path).header == found.header


def test_a_file_of_decisions_is_valid_sssom(tmp_path):
    parsers = pytest.importorskip("sssom.parsers")
    path = tmp_path / "ours.sssom.tsv"
    decide(path, "Data Ninja", "--accept", "R3")
    decide(path, "MLOps Engineer", "--refuse", "R6")
    table = parsers.parse_sssom_table(str(path))
    assert list(table.df["subject_label"]) == ["Data Ninja", "MLOps Engineer"]
    assert list(table.df["predicate_modifier"].fillna("")) == ["", "Not"]
