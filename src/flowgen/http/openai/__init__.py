"""OpenAI's dialect under /v1, with llama.cpp's server's defaults. Refuses to know other dialects and the engine."""
