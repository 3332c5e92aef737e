"""Reads a format off what a template writes, where no known one matches."""
