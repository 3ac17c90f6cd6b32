"""Markdown as HTML: headings with anchors, links through a function, and no HTML of its own."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import cache
from html import escape
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.token import Token

Resolve = Callable[[str, int], str | None]  # target of a link, line: its URL; None for no link
Mention = Callable[[str, int], str | None]  # code in a sentence, line: its URL, if it has one
_COMMENT = re.compile(r"(?m)^<!--.*?-->\n?", re.S)  # marks of the scripts that write a page
FRAME_IDS = {"main", "search", "found", "language"}  # of base.html.j2 and the scripts of all pages
_PROMPT = re.compile(r"(?m)^(\$ .*)$")


class Heading(NamedTuple):
    """A heading of a page, with its anchor."""

    level: int
    anchor: str
    text: str


class Rendered(NamedTuple):
    """A page of Markdown as HTML."""

    title: str  # the text of its first heading of level 1
    body: str  # the HTML of the rest
    headings: list[Heading]  # all headings, in order


def render(
    text: str,
    resolve: Resolve = lambda target, line: target,
    mention: Mention = lambda code, line: None,
) -> Rendered:
    """Render a page of Markdown.

    Args:
        text: the Markdown. HTML in it is shown as text; comments that fill lines are left out.
        resolve: gives the URL of a link or picture from its target and line, or None where the
            text is shown without a link.
        mention: gives the URL that a piece of code in a sentence is linked to, or None.
    """
    tokens = _parser().parse(_COMMENT.sub(lambda found: "\n" * found[0].count("\n"), text))
    headings = list(_name_headings(tokens))
    _link(tokens, resolve, mention)
    _align(tokens)
    title = next((h.text for h in headings if h.level == 1), "")
    if tokens and tokens[0].tag == "h1":
        tokens = tokens[3:]
    return Rendered(title, _parser().renderer.render(tokens, _parser().options, {}), headings)


def anchor(heading: str) -> str:
    """The anchor of a heading of words, as code hosts make it; that of a name is the name."""
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")


def anchor_of_name(name: str) -> str:
    """The anchor of a name, which is the name unless the frame of every page has this id."""
    return f"{name}-" if name in FRAME_IDS else name


@cache
def _parser() -> MarkdownIt:
    """CommonMark with tables, without HTML, in which wide things are in a box that scrolls."""
    from markdown_it import MarkdownIt

    parser = MarkdownIt("commonmark", {"html": False}).enable("table")
    parser.add_render_rule("table_open", _table)
    parser.add_render_rule("table_close", lambda *_: "</table></div>\n")
    parser.add_render_rule("fence", _fence)
    return parser


def _table(renderer: object, tokens: list[Token], index: int, *_: object) -> str:
    """The start of a table, which is named by the heading above it."""
    above = (t for t in reversed(tokens[:index]) if t.type == "heading_open")
    heading = next((t.attrGet("id") for t in above), None)
    name = f' aria-labelledby="{escape(str(heading))}"' if heading else ""
    role = ' role="group"' if heading else ""
    return f'<div class="scroll" tabindex="0"{role}{name}><table{name}>\n'


def _fence(renderer: object, tokens: list[Token], index: int, *_: object) -> str:
    """A block of code; of a session in a terminal the commands stand out."""
    token = tokens[index]
    code, language = escape(token.content, quote=False), escape(token.info.strip())
    if language == "console":
        code = _PROMPT.sub(r"<b>\1</b>", code)
    return f'<pre class="{language}" tabindex="0"><code>{code}</code></pre>\n'


def _name_headings(tokens: list[Token]) -> Iterator[Heading]:
    """Give each heading an anchor that no other heading has."""
    used: dict[str, int] = {}
    for opening, inline in pairwise(tokens):
        if opening.type == "heading_open":
            children = inline.children or []
            text = "".join(child.content for child in children)
            is_name = len(children) == 1 and children[0].type == "code_inline"
            name = anchor_of_name(text) if is_name else anchor_of_name(anchor(text))
            count = used[name] = used.get(name, -1) + 1
            name = f"{name}-{count}" if count else name
            opening.attrSet("id", name)
            yield Heading(int(opening.tag[1]), name, text)


def _align(tokens: list[Token]) -> None:
    """Align the cells of tables by a class, as the policy of the pages forbids styles in tags."""
    for token in tokens:
        if token.attrs.pop("style", None) == "text-align:right":
            token.attrSet("class", "n")


def _link(tokens: list[Token], resolve: Resolve, mention: Mention) -> None:
    """Resolve the links and pictures, and link the code that has a page."""
    for before, token in zip([None, *tokens], tokens, strict=False):
        if token.type == "inline":
            is_heading = before is not None and before.type == "heading_open"
            found = (lambda code, line: None) if is_heading else mention
            line = (token.map or [0])[0] + 1
            token.children = list(_inline_tokens(token.children or [], line, resolve, found))


def _inline_tokens(
    children: list[Token], line: int, resolve: Resolve, mention: Mention
) -> Iterator[Token]:
    from markdown_it.token import Token

    linked: list[bool] = []  # of each open link, whether it is one in the site
    for child in children:
        if child.type == "link_open":
            url = resolve(str(child.attrs["href"]), line)
            linked.append(url is not None)
            if url is not None:
                child.attrs["href"] = url
                yield child
        elif child.type == "link_close":
            if linked.pop():
                yield child
        elif child.type == "code_inline" and not linked and (url := mention(child.content, line)):
            yield Token("link_open", "a", 1, attrs={"href": url})
            yield child
            yield Token("link_close", "a", -1)
        else:
            if child.type == "image":
                child.attrs["src"] = resolve(str(child.attrs["src"]), line) or ""
            yield child
