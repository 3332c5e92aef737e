"""How fast FlowGen is, and beside what. Talks to servers over HTTP alone; needs the extra `dev`."""
