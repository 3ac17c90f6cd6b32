"""The addresses of `serve --staff`, below a token that is new at each start.

Requests without the token get 404, as for an address that does not exist. Nothing is written, and
nothing of it is in the static site. The link to the explorer has the token in its fragment, which
no request has; the explorer keeps it for its tab (`static/site.js`), and links back.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable, Mapping, Sequence
from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..errors import MlopsRolesError, UnknownName, UnknownPerson
from ..publishing.offer import Part, names_host
from .staff_pages import NOBODY, Shown, Staff, StaffPages

if TYPE_CHECKING:
    import jinja2
    from starlette.requests import Request
    from starlette.responses import Response

    from .mcp_part import LateTools

PAGES = {
    "./": "Staff",
    "people": "People",
    "roles": "Roles",
    "units": "Units",
    "whatif": "What if",
    "report": "Report",
}
HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; base-uri 'none'; "
    "form-action 'self'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}


def staff_part(
    staff: Staff, token: str = "", tools: LateTools | None = None
) -> tuple[str, Callable[[Sequence[str]], Part]]:
    """The path of the pages about a staff file, and what makes them for some hosts.

    The token is the secret in the path; a new one if empty. Agents may call the tools at `mcp`.
    """
    token = token or secrets.token_urlsafe(24)

    def make(hosts: Sequence[str]) -> Part:
        from starlette.routing import Route

        pages = _Pages(staff, token, frozenset(hosts))
        routes = [Route("/staff/{token}/{page:path}", pages.respond, methods=["GET"])]
        if tools is None:
            return Part(routes)
        of_agents = Route("/staff/{token}/mcp", _Guarded(tools.named(hosts), pages))
        return Part([of_agents, *routes], tools.lifespan)

    return f"staff/{token}/", make


class _Pages:
    """The pages of a staff file, one at a time: its database is for one thread."""

    def __init__(self, staff: Staff, token: str, hosts: frozenset[str]):
        self.pages, self.token, self.hosts = StaffPages(staff), token, hosts
        self.shown = {"./", "report", *self.pages.makers}

    def refusal(self, request: Request, page: str = "") -> Response | None:
        """Why a request is refused: another server's name, no token, or no such page."""
        from starlette.responses import Response

        token = request.path_params["token"]
        known = secrets.compare_digest(token.encode(), self.token.encode())
        if not names_host(request, self.hosts):
            return Response("421: not this server's name\n", 421, HEADERS, "text/plain")
        if not known or page not in {*self.pages.makers, "report", "staff.css"}:
            return Response("404: nothing here\n", 404, HEADERS, "text/plain")
        return None

    async def respond(self, request: Request) -> Response:
        """The response to a request."""
        from anyio import CapacityLimiter
        from anyio.to_thread import run_sync
        from starlette.responses import Response

        page = request.path_params["page"]
        if refusal := self.refusal(request, page):
            return refusal
        if not hasattr(self, "limiter"):
            self.limiter = CapacityLimiter(1)
        make = partial(self._made, page, dict(request.query_params))
        status, text, headers = await run_sync(make, limiter=self.limiter)
        kind = "text/css" if page == "staff.css" else "text/html"
        return Response(text, status, {**HEADERS, **headers}, kind)

    def _made(self, page: str, given: dict[str, str]) -> tuple[int, str, dict[str, str]]:
        """Status and text of a page, and the headers that differ from HEADERS."""
        if page == "staff.css":
            return 200, (Path(__file__).parent / "views" / "staff.css").read_text("utf-8"), {}
        status = 200
        try:
            if page == "report":
                return self._report()
            shown = self.pages.makers[page](given)
        except MlopsRolesError as error:
            status = 404 if isinstance(error, UnknownName) else 400
            shown = Shown(PAGES.get(page, page.capitalize()), error=_said(error))
        except OSError as error:
            status = 503
            shown = Shown("Staff", error=f"The file cannot be read ({type(error).__name__}).")
        return status, self._rendered(page or "./", shown, given), {}

    def _report(self) -> tuple[int, str, dict[str, str]]:
        """The report as one page; it says itself which script and style it has."""
        from .views.page import audit_page

        text = audit_page(self.pages.staff.data)
        policy = re.search(r'http-equiv="Content-Security-Policy" content="([^"]*)"', text)
        assert policy
        return 200, text, {"Content-Security-Policy": policy[1]}

    def _rendered(self, here: str, shown: Shown, given: Mapping[str, str]) -> str:
        from markupsafe import Markup

        values = {**shown._asdict(), "body": Markup(shown.body)}  # noqa: S704  made by templates
        pages = {path: name for path, name in PAGES.items() if path in self.shown}
        more = {"pages": pages, "given": given, "token": self.token}
        return _template().render(here=here, **more, **values)


class _Guarded:
    """The tools of agents, for requests that have the token."""

    def __init__(self, tools: LateTools, pages: _Pages):
        self.tools, self.pages = tools, pages

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Answer a request."""
        from starlette.requests import Request

        answer = self.pages.refusal(Request(scope)) or self.tools
        await answer(scope, receive, send)


@cache
def _template() -> jinja2.Template:
    from .views.page import environment

    return environment().get_template("staff.html.j2")


def _said(error: MlopsRolesError) -> str:
    """An error without the name that was looked for."""
    return NOBODY if isinstance(error, UnknownPerson) else str(error)
