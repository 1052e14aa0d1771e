"""A trained pair at work: behind the OpenAI-compatible protocol, and in a terminal."""
