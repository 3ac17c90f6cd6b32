"""Answers about people: audit, certificate, gap, team, what-if, difference."""
