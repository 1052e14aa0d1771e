"""Poorer processors, acted by this one: oneDNN and ATen are told to use no more than they have."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
import torch

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parent.parent
# What runs on each: packed weights, adapters, and whole small runs whose type of products is found.
CHOSEN = (
    "tests/test_packed.py",
    "tests/test_adapted.py",
    "tests/test_train_machine.py::test_the_type_of_products_is_found_and_kept",
)
# Skipped where nothing can be packed, and float32 can be on both.
PACKED = "tests/test_packed.py::test_a_packed_layer_gives_what_the_layer_gives"
# oneDNN's and ATen's names of a tier, the flag of torch that says who can act it, and whether
# bfloat16 weights can be packed there.
TIERS = [("AVX2", "avx2", "avx2", False), ("AVX512_CORE", "avx512", "avx512_bw", True)]
ACT = """
import sys, pytest, torch
from tests.processor import packs

class Heard:
    def pytest_runtest_logreport(self, report):
        if report.when == "call" and report.passed:
            print("\\nran:", report.nodeid, flush=True)

print("packs bfloat16:", packs(torch.bfloat16), flush=True)
sys.exit(pytest.main(sys.argv[1:], plugins=[Heard()]))
"""


@pytest.mark.parametrize(("tier", "aten", "flag", "packs"), TIERS)
def test_what_the_hardware_decides_holds_on_a_poorer_processor(
    tier: str, aten: str, flag: str, packs: bool
) -> None:
    if not torch.cpu.get_capabilities().get(flag):
        pytest.skip(f"this processor cannot act one with {tier}")
    environment = os.environ | {"ONEDNN_MAX_CPU_ISA": tier, "ATEN_CPU_CAPABILITY": aten}
    # One process, since most of its time goes into imports: it says what it sees, then runs them.
    done = subprocess.run(
        [sys.executable, "-c", ACT, "-q", "-p", "no:cacheprovider", "-p", "no:xdist", *CHOSEN],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout.splitlines()[:1] == [f"packs bfloat16: {packs}"], "the tier is not acted"
    assert done.returncode == 0, done.stdout[-3000:]
    # Where everything is skipped that is a success too, so some of each must have run.
    ran = re.findall(r"^ran: (\S+)", done.stdout, re.MULTILINE)
    assert all(any(test.startswith(one) for test in ran) for one in (*CHOSEN, PACKED)), ran
