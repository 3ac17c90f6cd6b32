"""A curator's decisions on titles, made with the command."""

from mlops_roles.cli.main import main


def decide(path, *arguments, author="Ada", date="2026-01-31"):
    """Resolve titles, with decisions in a file."""
    options = ("--decisions", str(path), "--author", author, "--date", date, "--format", "json")
    return main(["resolve", *arguments, *options])
