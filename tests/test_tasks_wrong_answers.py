"""Plausible wrong answers, written by hand for each family, are told from right ones."""

from typing import Any

import pytest

from parelha.tasks import expected, family_names, get_task
from parelha.tasks.families import read_family
from parelha.tasks.mutants import Mutant, is_killed


@pytest.mark.parametrize("family", family_names())
def test_plausible_wrong_answers_run_and_are_caught_at_every_seed(family: str) -> None:
    wrong = read_family(family).wrong_answers
    assert len(wrong) >= 3
    for problem, level, name, source in wrong:
        task = get_task(f"{family}/{problem.name}/L{level}/s0")
        for seed in range(3):
            cases = task.make_cases(seed)
            namespace: dict[str, Any] = {}
            exec(source, namespace)
            namespace[task.entry_point](*cases[0].args)  # it is wrong, and not broken
            pairs = [(case.args, expected(task, case.args)) for case in cases]
            assert is_killed(Mutant(source, 1, ""), task, pairs), (task.id, seed, name)
