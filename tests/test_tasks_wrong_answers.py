"""Plausible wrong answers, written by hand for each family, are told from right ones."""

from typing import Any

import pytest

from parelha.tasks import expected, get_task
from parelha.tasks.families import FAMILIES
from parelha.tasks.family import Family, wrong_program
from parelha.tasks.mutants import Mutant, is_killed


@pytest.mark.parametrize("family", FAMILIES, ids=lambda family: family.name)
def test_plausible_wrong_answers_run_and_are_caught_at_every_seed(family: Family) -> None:
    assert len(family.mistakes) >= 3
    for mistake in family.mistakes:
        task = get_task(f"{family.name}/{mistake.name}/L{mistake.level}/s0")
        source = wrong_program(mistake, task.signature)
        for seed in range(3):
            cases = task.make_cases(seed)
            namespace: dict[str, Any] = {}
            exec(source, namespace)
            namespace[task.entry_point](*cases[0].args)  # it is wrong, and not broken
            pairs = [(case.args, expected(task, case.args)) for case in cases]
            assert is_killed(Mutant(source, 1, ""), task, pairs), (task.id, seed, mistake.body)
