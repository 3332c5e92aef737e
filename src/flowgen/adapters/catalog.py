"""The models that come with FlowGen. Knows where the package keeps their files; refuses to know what is in them."""

from importlib.resources import files
from pathlib import Path

EMBEDDED_MODELS = ("flowgen-nano",)
"""Names of embedded models; each is a folder of `flowgen/models/` with `NAME.gguf` and `tokenizer/`."""


class PackagedModels:
    """ModelCatalog over the package's own files."""

    def model_file(self, name: str) -> str | None:
        """The path of an embedded model's GGUF, None for any other name."""
        return str(_folder(name) / f"{name}.gguf") if name in EMBEDDED_MODELS else None

    def tokenizer_folder(self, name: str) -> str | None:
        """The path of an embedded model's tokenizer, None for any other name."""
        return str(_folder(name) / "tokenizer") if name in EMBEDDED_MODELS else None


def _folder(name: str) -> Path:
    return Path(str(files("flowgen"))) / "models" / name
