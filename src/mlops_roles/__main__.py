"""`python -m mlops_roles` is the command `mlops-roles`."""

from .cli import process

process()
