"""What libraries read from the environment as they load: set before torch is imported."""

import os


def set_environment() -> None:
    """Set it for this process and those that it starts; what a user has set stands."""
    # torch reads this once, at its first allocation: large tensors on huge pages, fewer faults.
    os.environ.setdefault("THP_MEM_ALLOC_ENABLE", "1")
    # libgomp reads this when torch is imported. A thread that waits for the others spins for so
    # many rounds and then sleeps: by default a thousand times longer, in which it keeps a processor
    # from whoever works on it (`benchmarks/crowded.py`). A user's own policy stands.
    if "OMP_WAIT_POLICY" not in os.environ:
        os.environ.setdefault("GOMP_SPINCOUNT", "2000")
