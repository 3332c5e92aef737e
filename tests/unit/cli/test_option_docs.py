"""The README's tables of options are those that requests are checked against."""

from pathlib import Path

from flowgen.cli.option_docs import markdown

README = Path(__file__).parents[3] / "README.md"


def test_the_readme_holds_the_tables_as_they_are() -> None:
    text = README.read_text(encoding="utf-8")
    copy = text.partition("<!-- flowgen options -->\n")[2].partition("<!-- end -->")[0]
    assert copy == markdown()
