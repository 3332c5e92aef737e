"""Checks on the value while it is written: what no grammar can say of it."""
