"""What the verifier reads in the mappings of a company: RDF, marks on its statements, and sets."""

import pyoxigraph as ox
import pytest

from mlops_roles.analysis.verifier.matches import Matches

OURS = "https://w3id.org/mlops-roles/"
PREFIXES = {
    "v": "https://v.example/",
    "skill": f"{OURS}skill/",
    "skos": "http://www.w3.org/2004/02/skos/core#",
    "owl": "http://www.w3.org/2002/07/owl#",
    "dct": "http://purl.org/dc/terms/",
    "sssom": "https://w3id.org/sssom/",
    "xl": "http://www.w3.org/2008/05/skos-xl#",
    "schema": "https://schema.org/",
    "ns": f"{OURS}ns#",
}
STATED = """
v:ask skos:exactMatch skill:sql ; skos:prefLabel "Fragen"@de ; schema:name "Ask" ; v:note "no" ;
    xl:altLabel [ xl:literalForm "Asking" ] .
v:part skos:broadMatch v:ask .
v:whole skos:narrowMatch skill:sql .
v:near skos:closeMatch skill:git , skill:sql .
v:near skos:exactMatch v:ask .
v:not ns:noMatch skill:sql .
skill:git skos:exactMatch v:git .
v:alone skos:prefLabel "Alone" .
v:ask skos:exactMatch "text" .
[] a owl:Axiom ; owl:annotatedSource v:ask ; owl:annotatedProperty skos:exactMatch ;
    owl:annotatedTarget skill:sql ; dct:bibliographicCitation "set, line 3" ; dct:isPartOf "set" ;
    sssom:reviewer_label "Ada" ; sssom:author_label "Bo" ; sssom:subject_label "Asked" ;
    sssom:object_label "Our SQL" .
[] a owl:Axiom ; owl:annotatedSource v:part ; owl:annotatedProperty skos:broadMatch ;
    owl:annotatedTarget v:ask ; dct:isPartOf "another set" ; sssom:author_label "Bo" .
[] a owl:Axiom ; owl:annotatedSource v:not ; owl:annotatedProperty ns:noMatch ;
    owl:annotatedTarget skill:sql ; dct:isPartOf "https://w3id.org/mlops-roles/alignment/x" .
[] a owl:Axiom ; owl:annotatedSource v:git ; owl:annotatedProperty skos:exactMatch .
"""
SET = """#mapping_set_id: https://v.example/set
#curie_map:
#  v: https://v.example/
#  skill: https://w3id.org/mlops-roles/skill/
subject_id\tsubject_label\tpredicate_id\tpredicate_modifier\tobject_id\tmapping_justification\treviewer_label
v:query\tQuerying\tskos:exactMatch\t\tskill:sql\tsemapv:LexicalMatching\tAda
v:tables\tTables\tskos:exactMatch\tNot\tskill:sql\tsemapv:LexicalMatching\tCem
v:new\tNew\tskos:exactMatch\t\tskill:sql\tsemapv:LexicalMatching\t
"""
NAMES = """#mapping_set_id: https://v.example/names
#curie_map: {skill: https://w3id.org/mlops-roles/skill/}
subject_label\tsubject_type\tpredicate_id\tpredicate_modifier\tobject_id\tmapping_justification\tauthor_label
Frage\trdfs literal\tskos:broadMatch\t\tskill:sql\tsemapv:ManualMappingCuration\tAda
Zweig\trdfs literal\tskos:exactMatch\tNot\tskill:git\tsemapv:ManualMappingCuration\tBo
"""
SKILLS = {f"{OURS}skill/sql", f"{OURS}skill/git"}


def v(name):
    return PREFIXES["v"] + name


@pytest.fixture(scope="module")
def matches(tmp_path_factory):
    head = "".join(f"@prefix {p}: <{iri}> .\n" for p, iri in PREFIXES.items())
    triples = [q.triple for q in ox.parse(head + STATED, format=ox.RdfFormat.TURTLE)]
    path = tmp_path_factory.mktemp("mapped") / "v.sssom.tsv"
    path.write_text(SET, "utf-8")
    (names := path.with_name("names.sssom.tsv")).write_text(NAMES, "utf-8")
    return Matches(triples, [path, names], {"v": PREFIXES["v"], "": ""})


@pytest.mark.parametrize(
    ("term", "sql", "git"),
    [
        ("ask", "exact", "close"),  # as what is the same is
        ("part", "narrower", None),  # narrower than what is the same
        ("whole", "broader", None),
        ("near", "exact", "close"),  # of two relations the stronger one counts
        ("not", None, None),  # a shipped alignment refuses a term, and not its names
        ("git", None, "exact"),
        ("query", "exact", None),
        ("tables", "refused", None),
        ("new", None, None),  # nobody reviewed it
        ("alone", None, None),
    ],
)
def test_a_term_of_others_means_what_its_mappings_lead_to(matches, term, sql, git):
    found = matches.meaning(v(term), SKILLS)
    assert [found.get(f"{OURS}skill/{name}") for name in ("sql", "git")] == [sql, git]
    assert len(found) == sum(bool(said) for said in (sql, git))


def test_a_term_is_named_by_its_labels_by_its_marks_and_by_its_iri(matches):
    names = {}
    for name, term, ours, said in matches.by_name({f"{OURS}skill/sql"}):
        names.setdefault(term, set()).add((name, ours, said))
    sql = f"{OURS}skill/sql"
    assert names[v("ask")] == {
        (name, sql, "exact")
        for name in ("Fragen", "Ask", "Asking", "Asked", "v:ask", "https://v.example/ask")
    }
    assert names[v("query")] == {
        (name, sql, "exact") for name in ("Querying", "v:query", "https://v.example/query")
    }
    assert {said for _, _, said in names[v("tables")]} == {"refused"}
    assert not names.keys() & {v("alone"), v("new"), v("not"), sql}
    assert matches.names["Our SQL"] == {sql}


def test_each_accepted_mapping_is_cited_with_its_place_and_who_accepted_it(matches):
    cited = {(row["subject"], row["predicate"].rpartition("#")[2], row["object"]): row
             for row in matches.rows}  # fmt: skip
    sql, said = f"{OURS}skill/sql", ["place", "by"]
    of = {key: tuple(row[part] for part in said) for key, row in cited.items()}
    assert of[v("ask"), "exactMatch", sql] == ("set, line 3", "Ada")
    assert of[v("part"), "broadMatch", v("ask")] == ("another set", "Bo")
    assert of[v("whole"), "narrowMatch", sql] == ("an added file", "")
    assert of[v("query"), "exactMatch", sql] == ("v.sssom.tsv, line 6", "Ada")
    assert of[v("tables"), "noMatch", sql] == ("v.sssom.tsv, line 7", "Cem")
    assert len(matches.rows) == len(cited) == 9


def test_each_mapping_of_a_name_says_what_the_name_is_of_our_term(matches):
    sql, git = (f"{OURS}skill/{name}" for name in ("sql", "git"))
    found = [(*says, row["place"], row["by"], row["subject"], row["object"])
             for *says, row in matches.decided(SKILLS)]  # fmt: skip
    assert found == [
        (1, "Frage", sql, "narrower", "names.sssom.tsv, line 4", "Ada", "Frage", sql),
        (1, "Zweig", git, "refused", "names.sssom.tsv, line 5", "Bo", "Zweig", git),
    ]
    assert list(matches.decided({git})) == [one for one in matches.decided(SKILLS) if one[2] == git]
