"""The pair at work: a question about somebody's own files, answered by a program that they can keep."""
