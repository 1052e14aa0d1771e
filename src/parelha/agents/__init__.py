"""The two agents: prompts, action spaces, chat and completion formats, parsers. No torch."""
