"""SHACL shapes and OWL checks, and their reports."""
