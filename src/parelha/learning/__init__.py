"""Advantages, losses and batches: pure functions on rounds and tensors."""
