"""Memory of frozen weights and of slabs: given back, and never at the cost of what it holds."""

# pylint: disable=missing-function-docstring

import sys
from pathlib import Path

import psutil
import pytest
import torch
from safetensors.torch import load_file, save_file

from parelha.kernels import memory
from parelha.kernels.memory import HeapTrimmer, drop_pages, give_back, untouched_zeros

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="reads /proc")


def test_pages_of_a_mapped_weight_come_back_as_they_were(tmp_path: Path) -> None:
    weight = torch.arange(1 << 20, dtype=torch.float32)
    save_file({"weight": weight}, tmp_path / "weights.safetensors")
    mapped = load_file(tmp_path / "weights.safetensors")["weight"]
    assert torch.equal(mapped, weight)
    drop_pages([mapped])
    assert torch.equal(mapped, weight)


def test_a_weight_in_ordinary_memory_is_left_alone() -> None:
    weight = torch.arange(1 << 20, dtype=torch.float32)
    drop_pages([weight])
    assert torch.equal(weight, torch.arange(1 << 20, dtype=torch.float32))


def test_a_mapped_weight_that_was_written_to_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "weights"
    path.write_bytes(bytes(1 << 20))
    mapped = torch.from_file(str(path), shared=False, size=1 << 20, dtype=torch.uint8)
    mapped[12_345] = 7
    drop_pages([mapped])
    assert int(mapped[12_345]) == 7


def test_zeros_take_memory_only_where_they_are_written() -> None:
    before = psutil.Process().memory_info().rss
    zeros = untouched_zeros((64, 1 << 20), torch.zeros(1, dtype=torch.bfloat16))
    zeros[3, :100] = 1
    assert psutil.Process().memory_info().rss - before < 16 << 20
    assert zeros.shape == (64, 1 << 20)
    assert float(zeros[3].sum()) == 100 and float(zeros[63].sum()) == 0


def test_given_back_rows_take_no_memory_and_their_neighbours_stay() -> None:
    rows = untouched_zeros((3, 8 << 20), torch.zeros(1))
    rows.fill_(1)
    before = psutil.Process().memory_info().rss
    give_back(rows[1])
    assert before - psutil.Process().memory_info().rss > 28 << 20
    assert [float(row.sum()) for row in rows] == [8 << 20, 0, 8 << 20]


def test_freed_memory_is_given_back_where_it_outgrows_a_pass_and_not_before(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    free, given_back, seen = [100], [0], []

    def give_back() -> None:
        free[0], given_back[0] = 100, given_back[0] + 1

    monkeypatch.setattr(memory, "_free_bytes", lambda: free[0])
    monkeypatch.setattr(memory, "release_freed_memory", give_back)
    heap = HeapTrimmer()
    for now in (300, 390, 400, 401, 250, 390, 401):
        free[0] = now
        heap.after_pass()
        seen.append(given_back[0])
    assert seen == [0, 0, 0, 1, 1, 1, 2]


def test_what_is_free_in_the_heap_is_counted_until_it_is_given_back() -> None:
    blocks = [torch.ones(16 << 10, dtype=torch.uint8) for _ in range(4096)]
    before = memory._free_bytes()  # pylint: disable=protected-access
    del blocks[:-1]
    free = memory._free_bytes() - before  # pylint: disable=protected-access
    memory.release_freed_memory()
    left = memory._free_bytes() - before  # pylint: disable=protected-access
    assert free > 48 << 20 > 16 << 20 > left
