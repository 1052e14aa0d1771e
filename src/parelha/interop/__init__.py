"""The tasks, the dialogue and the grader for other trainers (docs/interop.md)."""
