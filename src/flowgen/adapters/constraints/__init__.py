"""Constraints to token masks, by llguidance. Refuses to know llama.cpp, messages and tools."""
