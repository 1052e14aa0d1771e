"""The pair at work: questions about your own files, answered by a program that you can keep."""
