"""The tools of `toolbox` over the Model Context Protocol, on standard input or HTTP on loopback.

See https://modelcontextprotocol.io. The package `mcp` (extra `mcp`) speaks the protocol.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import partial
from typing import Any

import anyio
import anyio.to_thread
import mcp_types as types
from mcp.server.lowlevel import Server
from mcp.server.stdio import stdio_server
from mcp.server.streamable_http_manager import StreamableHTTPSessionManager
from mcp.server.transport_security import TransportSecuritySettings
from mcp.shared.exceptions import MCPError

from ..errors import InputError, MlopsRolesError
from ..io.json_text import to_json
from ..io.resources import resource_dir
from ..ontology.graph import BASE
from .toolbox import Tool, Toolbox

PAGE = 200  # resources that are listed at once
PROMPT = "three-rules"
MAX_SESSIONS = 64  # of agents at once
MAX_ANSWER = 1 << 20  # characters


def build_server(toolbox: Toolbox) -> Server[Any]:
    """A server that offers the tools, the terms as resources, and the prompt of the rules."""
    handlers = _Handlers(toolbox)
    return Server(
        "mlops-roles",
        version=toolbox.graph.version,
        instructions=_rules(),
        on_list_tools=handlers.list_tools,
        on_call_tool=handlers.call_tool,
        on_list_resources=handlers.list_resources,
        on_list_resource_templates=handlers.list_templates,
        on_read_resource=handlers.read_resource,
        on_list_prompts=handlers.list_prompts,
        on_get_prompt=handlers.get_prompt,
    )


def run_stdio(toolbox: Toolbox) -> None:
    """Serve on standard input and output until the input ends."""
    server = build_server(toolbox)

    async def serve() -> None:
        async with stdio_server() as (incoming, outgoing):
            await server.run(incoming, outgoing, server.create_initialization_options())

    anyio.run(serve)


def run_http(toolbox: Toolbox, port: int) -> None:
    """Serve HTTP on the loopback interface, at /mcp; requests with another host are refused."""
    import uvicorn

    app = build_server(toolbox).streamable_http_app(host="127.0.0.1", json_response=True)
    uvicorn.run(app, host="127.0.0.1", port=port, log_level="warning", server_header=False)


def http_app(server: Server[Any], hosts: Sequence[str]) -> tuple[Any, Any]:
    """The ASGI handler of a server, and the context manager that has to be open while it runs.

    A request that names another host than `hosts`, or comes from another origin, is refused.
    """
    security = TransportSecuritySettings(
        allowed_hosts=list(hosts), allowed_origins=[f"http://{host}" for host in hosts]
    )
    manager = StreamableHTTPSessionManager(
        server, json_response=True, security_settings=security, max_sessions=MAX_SESSIONS
    )
    return manager.handle_request, manager.run()


def _rules() -> str:
    return (resource_dir("ontology") / "agents.md").read_text("utf-8")


class _Handlers:
    """The handlers of the protocol; tools run in a thread, one at a time."""

    def __init__(self, toolbox: Toolbox):
        self.toolbox = toolbox
        self.limiter = anyio.CapacityLimiter(1)

    async def list_tools(self, _: Any, params: Any) -> types.ListToolsResult:
        tools = [_tool_type(tool) for tool in self.toolbox.tools.values()]
        return types.ListToolsResult(tools=tools)

    async def call_tool(self, _: Any, params: types.CallToolRequestParams) -> types.CallToolResult:
        tool = self.toolbox.tools.get(params.name)
        try:
            if tool is None:
                raise InputError(f"no tool {params.name[:100]!r}")
            call = partial(tool.call, params.arguments or {})
            answer = await anyio.to_thread.run_sync(call, limiter=self.limiter)
            text = to_json(answer)
            if len(text) > MAX_ANSWER:
                raise InputError(f"{tool.name}: a long answer; ask for less with limit")
        except MlopsRolesError as error:
            return types.CallToolResult(content=[_text_content(str(error))], is_error=True)
        return types.CallToolResult(
            content=[_text_content(text)], structured_content=json.loads(text)
        )

    async def list_resources(self, _: Any, params: Any) -> types.ListResourcesResult:
        cursor = params.cursor if params and params.cursor else "0"
        start = int(cursor) if cursor.isdecimal() and len(cursor) < 9 else 0
        index = self.toolbox.graph.index
        iris = sorted({iri for group in index.values() for _, iri in group})
        shown = [
            types.Resource(uri=iri, name=self.toolbox.graph.curie(iri), mime_type="text/markdown")
            for iri in iris[start : start + PAGE]
        ]
        more = str(start + PAGE) if start + PAGE < len(iris) else None
        return types.ListResourcesResult(resources=shown, next_cursor=more)

    async def list_templates(self, _: Any, params: Any) -> types.ListResourceTemplatesResult:
        template = types.ResourceTemplate(
            name="term",
            uri_template=f"{BASE}/{{kind}}/{{name}}",
            description="a role, task, skill or other term, by its IRI",
            mime_type="text/markdown",
        )
        return types.ListResourceTemplatesResult(resource_templates=[template])

    async def read_resource(
        self, _: Any, params: types.ReadResourceRequestParams
    ) -> types.ReadResourceResult:
        page = partial(self.toolbox.term_page, str(params.uri))
        try:
            text = await anyio.to_thread.run_sync(page, limiter=self.limiter)
        except MlopsRolesError as error:
            raise MCPError(types.INVALID_PARAMS, str(error)) from None
        found = types.TextResourceContents(uri=params.uri, mime_type="text/markdown", text=text)
        return types.ReadResourceResult(contents=[found])

    async def list_prompts(self, _: Any, params: Any) -> types.ListPromptsResult:
        prompt = types.Prompt(name=PROMPT, description="how to read the answers: three rules")
        return types.ListPromptsResult(prompts=[prompt])

    async def get_prompt(
        self, _: Any, params: types.GetPromptRequestParams
    ) -> types.GetPromptResult:
        if params.name != PROMPT:
            message = f"no prompt {params.name[:100]!r}; there is {PROMPT}"
            raise MCPError(types.INVALID_PARAMS, message)
        rules = types.PromptMessage(role="user", content=_text_content(_rules()))
        return types.GetPromptResult(messages=[rules])


def _tool_type(tool: Tool) -> types.Tool:
    hints = types.ToolAnnotations(
        read_only_hint=True, destructive_hint=False, idempotent_hint=True, open_world_hint=False
    )
    return types.Tool(
        name=tool.name, description=tool.description, input_schema=tool.schema, annotations=hints
    )


def _text_content(text: str) -> types.TextContent:
    return types.TextContent(type="text", text=text)
