"""A SPARQL processor for rdflib that parses each distinct query once in a process.

rdflib takes a third of a second to parse a question, and answers most in less. The judges ask the
same questions of many graphs, and pySHACL asks the query of a constraint once for each focus node.
"""

from functools import cache

from rdflib.plugins.sparql.processor import SPARQLProcessor, prepareQuery

# rdflib.plugin.register takes the name of a module and of a class
REGISTRATION = (__name__, "PreparingProcessor")
prepared = cache(
    lambda text, namespaces, base: prepareQuery(text, initNs=dict(namespaces), base=base)
)


class PreparingProcessor(SPARQLProcessor):
    """The processor of rdflib, with a memory of the queries that it has parsed."""

    def query(self, strOrQuery, initBindings=None, initNs=None, base=None, DEBUG=False):
        """Evaluate a query, given as text or prepared; the arguments are those of rdflib."""
        if isinstance(strOrQuery, str):
            namespaces = tuple(sorted((initNs or {}).items()))
            strOrQuery = prepared(strOrQuery, namespaces, base)
        return super().query(strOrQuery, initBindings, initNs, base, DEBUG)
