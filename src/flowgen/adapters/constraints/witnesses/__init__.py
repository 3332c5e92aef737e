"""Finds values that a schema takes, so that an answer which finds none can be led to one."""
