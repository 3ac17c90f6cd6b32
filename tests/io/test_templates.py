"""Templates are compiled once in a process."""

import jinja2
import pytest

from mlops_roles.io.templates import environment


def test_a_template_is_compiled_once_for_each_text_and_setting(tmp_path, monkeypatch):
    path = tmp_path / "page.j2"
    path.write_text("{{ name }}")

    def page(**settings):
        return environment(tmp_path, **settings).get_template("page.j2").render(name="<")

    assert (page(), page(autoescape=False)) == ("&lt;", "<")
    monkeypatch.delattr(jinja2.Environment, "_compile")
    assert (page(), page(autoescape=False)) == ("&lt;", "<")
    path.write_text("{{ name }}, again")
    with pytest.raises(AttributeError, match="_compile"):
        page()
