"""What an agent can call, and what it never gets: names, files, and answers without end."""

import json
import socket
import subprocess
import sys
import threading
import time

import anyio
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from mcp.client import Client
from mcp.client.stdio import StdioServerParameters
from mcp.shared.exceptions import MCPError
from support.asserted import ROOT

from mlops_roles import InputError, Pseudonyms, Records, catalogue, load
from mlops_roles.cli.mcp_http import LazyTools, mcp_sub_app
from mlops_roles.cli.mcp_server import build_server
from mlops_roles.cli.staff_app import staff_sub_app
from mlops_roles.cli.staff_pages import Staff as StaffFile
from mlops_roles.cli.toolbox import MAX_ROWS, Toolbox, is_about_data
from mlops_roles.publishing.server import serve
from mlops_roles.publishing.server_options import ServerOptions
from mlops_roles.staff.reading import ReadOptions

STAFF = ROOT / "examples" / "acme.csv"
NAMES = [line.split(",")[0] for line in STAFF.read_text("utf-8").splitlines()[1:]]
TOKEN = "a-token-that-is-long"
COMMAND = [sys.executable, "-m", "mlops_roles", "mcp", "--staff", str(STAFF)]


@pytest.fixture(scope="module")
def toolbox():
    return Toolbox(staff=Records(STAFF, pseudonyms=Pseudonyms.random()))


def called(toolbox, tool, **arguments):
    return toolbox.tools[tool].call(arguments)


def test_each_question_on_the_ontology_is_a_tool_made_from_its_header(toolbox):
    asked = [q for q in catalogue().values() if not is_about_data(q)]
    assert len(asked) >= 60
    for question in asked:
        tool = toolbox.tools[f"ask_{question.name.replace('-', '_')}"]
        assert set(tool.schema["properties"]) == {*question.parameters, "limit"}
        assert question.summary in tool.description


def test_an_answer_has_iris_sources_and_what_is_inferred(toolbox):
    found = called(toolbox, "ask_skills_of_role", role="R7", limit=5)
    assert len(found["rows"]) == 5
    assert found["truncated"]
    assert found["total"] > 5
    term = found["terms"]["role:ml-engineer"]
    assert term["iri"] == "https://w3id.org/mlops-roles/role/ml-engineer"
    assert "source:mitre-roles-r7" in term["sources"]
    assert {s["inferred"] for s in found["statements"]} >= {True}


def test_resolve_show_and_explain(toolbox):
    assert called(toolbox, "resolve", title="MLOps Engineer")["status"] == "ambiguous"
    assert called(toolbox, "show", term="R3")["label"] == "Data Scientist"
    proved = called(toolbox, "explain", statement="R7 mlops:requiresSkill skill:sql")
    assert proved["holds"]
    assert proved["inferred"]
    assert not called(toolbox, "explain", statement="R1 mlops:requiresSkill skill:sql")["holds"]


def test_search_finds_terms_in_any_language(toolbox):
    found = called(toolbox, "search", words="Merkmalsextraktion", limit=1)
    assert found["terms"][0]["iri"].endswith("/skill/feature-engineering")
    assert found["truncated"] == (found["total"] > 1)
    roles = called(toolbox, "search", words="MLOps Engineer", kind="role")["terms"]
    assert [term["term"] for term in roles] == ["role:ml-engineer", "role:devops-engineer"]


def test_people_have_pseudonyms_and_are_asked_by_them_alone(toolbox):
    people = called(toolbox, "people", limit=MAX_ROWS)["people"]
    assert len(people) == 38
    assert all(Pseudonyms.is_pseudonym(row["person"]) for row in people)
    person = people[0]["person"]
    assert called(toolbox, "certify", person=person, role="R7")["person"] == person
    assert called(toolbox, "gap", person=person)["roles"][0]["person"] == person
    for name in ("Ada Okafor", "person-0123456789abcdef"):
        with pytest.raises(InputError, match="the tool people lists"):
            called(toolbox, "gap", person=name)


def test_names_are_given_if_the_user_wants_them():
    named = Toolbox(staff=Records(STAFF))
    assert "Ada Okafor" in {row["person"] for row in called(named, "people")["people"]}
    assert called(named, "certify", person="Ada Okafor", role="R3")["verdict"] == "yes"


@pytest.mark.parametrize(
    ("tool", "arguments"),
    [
        ("resolve", {}),
        ("resolve", {"title": 5}),
        ("search", {"words": "?!"}),
        ("search", {"words": "model", "kind": "nothing"}),
        ("resolve", {"title": "x" * 1001}),
        ("resolve", {"title": "x", "file": "/etc/passwd"}),
        ("show", {"term": "no such term"}),
        ("show", {"term": "file:///etc/passwd"}),
        ("ask_tasks_of_role", {"limit": 0}),
        ("ask_tasks_of_role", {"limit": True}),
        ("ask_tasks_of_role", {"limit": 10**9}),
        ("explain", {"statement": "SELECT * { ?s ?p ?o }"}),
    ],
)
def test_a_bad_argument_is_an_error_that_says_so(toolbox, tool, arguments):
    with pytest.raises(InputError):
        toolbox.tools[tool].call(arguments)


def test_a_company_asks_its_own_questions(tmp_path):
    own = tmp_path / "ours.rq"
    own.write_text(
        "#+ summary: Roles\n#+ ?role: a role\n#+ expect: nothing\n"
        "SELECT ?role WHERE { ?role a <https://w3id.org/mlops-roles/ns#Role> } ORDER BY ?role\n"
    )
    found = called(Toolbox(load(own)), "ask_ours")
    assert {"role": "role:ml-engineer"} in found["rows"]


# over the protocol ------------------------------------------------------------


def test_people_are_those_of_the_file_as_it_is_now(tmp_path, graph):
    path = tmp_path / "staff.csv"
    path.write_text("person,title\nAda,Data Scientist\n")
    toolbox = Toolbox(graph, Records(path, graph))
    assert called(toolbox, "certify", person="Ada", role="R3")["role"]
    path.write_text("person,title\nAda,Data Scientist\nBen,ML Engineer\n")
    assert called(toolbox, "people")["total"] == 2
    assert called(toolbox, "certify", person="Ben", role="R7")["role"]
    path.unlink()
    with pytest.raises(InputError):
        called(toolbox, "people")


def speak(server, conversation):
    """Run a conversation of a client with a server."""

    async def run():
        async with Client(server) as client:
            await conversation(client)

    anyio.run(run)


async def _whole_conversation(client):
    tools = (await client.list_tools()).tools
    assert len(tools) >= 60
    assert all(tool.annotations.read_only_hint for tool in tools)
    found = await client.call_tool("ask_tasks_of_role", {"role": "R7"})
    assert not found.is_error
    assert json.loads(found.content[0].text) == found.structured_content
    wrong = await client.call_tool("show", {"term": "no such term"})
    assert wrong.is_error
    assert "no such term" in wrong.content[0].text
    assert (await client.call_tool("rm", {})).is_error
    listed = await client.list_resources()
    assert listed.next_cursor
    page = await client.read_resource("https://w3id.org/mlops-roles/role/ml-engineer")
    assert "# ML Engineer" in page.contents[0].text
    with pytest.raises(MCPError, match="no such term"):
        await client.read_resource("file:///etc/passwd")
    rules = await client.get_prompt("three-rules")
    assert "Unknown is not no" in rules.messages[0].content.text


def test_a_client_in_the_same_process_is_served(toolbox):
    speak(build_server(toolbox), _whole_conversation)


def test_a_client_on_standard_input_is_served():
    speak(StdioServerParameters(command=COMMAND[0], args=COMMAND[1:]), _whole_conversation)


@pytest.fixture(scope="module")
def address():
    """The address of a server over HTTP."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with subprocess.Popen(
        [*COMMAND, "--http", "--port", str(port)], stderr=subprocess.DEVNULL
    ) as server:
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.1)
        yield f"http://127.0.0.1:{port}/mcp"
        server.terminate()


def test_a_client_over_http_is_served(address):
    speak(address, _whole_conversation)


def test_a_request_in_another_hosts_name_is_refused(address):
    import httpx

    message = {"jsonrpc": "2.0", "id": 1, "method": "tools/list", "params": {}}
    headers = {"Host": "evil.example", "Accept": "application/json, text/event-stream"}
    assert httpx.post(address, json=message, headers=headers, trust_env=False).status_code == 421
    origin = {"Origin": "https://evil.example", "Accept": headers["Accept"]}
    assert httpx.post(address, json=message, headers=origin, trust_env=False).status_code == 403


@pytest.fixture(scope="module")
def served(graph):
    """The address of the protocol at a server of pages, questions and people."""
    tools = LazyTools(graph, Records(STAFF, graph, pseudonyms=Pseudonyms.random()))
    people = staff_sub_app(StaffFile(str(STAFF), graph, ReadOptions()), TOKEN, tools)[1]
    with serve(
        port=0, graph=graph, options=ServerOptions(sub_apps=[mcp_sub_app(graph), people])
    ) as running:
        threading.Thread(target=running.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{running.server_address[1]}/mcp"
        running.shutdown()


def test_a_client_of_serve_is_served_and_learns_of_no_person(served):
    async def conversation(client):
        await _whole_conversation(client)
        names = {tool.name for tool in (await client.list_tools()).tools}
        assert names.isdisjoint({"people", "certify", "gap"})

    speak(served, conversation)
    speak(served, conversation)  # a second session


def test_a_client_of_serve_with_the_token_knows_people_by_pseudonyms(served):
    async def conversation(client):
        await _whole_conversation(client)
        found = await client.call_tool("people", {"limit": 1000})
        assert "person-" in found.content[0].text
        assert not any(name in found.content[0].text for name in NAMES if name)
        person = found.structured_content["people"][0]["person"]
        assert not (await client.call_tool("gap", {"person": person, "role": "R7"})).is_error
        assert (await client.call_tool("gap", {"person": NAMES[0], "role": "R7"})).is_error

    speak(served.replace("/mcp", f"/staff/{TOKEN}/mcp"), conversation)


@pytest.mark.parametrize("path", [f"/staff/{TOKEN}x/mcp", "/staff/x/mcp", f"/staff/{TOKEN}/mcp/"])
def test_without_the_token_agents_find_nothing(served, path):
    import httpx

    message = {"jsonrpc": "2.0", "id": 1, "method": "tools/list", "params": {}}
    headers = {"Accept": "application/json, text/event-stream"}
    address = served.replace("/mcp", path)
    answer = httpx.post(address, json=message, headers=headers, trust_env=False)
    assert answer.status_code in (404, 405)
    assert "person" not in answer.text


def test_serve_refuses_agents_in_another_hosts_name(served):
    test_a_request_in_another_hosts_name_is_refused(served)
    secret = served.replace("/mcp", f"/staff/{TOKEN}/mcp")
    test_a_request_in_another_hosts_name_is_refused(secret)


WORDS = st.one_of(
    st.text(max_size=40),
    st.sampled_from([*NAMES[:5], "R7", "../../etc/passwd", "SELECT * {?s ?p ?o}", "*", "\x00"]),
    st.integers(),
    st.none(),
)


@pytest.mark.thorough
def test_a_fuzzed_client_reads_no_name_or_file_and_writes_nothing(toolbox, tmp_path):
    tools = sorted(toolbox.tools)
    arguments = sorted({name for t in toolbox.tools.values() for name in t.schema["properties"]})
    before = sorted(path.name for path in ROOT.iterdir())

    @settings(
        max_examples=60, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck)
    )
    @given(st.sampled_from(tools), st.dictionaries(st.sampled_from(arguments), WORDS, max_size=3))
    def attack(tool, given_arguments):
        try:
            answer = json.dumps(toolbox.tools[tool].call(given_arguments), ensure_ascii=False)
        except InputError as error:
            answer = str(error)
        said = " ".join(str(value) for value in given_arguments.values())
        assert not [name for name in NAMES if name and name in answer and name not in said]
        assert "root:" not in answer
        assert str(ROOT) not in answer

    attack()
    assert sorted(path.name for path in ROOT.iterdir()) == before
