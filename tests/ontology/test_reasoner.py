"""What follows and what must never follow, by three reasoners that share no code.

The reasoners are described in support/reasoners.py.
HermiT sees no annotations, so it judges no titles; `entailments.csv` says who is blind to what.
"""

from __future__ import annotations

from functools import cache

import pyoxigraph as ox
import pytest
from rdflib import OWL, RDF, RDFS, BNode, Graph, Literal, URIRef
from rdflib.collection import Collection
from support.reasoners import (
    BASE,
    CONSISTENCY,
    HERE,
    JUDGES,
    MEMBERS,
    ONTOLOGY,
    REASONERS,
    Contradiction,
    asserted,
    by_hermit,
    follows,
    hermit,
    inferable,
    iri,
    kind,
    logical,
    oxigraph,
    rows,
    schema,
    short,
    show,
    sum_of,
    turtle,
)
from support.sample import sampled

from mlops_roles.ontology.derivation import derived_files

R7 = iri("role:ml-engineer")
TAKEN_IN = [
    iri(f"role:{slug}")
    for slug in (
        "data-scientist",
        "data-engineer",
        "software-engineer",
        "devops-engineer",
        "backend-engineer",
    )
]


# the ontology with people, and its closure --------------------------------


def skills_of(role: URIRef) -> set[URIRef]:
    """The skills of a role, walked by hand: its own, its tasks' and those of roles it takes in."""
    graph, requires = asserted(), iri("mlops:requiresSkill")
    own = {
        skill
        for task in (role, *graph.objects(role, iri("mlops:performs")))
        for skill in graph.objects(task, requires)
    }
    return own.union(
        *(skills_of(other) for other in graph.objects(role, iri("mlops:incorporates")))
    )


def experts() -> Graph:
    """One agent with every skill of R7, and some who have all of them but one."""
    graph, skills = Graph(), sorted(skills_of(R7))
    assert len(skills) > 30
    for missing in (None, *spared()):
        for skill in set(skills) - {missing}:
            graph.add((expert(missing), iri("mlops:hasSkill"), skill))
    return graph


def spared() -> list[URIRef]:
    """One skill of R7 for each set of roles that share it; all of them cost HermiT a minute."""
    by_roles = {
        frozenset(role for role in roles() if skill in skills_of(role)): skill
        for skill in sorted(skills_of(R7), reverse=True)
    }
    assert len(by_roles) > len(TAKEN_IN)
    return sorted(by_roles.values())


def expert(missing: URIRef | None = None) -> URIRef:
    return URIRef(
        "https://example.org/staff/" + (f"all-but-{short(missing)}" if missing else "expert")
    )


def probes(schema: Graph) -> Graph:
    """A fresh member for each class: rules see only so that a class can have no members."""
    classes = sorted(c for c in schema.subjects(RDF.type, OWL.Class) if isinstance(c, URIRef))
    assert len(classes) > 10
    return sum_of(
        (URIRef(f"https://example.org/probe/{n}"), RDF.type, c) for n, c in enumerate(classes)
    )


@cache
def staff() -> Graph:
    return Graph().parse(HERE / "entailments" / "staff.ttl")


@cache
def closure(reasoner: str) -> Graph:
    """The ontology with staff, experts and probes, and all that the reasoner concludes.

    HermiT gets the experts apart, with the axioms that are about classes of people, and is asked
    for their classes alone, which is all that is required of them: looking for values of their
    many skills takes it four times as long, and the tasks and steps of roles a third as much.
    """
    if reasoner == "hermit":
        others = by_hermit(sum_of(logical(), staff(), probes(logical())))
        classes = logical("vocabulary", "capabilities")
        return sum_of(others, by_hermit(sum_of(classes, experts()), MEMBERS))
    text = (t for t in asserted() if reasoner == "rules" and t not in logical())
    return JUDGES[reasoner](sum_of(logical(), text, staff(), experts(), probes(logical())))


# HermiT takes as long over the whole ontology as all other tests of this file together
EVERY_REASONER = ["rules", "owlrl", pytest.param("hermit", marks=pytest.mark.thorough)]


@pytest.fixture(params=EVERY_REASONER)
def facts(request) -> Graph:
    return closure(request.param)


def roles() -> list[URIRef]:
    found = sorted(asserted().subjects(RDF.type, iri("mlops:Role")))
    assert len(found) == 8
    return found


def capability(role: URIRef) -> URIRef:
    return next(asserted().subjects(iri("mlops:capabilityFor"), role))


def links(facts: Graph, prop: str) -> set[tuple]:
    """The pairs of a property that are about the ontology's own things."""
    return {(s, o) for s, o in facts.subject_objects(iri(prop)) if s.startswith(BASE)}


def staff_links(facts: Graph, prop: str) -> set[str]:
    return {
        f"{short(s)} {short(o)}"
        for s, o in facts.subject_objects(iri(prop))
        if s.startswith("https://example.org/staff/")
    }


# the shipped closure ------------------------------------------------------


@cache
def shipped_closure() -> set[str]:
    return {
        str(q.triple)
        for q in ox.parse(path=str(ONTOLOGY / "closure.nt"), format=ox.RdfFormat.N_TRIPLES)
    }


def filtered(inferred) -> set[str]:
    """What ontology/closure.rq leaves of inferred triples."""
    return {str(t) for t in oxigraph(inferred).query((ONTOLOGY / "closure.rq").read_text("utf-8"))}


@pytest.mark.parametrize("reasoner", ["rules", "owlrl"])
def test_the_shipped_closure_is_what_the_reasoner_concludes(reasoner):
    given = inferable() if reasoner == "owlrl" else asserted()
    concluded = filtered(t for t in JUDGES[reasoner](given) if t not in asserted())
    assert len(shipped_closure()) > 1000
    missing, surplus = sorted(concluded - shipped_closure()), sorted(shipped_closure() - concluded)
    assert not missing and not surplus, "\n".join(
        [
            "closure.nt",
            *(f"  lacks {t}" for t in missing[:20]),
            *(f"  should not have {t}" for t in surplus[:20]),
        ]
    )


@pytest.mark.thorough
def test_hermit_concludes_every_shipped_statement_that_it_can_see():
    facts = closure("hermit")
    shipped = Graph().parse(ONTOLOGY / "closure.nt", format="nt")
    visible = {
        t
        for t in shipped
        if isinstance(t[2], URIRef) and (t[0], RDF.type, OWL.AnnotationProperty) not in asserted()
    }
    assert len(visible) > 100
    assert not sorted(show(t) for t in visible if t not in facts)


def test_the_derived_files_are_fresh():
    written = derived_files()
    assert {path.name for path in written} == {"capabilities.ttl", "closure.nt"}
    assert not [path.name for path, text in written.items() if path.read_text("utf-8") != text], (
        "stale; run `mlops-roles derive`"
    )


# E: what follows ----------------------------------------------------------


def test_e1_r7_requires_the_skills_of_its_tasks_and_of_the_roles_it_takes_in(facts):
    inherited = set().union(*(skills_of(role) for role in TAKEN_IN))
    assert set(asserted().objects(R7, iri("mlops:incorporates"))) == set(TAKEN_IN)
    assert inherited < skills_of(R7)
    assert {s for r, s in links(facts, "mlops:requiresSkill") if r == R7} == skills_of(R7)


def test_e1_no_inherited_skill_is_copied_by_hand():
    copied = set(asserted().objects(R7, iri("mlops:requiresSkill"))) & set().union(
        *(skills_of(role) for role in TAKEN_IN)
    )
    assert not copied


def test_e1_every_role_requires_exactly_what_its_tasks_and_parts_require(facts):
    required = links(facts, "mlops:requiresSkill")
    assert {role: {s for r, s in required if r == role} for role in roles()} == {
        role: skills_of(role) for role in roles()
    }


@pytest.mark.parametrize("role", TAKEN_IN)
def test_e2_who_is_capable_of_r7_is_capable_of_each_role_it_takes_in(facts, role):
    assert (capability(R7), RDFS.subClassOf, capability(role)) in facts


@pytest.mark.parametrize("reasoner", EVERY_REASONER)
def test_e3_an_agent_with_all_skills_of_r7_is_in_six_capability_classes(reasoner):
    member = set(closure(reasoner).objects(expert(), RDF.type))
    assert {capability(role) for role in (R7, *TAKEN_IN)} <= member


@pytest.mark.parametrize("reasoner", EVERY_REASONER)
def test_e3_one_skill_less_and_the_agent_is_in_no_class_that_needs_it(reasoner):
    facts, held = closure(reasoner), {}
    for missing in spared():
        held[missing] = {
            role for role in roles() if (expert(missing), RDF.type, capability(role)) in facts
        }
    assert held == {
        missing: {role for role in roles() if skills_of(role) <= skills_of(R7) - {missing}}
        for missing in held
    }
    assert not any(R7 in found for found in held.values())


def test_e4_a_holder_of_r7_needs_exactly_the_skills_it_requires(facts):
    assert set(
        facts.objects(URIRef("https://example.org/staff/holder"), iri("mlops:needsSkill"))
    ) == skills_of(R7)


def test_e5_only_posts_memberships_and_occupations_give_roles(facts):
    assert staff_links(facts, "mlops:holdsRole") == {
        *("holder ml-engineer", "neighbour product-owner"),
        *(
            "posted data-engineer",
            "member devops-engineer",
            "joined software-engineer",
            "stranger treasurer",
        ),
        *("direct data-scientist", "mapped data-scientist", "mapped-back solution-architect"),
    }


def test_e5_every_role_as_an_occupation_is_a_role_held(facts):
    for role in roles():
        holds = [
            c
            for c in facts.subjects(OWL.hasValue, role)
            if (c, OWL.onProperty, iri("mlops:holdsRole")) in facts
        ]
        occupied = [
            c
            for c in facts.subjects(OWL.hasValue, role)
            if (c, OWL.onProperty, iri("mlops:hasOccupation")) in facts
        ]
        assert [(o, h) for o in occupied for h in holds if (o, RDFS.subClassOf, h) in facts], role


def answerable() -> set[tuple]:
    """Who answers for which principle, walked by hand."""
    graph, kinds = (
        asserted(),
        [iri(f"mlops:{kind}Step") for kind in ("performs", "manages", "builds")],
    )
    steps = {(who, step) for kind in kinds for who, step in graph.subject_objects(kind)}
    components = {
        (who, c) for who, step in steps for c in graph.objects(step, iri("mlops:usesComponent"))
    }
    return {
        (who, principle)
        for who, c in components
        for principle in graph.objects(c, iri("mlops:implementsPrinciple"))
    }


def test_e6_roles_answer_for_the_principles_of_the_components_in_their_steps(facts):
    assert answerable()
    assert links(facts, "mlops:answerableFor") == answerable()


def test_e6_each_principle_has_a_role_or_a_choice_of_roles_that_answers(facts):
    reached = {principle: who for who, principle in links(facts, "mlops:answerableFor")}
    assert len(reached) == 9
    assert set(reached) == set(asserted().subjects(RDF.type, iri("mlops:Principle")))
    for who, _ in links(facts, "mlops:answerableFor"):
        assert (
            who in roles()
            or len(set(facts.subjects(iri("mlops:optionOf"), who)) & set(roles())) > 1
        ), who


# N: what never follows ----------------------------------------------------


def test_n1_holding_r7_is_not_holding_the_roles_it_takes_in(facts):
    assert {
        text for text in staff_links(facts, "mlops:holdsRole") if text.startswith("holder ")
    } == {"holder ml-engineer"}


def test_n2_holding_a_role_is_neither_having_nor_lacking_its_skills(facts):
    holder = URIRef("https://example.org/staff/holder")
    assert (holder, iri("mlops:needsSkill"), None) in facts
    assert not [
        show(t)
        for prop in ("mlops:hasSkill", "mlops:lacksSkill")
        for t in facts.triples((holder, iri(prop), None))
    ]


def test_n3_no_role_performs_more_than_its_own_block_says(facts):
    assert links(facts, "mlops:performs") == links(asserted(), "mlops:performs")


def test_n3_r7_shares_tasks_with_r6_and_takes_over_no_ones_tasks():
    tasks = {role: set(asserted().objects(role, iri("mlops:performs"))) for role in (R7, *TAKEN_IN)}
    assert tasks[R7] & tasks[iri("role:devops-engineer")]
    assert not [short(role) for role in TAKEN_IN if tasks[role] and tasks[role] <= tasks[R7]]


@pytest.mark.parametrize("reasoner", ["rules", "owlrl"])
def test_n4_no_two_things_are_the_same(reasoner):
    same = [
        show(t)
        for t in closure(reasoner).triples((None, OWL.sameAs, None))
        if t[0] != t[2] and not isinstance(t[0], Literal)
    ]
    assert not same


def test_n4_hermit_accepts_the_ontology_with_all_roles_different():
    names, everyone, kinds = (
        BNode(),
        BNode(),
        [iri(f"mlops:{kind}") for kind in ("Role", "SimilarRole", "RoleChoice")],
    )
    graph = sum_of(  # test_released.py has HermiT accept the annotations, too
        logical(), [(everyone, RDF.type, OWL.AllDifferent), (everyone, OWL.distinctMembers, names)]
    )
    Collection(
        graph, names, sorted(x for kind in kinds for x in asserted().subjects(RDF.type, kind))
    )
    assert hermit(graph, CONSISTENCY)


def test_n4_similarity_is_symmetric_and_goes_no_further(facts):
    stated = links(asserted(), "mlops:similarTo")
    assert len(stated) == 6
    assert links(facts, "mlops:similarTo") == stated | {(b, a) for a, b in stated}


def test_n4_the_two_neighbours_of_r1_have_nothing_to_do_with_each_other(facts):
    one, two, r1 = (
        iri("role:product-owner"),
        iri("role:project-manager"),
        iri("role:business-stakeholder"),
    )
    assert (one, iri("mlops:similarTo"), r1) in facts and (two, iri("mlops:similarTo"), r1) in facts
    assert not [
        show(t)
        for pair in ((one, two), (two, one))
        for t in facts.triples((pair[0], None, pair[1]))
    ]


def test_n5_a_capability_is_below_another_only_where_its_role_takes_that_in(facts):
    classes = {capability(role) for role in roles()}
    assert len(classes) == 8
    below = {
        (a, b)
        for a, b in facts.subject_objects(RDFS.subClassOf)
        if a in classes and b in classes and a != b
    }
    assert below == {(capability(R7), capability(role)) for role in TAKEN_IN}


def test_n5_no_capability_class_is_empty_for_logical_reasons(facts):
    assert not [
        show(t) for t in facts.triples((None, RDFS.subClassOf, OWL.Nothing)) if t[0] != OWL.Nothing
    ]


def titles(facts: Graph, text: str) -> set[tuple[str, str]]:
    kinds = ("mlops:primaryTitle", "mlops:counterpartTitle", "mlops:curatedTitle")
    return {
        (short(role), kind)
        for kind in kinds
        for role, value in facts.subject_objects(iri(kind))
        if str(value) == text
    }


# HermiT sees no titles: they are annotations.
@pytest.mark.parametrize("data", ["asserted", "rules"])
def test_n6_an_ambiguous_title_stays_with_both_roles(data):
    facts = asserted() if data == "asserted" else closure("rules")
    assert titles(facts, "MLOps Engineer") == {
        ("devops-engineer", "mlops:counterpartTitle"),
        ("ml-engineer", "mlops:primaryTitle"),
    }
    assert titles(facts, "ML/Data Engineer") == {("software-engineer", "mlops:counterpartTitle")}


def test_n6_no_two_roles_are_merged(facts):
    assert not [
        show((a, OWL.sameAs, b)) for a in roles() for b in facts.objects(a, OWL.sameAs) if a != b
    ]


def test_n7_mitre_is_named_as_a_file_only():
    said = {
        (s, str(o)) for s, _, o in asserted() if isinstance(o, Literal) and "mitre" in o.lower()
    }
    allowed = (
        "It is named after the file: its second names could not be traced to MITRE as an "
        "organisation, and nothing more is claimed."
    )
    assert (iri("source:mitre-roles"), allowed) in said
    assert not {text for _, text in said if "MITRE" in text.replace("MITRE Roles.md", "")} - {
        allowed
    }
    credit = {iri("dcterms:creator"), iri("dcterms:publisher"), iri("dcterms:rights")}
    assert not [
        show(t)
        for t in asserted()
        if t[1] in credit and ("mitre" in t[0].lower() or "mitre" in t[2].lower())
    ]


# consistency, coherence, OWL 2 DL -----------------------------------------


def test_the_ontology_with_a_member_in_each_class_is_consistent(facts):
    assert len(facts) > len(logical())


@pytest.mark.parametrize("reasoner", REASONERS)
def test_a_class_that_can_have_no_members_is_found(reasoner):
    data = sum_of(
        schema(), turtle("ex:Ninja a owl:Class ; rdfs:subClassOf mlops:Role , mlops:Task .")
    )
    if reasoner == "hermit":
        assert follows(by_hermit(data), "ex:Ninja rdfs:subClassOf owl:Nothing .")
    else:
        with pytest.raises(Contradiction):
            JUDGES[reasoner](sum_of(data, probes(data)))


def axioms_met(row) -> set:
    """The kinds of axioms of the vocabulary about the terms of a row, and of literals in it."""
    found = set()
    for triple in turtle(row["given"], row["row"]):
        found.update(term.datatype for term in triple if isinstance(term, Literal))
        for place, term in zip(("subject", "predicate", "object"), triple, strict=True):
            for _, prop, value in schema().triples((term, None, None)):
                found.add((place, value if prop == RDF.type else prop))
    return found


# the judges start from nothing for each, and HermiT starts a virtual machine
PLANTED = [
    *((row, "rules") for row in rows("contradiction")),
    *sampled(((row, "owlrl") for row in rows("contradiction")), lambda case: axioms_met(case[0])),
    *sampled(((row, "hermit") for row in rows("contradiction")), lambda case: axioms_met(case[0])),
]


@pytest.mark.parametrize(
    ("row", "reasoner"), PLANTED, ids=lambda v: v if isinstance(v, str) else v["given"]
)
def test_a_planted_contradiction_is_found(row, reasoner):
    data = sum_of(schema(), turtle(row["given"], row["row"]))
    if reasoner in row["blind"].split():
        assert JUDGES[reasoner](data), "sees it now: take the name out of the column `blind`"
    else:
        with pytest.raises(Contradiction):
            JUDGES[reasoner](data)


def test_the_usual_run_plants_a_contradiction_for_each_kind_of_axiom():
    """HermiT and owlrl are given a sample of the rows, our reasoner all of them."""
    of_judges = [p for p in PLANTED if getattr(p, "values", None)]
    usual = [p.values[0] for p in of_judges if not p.marks and p.values[1] == "hermit"]
    assert [p.values[0] for p in of_judges] == 2 * rows("contradiction")
    assert set().union(*map(axioms_met, usual)) == set().union(
        *map(axioms_met, rows("contradiction"))
    )
    assert 5 <= len(usual) <= 20


@pytest.mark.parametrize("reasoner", REASONERS)
def test_every_reasoner_agrees_with_the_table_of_entailments(reasoner):
    cases = rows("follows") + rows("never")
    facts = JUDGES[reasoner](
        sum_of(
            schema(),
            turtle("skos:closeMatch a owl:ObjectProperty ."),
            *(turtle(r["given"], r["row"]) for r in cases),
        )
    )
    seen = {(r["row"], r["given"], r["then"]): follows(facts, r["then"], r["row"]) for r in cases}
    right = {
        (r["row"], r["given"], r["then"]): kind(r) == "follows" and reasoner not in r["blind"]
        for r in cases
    }
    assert seen == right


@pytest.mark.parametrize(
    "fault",
    [
        # a chain below a disjoint property
        "mlops:hasEvidenceOf rdfs:subPropertyOf mlops:hasSkill .",
        "mlops:lacksSkill a owl:TransitiveProperty .",
        # the chains run in a circle
        "mlops:performs owl:propertyChainAxiom ( mlops:requiresSkill mlops:incorporates ) .",
    ],
)
def test_hermit_refuses_what_is_not_owl_2_dl(fault):
    with pytest.raises(AssertionError, match="HermiT refuses it"):
        by_hermit(sum_of(schema(), turtle(fault)))
