"""Chat templates: from the GGUF, from a Hugging Face tokenizer, built into llama.cpp, or from a plugin."""
