"""docs/api.md says what the table says. `DOCS=write` writes its tables anew."""

import os
from pathlib import Path

from flowgen.http.openai.field_docs import with_tables
from flowgen.http.openai.fields import ROWS

_API = Path(__file__).parents[3] / "docs" / "api.md"


def test_the_tables_of_the_page_are_those_of_the_server() -> None:
    page = _API.read_text()
    if os.environ.get("DOCS") == "write":
        _API.write_text(with_tables(page))
        page = _API.read_text()
    assert page == with_tables(page)
    for path, rows in ROWS.items():
        assert f"<!-- fields of {path} -->" in page
        assert all(f"| `{name}` |" in page for name in rows)


def test_every_field_says_what_it_means() -> None:
    assert all(row.description for rows in ROWS.values() for row in rows.values())
