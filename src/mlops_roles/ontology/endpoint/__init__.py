"""Run the questions of the catalogue, and a user's own SPARQL, on a SPARQL 1.1 server.

`Endpoint.install` writes three named graphs to the server: the asserted statements, the inferred
ones, and a digest that shows whether the copy is current and complete. Queries use the subset of
SPARQL on which servers agree. An answer is complete or an error: its rows are compared with a count
by the server. Nothing else on the server is changed, and no other address is contacted.
"""
