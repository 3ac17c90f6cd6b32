"""The questions of the catalogue, and a user's own SPARQL, asked of a SPARQL 1.1 server.

Three graphs of ours lie on the server (`Endpoint.install`): what is asserted, what follows from
it, and a digest by which a stale or half-written copy is noticed. Queries go out in the subset
that servers agree on, and an answer comes back whole or not at all: it is counted by the server
and compared. Nothing else is changed there, and no other address is ever asked.
"""
