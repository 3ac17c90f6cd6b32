"""Terms of rdflib's namespaces, looked up once.

`OWL.Class` is no attribute of the class OWL: rdflib makes the term again each time that it is asked
for. OWL-RL asks in its innermost loops, and spends half of its time on that.
"""

from rdflib import OWL, RDF, RDFS, SH, XSD


def keep_terms() -> None:
    """Make the terms of the namespaces that reasoners and validators ask for real attributes."""
    for namespace in (OWL, RDF, RDFS, SH, XSD):
        for name in namespace.__annotations__:
            if not name.startswith("_"):
                type.__setattr__(namespace, name, namespace[name])
