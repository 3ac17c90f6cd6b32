"""The ontology as it is published: documents, descriptions, pages, redirects, and a server that shows them.

Everything is derived from the ontology and the tables and questions in `ontology/publishing/`.
"""
