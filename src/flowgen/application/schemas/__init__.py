"""JSON Schema into the normal form of `domain/schemas.py`. Pure; refuses to know any syntax of values and any
matcher."""
