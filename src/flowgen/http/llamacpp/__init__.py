"""llama.cpp's server's small endpoints: what a model reads, token by token."""
