"""Cleaning of sales data: missing values, names, defaults, impossible prices, revenue."""


def example_size(size: int) -> int:
    """Rows take more room in a prompt than numbers: three or four are enough for an example."""
    return max(3, size - 1)
