"""FlowGen: GGUF language models on your own machine, served over HTTP, with a contract that is kept."""

__version__ = "0.1.0"
