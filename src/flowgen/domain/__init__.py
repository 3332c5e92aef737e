"""Values and ports of FlowGen: stdlib and msgspec only; no I/O, no clock, no threads."""
