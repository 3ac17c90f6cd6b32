"""A release of the ontology: RDF documents, web pages, redirects, and a local server.

Everything is derived from the ontology and the tables and questions in `ontology/publishing/`.
"""
