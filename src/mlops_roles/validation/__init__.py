"""SHACL shapes and OWL checks, run and reported."""
