from dataclasses import replace

import pytest

from parelha.tasks import Comparator, expected, family_names, load_tasks
from parelha.tasks.mutants import MAX_TURNS, Mutant, is_killed, mutant_report, mutants_of
from parelha.types import Task

pytestmark = pytest.mark.slow

LEVELS = (1, 2, 3, 4)
ALL: tuple[Task, ...] = (
    *load_tasks("train", levels=LEVELS),
    *load_tasks("heldout_params", levels=LEVELS),
    *load_tasks("heldout_families", levels=LEVELS),
)


@pytest.mark.exhaustive
@pytest.mark.parametrize("family", family_names())
def test_hidden_inputs_kill_four_of_five_mutants_of_a_family(family: str) -> None:
    # One task of each level; `parelha tasks check` takes them all.
    by_level = {task.level: task for task in ALL if task.family == family}
    reports = [mutant_report(task) for task in by_level.values()]
    total = sum(report.total for report in reports)
    assert total >= 20
    assert sum(report.killed for report in reports) >= 0.8 * total


def test_hidden_inputs_kill_nine_of_ten_mutants_at_other_seeds_too() -> None:
    for seed in (1, 2):
        reports = [mutant_report(task, seed) for task in ALL[seed::25]]
        total = sum(report.total for report in reports)
        assert sum(report.killed for report in reports) >= 0.9 * total


def test_mutants_are_one_change_each_and_never_the_program_itself() -> None:
    source = (
        "def f(x: float) -> float:\n"
        "    if x > 0 and x < 9:\n"
        "        return abs(x) + 1\n"
        "    return -x\n"
    )
    mutants = mutants_of(source)
    assert len({mutant.source for mutant in mutants}) == len(mutants)
    changes = {(mutant.line, mutant.change) for mutant in mutants}
    assert {
        (2, "Gt to GtE"),
        (2, "And to Or"),
        (2, "condition to False"),
        (2, "9 to 10"),
        (3, "Add to Sub"),
        (3, "abs dropped"),
        (3, "1 to 0"),
        (4, "USub dropped"),
    } <= changes


@pytest.mark.parametrize(
    "body",
    [
        "while True:\n        pass",
        "for v in values:\n        values.append(v)",
        "return values[99]",
    ],
)
def test_a_mutant_that_loops_or_raises_is_killed(body: str) -> None:
    task = ALL[0]
    mutant = Mutant(f"def {task.entry_point}(values):\n    {body}\n", 1, "")
    assert is_killed(mutant, task, [(([1.0],), [1.0])])


def test_a_reference_is_killed_by_wrong_values_alone() -> None:
    for task in ALL[::9]:
        reference = Mutant(task.reference, 1, "")
        cases = task.make_cases(0)
        assert not is_killed(reference, task, [(c.args, expected(task, c.args)) for c in cases])
        assert is_killed(reference, task, [(cases[0].args, None)]), task.id


def test_a_mutant_has_as_many_turns_as_a_slow_reference_needs() -> None:
    source = (
        f"def {ALL[0].entry_point}(values):\n    found = 0\n"
        "    for place, value in enumerate(values):\n        for other in values[:place]:\n"
        "            if value < other:\n                found += 1\n    return found\n"
    )
    task = replace(ALL[0], reference=source, compare=Comparator())
    args = ([float(n * 7919 % 1009) for n in range(600)],)
    turns = len(args[0]) + len(args[0]) * (len(args[0]) - 1) // 2
    assert turns > MAX_TURNS
    pairs = [(args, expected(task, args))]
    for same in (source, source.replace("value < other", "value <= other")):
        assert not is_killed(Mutant(same, 1, ""), task, pairs)
    for wrong in (
        source.replace("value < other", "value > other"),
        source.replace("found = 0", "found = 1\n    while found:\n        pass"),
    ):
        assert is_killed(Mutant(wrong, 1, ""), task, pairs)


def test_turns_at_which_a_reference_is_loaded_are_its_own_too() -> None:
    table = "TABLE = []\nfor number in range(120_000):\n    TABLE.append(number)\n\n\n"
    source = f"{table}def {ALL[0].entry_point}(values):\n    return TABLE[len(values)]\n"
    task = replace(ALL[0], reference=source, compare=Comparator())
    assert not is_killed(Mutant(source, 1, ""), task, [(([1.0],), 1)])
    endless = source.replace("TABLE.append(number)", "while True:\n        pass")
    assert is_killed(Mutant(endless, 1, ""), task, [(([1.0],), 1)])
