"""The corpus of attacks on the grader: `python -m tests.attacks` runs it and prints a table."""
