"""The judges: what the tool says of random people is what stacks that share no code with it say of them.

`ask` is judged by owlrl, which materialises all that follows from the ontology and the people, and by rdflib, which is asked the
same question there; `check` by pySHACL; the audit, which works in tables, by `ask`, which works in a graph. Each is given as many
random graphs as `--graphs` says.
"""

import random
from collections import Counter
from functools import cache

import owlrl
import pyoxigraph as ox
import rdflib
from rdflib import RDF, SH, BNode, Graph, Literal, URIRef
from support.asserted import PREFIXES
from support.crowds import HEAD, NO_ROLE, ROLES, as_csv, crowd, told, torn
from support.reasoners import asserted, iri, logical, sum_of, turtle
from support.shacl import found, judged, ontology, shapes, without_node_names

from mlops_roles import ask, audit, catalogue, check, load

MLOPS = PREFIXES["mlops"]
QUESTIONS = {
    name: question
    for name, question in catalogue().items()
    if "given" in question.headers and "?person" in question.text
}
# what the closure says outright of what a question finds out by a pattern of its own: a property, and the columns of its two sides
OUTRIGHT = {
    "holders-of-role": ("mlops:holdsRole", "person", "role"),
    "skill-gap-of-person": ("mlops:needsSkill", "person", "skill"),
    "evidence-of-person": ("mlops:hasEvidenceOf", "person", "skill"),
    "skills-of-person": ("mlops:hasSkill", "person", "skill"),
}
SAME = ("rows", "titles", "roles", "tasks", "skills", "steps", "unmatched_skills")


# ask, judged by owlrl and rdflib ---------------------------------------------------------


def closed(*parts: Graph) -> Graph:
    """All that follows by OWL 2 RL. A contradiction is a message and no more: nothing follows from it."""
    facts = sum_of(*parts)
    owlrl.OWLRL_Semantics(facts, axioms=False, daxioms=False).closure()
    for message in list(
        facts.subjects(
            RDF.type, URIRef("http://www.daml.org/2002/03/agents/agent-ont#ErrorMessage")
        )
    ):
        facts.remove((message, None, None))
    return facts


@cache
def alone() -> Graph:
    """What follows from the ontology without people, and its annotations."""
    return sum_of(closed(logical()), asserted())


def random_people(seed: int) -> Graph:
    chance = random.Random(seed)
    return turtle(told(chance, crowd(chance), far=True), seed)


def divided(facts: Graph, crowds: list[Graph]) -> list[Graph]:
    """What a common closure says of each crowd; what it says of two at once is nobody's.

    Nothing may follow about the ontology's own terms that does not follow without people.
    """
    homes = {
        term: number
        for number, people in enumerate(crowds)
        for triple in people
        for term in triple
        if is_of_people(term)
    }
    parts = [Graph() for _ in crowds]
    for triple in facts:
        owners = {homes[term] for term in triple if term in homes}
        if len(owners) == 1:
            parts[owners.pop()].add(triple)
        elif not owners:
            trivial = (
                isinstance(triple[0], Literal) or triple[0] == triple[2]
            )  # each new word is the same as itself
            assert trivial or triple in alone(), f"of the ontology alone: {triple}"
    return parts


def is_of_people(term) -> bool:
    return isinstance(term, BNode) or str(term).startswith("https://example.org/")


def text(term) -> tuple | None:
    """A term of either library as text; blank nodes have other names in each."""
    if isinstance(term, (BNode, ox.BlankNode)):
        return ("_",)
    if isinstance(term, (Literal, ox.Literal)):
        return term.value if isinstance(term, ox.Literal) else str(term), term.language or ""
    return term and (term.value if isinstance(term, ox.NamedNode) else str(term),)


def rows(answer) -> list[tuple]:
    return sorted((tuple(map(text, row)) for row in answer), key=str)


def answers_of_the_closure(facts: Graph) -> tuple[dict, dict]:
    """What rdflib answers to each question there, and what is said outright."""
    whole, added = alone(), [triple for triple in facts if triple not in alone()]
    for triple in added:
        whole.add(triple)
    try:
        answers = {name: rows(whole.query(question.text)) for name, question in QUESTIONS.items()}
        said = {
            name: {(text(s), text(o)) for s, o in whole.subject_objects(iri(prop))}
            for name, (prop, *_) in OUTRIGHT.items()
        }
        classes = dict(whole.subject_objects(iri("mlops:capabilityFor")))
        said["people-able-as-role"] = {
            (text(who), text(classes[cls]))
            for who, cls in whole.subject_objects(RDF.type)
            if cls in classes
        }
        return answers, said
    finally:
        for triple in added:
            whole.remove(triple)


def answers_of_ours(people: Graph, path, *added) -> tuple[dict, dict]:
    """The same of `ask`, which materialises nothing about people."""
    people.serialize(path, format="nt", encoding="utf-8")
    graph = load(*added, data=[path])
    given = {name: ask(name, graph) for name in QUESTIONS}
    columns = {name: sides for name, (_, *sides) in OUTRIGHT.items()} | {
        "people-able-as-role": ["person", "role"]
    }
    said = {
        n: {tuple(text(row[given[n].columns.index(c)]) for c in sides) for row in given[n].terms}
        for n, sides in columns.items()
    }
    return {name: rows(answer.terms) for name, answer in given.items()}, said


def test_ask_answers_what_owlrl_and_rdflib_answer(ten, tmp_path):
    """Ten crowds under names of their own are closed in one go, for owlrl takes most of its time on the ontology.

    That is fair: nothing joins people of two crowds but the ontology's terms, and nothing follows about those. So what is said of
    one crowd in the common closure is what it is alone, which is tried on the first of each ten. The annotations are left out of the closure
    and put back: no question reads what follows from them. Every question promises each row once, so rows are compared with their number.
    """
    crowds = [random_people(seed) for seed in range(ten, ten + 10)]
    parts = divided(closed(logical(), *crowds), crowds)
    assert set(parts[0]) == set(divided(closed(logical(), crowds[0]), crowds[:1])[0])
    answered = [
        compared(people, facts, tmp_path / "people.nt")
        for people, facts in zip(crowds, parts, strict=True)
    ]
    assert set().union(*answered) == set(QUESTIONS)
    assert len(QUESTIONS) >= 11


def compared(people: Graph, facts: Graph, path) -> set[str]:
    """Compare all answers; returns the questions that had rows."""
    (ours, we_say), (theirs, they_say) = (
        answers_of_ours(people, path),
        answers_of_the_closure(facts),
    )
    for name in QUESTIONS:
        assert ours[name] == theirs[name], f"{name}, of\n{people.serialize()}"
    for name, pairs in they_say.items():
        assert we_say[name] == pairs, f"{name}, outright, of\n{people.serialize()}"
    return {name for name, found in theirs.items() if found}


def test_ask_answers_what_owlrl_and_rdflib_answer_where_an_occupation_is_several_roles(
    thirty, tmp_path
):
    """Closed one by one: such an occupation joins two roles, and so the people of others."""
    chance = random.Random(thirty)
    pairs = [(chance.choice(ROLES), chance.choice(ROLES)) for _ in range(6)]
    more = "".join(
        f"ex:pp{n} schema:hasOccupation ex:both-{n} . ex:both-{n} skos:exactMatch {a} , {b} .\n"
        for n, (a, b) in enumerate(pairs)
    )
    people = sum_of(random_people(thirty), turtle(more, thirty))
    parts = divided(closed(logical(), people), [people])
    assert "holders-of-role" in compared(people, parts[0], tmp_path / "people.nt")


# what ask leaves unsaid: the people, the question, and the rule that finds what is wrong with them
UNSAID = {
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


def test_ask_leaves_unsaid_what_follows_from_a_mistake_and_a_rule_finds_the_mistake(tmp_path):
    """A range makes a role of a misspelt name, and a class by hand gives skills that nobody recorded."""
    crowds = [turtle(said, f"unsaid{n}") for n, said in enumerate(UNSAID)]
    parts = divided(closed(logical(), *crowds), crowds)
    for people, facts, (question, rule) in zip(crowds, parts, UNSAID.values(), strict=True):
        (ours, _), (theirs, _) = (
            answers_of_ours(people, tmp_path / "people.nt"),
            answers_of_the_closure(facts),
        )
        assert not ours[question]
        assert theirs[question]
        assert rule in {finding.shape for finding in check(tmp_path / "people.nt").findings}


def test_of_a_role_of_ones_own_all_follows_if_its_file_is_added_to_the_ontology(tmp_path):
    """Nothing is inferred from data: there the role would be one without skills."""
    role, held = (
        "ex:r a mlops:Role ; mlops:performs task:deploy-model .",
        "ex:a mlops:holdsRole ex:r .",
    )
    people = turtle(f"{role} {held}", "own")
    theirs, _ = answers_of_the_closure(divided(closed(logical(), people), [people])[0])
    (path := tmp_path / "role.ttl").write_text(turtle(role, "own").serialize(), encoding="utf-8")
    ours, _ = answers_of_ours(turtle(held, "own"), tmp_path / "people.nt", path)
    assert ours["needed-skills-of-person"]
    assert ours == theirs


# check, judged by pySHACL ------------------------------------------------------------------


@cache
def mistakes() -> list[Graph]:
    """The mistake that each shape carries."""
    return [
        Graph().parse(data=HEAD + str(text), format="turtle")
        for text in sorted(shapes().objects(None, URIRef(MLOPS + "rejects")))
    ]


@cache
def words():
    """What random statements are made of: properties that shapes speak of, terms of the ontology, and values of every sort."""
    properties = sorted(
        {
            p
            for kind in (SH.path, SH.targetSubjectsOf, SH.targetObjectsOf)
            for p in shapes().objects(None, kind)
            if isinstance(p, URIRef)
        }
    )
    properties += sorted(
        {
            p
            for node in shapes().objects(None, SH.alternativePath)
            for p in shapes().items(node)
            if isinstance(p, URIRef)
        }
    )
    terms = sorted({s for s in ontology().subjects() if isinstance(s, URIRef)})
    values = [
        "",
        " ",
        "Data Scientist",
        "a  b",
        "x" * 500,
        "x" * 501,
        "two\nlines",
        "R9",
        "1.2.3",
        'a "quoted" \\ one',
    ]
    literals = [Literal(v, lang=tag) for v in values for tag in (None, "en", "de")]
    literals += [
        Literal("7"),
        Literal(7),
        Literal(True),
        Literal("abc", datatype=rdflib.XSD.integer),
    ]
    return properties, terms, literals


def faulty(r: random.Random, home: str) -> Graph:
    """A few people of whom some mistakes are told, and statements at random about them, posts and now and then a term of the ontology."""
    properties, terms, literals = words()
    people = [
        URIRef(home + name) for name in ("ada", "ben", "cem", "dora", "post", "membership/1")
    ] + [BNode()]
    whole = Graph()
    for mistake in r.sample(mistakes(), r.randrange(1, 7)):
        whole += [
            tuple(
                URIRef(t.replace("https://example.org/", home)) if isinstance(t, URIRef) else t
                for t in triple
            )
            for triple in mistake
        ]
    for _ in range(r.randrange(5, 40)):
        subject = r.choice(people) if r.random() < 0.9 else r.choice(terms)
        predicate = RDF.type if r.random() < 0.2 else r.choice(properties)
        whole.add(
            (
                subject,
                predicate,
                r.choice([r.choice(people), r.choice(terms), r.choice(terms), r.choice(literals)]),
            )
        )
    return whole


def test_random_faulty_people_have_the_findings_of_pyshacl(five, tmp_path):
    """Five graphs at a time under names of their own, for the judge takes most of its time on what they share."""
    data = Graph()
    for seed in range(five, five + 5):
        data += faulty(random.Random(seed), f"https://example.org/{seed}/")
    data.serialize(tmp_path / "faulty.nt", format="nt", encoding="utf-8")
    ours, counted = found(tmp_path / "faulty.nt", load())
    theirs, looked_at = judged(data, shapes(), ontology())
    assert set(map(without_node_names, ours)) == set(map(without_node_names, theirs))
    assert {s: n for s, n in counted.items() if n} == {s: n for s, n in looked_at.items() if n}
    assert len({f[0] for f in theirs}) > 10


# the audit, judged by itself on another form, and by ask ------------------------------------


def as_rdf(chance, staff, path, **how):
    path.write_text(HEAD + told(chance, staff, **how), "utf-8")
    return path


def test_the_same_people_as_rdf_and_as_csv_give_the_same_audit(ten, tmp_path):
    rejected = 0
    for seed in range(ten, ten + 10):
        chance = random.Random(seed)
        staff = crowd(chance)
        table = audit(as_csv(staff, tmp_path / "staff.csv")).to_dict()
        other = audit(as_rdf(chance, staff, tmp_path / "staff.ttl", old=True)).to_dict()
        assert {part: other[part] for part in SAME} == {part: table[part] for part in SAME}, (
            f"crowd {seed}"
        )
        assert table["rows"]["rejected"] == sum(map(torn, staff)), f"crowd {seed}"
        rejected += table["rows"]["rejected"]
    assert rejected


def test_the_audit_counts_whom_ask_names(ten, tmp_path):
    """Of people whose titles give no role, for no question resolves titles, and without those who both have and lack a skill, whom an audit rejects."""
    seen = Counter()
    for seed in range(ten, ten + 10):
        chance = random.Random(seed)
        staff = [person for person in crowd(chance, NO_ROLE) if not torn(person)] or crowd(
            random.Random(0)
        )[:1]
        graph = load(data=[as_rdf(chance, staff, tmp_path / "staff.ttl")])
        table = audit(as_csv(staff, tmp_path / "staff.csv"))
        counted = {
            "holders": counts(
                {role: row["people"] for role, row in table.coverage("role").items()}
            ),
            "able": counts(
                {role: row.get("able", 0) for role, row in table.coverage("role").items()}
            ),
            **{
                f"uncovered {kind}s": uncovered(table.coverage(kind))
                for kind in ("task", "skill", "step")
            },
        }
        named = {
            "holders": Counter(
                slug(role)
                for role, _ in {(r["role"], r["person"]) for r in ask("holders-of-role", graph)}
                if role in ROLES
            ),
            "able": Counter(slug(r["role"]) for r in ask("people-able-as-role", graph)),
            **{
                f"uncovered {kind}s": {slug(r[kind]) for r in ask(f"uncovered-{kind}s", graph)}
                for kind in ("task", "skill", "step")
            },
        }
        assert counted == named, f"crowd {seed}"
        seen.update({part for part, found in named.items() if found})
    assert set(seen) == {
        "holders",
        "able",
        "uncovered tasks",
        "uncovered skills",
        "uncovered steps",
    }


def slug(curie: str) -> str:
    return curie.partition(":")[2]


def counts(found: dict[str, int]) -> Counter:
    return Counter({name: n for name, n in found.items() if n})


def uncovered(coverage: dict) -> set[str]:
    return {name for name, row in coverage.items() if row["state"] == "uncovered"}
