"""Detects the formats of a folder of chat templates, and derives each one without its rule: python -m benchmarks.derive
TEMPLATES. The folder has *.jinja and formats.json: a list of {"template": ..., "format": a name or null}."""

import argparse
import json
import sys
from pathlib import Path

from flowgen.adapters.prompts.gguf_renderer import GgufRenderer
from flowgen.adapters.toolcalls.deriving.derived import derive
from flowgen.adapters.toolcalls.registry import FormatsByName
from flowgen.application.self_check import complaint
from flowgen.application.template_probe import probe_template
from flowgen.bootstrap.formats import make_formats
from flowgen.domain.model import ModelFacts
from flowgen.domain.values import Value


class Result(Value, frozen=True):
    """One template: what was expected and found, whether the self-check passes, and whether a format is derived."""

    template: str
    expected: str | None
    found: str | None
    passes: bool
    is_derived: bool


def main() -> int:
    """Print one line for each template that is not as it should be, and the figures; 1 where a format is not found."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("templates", type=Path)
    folder = parser.parse_args().templates
    formats = make_formats()
    cases = json.loads((folder / "formats.json").read_text())
    results = [_tried(folder / case["template"], case["format"], formats) for case in cases]
    for result in results:
        _report(result)
    with_tools = [result for result in results if result.expected is not None]
    num_found = sum(result.found == result.expected for result in results)
    print(f"detected      {num_found} of {len(results)}")
    print(f"self-check    {sum(result.passes for result in with_tools)} of {len(with_tools)}")
    num_derived = sum(result.is_derived for result in with_tools)
    print(f"derived       {num_derived} of {len(with_tools)}  {num_derived / max(1, len(with_tools)):.0%}")
    return int(num_found < len(results))


def _tried(path: Path, expected: str | None, formats: FormatsByName) -> Result:
    renderer = GgufRenderer(_facts(path))
    probe = probe_template(renderer, frozenset())
    claim = formats.detect(probe)
    return Result(
        template=path.name,
        expected=expected,
        found=None if claim is None else claim[0].name,
        passes=claim is not None and complaint(claim[0], probe, renderer) is None,
        is_derived=derive(probe) is not None,
    )


def _facts(path: Path) -> ModelFacts:
    return ModelFacts(
        path=str(path),
        name=path.stem,
        architecture="",
        num_parameters=0,
        size=0,
        n_ctx_train=0,
        templates={"default": path.read_text()},
    )


def _report(result: Result) -> None:
    if result.found != result.expected:
        print(f"{result.template}: {result.found}, not {result.expected}")
    elif result.expected is not None and not result.passes:
        print(f"{result.template}: the self-check of {result.found} fails")
    elif result.expected is not None and not result.is_derived:
        print(f"{result.template}: nothing is derived without {result.expected}")


if __name__ == "__main__":
    sys.exit(main())
