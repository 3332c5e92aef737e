"""How fast FlowGen is, and beside what. Needs the extra `dev`; all but `edge` talk to servers over HTTP alone."""
