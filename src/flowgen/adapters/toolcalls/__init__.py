"""Tool-call formats: one small file a format, over two families of syntax. Refuses to know templates and HTTP."""
