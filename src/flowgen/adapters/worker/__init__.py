"""The engine in a process of its own: the ports ModelRuntime and RuntimeFactory over a socket.

Refuses to know llama.cpp and who serves at the other end.
"""
