"""The engine: llama.cpp through its low-level API. Refuses to know HTTP, chat messages and tools.

llama.cpp's threads meet a hundred times a token, and GNU OpenMP lets them spin for milliseconds while they wait. On a
machine that does other work too, the one they wait for has then lost its core to the spinning: 34 s instead of 0.6 s
for 40 tokens of a small model, two threads, load 9 on two cores. So they spin briefly and sleep, as libgomp does by
itself when it has more threads than cores. It reads the variable when it is loaded, before any module here is.
"""

import os

if "OMP_WAIT_POLICY" not in os.environ:
    os.environ.setdefault("GOMP_SPINCOUNT", "1000")
