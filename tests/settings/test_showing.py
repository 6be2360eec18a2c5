"""The settings for people: the template is whole and true, and what is shown holds no secret."""

import json
import re
import tomllib
from dataclasses import fields
from pathlib import Path

import pytest

from frontdesk.settings import Settings, read_settings, render_settings, render_template
from frontdesk.settings.knobs import KNOBS


def _uncommented() -> str:
    return re.sub(r"^#(?=[a-z_]+ = )", "", render_template(), flags=re.MULTILINE)


def test_the_template_changes_nothing(tmp_path: Path) -> None:
    """As it comes, every line is a comment."""
    file = tmp_path / "frontdesk.toml"
    file.write_text(render_template())
    assert read_settings(file=file, environ={}, flags={}) == Settings()
    assert max(len(line) for line in render_template().splitlines()) <= 120


def test_the_template_shows_every_setting_with_its_default_or_an_example(tmp_path: Path) -> None:
    """Uncommented it is a valid file that names every field once, in the record's order."""
    shown = tomllib.loads(_uncommented())
    assert list(shown) == [field.name for field in fields(Settings)]
    file = tmp_path / "frontdesk.toml"
    file.write_text(_uncommented())
    settings = read_settings(file=file, environ={}, flags={})
    for field in fields(Settings):
        if field.name in ("data", "openapi", "proxy_socket", "leak_keys", "logo"):
            continue
        assert getattr(settings, field.name) in (field.default, KNOBS[field.name].example), field.name
        if KNOBS[field.name].example is None:
            assert getattr(settings, field.name) == field.default, field.name


def test_every_setting_is_described_in_the_template() -> None:
    """The line before each one says what it is."""
    for knob in KNOBS.values():
        assert f"# {knob.text}\n" in render_template()


def test_what_is_in_force_is_json_with_every_field() -> None:
    """For `config show --json`."""
    shown = render_settings(Settings(check_peers=("127.0.0.1",)))
    assert list(shown) == [field.name for field in fields(Settings)]
    assert json.loads(json.dumps(shown)) == shown
    assert shown["data"] == "frontdesk-data"
    assert shown["check_peers"] == ["127.0.0.1"]
    assert shown["openapi"] is None


@pytest.mark.parametrize(
    ("mail", "shown"),
    [
        ("console:", "console:"),
        ("file:///var/mail-out", "file:///var/mail-out"),
        ("smtp://mail.example.com:25", "smtp://mail.example.com:25"),
        ("smtp://user:canary@mail.example.com:587", "smtp://(hidden)@mail.example.com:587"),
        ("smtps://us%40er:can@ary@mail.example.com", "smtps://(hidden)@mail.example.com"),
    ],
)
def test_secrets_are_hidden(mail: str, shown: str) -> None:
    """LK-01, LK-05: in `config show` and in a printed record."""
    settings = Settings(mail=mail, check_secret="canary-canary-canary")
    assert render_settings(settings)["mail"] == shown
    assert render_settings(settings)["check_secret"] == "(hidden)"
    assert render_settings(Settings())["check_secret"] == ""
    assert "canary" not in json.dumps(render_settings(settings))
    assert "canary" not in repr(settings)
