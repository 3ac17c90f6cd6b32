"""Coverage-guided fuzzing of what reads files and texts of others.

`python -m tests.fuzz TARGET --seconds 600` runs a target with Atheris; a crash is written to
`cases/TARGET/`, where test_fuzz.py runs it ever after.
"""
