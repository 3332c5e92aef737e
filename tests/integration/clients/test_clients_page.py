"""docs/clients.md names the versions that are run: those that are pinned."""

import json
import re
from pathlib import Path

_ROOT = Path(__file__).parents[3]


def test_the_table_has_the_pinned_versions() -> None:
    pins = dict(line.split("==") for line in (_ROOT / "constraints.txt").read_text().split() if "==" in line)
    node = json.loads((Path(__file__).parent / "node" / "package.json").read_text())["dependencies"]
    page = (_ROOT / "docs" / "clients.md").read_text()
    told = dict(re.findall(r"^\| ([\w.-]+(?: \(\w+\))?) \| ([\d.]+) \|", page, re.MULTILINE))
    assert told == {
        "openai (Python)": pins["openai"],
        "langchain-openai": pins["langchain-openai"],
        "instructor": pins["instructor"],
        "pydantic-ai": pins["pydantic-ai-slim"],
        "openai (npm)": node["openai"],
        "ai (npm)": node["ai"],
    }
    assert f"@ai-sdk/openai-compatible {node['@ai-sdk/openai-compatible']}" in page
