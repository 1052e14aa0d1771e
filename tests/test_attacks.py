"""The corpus of attacks: everything is contained, nothing is gained, honest programs pass.

`python -m tests.attacks` runs all of it; here, the programs that do not wait for a time limit.
"""

import ast
from collections.abc import Iterator

import pytest

from parelha.sandbox import Sandbox
from parelha.types import Outcome

from .attacks.arena import Arena
from .attacks.corpus import Attack, load

pytestmark = pytest.mark.slow

# The rest take a second or more each, for the clock or for memory. One of each kind stays in.
SLOW = {Outcome.TIMEOUT, Outcome.MEMORY}
KEPT = {"15_endless_loop", "17_memory_numpy", "24_sleep", "16_ignore_signals"}
QUICK = [attack for attack in load() if not attack.must & SLOW or attack.name in KEPT]


@pytest.fixture(scope="module")
def arena() -> Iterator[Arena]:
    with Sandbox(workers=1) as sandbox, Arena(sandbox) as place:
        yield place


@pytest.mark.parametrize("attack", QUICK, ids=lambda attack: attack.name)
def test_attack_is_contained(attack: Attack, arena: Arena) -> None:
    assert arena.fight(attack).problems == ()


def test_every_line_of_the_list_has_an_attack() -> None:
    assert {attack.line for attack in load()} >= set(range(1, 61))
    assert sum(attack.line > 0 for attack in load()) >= 150


def test_attacks_on_the_linters_say_what_must_be_found() -> None:
    for attack in load():
        assert bool(attack.lint) == (51 <= attack.line <= 60), attack.name


def test_no_attack_fails_for_being_mistyped(arena: Arena) -> None:
    """A program that is contained by its own syntax error would test nothing."""
    for attack in load():
        if attack.line not in {28, 51, 60}:
            ast.parse(arena.prepare(attack.source))
