"""Writes the grammar of calls that are JSON objects for a plan's tools. Knows how calls are spelt.

One spelling each: `{"name": "f", "arguments": {"a": 1}}`. Types are `literal_types`'; a schema that they cannot keep is
left to the JSON compiler, which keeps others.
"""

from flowgen.adapters.toolcalls.literal_types import JSON, LiteralTypes, member
from flowgen.adapters.toolcalls.pythonic_writer import string_literal
from flowgen.adapters.toolcalls.tool_schemas import arguments_schema, check_names
from flowgen.application import lark
from flowgen.domain.constraints import JsonSchema, LarkPart
from flowgen.domain.errors import ConstraintRefused
from flowgen.domain.messages import Tool
from flowgen.domain.toolcalls import AnswerPlan


class JsonGrammar:
    """The rules for the calls of one plan; `rules` and `parts` are complete once it is made."""

    def __init__(self, prefix: str, plan: AnswerPlan) -> None:
        check_names(plan.tools)
        self._prefix = prefix
        self._names = [tool.name for tool in plan.tools]
        self.rules: list[str] = []
        self.parts: dict[str, LarkPart] = {}
        for index, tool in enumerate(plan.tools):
            self._add(index, tool, f"tools[{index}].function.parameters")
        self.rules += LiteralTypes.shared_rules(prefix, JSON)

    def _add(self, index: int, tool: Tool, field: str) -> None:
        rule = f"{self._prefix}_{index}_arguments"
        types = LiteralTypes(f"{self._prefix}_{index}", tool.parameters, field, JSON)
        try:
            arguments = types.arguments(member)
        except ConstraintRefused:
            schema = JsonSchema(
                schema=arguments_schema(tool.parameters, field), item_separator=", ", key_separator=": "
            )
            self.parts[f"{rule}_json"] = LarkPart(constraint=schema, field=field)
            self.rules.append(f"{rule}: @{rule}_json")
            return
        self.rules += [f'{rule}: "{{" ({arguments}) "}}"', *types.rules]
        self.parts |= types.parts

    def any_call(self) -> str:
        """Give the expression of one call."""
        openings = (f'{{"name": {string_literal(name)}, "arguments": ' for name in self._names)
        calls = (
            f'{lark.literal(opening)} {self._prefix}_{index}_arguments "}}"' for index, opening in enumerate(openings)
        )
        return " | ".join(calls)
