"""Poorer processors, acted by this one: oneDNN and ATen are told to use no more than they have."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
import torch

ROOT = Path(__file__).parent.parent
# What runs on each: packed weights, adapters, and whole small runs whose type of products is found.
CHOSEN = (
    "tests/test_packed.py",
    "tests/test_adapted.py",
    "tests/test_train_machine.py::test_the_type_of_products_is_found_and_kept",
)
# oneDNN's and ATen's names of a tier, the flag of torch that says who can act it, and whether
# bfloat16 weights can be packed there.
TIERS = [("AVX2", "avx2", "avx2", False), ("AVX512_CORE", "avx512", "avx512_bw", True)]


@pytest.mark.parametrize(("tier", "aten", "flag", "packs"), TIERS)
def test_what_the_hardware_decides_holds_on_a_poorer_processor(
    tier: str, aten: str, flag: str, packs: bool
) -> None:
    if not torch.cpu.get_capabilities().get(flag):
        pytest.skip(f"this processor cannot act one with {tier}")
    environment = os.environ | {"ONEDNN_MAX_CPU_ISA": tier, "ATEN_CPU_CAPABILITY": aten}
    seen = subprocess.run(
        [
            sys.executable,
            "-c",
            "import torch; from tests.processor import packs; print(packs(torch.bfloat16))",
        ],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    assert seen.stdout.strip() == str(packs), "the tier is not acted"
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *CHOSEN],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-3000:]
