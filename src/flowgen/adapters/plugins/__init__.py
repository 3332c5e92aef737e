"""Plugins that come with FlowGen. Each file knows one; none knows how it is found."""
