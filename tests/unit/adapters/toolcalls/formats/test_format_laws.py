"""Every format that comes with FlowGen keeps the laws."""

from flowgen.adapters.constraints.llguidance_constrainer import LlguidanceConstrainer
from flowgen.adapters.toolcalls.formats import builtin_formats
from flowgen.bootstrap.answer_readers import AnswerReaders
from flowgen.testing.format_laws import laws_of

_CONSTRAINER = LlguidanceConstrainer(read_answer=AnswerReaders())

for _format in builtin_formats():
    if _format.declaration.calls is not None:
        _name = "".join(word.capitalize() for word in _format.name.split("_"))
        globals()[f"Test{_name}"] = laws_of(_format, lambda: _CONSTRAINER)
