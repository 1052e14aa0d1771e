"""Text in; tokens and log-probabilities out."""
