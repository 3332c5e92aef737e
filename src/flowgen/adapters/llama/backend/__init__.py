"""The llama.cpp C API: the only room that touches pointers. Knows models, contexts and sampler chains as llama.cpp has
them; refuses to know requests, text and policy."""

from flowgen.adapters.llama.backend.context import Context
from flowgen.adapters.llama.backend.library import (
    apply_builtin_template,
    builtin_templates,
    initialise,
    log,
    max_devices,
    supports_gpu_offload,
    supports_mlock,
)
from flowgen.adapters.llama.backend.model import Model, has_state
from flowgen.adapters.llama.backend.samplers import Sampler

__all__ = [
    "Context",
    "Model",
    "Sampler",
    "apply_builtin_template",
    "builtin_templates",
    "has_state",
    "initialise",
    "log",
    "max_devices",
    "supports_gpu_offload",
    "supports_mlock",
]
