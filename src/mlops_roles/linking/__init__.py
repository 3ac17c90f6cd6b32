"""Links to other vocabularies: shipped alignments, and the kit that links a company's own terms to ours.

Mappings are kept as SSSOM, a table with a header that a person can read and edit; the RDF is
derived from it. Nothing is applied that nobody has reviewed.
"""
