"""The invariants of the design, each a test."""
