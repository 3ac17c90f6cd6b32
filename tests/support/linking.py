"""A company's own vocabulary, and sets of mappings from it to ours."""

import pyoxigraph as ox

from mlops_roles import read_mappings

from .asserted import PREFIXES

ESCO = "http://data.europa.eu/esco/occupation/"
DATA_ENGINEER = f"{ESCO}2079755f-d809-49e6-8037-4de6180e54c0"
HEAD = (
    "".join(f"@prefix {p}: <{n}> .\n" for p, n in PREFIXES.items())
    + "@prefix a: <https://acme.example/hr/> .\n"
)
COMPANY = f"""
a:JobRole a owl:Class ; rdfs:subClassOf org:Role ; rdfs:label "Job role"@en .
a:Skill a owl:Class ; rdfs:label "Skill"@en .
a:hasSkill a owl:ObjectProperty ; rdfs:label "has skill"@en .
a:scientist a a:JobRole ; skos:prefLabel "Data Scientist"@en , "Datenwissenschaftler"@de .
a:senior a a:JobRole ; skos:prefLabel "Senior Data Engineer"@en .
a:mlops a a:JobRole ; skos:prefLabel "MLOps Engineer"@en .
a:owner a a:JobRole ; skos:prefLabel "Product Owner"@en .
a:fraud a a:JobRole ; skos:prefLabel "Fraud modeller"@en ; skos:broader a:scientist .
a:recruiter a a:JobRole ; skos:prefLabel "Recruiter, Data Scientists"@en .
a:nummer a a:JobRole ; skos:prefLabel "Zahlenmensch"@de ; skos:exactMatch <{DATA_ENGINEER}> .
a:quant a a:JobRole ; skos:prefLabel "Quant"@en ; schema:occupationalCategory "15-2051.00" .
a:architect a a:JobRole ; skos:prefLabel "Data Architect"@en .
a:features a a:Skill ; skos:prefLabel "feature engineering"@en .
a:deep a a:Skill ; skos:prefLabel "Deep learning"@en .
a:juggling a a:Skill ; skos:prefLabel "Juggling"@en .
a:anna a foaf:Person ; rdfs:label "Data Scientist" .
a:holders a owl:Class ; rdfs:label "data engineer"@en .
"""
TOP = """#mapping_set_id: https://acme.example/links
#license: https://w3id.org/sssom/license/unspecified
#curie_map:
#  a: https://acme.example/hr/
#  dcwf: https://w3id.org/mlops-roles/code/dcwf/work-role/
"""


def write_set(folder, *rows, name="mappings.sssom.tsv", iri=None):
    """A set of mappings: each row is 'subject predicate object [reviewer [Not]]'."""
    lines = [
        "subject_id\tpredicate_id\tobject_id\tmapping_justification\treviewer_label\tpredicate_modifier"
    ]
    for row in rows:
        subject, predicate, target, *decision = row.split()
        reviewer, modifier = [*decision, "", ""][:2]
        lines.append(
            f"{subject}\t{predicate}\t{target}\tsemapv:ManualMappingCuration\t{reviewer}\t{modifier}"
        )
    path = folder / name
    top = TOP.replace("https://acme.example/links", iri) if iri else TOP
    path.write_text(
        top + "".join(f"#  {p}: {n}\n" for p, n in PREFIXES.items()) + "\n".join(lines) + "\n",
        "utf-8",
    )
    return read_mappings(path)


def statements(found):
    """What the mappings of a set say, by IRI."""
    return [(m.subject, m.predicate, m.object, m.negated) for m in found.mappings]


def pairs(found):
    """What the mappings of a set say, as written."""
    return {
        (r.cells["subject_id"], r.cells["predicate_id"], r.cells["object_id"])
        for r in found.mappings
    }


def canonical(graph):
    copy = ox.Dataset(graph)
    copy.canonicalize(ox.CanonicalizationAlgorithm.UNSTABLE)
    return set(copy)


def parsed(path):
    return ox.Dataset(ox.Quad(*q.triple) for q in ox.parse(path=str(path), rename_blank_nodes=True))
