"""Trains two LLM agents, a coder and a reviewer, on what real tools say."""

import os

__version__ = "0.1.0"

# torch reads this once, at its first allocation: large tensors on huge pages, fewer page faults.
os.environ.setdefault("THP_MEM_ALLOC_ENABLE", "1")
# libgomp reads this when torch is imported. A thread that waits for the others spins for so many
# rounds and then sleeps: by default a thousand times longer, in which it keeps a processor from
# whoever works on it (`benchmarks/crowded.py`). A user's own policy stands.
if "OMP_WAIT_POLICY" not in os.environ:
    os.environ.setdefault("GOMP_SPINCOUNT", "2000")
