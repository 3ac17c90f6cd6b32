"""What follows and what must never follow, by three reasoners that share no code.

`rules` are ours, the files in ontology/rules/. `owlrl` implements OWL 2 RL. `hermit` is a reasoner for all of OWL 2 DL; it comes
with owlready2 and is called without it, because owlready2 keeps only the most specific classes of what HermiT says.
HermiT sees no annotations, so it judges no titles; `entailments.csv` says who is blind to what.
"""

from __future__ import annotations

import csv
import os
import re
import shutil
import subprocess
import tempfile
from functools import cache
from importlib.util import find_spec
from pathlib import Path

import owlrl
import pyoxigraph as ox
import pytest
from rdflib import OWL, RDF, RDFS, BNode, Graph, Literal, URIRef
from rdflib.collection import Collection

from mlops_roles import derive, reasoning

HERE = Path(__file__).parent
ONTOLOGY = HERE.parent / "ontology"
NAMES = Graph(bind_namespaces="none").parse(ONTOLOGY / "mlops-roles.ttl").namespace_manager
REASONERS = ("rules", "owlrl", "hermit")
BASE = "https://w3id.org/mlops-roles"


class Contradiction(Exception):
    """A reasoner found that its input contradicts itself."""


# names and data -----------------------------------------------------------


def iri(curie: str) -> URIRef:
    return NAMES.expand_curie(curie)


R7 = iri("role:ml-engineer")
TAKEN_IN = [iri(f"role:{slug}") for slug in ("data-scientist", "data-engineer", "software-engineer", "devops-engineer", "backend-engineer")]


def show(triple) -> str:
    return " ".join(term.n3(NAMES) for term in triple)


def short(name: str) -> str:
    return name.rstrip("/").rsplit("/", 1)[1]


@cache
def turtle(text: str, case: object = "case") -> Graph:
    """Turtle without prefixes; ex: is a namespace of the case's own, so that cases can be put together."""
    prefixes = "".join(f"@prefix {p}: <{n}> .\n" for p, n in NAMES.namespaces()) + f"@prefix ex: <https://example.org/{case}/> .\n"
    return Graph().parse(data=prefixes + text, format="turtle")


def follows(facts: Graph, text: str, case: object = "case") -> bool:
    wanted = turtle(text, case)
    assert len(wanted), f"{text!r} says nothing"
    return all(triple in facts for triple in wanted)


@cache
def asserted(*names: str) -> Graph:
    """The asserted ontology, or some files of it, without the headers (a reasoner would fetch the imports)."""
    graph = Graph()
    paths = [ONTOLOGY / f"{name}.ttl" for name in names] or sorted(ONTOLOGY.glob("*.ttl"))
    assert paths, "ontology/ holds no Turtle"
    for path in paths:
        graph.parse(path)
    for header in list(graph.subjects(RDF.type, OWL.Ontology)):
        graph.remove((header, None, None))
    return graph


@cache
def logical(*names: str) -> Graph:
    """The asserted ontology without annotations: less to copy, the same to conclude."""
    notes = {*asserted("vocabulary").subjects(RDF.type, OWL.AnnotationProperty), OWL.annotatedSource, OWL.annotatedProperty, OWL.annotatedTarget}
    return sum_of(t for t in asserted(*names) if t[1] not in {*notes, RDFS.isDefinedBy, RDFS.comment, RDFS.seeAlso} and t[2] != OWL.Axiom)


def sum_of(*parts) -> Graph:
    graph = Graph()
    for part in parts:
        for triple in part:
            graph.add(triple)
    return graph


# reasoners ----------------------------------------------------------------


def oxigraph(triples) -> ox.Store:
    """The triples that are RDF: owlrl also concludes about literals."""
    lines = (" ".join(t.n3() for t in triple) + " ." for triple in triples if isinstance(triple[1], URIRef) and not isinstance(triple[0], Literal))
    store = ox.Store()
    store.load("\n".join(lines).encode(), format=ox.RdfFormat.N_TRIPLES)
    return store


def by_rules(data: Graph) -> Graph:
    proofs = reasoning.infer(oxigraph(data))
    if clash := reasoning.contradictions(proofs):
        raise Contradiction("; ".join(str(t) for t in clash[0].because))
    return sum_of(data, Graph().parse(data="".join(f"{t} .\n" for t in proofs), format="nt"))


def by_owlrl(data: Graph) -> Graph:
    facts = sum_of(data)
    engine = owlrl.OWLRL_Semantics(facts, axioms=False, daxioms=False)
    engine.closure()
    if engine.error_messages:
        raise Contradiction(engine.error_messages[0])
    return facts


def by_hermit(data: Graph) -> Graph:
    """What HermiT says of classes, object properties, members and values; it names the nearest ones above, so climb on."""
    text, said = re.sub(r"ObjectInverseOf\( <(\S+)> \)", r"<\1^>", hermit(data)), Graph()
    for kind, names in re.findall(r"^(Type|Sub\w+Of|Equivalent\w+)\( ((?:<\S+> |owl:\w+ )+)\)$", text, re.M):
        first, *others = [URIRef(name.strip("<>").replace("owl:", str(OWL))) for name in names.split()]
        link = RDF.type if kind == "Type" else RDFS.subPropertyOf if "Propert" in kind else RDFS.subClassOf
        for other in others:
            said.add((first, link, other))
            if kind.startswith("Equivalent"):
                said.add((other, link, first))
    for prop, pairs in re.findall(r"^<(\S+)> \(known instances: *(.*?) *\|", text, re.M):
        for one, other in re.findall(r"\(<(\S+)>, <(\S+?)>\)", pairs):
            said.add((URIRef(one), URIRef(prop), URIRef(other)))
    return sum_of(data, (t for t in climb(said) if not any(name.endswith("^") for name in t)))


def climb(said: Graph):
    """Everything that was said, and the same of the classes and properties above; ^ stands for the inverse of a property."""
    for s, p, o in said:
        if p in (RDF.type, RDFS.subClassOf, RDFS.subPropertyOf):
            steps = RDFS.subPropertyOf if p == RDFS.subPropertyOf else RDFS.subClassOf
            yield from ((s, p, higher) for higher in said.transitive_objects(o, steps))
            continue
        for higher in said.transitive_objects(p, RDFS.subPropertyOf):
            yield (o, URIRef(higher[:-1]), s) if higher.endswith("^") else (s, higher, o)


def hermit(data: Graph) -> str:
    """What HermiT prints; raises Contradiction, or fails where HermiT refuses the input."""
    need_hermit()
    jars = Path(find_spec("owlready2").submodule_search_locations[0]) / "hermit"
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "data.rdf"
        data.serialize(path, format="xml")
        engine = ["-cp", f"{jars}{os.pathsep}{jars / 'HermiT.jar'}", "org.semanticweb.HermiT.cli.CommandLine"]
        wishes = ["-c", "-O", "-D", "-I", "-Y"]  # classify classes and both kinds of properties, print members and values
        command = ["java", "-Xmx2000M", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", *engine, *wishes, path.as_uri()]
        run = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    if "nconsistent ontology" in run.stdout + run.stderr:
        raise Contradiction("HermiT: inconsistent ontology")
    assert run.returncode == 0 and "SubClassOf(" in run.stdout, f"HermiT refuses it: {(run.stderr or run.stdout)[:1000]}"
    return run.stdout


def need_hermit() -> None:
    """Without Java or owlready2 a test is skipped; in CI it fails, so that nobody forgets to install them."""
    missing = [name for name, there in (("Java", shutil.which("java")), ("owlready2", find_spec("owlready2"))) if not there]
    if missing:
        (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)(f"HermiT needs {' and '.join(missing)}")


JUDGES = {"rules": by_rules, "owlrl": by_owlrl, "hermit": by_hermit}


# the ontology with people, and its closure --------------------------------


def skills_of(role: URIRef) -> set[URIRef]:
    """The skills that a role requires, walked by hand: its own, its tasks', and those of the roles that it takes in."""
    graph, requires = asserted(), iri("mlops:requiresSkill")
    own = {skill for task in (role, *graph.objects(role, iri("mlops:performs"))) for skill in graph.objects(task, requires)}
    return own.union(*(skills_of(other) for other in graph.objects(role, iri("mlops:incorporates"))))


def experts() -> Graph:
    """One agent with every skill of R7, and some who have all of them but one."""
    graph, skills = Graph(), sorted(skills_of(R7))
    assert len(skills) > 30
    for missing in (None, *spared()):
        for skill in set(skills) - {missing}:
            graph.add((expert(missing), iri("mlops:hasSkill"), skill))
    return graph


def spared() -> list[URIRef]:
    """Of the skills of R7 one for each set of roles that share it; more of them cost HermiT a minute."""
    by_roles = {frozenset(role for role in roles() if skill in skills_of(role)): skill for skill in sorted(skills_of(R7), reverse=True)}
    assert len(by_roles) > len(TAKEN_IN)
    return sorted(by_roles.values())


def expert(missing: URIRef | None = None) -> URIRef:
    return URIRef("https://example.org/staff/" + (f"all-but-{short(missing)}" if missing else "expert"))


def probes(schema: Graph) -> Graph:
    """One fresh member for each named class: rules see that a class can have no members only when it has one."""
    classes = sorted(c for c in schema.subjects(RDF.type, OWL.Class) if isinstance(c, URIRef))
    assert len(classes) > 10
    return sum_of((URIRef(f"https://example.org/probe/{n}"), RDF.type, c) for n, c in enumerate(classes))


@cache
def staff() -> Graph:
    return Graph().parse(HERE / "entailments" / "staff.ttl")


@cache
def closure(reasoner: str) -> Graph:
    """The ontology with staff, experts and probes, and all that the reasoner concludes; computed once."""
    text = (t for t in asserted() if reasoner == "rules" and t not in logical())
    return JUDGES[reasoner](sum_of(logical(), text, staff(), experts(), probes(logical())))


@pytest.fixture(params=REASONERS)
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
    return {f"{short(s)} {short(o)}" for s, o in facts.subject_objects(iri(prop)) if s.startswith("https://example.org/staff/")}


# the shipped closure ------------------------------------------------------


@cache
def shipped_closure() -> set[str]:
    return {str(q.triple) for q in ox.parse(path=str(ONTOLOGY / "closure.nt"), format=ox.RdfFormat.N_TRIPLES)}


def filtered(inferred) -> set[str]:
    """What ontology/closure.rq leaves of inferred triples."""
    return {str(t) for t in oxigraph(inferred).query((ONTOLOGY / "closure.rq").read_text("utf-8"))}


@pytest.mark.parametrize("reasoner", ["rules", "owlrl"])
def test_the_shipped_closure_is_what_the_reasoner_concludes(reasoner):
    facts = JUDGES[reasoner](asserted())
    concluded = filtered(t for t in facts if t not in asserted())
    assert len(shipped_closure()) > 1000
    missing, surplus = sorted(concluded - shipped_closure()), sorted(shipped_closure() - concluded)
    assert not missing and not surplus, "\n".join(["closure.nt", *(f"  lacks {t}" for t in missing[:20]), *(f"  should not have {t}" for t in surplus[:20])])


def test_hermit_concludes_every_shipped_statement_that_it_can_see():
    facts = closure("hermit")
    shipped = Graph().parse(ONTOLOGY / "closure.nt", format="nt")
    visible = {t for t in shipped if isinstance(t[2], URIRef) and (t[0], RDF.type, OWL.AnnotationProperty) not in asserted()}
    assert len(visible) > 100
    assert not sorted(show(t) for t in visible if t not in facts)


def test_the_derived_files_are_fresh():
    written = derive.derived()
    assert {path.name for path in written} == {"capabilities.ttl", "closure.nt"}
    assert not [path.name for path, text in written.items() if path.read_text("utf-8") != text], "stale; run `mlops-roles derive`"


# E: what follows ----------------------------------------------------------


def test_e1_r7_requires_exactly_the_skills_of_its_tasks_and_of_the_five_roles_it_takes_in(facts):
    inherited = set().union(*(skills_of(role) for role in TAKEN_IN))
    assert set(asserted().objects(R7, iri("mlops:incorporates"))) == set(TAKEN_IN)
    assert inherited < skills_of(R7)
    assert {s for r, s in links(facts, "mlops:requiresSkill") if r == R7} == skills_of(R7)


def test_e1_no_inherited_skill_is_copied_by_hand():
    copied = set(asserted().objects(R7, iri("mlops:requiresSkill"))) & set().union(*(skills_of(role) for role in TAKEN_IN))
    assert not copied


def test_e1_every_role_requires_exactly_what_its_tasks_and_parts_require(facts):
    required = links(facts, "mlops:requiresSkill")
    assert {role: {s for r, s in required if r == role} for role in roles()} == {role: skills_of(role) for role in roles()}


@pytest.mark.parametrize("role", TAKEN_IN)
def test_e2_who_is_capable_as_an_ml_engineer_is_capable_in_each_role_it_takes_in(facts, role):
    assert (capability(R7), RDFS.subClassOf, capability(role)) in facts


# E3 is not asked of our rules: they never conclude membership in an intersection (cls-int1), because the tool materialises
# no people; its answers about people come from queries.
@pytest.mark.parametrize("reasoner", ["owlrl", "hermit"])
def test_e3_an_agent_with_all_skills_of_r7_is_in_all_six_capability_classes(reasoner):
    member = set(closure(reasoner).objects(expert(), RDF.type))
    assert {capability(role) for role in (R7, *TAKEN_IN)} <= member


@pytest.mark.parametrize("reasoner", ["owlrl", "hermit"])
def test_e3_one_skill_less_and_the_agent_is_in_no_class_that_needs_it(reasoner):
    facts, held = closure(reasoner), {}
    for missing in spared():
        held[missing] = {role for role in roles() if (expert(missing), RDF.type, capability(role)) in facts}
    assert held == {missing: {role for role in roles() if skills_of(role) <= skills_of(R7) - {missing}} for missing in held}
    assert not any(R7 in found for found in held.values())


def test_e3_our_rules_conclude_no_membership_in_a_capability_class_from_skills():
    assert not [show(t) for t in closure("rules").triples((expert(), RDF.type, None)) if "/capability/" in t[2]]


def test_e4_whoever_holds_r7_needs_exactly_the_skills_it_requires(facts):
    assert set(facts.objects(URIRef("https://example.org/staff/holder"), iri("mlops:needsSkill"))) == skills_of(R7)


def test_e5_posts_memberships_and_occupations_give_roles_and_nothing_else_does(facts):
    assert staff_links(facts, "mlops:holdsRole") == {
        *("holder ml-engineer", "neighbour product-owner"),
        *("posted data-engineer", "member devops-engineer", "joined software-engineer", "stranger treasurer"),
        *("direct data-scientist", "mapped data-scientist", "mapped-back solution-architect"),
    }


def test_e5_every_role_as_an_occupation_is_a_role_held(facts):
    for role in roles():
        holds = [c for c in facts.subjects(OWL.hasValue, role) if (c, OWL.onProperty, iri("mlops:holdsRole")) in facts]
        occupied = [c for c in facts.subjects(OWL.hasValue, role) if (c, OWL.onProperty, iri("mlops:hasOccupation")) in facts]
        assert [(o, h) for o in occupied for h in holds if (o, RDFS.subClassOf, h) in facts], role


def answerable() -> set[tuple]:
    """Who answers for which principle, walked by hand."""
    graph, kinds = asserted(), [iri(f"mlops:{kind}Step") for kind in ("performs", "manages", "builds")]
    steps = {(who, step) for kind in kinds for who, step in graph.subject_objects(kind)}
    components = {(who, c) for who, step in steps for c in graph.objects(step, iri("mlops:usesComponent"))}
    return {(who, principle) for who, c in components for principle in graph.objects(c, iri("mlops:implementsPrinciple"))}


def test_e6_roles_answer_for_exactly_the_principles_of_the_components_in_their_steps(facts):
    assert answerable()
    assert links(facts, "mlops:answerableFor") == answerable()


def test_e6_from_every_principle_one_reaches_a_role_or_the_two_sides_of_an_either_or(facts):
    reached = {principle: who for who, principle in links(facts, "mlops:answerableFor")}
    assert len(reached) == 9
    assert set(reached) == set(asserted().subjects(RDF.type, iri("mlops:Principle")))
    for who, _ in links(facts, "mlops:answerableFor"):
        assert who in roles() or len(set(facts.subjects(iri("mlops:optionOf"), who)) & set(roles())) > 1, who


# N: what never follows ----------------------------------------------------


def test_n1_holding_r7_is_not_holding_the_roles_it_takes_in(facts):
    assert {text for text in staff_links(facts, "mlops:holdsRole") if text.startswith("holder ")} == {"holder ml-engineer"}


def test_n2_holding_a_role_is_neither_having_nor_lacking_its_skills(facts):
    holder = URIRef("https://example.org/staff/holder")
    assert (holder, iri("mlops:needsSkill"), None) in facts
    assert not [show(t) for prop in ("mlops:hasSkill", "mlops:lacksSkill") for t in facts.triples((holder, iri(prop), None))]


def test_n3_no_role_performs_more_than_its_own_block_says(facts):
    assert links(facts, "mlops:performs") == links(asserted(), "mlops:performs")


def test_n3_r7_shares_tasks_with_r6_and_takes_over_no_ones_tasks():
    tasks = {role: set(asserted().objects(role, iri("mlops:performs"))) for role in (R7, *TAKEN_IN)}
    assert tasks[R7] & tasks[iri("role:devops-engineer")]
    assert not [short(role) for role in TAKEN_IN if tasks[role] and tasks[role] <= tasks[R7]]


@pytest.mark.parametrize("reasoner", ["rules", "owlrl"])
def test_n4_no_two_things_are_the_same(reasoner):
    same = [show(t) for t in closure(reasoner).triples((None, OWL.sameAs, None)) if t[0] != t[2] and not isinstance(t[0], Literal)]
    assert not same


def test_n4_hermit_accepts_the_whole_ontology_even_with_all_roles_different():
    names, everyone, kinds = BNode(), BNode(), [iri(f"mlops:{kind}") for kind in ("Role", "SimilarRole", "RoleChoice")]
    graph = sum_of(asserted(), [(everyone, RDF.type, OWL.AllDifferent), (everyone, OWL.distinctMembers, names)])
    Collection(graph, names, sorted(x for kind in kinds for x in asserted().subjects(RDF.type, kind)))
    assert hermit(graph)


def test_n4_similarity_is_symmetric_and_goes_no_further(facts):
    stated = links(asserted(), "mlops:similarTo")
    assert len(stated) == 6
    assert links(facts, "mlops:similarTo") == stated | {(b, a) for a, b in stated}


def test_n4_the_two_neighbours_of_r1_have_nothing_to_do_with_each_other(facts):
    one, two, r1 = iri("role:product-owner"), iri("role:project-manager"), iri("role:business-stakeholder")
    assert (one, iri("mlops:similarTo"), r1) in facts and (two, iri("mlops:similarTo"), r1) in facts
    assert not [show(t) for pair in ((one, two), (two, one)) for t in facts.triples((pair[0], None, pair[1]))]


def test_n5_capability_classes_lie_below_each_other_only_where_a_role_takes_another_in(facts):
    classes = {capability(role) for role in roles()}
    assert len(classes) == 8
    below = {(a, b) for a, b in facts.subject_objects(RDFS.subClassOf) if a in classes and b in classes and a != b}
    assert below == {(capability(R7), capability(role)) for role in TAKEN_IN}


def test_n5_no_capability_class_is_empty_for_logical_reasons(facts):
    assert not [show(t) for t in facts.triples((None, RDFS.subClassOf, OWL.Nothing)) if t[0] != OWL.Nothing]


def titles(facts: Graph, text: str) -> set[tuple[str, str]]:
    kinds = ("mlops:primaryTitle", "mlops:counterpartTitle", "mlops:curatedTitle")
    return {(short(role), kind) for kind in kinds for role, value in facts.subject_objects(iri(kind)) if str(value) == text}


# HermiT sees no titles: they are annotations.
@pytest.mark.parametrize("data", ["asserted", "rules"])
def test_n6_an_ambiguous_title_stays_with_both_roles_as_what_it_is(data):
    facts = asserted() if data == "asserted" else closure("rules")
    assert titles(facts, "MLOps Engineer") == {("devops-engineer", "mlops:counterpartTitle"), ("ml-engineer", "mlops:primaryTitle")}
    assert titles(facts, "ML/Data Engineer") == {("software-engineer", "mlops:counterpartTitle")}


def test_n6_no_two_roles_are_merged(facts):
    assert not [show((a, OWL.sameAs, b)) for a in roles() for b in facts.objects(a, OWL.sameAs) if a != b]


def test_n7_mitre_is_named_as_a_file_only():
    said = {(s, str(o)) for s, _, o in asserted() if isinstance(o, Literal) and "mitre" in o.lower()}
    allowed = "It is named after the file: its second names could not be traced to MITRE as an organisation, and nothing more is claimed."
    assert (iri("source:mitre-roles"), allowed) in said
    assert not {text for _, text in said if "MITRE" in text.replace("MITRE Roles.md", "")} - {allowed}
    credit = {iri("dcterms:creator"), iri("dcterms:publisher"), iri("dcterms:rights")}
    assert not [show(t) for t in asserted() if t[1] in credit and ("mitre" in t[0].lower() or "mitre" in t[2].lower())]


# consistency, coherence, OWL 2 DL -----------------------------------------


@cache
def rows(verdict: str | None = None) -> list[dict[str, str]]:
    """The rows of entailments.csv, with their numbers: what follows, never follows (`unless`), or is a contradiction."""
    with (HERE / "entailments.csv").open(encoding="utf-8", newline="") as file:
        found = [row | {"row": str(n)} for n, row in enumerate(csv.DictReader(file), 2)]
    picked = [r for r in found if verdict in (None, kind(r))]
    assert picked, f"entailments.csv has no row of {verdict}"
    return picked


def kind(row: dict[str, str]) -> str:
    return "contradiction" if row["then"] == "contradiction" else "never" if row["unless"] else "follows"


@cache
def schema() -> Graph:
    return logical("vocabulary")


def test_the_ontology_with_people_and_a_probe_in_each_class_is_no_contradiction(facts):
    assert len(facts) > len(logical())


@pytest.mark.parametrize("reasoner", REASONERS)
def test_a_class_that_can_have_no_members_is_found(reasoner):
    data = sum_of(schema(), turtle("ex:Ninja a owl:Class ; rdfs:subClassOf mlops:Role , mlops:Task ."))
    if reasoner == "hermit":
        assert follows(by_hermit(data), "ex:Ninja rdfs:subClassOf owl:Nothing .")
    else:
        with pytest.raises(Contradiction):
            JUDGES[reasoner](sum_of(data, probes(data)))


@pytest.mark.parametrize("reasoner", REASONERS)
@pytest.mark.parametrize("row", rows("contradiction"), ids=lambda row: row["given"])
def test_a_planted_contradiction_is_found(row, reasoner):
    data = sum_of(schema(), turtle(row["given"], row["row"]))
    if reasoner in row["blind"].split():
        assert JUDGES[reasoner](data), "sees it now: take the name out of the column `blind`"
    else:
        with pytest.raises(Contradiction):
            JUDGES[reasoner](data)


@pytest.mark.parametrize("reasoner", REASONERS)
def test_every_reasoner_agrees_with_the_table_of_entailments(reasoner):
    cases = rows("follows") + rows("never")
    facts = JUDGES[reasoner](sum_of(schema(), turtle("skos:closeMatch a owl:ObjectProperty ."), *(turtle(r["given"], r["row"]) for r in cases)))
    seen = {(r["row"], r["given"], r["then"]): follows(facts, r["then"], r["row"]) for r in cases}
    right = {(r["row"], r["given"], r["then"]): kind(r) == "follows" and reasoner not in r["blind"] for r in cases}
    assert seen == right


@pytest.mark.parametrize(
    "fault",
    [
        "mlops:hasEvidenceOf rdfs:subPropertyOf mlops:hasSkill .",  # a chain below a disjoint property
        "mlops:lacksSkill a owl:TransitiveProperty .",
        "mlops:performs owl:propertyChainAxiom ( mlops:requiresSkill mlops:incorporates ) .",  # the chains run in a circle
    ],
)
def test_hermit_refuses_what_is_not_owl_2_dl(fault):
    with pytest.raises(AssertionError, match="HermiT refuses it"):
        by_hermit(sum_of(schema(), turtle(fault)))
