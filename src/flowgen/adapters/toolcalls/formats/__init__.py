"""The formats that come with FlowGen: each file of this folder is one, and declares it as FORMAT."""

import importlib
import pkgutil

from flowgen.adapters.toolcalls.declaration import DeclaredFormat


def builtin_formats() -> list[DeclaredFormat]:
    """Every format of this folder, by file name."""
    files = sorted(module.name for module in pkgutil.iter_modules(__path__))
    return [importlib.import_module(f"{__name__}.{name}").FORMAT for name in files]
