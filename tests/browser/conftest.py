"""The built site in Chromium: from disk, from a plain web server, and from `serve`."""

import functools
import http.server
import shutil
import threading
from pathlib import Path

import pytest
from support.release import built, files

from mlops_roles.publishing.query_page import vendor_files
from mlops_roles.publishing.server import serve

__all__ = ["built", "files"]
CHROMIUM = shutil.which("chromium")
OPTIONS = (
    "--no-sandbox --headless=new --disable-gpu --disable-background-networking "
    "--disable-component-update --disable-sync --no-first-run"
)
WATCH = """
window.violations = [];
document.addEventListener("securitypolicyviolation", (event) => {
  window.violations.push(`${event.violatedDirective} ${event.blockedURI}`);
});
"""


@pytest.fixture(scope="session")
def folder(built, graph, tmp_path_factory):
    """A folder with the built site, one level below the root of a web server."""
    top = tmp_path_factory.mktemp("site")
    for name, content in built.items():
        path = top / "below" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return top / "below"


@pytest.fixture(scope="session")
def disk(folder, graph):
    """The address of the site on the disk."""
    return f"{folder.as_uri()}/{graph.version}/"


@pytest.fixture(scope="session")
def web(folder, graph):
    """The address of the site on a plain web server, in a folder of it."""
    handler = functools.partial(QuietHandler, directory=str(folder.parent))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}/below/{graph.version}/"
        server.shutdown()


class QuietHandler(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_):
        pass


@pytest.fixture(scope="session")
def served(folder, graph):
    """The address of the site as `serve` shows it, with an endpoint."""
    with serve(folder) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_address[1]}/{graph.version}/"
        server.shutdown()
        thread.join()


@pytest.fixture(scope="module")
def chromium():
    """A browser; the tests are skipped where there is none."""
    playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    if CHROMIUM is None:
        pytest.skip("chromium is not installed")
    with playwright.sync_playwright() as runner:
        browser = runner.chromium.launch(executable_path=CHROMIUM, args=OPTIONS.split())
        yield browser
        browser.close()


@pytest.fixture
def open_page(chromium):
    """`open_page(address, …)`: a page that may report no error and violate no policy."""
    contexts, errors = [], []

    def opened(address, script="", **options):
        context = chromium.new_context(**options)
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(60_000)
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.on("console", lambda m: errors.append(m.text) if m.type == "error" else None)
        page.add_init_script(WATCH + script)
        page.goto(address)
        return page

    yield opened
    for context in contexts:
        for page in context.pages:
            errors += page.evaluate("window.violations || []")
        context.close()
    assert not errors


@pytest.fixture
def needs_engine():
    """Skip where npm has not bundled the engine."""
    if not vendor_files():
        pytest.skip("npm was not run: site/build.mjs bundles the engine")


@pytest.fixture(scope="session")
def axe():
    """The script that judges accessibility."""
    path = Path(__file__).parents[2] / "site/node_modules/axe-core/axe.min.js"
    if not path.is_file():
        pytest.skip("npm was not run: axe-core is not installed")
    return path.read_text("utf-8")
