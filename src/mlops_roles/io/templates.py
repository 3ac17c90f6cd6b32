"""The Jinja environment of all templates: HTML is escaped, and an undefined name is an error."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from .resources import FilePath

if TYPE_CHECKING:
    import jinja2
    from jinja2.bccache import Bucket


def environment(folder: FilePath, **more: Any) -> jinja2.Environment:
    """The environment of the templates in a folder, with more settings of jinja2.

    They are of HTML, unless `autoescape` is false.
    """
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    settings = {"autoescape": True, "trim_blocks": True, "lstrip_blocks": True} | more
    return Environment(  # noqa: S701  Turtle and SPARQL are not HTML
        loader=FileSystemLoader(folder),
        undefined=StrictUndefined,
        bytecode_cache=_compiled(**settings),
        **settings,
    )


@cache
def _compiled(**settings: Any) -> jinja2.BytecodeCache:
    """The templates that this process compiled with these settings, for its next environments."""
    from jinja2 import BytecodeCache

    code: dict[Any, Any] = {}

    class Compiled(BytecodeCache):
        def load_bytecode(self, bucket: Bucket) -> None:
            bucket.code = code.get((bucket.key, bucket.checksum))

        def dump_bytecode(self, bucket: Bucket) -> None:
            code[bucket.key, bucket.checksum] = bucket.code

    return Compiled()
