"""Of a company's random roles, classes and chains follows what other reasoners say.

HermiT, which reasons with all of OWL 2 DL, and owlrl judge what follows. A random company extends
the ontology in its own namespace, so that several are judged at once. Two are judged by HermiT in
CI; `-m "long or not long" --graphs 300` judges 300 by both, which takes hours. With `--record` the
figure says how many are done, from which `--begin` goes on. What `check` finds in faulty data of
thirty companies is judged by pySHACL and pyshifty.
"""

import random
from functools import cache, lru_cache
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from rdflib import OWL, RDF, RDFS, BNode, Graph, Literal, URIRef
from support.faulty import compared, faulty
from support.random_staff import ROLES, SKILL_TERMS, random_company
from support.reasoners import by_hermit, by_owlrl, by_rules, logical, sum_of, turtle
from support.shacl import (
    aimed_shapes,
    asserted_in,
    by_pyshacl,
    by_pyshifty,
    found,
    shapes,
    without_node_names,
)

import mlops_roles
from mlops_roles import InputError, check
from mlops_roles.ontology.derivation import company_capabilities

BATCH = 2  # companies that are judged at once; the time grows faster than their number
TRIVIAL = {
    OWL.Thing,
    OWL.Nothing,
    OWL.NamedIndividual,
    OWL.Class,
    OWL.ObjectProperty,
    RDFS.Resource,
}
COMPARED = (RDF.type, RDFS.subClassOf)  # beside the object properties


def random_extension(chance: random.Random) -> str:
    """Roles of a company, classes below and equal to ours, chains, and people, as Turtle."""
    text, own = random_company(chance)
    roles, lines = [*ROLES, *own], [text]
    for n in range(chance.randint(0, 3)):
        above = chance.choice(ROLES).replace("role:", "capability:")
        some = chance.sample(SKILL_TERMS, chance.randint(1, 3))
        values = " ".join(
            f"[ a owl:Restriction ; owl:onProperty mlops:hasSkill ; owl:hasValue {s} ]"
            for s in some
        )
        meaning = chance.choice(
            [
                f"rdfs:subClassOf {above}",
                f"owl:equivalentClass [ a owl:Class ; owl:intersectionOf ( {above} {values} ) ]",
                f"owl:equivalentClass [ a owl:Class ; owl:intersectionOf ( {above} ex:C{n}b ) ]",
            ]
        )
        lines.append(f"ex:C{n}b a owl:Class . ex:C{n} a owl:Class ; {meaning} .")
    chains = (
        "mlops:holdsRole mlops:performs",
        "mlops:incorporates mlops:performs",
        "ex:knows ex:knows",
    )
    lines.append("ex:knows a owl:ObjectProperty . ex:reaches a owl:ObjectProperty .")
    lines.append(f"ex:reaches owl:propertyChainAxiom ( {chance.choice(chains)} ) .")
    for n in range(chance.randint(1, 4)):
        skills = chance.sample(SKILL_TERMS, chance.randint(1, 6))
        lines.append(f"ex:p{n} mlops:holdsRole {chance.choice(roles)} ; ex:knows ex:p{n // 2} .")
        lines.append(f"ex:p{n} mlops:hasSkill {' , '.join(skills)} .")
        if chance.random() < 0.5:
            lines.append(f"ex:p{n} a ex:C0 . ex:C0 a owl:Class .")
    return "\n".join(lines)


def company(seed: int, folder) -> Graph:
    """A company and the capability classes that are derived for its roles."""
    given = turtle(random_extension(random.Random(seed)), seed)
    path = folder / f"{seed}.ttl"
    given.serialize(path)
    try:
        classes = Graph().parse(data=company_capabilities([path]), format="turtle")
    except InputError as error:
        assert "no role in it" in str(error)
        return given
    for header in list(classes.subjects(RDF.type, OWL.Ontology)):
        classes.remove((header, None, None))
    return sum_of(given, classes)


def about_companies(facts: Graph, given: Graph) -> set[tuple]:
    """The new statements about named things of companies that each reasoner can say."""
    properties = set(given.subjects(RDF.type, OWL.ObjectProperty))
    return {
        (s, p, o)
        for s, p, o in facts
        if (s, p, o) not in given
        and (p in COMPARED or p in properties)
        and not isinstance(s, (BNode, Literal))
        and isinstance(o, URIRef)
        and s != o
        and o not in TRIVIAL
        and str(s).startswith("https://example.org/")
    }


def pytest_generate_tests(metafunc):
    """One batch in CI; as many companies as --graphs says, if it says more than 30."""
    graphs = metafunc.config.getoption("graphs")
    if "first" in metafunc.fixturenames:
        begin = metafunc.config.getoption("begin")
        metafunc.parametrize("first", range(begin, graphs if graphs > 30 else BATCH, BATCH))


@lru_cache(maxsize=1)
def batch(first: int) -> tuple[Graph, frozenset]:
    """The ontology with some companies, and what our rules infer about these."""
    with TemporaryDirectory() as folder:
        some = [company(seed, Path(folder)) for seed in range(first, first + BATCH)]
    given = sum_of(logical("vocabulary", "roles", "tasks", "skills"), *some)
    found = about_companies(by_rules(given), given)
    assert len(found) > 20 * BATCH
    return given, frozenset(found)


@pytest.mark.thorough
def test_hermit_says_the_same(first, record_figure):
    given, ours = batch(first)
    theirs = about_companies(by_hermit(given), given)
    assert theirs - ours == set()
    assert ours - theirs == set()
    judged = first + BATCH  # the batches before have passed
    record_figure("company extensions judged by owlrl and HermiT", judged, judged, "companies")


@pytest.mark.long
def test_owlrl_says_the_same_but_for_intersections(first):
    """That a class is below an intersection of what it is below is no rule of OWL 2 RL."""
    given, ours = batch(first)
    theirs = about_companies(by_owlrl(given), given)
    assert theirs - ours == set()
    assert {t for t in ours - theirs if t[1] != RDFS.subClassOf} == set()


# check, judged by pySHACL and pyshifty ----------------------------------------------------


@cache
def companies_to_check(first: int) -> tuple:
    """Thirty companies with faulty data: what `check` finds, and what its judges are given."""
    data, added = Graph(), []
    with TemporaryDirectory() as folder:
        for seed in range(first, first + 30):
            chance, home = random.Random(seed), f"https://example.org/{seed}/"
            text, own = random_company(chance)
            path = Path(folder) / f"{seed}.ttl"
            turtle(text, seed).serialize(path)
            added.append(path)
            data += faulty(chance, home)
            people = "".join(f"ex:q{n} mlops:holdsRole {role} .\n" for n, role in enumerate(own))
            data += turtle(people + "ex:q0 mlops:assessedOn 7 .", seed)
        staff = Path(folder) / "staff.nt"
        data.serialize(staff, format="nt", encoding="utf-8")
        company = mlops_roles.Graph(added)
        ours, counted = found(check(staff, company), company)
        aimed, looked_at = aimed_shapes(data, shapes(), base := asserted_in(company))
    ours = {without_node_names(f) for f in ours if compared(f[0])}
    counts = [{s: n for s, n in some.items() if compared(s)} for some in (counted, looked_at)]
    return ours, counts, (base + data, aimed, looked_at)


@pytest.mark.thorough
@pytest.mark.filterwarnings("ignore::mlops_roles.NotReasonedWarning")
@pytest.mark.parametrize("judge", [by_pyshifty, pytest.param(by_pyshacl, marks=pytest.mark.long)])
def test_check_finds_the_same_as_other_engines(judge, thirty, record_figure):
    ours, (counted, looked_at), given = companies_to_check(thirty)
    theirs, judged = judge(*given)
    theirs = {without_node_names(f) for f in theirs if compared(f[0])}
    ours = {f for f in ours if f[0] in judged}
    if judge is by_pyshifty:  # to which blank nodes of shapes and of data differ
        ours, theirs = ({f for f in some if "_" not in f} for some in (ours, theirs))
    assert len(judged) > 50
    assert ours == theirs
    assert {s: n for s, n in counted.items() if n} == {s: n for s, n in looked_at.items() if n}
    assert len({f[0] for f in theirs}) > 10
    of = thirty + 30  # the batches before have passed
    name = "company extensions checked by pySHACL and pyshifty"
    record_figure(name, of, of, "companies", packages=["pyshacl", "pyshifty"])
