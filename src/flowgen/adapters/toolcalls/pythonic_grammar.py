"""Writes the grammar of Python's notation for a plan's tools. Knows how calls are spelt; types are `literal_types`'.

One spelling each: `f(a="x", b=1)`, arguments in the schema's order, those that are not required may be left out.
"""

from flowgen.adapters.toolcalls.literal_types import PYTHON, LiteralTypes
from flowgen.adapters.toolcalls.pythonic import ARGUMENT_NAME, NAME
from flowgen.application import lark
from flowgen.domain.constraints import LarkPart
from flowgen.domain.errors import ConstraintRefused
from flowgen.domain.toolcalls import AnswerPlan


class PythonicGrammar:
    """The rules for the calls of one plan; `rules` and `parts` are complete once it is made."""

    def __init__(
        self,
        prefix: str,
        plan: AnswerPlan,
        *,
        name_suffix: str = "",
        separator: str = ", ",
        is_alone: bool = False,
    ) -> None:
        self._prefix = prefix
        self._is_parallel = plan.is_parallel and not is_alone
        self._separator = separator
        self._names = [tool.name + name_suffix for tool in plan.tools]
        self.rules: list[str] = []
        self.parts: dict[str, LarkPart] = {}
        for index, tool in enumerate(plan.tools):
            self._check_name(tool.name, f"tools[{index}].function.name")
            field = f"tools[{index}].function.parameters"
            types = LiteralTypes(f"{prefix}_{index}", tool.parameters, field, PYTHON)
            arguments = types.arguments(lambda key: f"{key}=", ARGUMENT_NAME)
            self.rules += [f'{prefix}_{index}_arguments: ({arguments}) ")"', *types.rules]
            self.parts |= types.parts
        self.rules += LiteralTypes.shared_rules(prefix, PYTHON)

    def list_of_calls(self, opening: str = "") -> str:
        """Give the expression of one call, or of several with commas; `opening` is one lexeme with the first name."""
        more = f"({lark.literal(self._separator)} {self._any_call('')})*" if self._is_parallel else ""
        return f"{self._any_call(opening)} {more}"

    def _any_call(self, opening: str) -> str:
        names = (lark.literal(f"{opening}{name}(") for name in self._names)
        calls = (f"{name} {self._prefix}_{index}_arguments" for index, name in enumerate(names))
        return f"({' | '.join(calls)})"

    def _check_name(self, name: str, field: str) -> None:
        if not NAME.fullmatch(name):
            reason = f"{name!r} is no name in this model's notation of calls: letters, digits, '_', '-' and '.' are"
            raise ConstraintRefused(field, reason)
