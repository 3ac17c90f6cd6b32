"""What is measured of the reliability of this project, and the page that says it.

`python -m tests.reliability` writes docs/reliability.md from `promises.toml`, which says what is
promised and how it is tested, and `figures.csv`, which has what was measured.
"""
