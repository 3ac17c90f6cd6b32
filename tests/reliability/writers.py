"""The commands that write files, each on small input, for tests of faults."""

from pathlib import Path
from typing import NamedTuple

DATA = "<urn:a> a <urn:b> . <urn:b> <http://www.w3.org/2000/01/rdf-schema#subClassOf> <urn:c> .\n"
OLD = """@prefix a: <https://acme.example/> . @prefix mlops: <https://w3id.org/mlops-roles/ns#> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@prefix owl: <http://www.w3.org/2002/07/owl#> .
<https://acme.example/> a owl:Ontology .
a:j1 a mlops:Role ; skos:prefLabel "Job family 17"@en ; skos:definition "Who bakes."@en .
"""
MAPPINGS = """#mapping_set_id: https://acme.example/set
#subject_source: https://acme.example/
#curie_map:
#  a: https://acme.example/
#  role: https://w3id.org/mlops-roles/role/
#  skos: http://www.w3.org/2004/02/skos/core#
#  semapv: https://w3id.org/semapv/vocab/
subject_id\tpredicate_id\tobject_id\tmapping_justification\treviewer_label
a:j1\tskos:exactMatch\trole:data-engineer\tsemapv:ManualMappingCuration\tAnn
"""
SKILLED = (
    OLD
    + """@prefix skill: <https://w3id.org/mlops-roles/skill/> .
a:j1 mlops:requiresSkill skill:sql , skill:python .
"""
)
STAFF = "person,title,skills\nAda,Data Scientist,SQL\n"
THEIRS = """@prefix a: <https://acme.example/> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
a:j3 a skos:Concept ; skos:prefLabel "Data Engineer"@en .
"""
INPUT = {
    "data.ttl": DATA,
    "roles.csv": "role,task\nBaker,Bake\n",
    "staff.csv": STAFF,
    "staff2.csv": STAFF + "Ben,Data Engineer,SQL\n",
    "old.ttl": OLD,
    "new.ttl": OLD + "a:j2 a mlops:Role .\n",
    "skilled.ttl": SKILLED,
    "theirs.ttl": THEIRS,
    "set.sssom.tsv": MAPPINGS,
}
PREPARED = {  # what other commands write and these read
    "ada.json": "certify Ada R3 --staff staff.csv",
    "ada.ttl": "certify Ada R3 --staff staff.csv",
    "linked.ttl": "link old.ttl --apply set.sssom.tsv",
    "review.xlsx": "link theirs.ttl",
}
JSON = " --format json --output out"
STAFF_COMMANDS = {  # those that read staff data, and can save how it was read
    "audit": "audit staff.csv",
    "certify": "certify Ada R3 --staff staff.csv",
    "gap": "gap Ada R3 --staff staff.csv",
    "team": "team --staff staff.csv --cover roles",
    "whatif": "whatif --staff staff.csv --leave Ada",
}
DECIDE = "--author A --date 2026-01-31 --decisions out.sssom.tsv"


class Writer(NamedTuple):
    """A command that writes.

    Attributes:
        command: its words, separated by spaces.
        old: the command that writes what is there before; without one it is a text.
        in_parts: whether it writes several files, each of which is complete on its own.
    """

    command: str
    old: str = ""
    in_parts: bool = False

    @property
    def arguments(self) -> list[str]:
        return self.command.split()


WRITERS = {
    "ask": Writer("ask source-of-statement" + JSON),
    "ask --store": Writer(
        "ask roles --data data.ttl --store out", "ask roles --data new.ttl --store out", True
    ),
    "build": Writer("build --with new.ttl --output out", "build --with old.ttl --output out"),
    "check": Writer("check ada.ttl" + JSON),
    "coherence": Writer("coherence set.sssom.tsv old.ttl" + JSON),
    "completion": Writer("completion bash --output out"),
    "consistent": Writer("consistent data.ttl" + JSON),
    "derive": Writer("derive", "", True),
    "derive --with": Writer("derive --with skilled.ttl --output out"),
    "diff": Writer("diff staff.csv staff2.csv" + JSON),
    "doctor": Writer("doctor" + JSON),
    "doctor --save": Writer("doctor --save out"),
    "explain": Writer("explain R7 mlops:requiresSkill skill:sql" + JSON),
    "export": Writer("export --inferred --sources --output out"),
    "import": Writer("import roles.csv --namespace https://example.org/ --output out"),
    "link": Writer("link theirs.ttl --output out"),
    "link --apply": Writer("link old.ttl --apply set.sssom.tsv --output out"),
    "link --undo": Writer("link linked.ttl --undo set.sssom.tsv --output out"),
    "link --update": Writer("link new.ttl --update set.sssom.tsv --previous old.ttl" + JSON),
    "link --reviewed": Writer("link theirs.ttl --reviewed review.xlsx --author A --output out"),
    "quality": Writer("quality data.ttl" + JSON),
    "reason": Writer("reason data.ttl --output out"),
    "resolve": Writer("resolve Baker" + JSON),
    "resolve --accept": Writer(
        f"resolve T --accept R3 {DECIDE}", f"resolve U --accept R3 {DECIDE}"
    ),
    "resolve --skills --accept": Writer(
        f"resolve --skills T --accept sql {DECIDE}", f"resolve --skills U --accept sql {DECIDE}"
    ),
    "search": Writer("search model" + JSON),
    "selftest": Writer("selftest" + JSON),
    "show": Writer("show R7" + JSON),
    "the cache": Writer("show R7 --with data.ttl", "", True),
    "verify": Writer("verify ada.json --staff staff.csv" + JSON),
    **{name: Writer(command + JSON) for name, command in STAFF_COMMANDS.items()},
    **{
        f"{name} --save-mapping": Writer(f"{command} --save-mapping out")
        for name, command in STAFF_COMMANDS.items()
    },
}


def write_input(folder: Path) -> None:
    """Write the files that the commands read."""
    for name, text in INPUT.items():
        (folder / name).write_text(text, "utf-8")
