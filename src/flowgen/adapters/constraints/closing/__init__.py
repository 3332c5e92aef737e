"""Brings an answer to its end while there are tokens left for it."""
