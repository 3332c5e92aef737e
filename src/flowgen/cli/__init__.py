"""Commands that a person types."""

FAILED = 2
"""The exit status of a command that did not do what it was asked."""
