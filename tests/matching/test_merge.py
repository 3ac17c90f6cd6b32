"""What is merged into a company's file, and that it is taken out again exactly."""

import re

import pyoxigraph as ox
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.asserted import ROOT
from support.linking import COMPANY, HEAD, canonical, pairs, parsed, write_set

from mlops_roles import (
    InputError,
    apply_mappings,
    ask,
    coherence,
    load,
    propose,
    read_mappings,
    undo_mappings,
)
from mlops_roles.cli.main import main


def test_only_reviewed_rows_are_merged_each_marked_with_its_set(company, tmp_path):
    found = write_set(
        tmp_path,
        "a:scientist skos:exactMatch role:data-scientist Ann",
        "a:senior skos:broadMatch role:data-engineer",
    )
    merged = apply_mappings(company, found)
    assert len(merged.changed) == 1
    path = tmp_path / "linked.ttl"
    path.write_bytes(merged.to_turtle())
    came = canonical(parsed(path)) - canonical(parsed(company))
    assert any(
        q.predicate.value.endswith("isPartOf") and q.object.value == "https://acme.example/links"
        for q in came
    )
    assert any(
        q.predicate.value.endswith("reviewer_label") and q.object.value == "Ann" for q in came
    )
    assert "broadMatch" not in str(came)


def test_a_merged_match_gives_the_role(company, tmp_path):
    linked, people = tmp_path / "linked.ttl", tmp_path / "people.ttl"
    linked.write_bytes(
        apply_mappings(
            company, write_set(tmp_path, "a:scientist skos:exactMatch role:data-scientist Ann")
        ).to_turtle()
    )
    people.write_text(
        HEAD + "<https://acme.example/staff/bo> schema:hasOccupation a:scientist .", "utf-8"
    )
    assert "role:data-scientist" in [
        r["role"] for r in ask("holders-of-role", load(linked, data=[people]))
    ]
    assert "role:data-scientist" not in [
        r["role"] for r in ask("holders-of-role", load(company, data=[people]))
    ]


TERMS = ("a:scientist", "a:senior", "a:owner", "role:data-scientist", "skill:sql")
RELATIONS = ("skos:exactMatch", "skos:closeMatch", "skos:relatedMatch", "mlops:noMatch")
STATEMENTS = st.lists(
    st.tuples(st.sampled_from(TERMS), st.sampled_from(RELATIONS), st.sampled_from(TERMS)).filter(
        lambda row: row[0] != row[2]
    ),
    max_size=6,
)


def rows_of(statements):
    """Rows that say the statements, all reviewed."""
    return [
        f"{s} skos:closeMatch {o} Ann Not" if p == "mlops:noMatch" else f"{s} {p} {o} Ann"
        for s, p, o in statements
    ]


@pytest.mark.thorough
@settings(max_examples=20, derandomize=True, deadline=None)
@given(
    before=STATEMENTS,
    first=STATEMENTS.filter(bool),
    second=STATEMENTS.filter(bool),
    order=st.booleans(),
)
def test_undo_takes_out_exactly_what_was_merged_in_any_order(
    tmp_path_factory, before, first, second, order
):
    folder = tmp_path_factory.mktemp("undo")
    theirs = folder / "0.ttl"
    theirs.write_text(
        HEAD
        + COMPANY
        + "[ a owl:Axiom ; rdfs:comment 'theirs' ] ."
        + "".join(f"{s} {p} {o} ." for s, p, o in before),
        "utf-8",
    )
    one = write_set(folder, *rows_of(first), name="one.tsv", iri="https://acme.example/one")
    two = write_set(folder, *rows_of(second), name="two.tsv", iri="https://acme.example/two")
    once = step(folder / "1.ttl", apply_mappings(theirs, one))
    twice = step(folder / "2.ttl", apply_mappings(once, two))
    assert set(map(expanded, (*first, *second))) <= {q.triple for q in parsed(twice)}
    left = without(without(twice, one), two) if order else without(without(twice, two), one)
    assert canonical(parsed(left)) == canonical(parsed(theirs))
    assert canonical(parsed(without(once, one))) == canonical(parsed(theirs))


def step(path, merge):
    path.write_bytes(merge.to_turtle())
    return path


def without(path, found):
    """The file without a set; as it is where all that the set says was there before."""
    marked = f"<{found.iri}>" in path.read_text("utf-8")
    return (
        step(path.with_suffix(f".{found.name}.ttl"), undo_mappings(path, found)) if marked else path
    )


def expanded(statement):
    return ox.Triple(
        *(
            ox.NamedNode(
                f"https://acme.example/hr/{t[2:]}" if t.startswith("a:") else load().expand_curie(t)
            )
            for t in statement
        )
    )


def test_a_statement_that_was_there_before_stays(tmp_path):
    path = tmp_path / "theirs.ttl"
    path.write_text(HEAD + COMPANY + "a:senior skos:broadMatch role:data-engineer .", "utf-8")
    found = write_set(
        tmp_path,
        "a:senior skos:broadMatch role:data-engineer Ann",
        "a:owner skos:closeMatch role:product-owner Ann",
    )
    merged = apply_mappings(path, found)
    assert (len(merged.changed), len(merged.unchanged)) == (1, 1)
    linked = tmp_path / "linked.ttl"
    linked.write_bytes(merged.to_turtle())
    assert canonical(undo_mappings(linked, found).graph) == canonical(parsed(path))


@pytest.mark.parametrize("order", [("one", "two"), ("two", "one")], ids="-".join)
def test_a_statement_that_two_sets_bring_goes_with_the_last_of_them(company, tmp_path, order):
    row = "a:senior skos:broadMatch role:data-engineer Ann"
    sets = {
        name: write_set(tmp_path, row, name=f"{name}.tsv", iri=f"https://acme.example/{name}")
        for name in order
    }
    both = step(
        tmp_path / "1.ttl",
        apply_mappings(step(tmp_path / "0.ttl", apply_mappings(company, sets["one"])), sets["two"]),
    )
    first = undo_mappings(both, sets[order[0]])
    assert (len(first.changed), len(first.unchanged)) == (0, 1)
    last = undo_mappings(step(tmp_path / "2.ttl", first), sets[order[1]])
    assert len(last.changed) == 1
    assert canonical(last.graph) == canonical(parsed(company))


@pytest.mark.parametrize("rows", [("a:senior skos:broadMatch role:data-engineer",), ()])
def test_a_set_without_reviewed_rows_is_not_merged(company, tmp_path, rows):
    with pytest.raises(InputError, match="no row has been reviewed"):
        apply_mappings(company, write_set(tmp_path, *rows))


def test_a_set_is_merged_once_and_taken_out_only_where_it_is(company, tmp_path):
    found = write_set(tmp_path, "a:senior skos:broadMatch role:data-engineer Ann")
    with pytest.raises(InputError, match="nothing in it came from"):
        undo_mappings(company, found)
    linked = tmp_path / "linked.ttl"
    linked.write_bytes(apply_mappings(company, found).to_turtle())
    with pytest.raises(InputError, match="merged already"):
        apply_mappings(linked, found)


def test_the_commands_propose_merge_and_undo(company, tmp_path, capsys):
    mappings, linked, back = (str(tmp_path / n) for n in ("m.sssom.tsv", "linked.ttl", "back.ttl"))
    assert main(["link", str(company), "--output", mappings]) == 0
    assert main(["link", str(company), "--apply", mappings]) == 2, "nothing has been reviewed"
    text = (tmp_path / "m.sssom.tsv").read_text("utf-8")
    (tmp_path / "m.sssom.tsv").write_text(
        re.sub(r"(?m)^(a:(?:scientist|senior)\t.*)\t\t", r"\1\tAnn\t", text), "utf-8"
    )
    assert main(["coherence", mappings, str(company)]) == 0
    assert main(["link", str(company), "--apply", mappings, "--output", linked]) == 0
    assert "2 statements added" in capsys.readouterr().err
    assert main(["link", linked, "--undo", mappings, "--output", back]) == 0
    assert canonical(parsed(back)) == canonical(parsed(company))


def test_the_example_of_a_company_shows_each_step(tmp_path):
    theirs, mappings = (
        ROOT / "examples" / "acme-hr.ttl",
        read_mappings(ROOT / "examples" / "acme-hr.sssom.tsv"),
    )
    assert {("hr:job-17", "role:data-scientist"), ("hr:job-21", "role:data-engineer")} <= {
        (s, o) for s, _, o in pairs(propose(theirs))
    }
    assert {c.kind for c in coherence(mappings, theirs)} == {"two in one", "impossible"}
    linked = tmp_path / "linked.ttl"
    linked.write_bytes(apply_mappings(theirs, mappings).to_turtle())
    assert canonical(undo_mappings(linked, mappings).graph) == canonical(parsed(theirs))
