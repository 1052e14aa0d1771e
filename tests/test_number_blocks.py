"""Lists of numbers cross the border of the sandbox as blocks, type and bits unchanged."""

# pylint: disable=missing-function-docstring

import math
from typing import Any

import pytest

from parelha.sandbox.codec import CodecError
from parelha.sandbox.codec_read import Decoder
from parelha.sandbox.codec_write import Encoder


@pytest.mark.parametrize(
    "value",
    [
        [0.5, -0.0, math.inf] * 5,
        list(range(-9, 9)),
        [True, False] * 8,
        [2**70] * 9,
        [1, 1.0] * 9,
        [True, 1] * 9,
        [1.0] * 3,
        [None] * 9,
    ],
)
def test_lists_of_numbers_arrive_with_their_exact_types(value: list[Any]) -> None:
    again = Decoder(Encoder(10_000).encode(value)).decode()
    assert repr(again) == repr(value)


def test_a_subclass_in_a_list_of_numbers_is_refused() -> None:
    class Odd(float):
        """Not a plain number."""

    with pytest.raises(CodecError, match="Odd"):
        Encoder(10_000).encode([1.0] * 9 + [Odd(1.0)])


@pytest.mark.parametrize("block", [b"", b"d1234567", b"z12345678", b"Pxxxxxxxx"])
def test_malformed_blocks_of_numbers_are_refused(block: bytes) -> None:
    with pytest.raises(CodecError):
        Decoder(b"R" + len(block).to_bytes(4, "little") + block).decode()
