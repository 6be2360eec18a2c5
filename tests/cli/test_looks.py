"""An installation's look as its operator sets it up: told at once where it cannot be used."""

from pathlib import Path

import pytest

from frontdesk.cli.main import run

SVG = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 8 8"><path d="M1 1h6v6z"/>{}</svg>'


@pytest.mark.parametrize(
    ("setting", "says"),
    [
        ('logo = "logo.svg"', ""),
        ('logo = "none.png"', "cannot read logo"),
        ('logo = "bad.svg"', "an SVG with <script> is not taken"),
        ('accent = "#5b3fa8"\naccent_dark = "#b9a5f0"', ""),
        ('accent = "#ffcc00"\naccent_dark = "#b9a5f0"', "is 1.35:1, and 4.5:1 is needed"),
    ],
)
def test_the_settings_are_checked_with_the_files_that_they_name(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], setting: str, says: str
) -> None:
    """`config check` says what a server would be kept from starting by; paths start from the file's folder."""
    (tmp_path / "logo.svg").write_text(SVG.format(""))
    (tmp_path / "bad.svg").write_text(SVG.format("<script/>"))
    file = tmp_path / "frontdesk.toml"
    file.write_text(setting + "\n")
    code = run(["config", "check", "--config", str(file), "--data", str(tmp_path / "data")])
    said = capsys.readouterr()
    assert (code, says in said.err) == (1 if says else 0, True)
    assert "Traceback" not in said.err
