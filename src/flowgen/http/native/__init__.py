"""The native dialect: /load, /chat, /unload and what belongs to them. Refuses to know other dialects and the engine."""
