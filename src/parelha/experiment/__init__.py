"""Experiments: arms x seeds as runs one after the other, and what may be claimed of them."""
