"""The addresses of `serve --staff`, below a token that is new at each start.

Requests without the token get 404, as for an address that does not exist. Nothing is written to
disk, and the static site has none of it. The link to the explorer has the token in its fragment,
which no request has; the explorer keeps it for its tab (`static/site.js`), and links back.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable, Mapping, Sequence
from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..errors import MlopsRolesError, UnknownName, UnknownPerson
from ..publishing.server_options import SubApp, names_a_host
from .staff_pages import NO_SUCH_PERSON, PageContent, Staff, StaffPages

if TYPE_CHECKING:
    import jinja2
    from starlette.requests import Request
    from starlette.responses import Response

    from .mcp_http import LazyTools

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


def staff_sub_app(
    staff: Staff, token: str = "", tools: LazyTools | None = None
) -> tuple[str, Callable[[Sequence[str]], SubApp]]:
    """The path of the pages about a staff file, and a function that makes them for some hosts.

    The token is the secret in the path; by default a new one. Agents call the tools at `mcp`.
    """
    token = token or secrets.token_urlsafe(24)

    def make(hosts: Sequence[str]) -> SubApp:
        from starlette.routing import Route

        pages = _Pages(staff, token, frozenset(hosts))
        routes = [Route("/staff/{token}/{page:path}", pages.respond, methods=["GET"])]
        if tools is None:
            return SubApp(routes)
        of_agents = Route("/staff/{token}/mcp", _Guarded(tools.for_hosts(hosts), pages))
        return SubApp([of_agents, *routes], tools.lifespan)

    return f"staff/{token}/", make


class _Pages:
    """Serves the pages of a staff file, one at a time: its database is used by one thread."""

    def __init__(self, staff: Staff, token: str, hosts: frozenset[str]):
        self.pages, self.token, self.hosts = StaffPages(staff), token, hosts
        self.content = {"./", "report", *self.pages.makers}

    def refusal(self, request: Request, page: str = "") -> Response | None:
        """The error response for an unknown host, token or page; None if there is no error."""
        from starlette.responses import Response

        token = request.path_params["token"]
        known = secrets.compare_digest(token.encode(), self.token.encode())
        if not names_a_host(request, self.hosts):
            return Response("421: the host is not this server\n", 421, HEADERS, "text/plain")
        if not known or page not in {*self.pages.makers, "report", "staff.css"}:
            return Response("404: no such page\n", 404, HEADERS, "text/plain")
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
        make = partial(self._page, page, dict(request.query_params))
        status, text, headers = await run_sync(make, limiter=self.limiter)
        kind = "text/css" if page == "staff.css" else "text/html"
        return Response(text, status, {**HEADERS, **headers}, kind)

    def _page(self, page: str, parameters: dict[str, str]) -> tuple[int, str, dict[str, str]]:
        """The status and text of a page, and its headers besides HEADERS."""
        if page == "staff.css":
            return 200, (Path(__file__).parent / "views" / "staff.css").read_text("utf-8"), {}
        status = 200
        try:
            if page == "report":
                return self._report()
            content = self.pages.makers[page](parameters)
        except MlopsRolesError as error:
            status = 404 if isinstance(error, UnknownName) else 400
            content = PageContent(
                PAGES.get(page, page.capitalize()), error=_anonymous_message(error)
            )
        except OSError as error:
            status = 503
            content = PageContent(
                "Staff", error=f"The file cannot be read ({type(error).__name__})."
            )
        return status, self._render(page or "./", content, parameters), {}

    def _report(self) -> tuple[int, str, dict[str, str]]:
        """The report as one page, with the Content-Security-Policy that the page itself states."""
        from .views.page import audit_page

        text = audit_page(self.pages.staff.data)
        policy = re.search(r'http-equiv="Content-Security-Policy" content="([^"]*)"', text)
        assert policy
        return 200, text, {"Content-Security-Policy": policy[1]}

    def _render(self, here: str, content: PageContent, parameters: Mapping[str, str]) -> str:
        from markupsafe import Markup

        values = {**content._asdict(), "body": Markup(content.body)}  # noqa: S704  made by templates
        pages = {path: name for path, name in PAGES.items() if path in self.content}
        more = {"pages": pages, "given": parameters, "token": self.token}
        return _template().render(here=here, **more, **values)


class _Guarded:
    """Passes requests that have the token to the tools of agents."""

    def __init__(self, tools: LazyTools, pages: _Pages):
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


def _anonymous_message(error: MlopsRolesError) -> str:
    """An error without the name that was looked for."""
    return NO_SUCH_PERSON if isinstance(error, UnknownPerson) else str(error)
