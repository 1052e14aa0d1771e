"""Invariants of the design: 1 to 4, 8, 9, 11, and the one of credit.

docs/architecture.md names the tests of the others.
"""
