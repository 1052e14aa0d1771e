"""The catalogue of models, where weights come from, and the base with its two adapters."""
