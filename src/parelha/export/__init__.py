"""A run's adapters in the forms that others load: PEFT, merged weights, GGUF, Ollama."""
