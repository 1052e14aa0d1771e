"""Suites: in-process tasks are marked, graded and evaluated on, and trained on only if wanted."""

# pylint: disable=missing-function-docstring

from pathlib import Path
from typing import Any

import pytest

from parelha import suites
from parelha.config_file import from_dict
from parelha.errors import UsageError
from parelha.evaluate import heldout_tasks
from parelha.grading import Grader
from parelha.suites import heldout_suites, open_suite, suite_notices, training_suites
from parelha.tasks.benchmarks import Loaded
from parelha.tasks.own import OwnFolder
from parelha.types import LANGS, Outcome, Task
from tests.test_tasks_benchmarks import BIGCODE, DS1000, GOOD, write
from tests.test_tasks_own import TABLE
from tests.test_tasks_own import write as write_own

pytestmark = pytest.mark.slow


@pytest.fixture(name="mixed")
def mixed_fixture(tmp_path: Path) -> str:
    """Twenty tasks whose tests are calls, and twenty whose tests run in-process."""
    records = [{**GOOD, "task_id": f"Calls/{number}"} for number in range(20)]
    records += [{**BIGCODE, "task_id": f"Beside/{number}"} for number in range(20)]
    return write(tmp_path / "mixed.jsonl", *records)


def test_training_leaves_in_process_tasks_out_unless_they_are_wanted(mixed: str) -> None:
    trained = training_suites([mixed], range(1))
    assert trained and {task.family for task in trained} == {"benchmark.mixed"}
    wanted = training_suites([mixed], range(1), in_process=True)
    assert {t.family for t in wanted} == {"benchmark.mixed", "benchmark.mixed (in-process)"}


def test_evaluation_takes_in_process_tasks_and_none_that_is_trained_on(mixed: str) -> None:
    (whole,) = heldout_suites([mixed], [], [], range(1))
    assert len(whole) == 40
    (rest,) = heldout_suites([mixed], [mixed], [], range(1))
    assert {task.family for task in rest} == {"benchmark.mixed", "benchmark.mixed (in-process)"}
    trained = training_suites([mixed], range(1), in_process=True)
    assert not {task.id for task in rest} & {task.id for task in trained}
    assert len(rest) + len(trained) == 40


def test_a_user_is_told_how_many_tasks_are_in_process(mixed: str) -> None:
    (notice,) = suite_notices(["families", mixed])
    assert "20 in-process tasks" in notice and "tasks.train_in_process" in notice


def test_two_suites_that_call_different_tasks_the_same_are_refused(tmp_path: Path) -> None:
    """HumanEval and HumanEval+ do: the score of the one would be taken for the other's."""
    names = [write(tmp_path / f"{name}.jsonl", GOOD) for name in ("some", "someplus")]
    with pytest.raises(UsageError, match="both have a task Some/0"):
        heldout_suites(names, [], [], range(1))
    with pytest.raises(UsageError, match="both have a task"):
        training_suites(names, range(1))
    quota = {"tasks": {"eval_suites": names}, "eval": {"quota": dict.fromkeys(names, 1)}}
    with pytest.raises(UsageError, match="both have a task"):
        heldout_tasks(from_dict(quota), 2)


def test_problems_that_are_trained_on_are_not_evaluated_on_in_another_file(tmp_path: Path) -> None:
    problems = [{**GOOD, "task_id": f"Good/{n}"} for n in range(12)]
    trained = write(tmp_path / "trained.jsonl", *problems)
    program = GOOD["canonical_solution"]
    others = [
        {**GOOD, "task_id": f"Other/{n}", "canonical_solution": program + "\n" * n}
        for n in range(2)
    ]
    new = {**GOOD, "task_id": "New/0", "canonical_solution": f"    pass\n{program}"}
    copy = write(tmp_path / "copy.jsonl", *problems, *others, new)
    known = {task.id for task in training_suites([trained], range(1))}
    (found,) = heldout_suites([copy], [trained], [], range(1))
    assert known and not {task.id for task in found} & known
    assert "New/0" in {task.id for task in found}
    assert not {"Other/0", "Other/1"} & {task.id for task in found}


def test_a_task_of_ones_own_is_kept_level_by_level(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_own(tmp_path, table=TABLE + '[level.1]\nen = "Few."\n[level.2]\nen = "Many."\n')
    whole = open_suite(str(tmp_path))
    assert isinstance(whole, OwnFolder)
    assert [own.variant.level for own in whole.tasks] == [1, 2]
    for failing in (1, 2):
        suites._open.cache_clear()  # pylint: disable=protected-access

        def failure(task: Task, _: Any, failing: int = failing) -> str | None:
            return f"fails (level {task.level})" if task.level == failing else None

        monkeypatch.setattr("parelha.suites.reference_failure", failure)
        suite = open_suite(str(tmp_path))
        assert [own.variant.level for own in suite.tasks] == [3 - failing]
        assert suite.problems == (f"above.py: fails (level {failing})",)
    suites._open.cache_clear()  # pylint: disable=protected-access


def test_a_benchmark_that_is_all_in_process_cannot_be_trained_on(tmp_path: Path) -> None:
    name = write(tmp_path / "beside.jsonl", BIGCODE)
    with pytest.raises(UsageError, match="trained on: all run in-process"):
        training_suites([name], range(1))
    assert len(heldout_suites([name], [], [], range(1))[0]) == 1


def test_an_in_process_task_is_graded_with_its_tests_around_the_program(
    tmp_path: Path, grader: Grader
) -> None:
    suite = open_suite(write(tmp_path / "both.jsonl", BIGCODE, DS1000))
    assert isinstance(suite, Loaded) and len(suite.tasks) == 2
    for task in suite.tasks:
        assert grader.test(task, task.solution).outcome is Outcome.PASSED
        wrong = task.solution.replace("2 * x", "3 * x")
        assert grader.test(task, wrong).passed < 2
        for lang in LANGS:  # there is nothing to show, and no fault either
            assert "0" not in grader.execute_examples(task, task.solution, lang)
