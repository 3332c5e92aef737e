"""Small chat templates of our own, each with another way of writing calls."""

from flowgen.adapters.prompts.gguf_renderer import GgufRenderer
from flowgen.application.template_probe import probe_template
from flowgen.domain.model import ModelFacts
from flowgen.domain.toolcalls import TemplateProbe

CHATML = """{%- if tools %}<|im_start|>system
Tools: {{ tools | tojson }}<|im_end|>
{% endif -%}
{%- for message in messages -%}
<|im_start|>{{ message.role }}
{{ message.content }}CALLS<|im_end|>
{% endfor -%}
{%- if add_generation_prompt %}<|im_start|>assistant
{% endif -%}"""

JSON_IN_TAGS = """{% for call in message.tool_calls %}{% if not loop.first %}{{ '\\n' }}{% endif %}<call>
{"tool": {{ call.function.name | tojson }}, "input": {{ call.function.arguments | tojson }}}
</call>{% endfor %}"""

JSON_LIST = """{% if message.tool_calls %}[[USE]][{% for call in message.tool_calls %}\
{{ {"name": call.function.name, "parameters": call.function.arguments, "id": call.id} | tojson }}\
{% if not loop.last %}, {% endif %}{% endfor %}]{% endif %}"""

NAME_IS_KEY = """{% if message.tool_calls %}<do>{% for call in message.tool_calls %}\
{{ {call.function.name: call.function.arguments} | tojson }}\
{% if not loop.last %};{% endif %}{% endfor %}</do>{% endif %}"""

NAME_OUTSIDE = """{% if message.tool_calls %}<|calls|>{% for call in message.tool_calls %}\
<|call|>{{ call.function.name }}<|with|>{{ call.function.arguments | tojson }}<|done|>\
{% endfor %}<|end_calls|>{% endif %}"""

NUMBERED = """{% for call in message.tool_calls %}<|run|>fn.{{ call.function.name }}:{{ loop.index0 }}<|args|>\
{{ call.function.arguments | tojson }}<|ran|>{% endfor %}"""

PARAMETERS = """{% for call in message.tool_calls %}{{ '\\n' if not loop.first }}<use tool="{{ call.function.name }}">
{% for key, value in call.function.arguments | items %}<arg name="{{ key }}">{{ value }}</arg>
{% endfor %}</use>{% endfor %}"""

TYPED = """{% if message.tool_calls %}<calls>
{% for call in message.tool_calls %}<invoke name="{{ call.function.name }}">
{% for key, value in call.function.arguments | items %}\
<p name="{{ key }}" text="{{ 'yes' if value is string else 'no' }}">\
{{ value if value is string else value | tojson }}</p>
{% endfor %}</invoke>
{% endfor %}</calls>{% endif %}"""

PYTHONIC = """{% if message.tool_calls %}<py>[{% for call in message.tool_calls %}{{ call.function.name }}(\
{% for key, value in call.function.arguments | items %}{{ key }}={{ value | tojson }}\
{% if not loop.last %}, {% endif %}{% endfor %}){% if not loop.last %}, {% endif %}{% endfor %}]</py>{% endif %}"""

BARE_OBJECTS = """{% for call in message.tool_calls %}<|do|>{{ call.function.name + '{' }}\
{% for key, value in call.function.arguments | items %}{{ key }}:\
{{ '<q>' + value + '<q>' if value is string else value | tojson }}\
{% if not loop.last %},{% endif %}{% endfor %}{{ '}' }}<|did|>{% endfor %}"""


def template(calls: str) -> str:
    """A ChatML template that writes past calls so."""
    return CHATML.replace("CALLS", calls)


def renderer(source: str) -> GgufRenderer:
    facts = ModelFacts(
        path="", name="", architecture="", num_parameters=0, size=0, n_ctx_train=0, templates={"default": source}
    )
    return GgufRenderer(facts)


def probe(source: str, *control_tokens: str) -> TemplateProbe:
    """What detection sees of a template's source."""
    return probe_template(renderer(source), frozenset(control_tokens))
