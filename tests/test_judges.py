"""Judges that share no code with the tool answer the same about random people.

`ask` is judged by owlrl, which materialises all that follows from the ontology and the people,
and by rdflib, which answers the same question there; `check` by pySHACL; the audit, which works
in tables, by `ask`, which works in a graph. Each gets as many random graphs as `--graphs` says.
"""

import csv
import random
from collections import Counter
from functools import cache

import owlrl
import pyoxigraph as ox
import pytest
from rdflib import OWL, RDF, BNode, Graph, Literal, URIRef
from support.asserted import PREFIXES
from support.faulty import compared, faulty
from support.random_axioms import random_axioms
from support.random_staff import (
    CSV_COLUMNS,
    HEAD,
    NO_ROLE,
    ROLES,
    SIMILAR,
    as_csv,
    as_turtle,
    csv_rows,
    is_contradictory,
    random_company,
    random_staff,
)
from support.reasoners import asserted, iri, logical, sum_of, turtle
from support.shacl import found, judged, ontology, shapes, without_node_names

from mlops_roles import ask, audit, catalogue, check, load
from mlops_roles.ontology.reasoner import infer
from mlops_roles.ontology.rules import parsed_rules

MLOPS = PREFIXES["mlops"]
QUESTIONS = {  # no random person is assessed, and from an assessment nothing follows
    name: question
    for name, question in catalogue().items()
    if "given" in question.headers and "?person" in question.text
    if "mlops:assesses" not in question.text
}
ERROR_MESSAGE = URIRef("http://www.daml.org/2002/03/agents/agent-ont#ErrorMessage")  # of owlrl
# a property that the closure states, and the columns of the question that finds the same itself
STATED = {
    "holders-of-role": ("mlops:holdsRole", "person", "role"),
    "skill-gap-of-person": ("mlops:needsSkill", "person", "skill"),
    "evidence-of-person": ("mlops:hasEvidenceOf", "person", "skill"),
    "skills-of-person": ("mlops:hasSkill", "person", "skill"),
}
KINDS = ("task", "skill", "step")
SAME = ("rows", "titles", "roles", "tasks", "skills", "steps", "unmatched_skills")


# ask, judged by owlrl and rdflib ---------------------------------------------------------


def owl_rl_closure(*parts: Graph) -> Graph:
    """All that follows by OWL 2 RL. A contradiction is a message only: nothing follows from it."""
    facts = sum_of(*parts)
    owlrl.OWLRL_Semantics(facts, axioms=False, daxioms=False).closure()
    for message in list(facts.subjects(RDF.type, ERROR_MESSAGE)):
        facts.remove((message, None, None))
    return facts


@cache
def ontology_closure() -> Graph:
    """What follows from the ontology without people, and its annotations."""
    return sum_of(owl_rl_closure(logical()), asserted())


def random_people(seed: int) -> Graph:
    chance = random.Random(seed)
    return turtle(as_turtle(chance, random_staff(chance), other_statements=True), seed)


def split_by_group(facts: Graph, groups: list[Graph]) -> list[Graph]:
    """The part of a common closure that is about each group; statements about two are dropped.

    Nothing may follow about the ontology's own terms that does not follow without people.
    """
    group_of = {
        term: number
        for number, people in enumerate(groups)
        for triple in people
        for term in triple
        if is_of_people(term)
    }
    parts = [Graph() for _ in groups]
    for triple in facts:
        owners = {group_of[term] for term in triple if term in group_of}
        if len(owners) == 1:
            parts[owners.pop()].add(triple)
        elif not owners:  # owlrl also says that each term is the same as itself
            trivial = isinstance(triple[0], Literal) or triple[0] == triple[2]
            assert trivial or triple in ontology_closure(), f"of the ontology alone: {triple}"
    return parts


def is_of_people(term) -> bool:
    return isinstance(term, BNode) or str(term).startswith("https://example.org/")


def comparable(term) -> tuple | None:
    """A term of rdflib or pyoxigraph as text; all blank nodes are one, their names differ."""
    if isinstance(term, (BNode, ox.BlankNode)):
        return ("_",)
    if isinstance(term, (Literal, ox.Literal)):
        return term.value if isinstance(term, ox.Literal) else str(term), term.language or ""
    return term and (term.value if isinstance(term, ox.NamedNode) else str(term),)


def sorted_rows(rows) -> list[tuple]:
    return sorted((tuple(map(comparable, row)) for row in rows), key=str)


def answers_of_rdflib(facts: Graph) -> tuple[dict, dict]:
    """What rdflib answers to each question over a closure, and what the closure states itself."""
    graph, added = ontology_closure(), [t for t in facts if t not in ontology_closure()]
    for triple in added:
        graph.add(triple)
    try:
        answers = {n: sorted_rows(graph.query(q.text)) for n, q in QUESTIONS.items()}
        stated = {
            name: {(comparable(s), comparable(o)) for s, o in graph.subject_objects(iri(prop))}
            for name, (prop, *_) in STATED.items()
        }
        classes = dict(graph.subject_objects(iri("mlops:capabilityFor")))
        stated["people-able-as-role"] = {
            (comparable(person), comparable(classes[cls]))
            for person, cls in graph.subject_objects(RDF.type)
            if cls in classes
        }
        return answers, stated
    finally:
        for triple in added:
            graph.remove(triple)


def answers_of_ask(people: Graph, path, *added) -> tuple[dict, dict]:
    """The same of `ask`, which materialises nothing about people."""
    people.serialize(path, format="nt", encoding="utf-8")
    graph = load(*added, data=[path])
    answers = {name: ask(name, graph) for name in QUESTIONS}
    columns = {name: sides for name, (_, *sides) in STATED.items()}
    columns["people-able-as-role"] = ["person", "role"]
    stated = {}
    for name, sides in columns.items():
        places = [answers[name].columns.index(side) for side in sides]
        rows = answers[name].terms
        stated[name] = {tuple(comparable(row[place]) for place in places) for row in rows}
    return {name: sorted_rows(answer.terms) for name, answer in answers.items()}, stated


@cache
def closed_groups(first: int) -> list[tuple[Graph, Graph]]:
    """Five groups of random people and the special cases, each with its part of one closure."""
    groups = [random_people(seed) for seed in range(first, first + 5)]
    groups += [turtle(text, f"special{n}") for n, text in enumerate(SPECIAL)]
    closure = owl_rl_closure(logical(), *groups)
    return list(zip(groups, split_by_group(closure, groups), strict=True))


def test_ask_answers_what_owlrl_and_rdflib_answer(five, tmp_path):
    """Five groups with names of their own are closed at once: owlrl spends most on the ontology.

    That is fair. Nothing joins people of two groups but the ontology's terms, and nothing follows
    about those, so the common closure says of a group what its own says. Annotations are left out
    of the closure and put back: no question reads what follows from them. Each question promises
    each row once, so rows are compared with their number.
    """
    path = tmp_path / "people.nt"
    answered = [compare(*pair, path) for pair in closed_groups(five)[: -len(SPECIAL)]]
    assert len(answered) == 5
    assert five or set().union(*answered) == set(QUESTIONS)  # of the first five
    assert len(QUESTIONS) >= 11


@pytest.mark.long
def test_a_group_has_the_same_closure_alone_and_with_others():
    groups = [random_people(seed) for seed in range(3)]
    together = split_by_group(owl_rl_closure(logical(), *groups), groups)[0]
    (alone,) = split_by_group(owl_rl_closure(logical(), groups[0]), groups[:1])
    assert set(together) == set(alone)


def compare(people: Graph, facts: Graph, path) -> set[str]:
    """Compare all answers; returns the questions that had rows."""
    ours, we_state = answers_of_ask(people, path)
    theirs, they_state = answers_of_rdflib(facts)
    for name in QUESTIONS:
        assert ours[name] == theirs[name], f"{name}, of\n{people.serialize()}"
    for name, pairs in they_state.items():
        assert we_state[name] == pairs, f"{name}, stated, of\n{people.serialize()}"
    return {name for name, rows in theirs.items() if rows}


@pytest.mark.thorough
def test_ask_agrees_with_owlrl_where_an_occupation_is_several_roles(thirty, tmp_path):
    """Closed on its own: such an occupation joins two roles, and so people of other groups."""
    chance = random.Random(thirty)
    pairs = [(chance.choice(ROLES), chance.choice(ROLES)) for _ in range(6)]
    more = "".join(
        f"ex:pp{n} schema:hasOccupation ex:both-{n} . ex:both-{n} skos:exactMatch {a} , {b} .\n"
        for n, (a, b) in enumerate(pairs)
    )
    people = sum_of(random_people(thirty), turtle(more, thirty))
    (part,) = split_by_group(owl_rl_closure(logical(), people), [people])
    assert "holders-of-role" in compare(people, part, tmp_path / "people.nt")


# what ask does not infer: the people, the question, and the rule that reports their mistake
NOT_INFERRED = {
    "ex:a mlops:holdsRole ex:misspelt .": ("holders-of-role", "shape:held-role-is-a-role"),
    "ex:a org:holds [ org:role ex:misspelt ] .": (
        "holders-of-role",
        "shape:role-of-a-post-or-membership-is-a-role",
    ),
    "ex:a mlops:jobTitle 'Cook' ; a capability:backend-engineer .": (
        "skills-of-person",
        "shape:capability-of-a-person-is-inferred",
    ),
}
OWN_ROLE = """
ex:r a mlops:Role ; mlops:performs task:deploy-model .
ex:s a mlops:Role ; mlops:specialises ex:r , role:data-engineer .
ex:t a mlops:Role ; mlops:specialises ex:s ; mlops:incorporates role:business-stakeholder .
"""
HOLDER = """
ex:a mlops:holdsRole ex:r . ex:b schema:hasOccupation ex:t . ex:c org:holds [ org:role ex:s ] .
"""


SPECIAL = [*NOT_INFERRED, f"{OWN_ROLE} {HOLDER}"]


def special_cases() -> list[tuple[Graph, Graph]]:
    """The people of NOT_INFERRED and the holder of a company's role, each with its closure."""
    return closed_groups(0)[-len(SPECIAL) :]


def test_what_follows_from_a_mistake_is_not_answered_and_a_rule_reports_the_mistake(tmp_path):
    """A range makes a role of a misspelt name, and a class by hand gives unrecorded skills."""
    path = tmp_path / "people.nt"
    cases = zip(special_cases()[:-1], NOT_INFERRED.values(), strict=True)
    for (people, facts), (question, rule) in cases:
        ours, _ = answers_of_ask(people, path)
        theirs, _ = answers_of_rdflib(facts)
        assert not ours[question]
        assert theirs[question]
        assert rule in {finding.shape for finding in check(path).findings}


def test_all_follows_of_a_company_role_whose_file_is_added(tmp_path):
    """Nothing is inferred from data: there the role would be one without skills."""
    theirs, _ = answers_of_rdflib(special_cases()[-1][1])
    case = f"special{len(NOT_INFERRED)}"
    path = tmp_path / "role.ttl"
    path.write_text(turtle(OWN_ROLE, case).serialize(), encoding="utf-8")
    ours, _ = answers_of_ask(turtle(HOLDER, case), tmp_path / "people.nt", path)
    assert ours["needed-skills-of-person"]
    assert ours == theirs


# reason, judged by owlrl on random axioms ---------------------------------------------------

# owlrl has no rule for these: to it, 1 and "1"^^xsd:short are two values
NOT_IN_OWLRL = {"disjoint-union1", "disjoint-union2", "scm-int-below", "dt-eq"}
# owlrl misses their contradictions: it never compares the last member of a list of different
# things or disjoint properties, and neither tests whether a literal has the datatype of its range
# nor whether two literals of one thing are different
BLIND = {"eq-diff2", "eq-diff3", "prp-adp", "dt-not-type", "dt-diff", "eq-diff1"}
OURS = [rule for rule in parsed_rules() if rule.name not in NOT_IN_OWLRL]


def about_names(triples) -> set[tuple]:
    """Statements about the names in the graphs; not that things are the same as themselves."""
    found = set()
    for subject, prop, value in triples:
        names = [term.value if hasattr(term, "value") else str(term) for term in (subject, value)]
        is_named = all(isinstance(t, (URIRef, ox.NamedNode)) for t in (subject, prop, value))
        if is_named and names[0].startswith("https://example.org/") and names[0] != names[1]:
            link = prop.value if isinstance(prop, ox.NamedNode) else str(prop)
            found.add((names[0], link, names[1]))
    return {t for t in found if t[2] not in (str(ERROR_MESSAGE), str(OWL.Nothing))}


def test_random_axioms_have_the_consequences_of_owlrl(ten):
    followed = 0
    for seed in range(ten, ten + 10):
        text = random_axioms(random.Random(seed))
        given = Graph().parse(data=text, format="turtle")
        proofs = infer(ox.parse(text, format=ox.RdfFormat.TURTLE), OURS)
        facts = sum_of(given)
        judge = owlrl.OWLRL_Semantics(facts, axioms=False, daxioms=False)
        judge.closure()
        ours, theirs = about_names(proofs), about_names(facts) - about_names(given)
        ours -= about_names(given)
        assert ours <= theirs, f"seed {seed}, only ours: {sorted(ours - theirs)[:5]}"
        if "owl:hasKey" not in text:  # to owlrl, two things without a value share a key
            assert ours == theirs, f"seed {seed}, only owlrl: {sorted(theirs - ours)[:5]}"
        clashes = {step.rule for step in proofs.contradictions()}
        if not clashes & BLIND and "owl:hasKey" not in text:
            assert bool(clashes) == bool(judge.error_messages), f"seed {seed}: {clashes}"
        followed += len(ours)
    assert followed > 10


# check, judged by pySHACL ------------------------------------------------------------------


@pytest.mark.thorough
@pytest.mark.filterwarnings("ignore::mlops_roles.NotReasonedWarning")
def test_random_faulty_people_have_the_findings_of_pyshacl(thirty, tmp_path):
    """Thirty graphs at a time, with distinct names: the judge spends most on what they share."""
    data = Graph()
    for seed in range(thirty, thirty + 30):
        data += faulty(random.Random(seed), f"https://example.org/{seed}/")
    data.serialize(tmp_path / "faulty.nt", format="nt", encoding="utf-8")
    ours, counted = found(check(tmp_path / "faulty.nt"), load())
    theirs, looked_at = judged(data, shapes(), ontology())
    ours, theirs = ([f for f in some if compared(f[0])] for some in (ours, theirs))
    assert set(map(without_node_names, ours)) == set(map(without_node_names, theirs))
    counts = [
        {shape: n for shape, n in some.items() if n and compared(shape)}
        for some in (counted, looked_at)
    ]
    assert counts[0] == counts[1]
    assert len({f[0] for f in theirs}) > 10


# the audit, judged by itself on another form, and by ask ------------------------------------


def write_turtle(path, *texts):
    path.write_text(HEAD + "\n".join(texts), "utf-8")
    return path


def test_the_same_people_as_rdf_and_as_csv_give_the_same_audit(five, tmp_path):
    """Two groups one by one, which are small enough for gaps, and three in one file."""
    groups = [(five,), (five + 1,), (five + 2, five + 3, five + 4)]
    rejected = 0
    for seeds in groups:
        rows, texts, contradictory = [CSV_COLUMNS], [], 0
        for seed in seeds:
            chance = random.Random(seed)
            staff, group = random_staff(chance), f"{seed}-"
            rows += csv_rows(staff, group)
            texts.append(as_turtle(chance, staff, http_schema=True, group=group))
            contradictory += sum(map(is_contradictory, staff))
        with (tmp_path / "staff.csv").open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows(rows)
        table = audit(tmp_path / "staff.csv")
        other = audit(write_turtle(tmp_path / "staff.ttl", *texts))
        expected, actual = table.to_dict(), other.to_dict()
        assert {p: actual[p] for p in SAME} == {p: expected[p] for p in SAME}, f"of {seeds}"
        assert people(other) == people(table), f"of {seeds}"
        assert expected["rows"]["rejected"] == contradictory, f"of {seeds}"
        rejected += contradictory
    assert five or rejected


def people(audited) -> list[dict]:
    """The rows of an audit, one a person, but for their place in the file."""
    rows = audited.arrow().to_pylist()
    return sorted(({k: v for k, v in row.items() if k != "line"} for row in rows), key=str)


def test_the_audit_counts_the_people_that_ask_names(five, tmp_path):
    """Of people whose titles give no role, as no question resolves titles."""
    seen = Counter()
    for seed in range(five, five + 5):
        chance = random.Random(seed)
        staff = [p for p in random_staff(chance, NO_ROLE) if not is_contradictory(p)]
        staff = staff or random_staff(random.Random(0))[:1]
        data = write_turtle(tmp_path / "staff.ttl", as_turtle(chance, staff))
        counted = counts_of_audit(audit(as_csv(staff, tmp_path / "staff.csv")))
        named = counts_of_ask(load(data=[data]))
        assert counted == named, f"group {seed}"
        seen.update({part for part, found in named.items() if found})
    assert five or set(seen) == set(named)


def test_the_audit_counts_the_people_that_ask_names_of_a_companys_roles(two, tmp_path):
    """And as many from RDF as from a table; some hold a role through a narrower one alone.

    A company with two groups of staff: most of the time goes into its closure.
    """
    text, own = random_company(random.Random(two))
    company = write_turtle(tmp_path / "company.ttl", text)
    graph, through = load(company), 0
    for seed in (two, two + 1):
        chance = random.Random(seed)
        staff = [p for p in random_staff(chance, NO_ROLE, own) if not is_contradictory(p)]
        staff = staff or random_staff(random.Random(0), NO_ROLE)[:1]
        data = write_turtle(tmp_path / "staff.ttl", as_turtle(chance, staff))
        audited = audit(as_csv(staff, tmp_path / "staff.csv"), graph=graph)
        counted = counts_of_audit(audited)
        assert counted == counts_of_ask(load(company, data=[data])), f"group {seed}: {text}"
        other, expected = audit(data, graph=graph).to_dict(), audited.to_dict()
        assert {p: other[p] for p in SAME} == {p: expected[p] for p in SAME}, f"of {seed}"
        through += sum("through" in row for row in audited.coverage("role").values())
    assert two or through


def counts_of_audit(audited) -> dict:
    roles = audited.coverage("role").items()
    return {
        "holders": Counter({role: row["people"] for role, row in roles if row["people"]}),
        "able": Counter({role: row["able"] for role, row in roles if row.get("able")}),
        **{f"uncovered {kind}s": uncovered(audited.coverage(kind)) for kind in KINDS},
    }


def counts_of_ask(graph) -> dict:
    holders = {(r["role"], r["person"]) for r in ask("holders-of-role", graph)}
    able = ask("people-able-as-role", graph)
    return {
        "holders": Counter(slug(role) for role, _ in holders if role not in SIMILAR),
        "able": Counter(slug(row["role"]) for row in able),
        **{
            f"uncovered {kind}s": {slug(row[kind]) for row in ask(f"uncovered-{kind}s", graph)}
            for kind in KINDS
        },
    }


def slug(curie: str) -> str:
    """The name in the audit's tables: a company's own term keeps its prefix."""
    return curie if curie.startswith("ex:") else curie.partition(":")[2]


def uncovered(coverage: dict) -> set[str]:
    return {name for name, row in coverage.items() if row["state"] == "uncovered"}
