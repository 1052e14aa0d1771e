"""What this processor does, found out without the code under test."""

import pytest
import torch


def packs(dtype: torch.dtype) -> bool:
    """Whether torch's own operator lays a weight of this type out anew on this processor."""
    try:
        # pylint: disable-next=protected-access
        torch.ops.mkldnn._reorder_linear_weight(torch.zeros(32, 32, dtype=dtype), 16)
    except (RuntimeError, AttributeError):
        return False
    return True


def needs_packing(dtype: torch.dtype) -> None:
    """Skip the test where the processor has no packed layout for the type."""
    if not packs(dtype):
        pytest.skip(f"this processor packs no {dtype}")
