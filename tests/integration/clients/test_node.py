"""The clients of npm, run by node where it is there: `openai`, and `ai` with @ai-sdk/openai-compatible."""

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

_FOLDER = Path(__file__).parent / "node"
_INSTALL_S = 300
_RUN_S = 120


@pytest.fixture(scope="module")
def node() -> str:
    """Node's path, with the packages of package-lock.json beside the scripts."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node is None or npm is None:
        pytest.skip("node and npm are not here")
    if not (_FOLDER / "node_modules" / ".package-lock.json").exists():
        command = [npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund"]
        done = subprocess.run(command, cwd=_FOLDER, capture_output=True, text=True, timeout=_INSTALL_S, check=False)
        if done.returncode:
            pytest.skip(f"npm cannot install the clients: {done.stderr[-300:]}")
    return node


def run(node: str, script: str, base_url: str) -> dict[str, Any]:
    done = subprocess.run(
        [node, script, base_url], cwd=_FOLDER, capture_output=True, text=True, timeout=_RUN_S, check=False
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return dict(json.loads(done.stdout))


def test_openai(node: str, base_url: str) -> None:
    found = run(node, "openai.mjs", base_url)
    assert found["content"] == found["streamed"] != ""
    assert found["call"]["name"] == "calculate_sum"
    assert set(json.loads(found["call"]["arguments"])) >= {"a", "b"}
    assert found["finish"] == "tool_calls"
    assert found["refusal"] == {"status": 400, "param": "functions"}


def test_vercel(node: str, base_url: str) -> None:
    found = run(node, "vercel.mjs", base_url)
    assert found["calls"][0] == "calculate_sum"
    assert isinstance(found["results"][0], int)
    assert {"tool-input-start", "tool-input-delta", "tool-call"} <= set(found["kinds"])
    assert found["finish"] == "tool-calls"
    assert found["object"]["unit"] in ("km", "m")
    assert isinstance(found["object"]["number"], int)
    assert found["numPartial"] > 0
    assert found["outputTokens"] > 0
