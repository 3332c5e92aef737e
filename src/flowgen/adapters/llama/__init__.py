"""The engine: llama.cpp through its low-level API. Refuses to know HTTP, chat messages and tools."""
