"""Trains two LLM agents, a coder and a reviewer, on what real tools say."""

import os

__version__ = "0.1.0"

# torch reads this once, at its first allocation: large tensors on huge pages, fewer page faults.
os.environ.setdefault("THP_MEM_ALLOC_ENABLE", "1")
