"""The README's tables of options are those that requests are checked against."""

from pathlib import Path

import pytest

from flowgen.cli.main import main
from flowgen.cli.option_docs import markdown

README = Path(__file__).parents[3] / "README.md"


def test_the_readme_holds_the_tables_as_they_are() -> None:
    text = README.read_text(encoding="utf-8")
    copy = text.partition("<!-- flowgen options -->\n")[2].partition("<!-- end -->")[0]
    assert copy == markdown()


def test_the_command_prints_them(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["options"]) == 0
    assert capsys.readouterr().out == markdown()
