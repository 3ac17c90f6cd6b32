"""Two versions beside each other: of the ontology, or of a staff file."""
