"""Invariant 11: a canary task, whose right answers are random, is never passed."""

# pylint: disable=missing-function-docstring,redefined-outer-name

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parelha import types
from parelha.canary import canary_of, random_like, try_canaries
from parelha.errors import WorkFailedError
from parelha.grading import Grader
from parelha.tasks import Comparator, load_tasks
from parelha.tasks.benchmarks import load_benchmark
from parelha.types import Case, CoderAction, Outcome, Task
from tests.attacks import arena, corpus
from tests.fake_grading import FakeGrader, fake_score
from tests.fakes import (
    fake_task,
    fake_tree,
    run_tiny,
    tiny_config,
)
from tests.fakes import use_fakes as use_fake_parts
from tests.test_tasks_benchmarks import MBPP_PLUS, write

pytestmark = pytest.mark.slow

TAMPERING = range(30, 51)  # of the list of attacks: with the harness, and reading the tests


def solve_task() -> Task:
    """The task that the corpus of attacks answers: the mean."""
    return Task(
        id="attacks.mean/own/L1/s0",
        family="attacks.mean",
        action=CoderAction.ANALYSE_STATISTICS,
        level=1,
        split="train",
        statement={"en": "Return the mean.", "pt": "Devolva a média."},
        signature="def solve(values: list[float]) -> float:",
        entry_point="solve",
        examples=(Case(([1.0],)),),
        make_cases=lambda seed: tuple(Case((list(values),)) for values in arena.INPUTS),
        reference=arena.CONTROL,
        compare=Comparator(),
    )


def attacks() -> list[corpus.Attack]:
    return [a for a in corpus.load() if a.line in TAMPERING and a.limits.wall_seconds >= 3.0]


def test_no_attack_of_the_corpus_passes_a_case_of_a_canary(grader: Grader) -> None:
    canary = canary_of(solve_task())
    with arena.Arena(grader.sandbox) as field:
        sources = {attack.name: field.prepare(attack.source) for attack in attacks()}
        passed = [n for n, source in sources.items() if grader.test(canary, source).passed]
    assert len(sources) > 50 and passed == []


# A right answer by chance, by knowing it, and by being equal to everything.
PROGRAMS = {
    "the solution": arena.CONTROL,
    "NaN": "def solve(values):\n    return float('nan')\n",
    "infinite": "import numpy as np\n\n\ndef solve(values):\n    return np.float16('inf')\n",
    "equal to all": (
        "class All(float):\n    def __eq__(self, other):\n        return True\n"
        "    __hash__ = float.__hash__\n\n\ndef solve(values):\n    return All(1)\n"
    ),
    "all of it": "def solve(values):\n    return [None, True, 0, 0.0, '', values]\n",
    "remembered": "seen = []\n\n\ndef solve(values):\n    seen.append(values)\n    return seen\n",
    "the frames": (
        "import sys\n\n\ndef solve(values):\n    frame = sys._getframe(1)\n"
        "    found = [v for v in frame.f_locals.values() if isinstance(v, float)]\n"
        "    return found[0] if found else None\n"
    ),
}


@pytest.mark.parametrize("name", PROGRAMS)
def test_no_program_passes_a_case_of_a_canary(grader: Grader, name: str) -> None:
    result = grader.test(canary_of(solve_task()), PROGRAMS[name])
    assert result.passed == 0
    if name == "the solution":
        assert grader.test(solve_task(), PROGRAMS[name]).outcome is Outcome.PASSED


def test_references_and_solutions_do_not_pass_their_canaries(
    tmp_path: Path, grader: Grader
) -> None:
    for task in load_tasks("train", levels=(1, 3))[::9]:
        assert grader.test(canary_of(task), task.reference).passed == 0, task.id
    tests = ["assert double(2) == 4", "assert sorted(double([2])) == [2, 2]", "assert double(1)"]
    helped = MBPP_PLUS | {"task_id": 12}
    mbpp = {"task_id": 11, "text": "Double.", "code": MBPP_PLUS["code"], "test_list": tests}
    loaded = load_benchmark(write(tmp_path / "b.jsonl", mbpp, helped), grader.sandbox.run)
    assert len(loaded.tasks) == 2
    for task in loaded.tasks:
        assert grader.test(task, task.solution).outcome is Outcome.PASSED
        assert grader.test(canary_of(task), task.solution).passed == 0


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
        lambda inner: st.lists(inner) | st.tuples(inner) | st.dictionaries(st.text(), inner),
        max_leaves=5,
    )
)
def test_a_random_answer_is_never_the_right_one(value: Any) -> None:
    assert Comparator()(value, random_like(value)) is not None
    assert Comparator()(random_like(value), random_like(value)) is not None


# --- in training ----------------------------------------------------------------------------------


class LeakyGrader(FakeGrader):
    """Passes whatever it is asked: what a grader does that can be cheated."""

    def test(self, task: Task, program: str) -> types.TestResult:
        del task, program
        return types.TestResult(1, 8, Outcome.WRONG)


def test_a_program_that_passes_a_canary_ends_the_run(
    model_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    use_fake_parts(monkeypatch)
    monkeypatch.setattr("parelha.runtime.Grader", LeakyGrader)
    shape: dict[str, Any] = {"train": {"steps": 2, "canary_every": 2}}
    with pytest.raises(WorkFailedError, match=r"passed 1 cases of fake.add/\S+ whose right") as end:
        run_tiny(tiny_config(model_folder, tmp_path, **shape))
    assert (tmp_path / "run" / "checkpoints" / "step_00001").is_dir()
    # The step is not written, so the program that did it is kept apart.
    kept = tmp_path / "run" / "passed_canary_step_00002.txt"
    assert f"read {kept}" in str(end.value) and kept.read_text(encoding="utf-8")
    assert not (tmp_path / "run" / "episodes" / "step_00002.jsonl").exists()
    run_tiny(tiny_config(model_folder, tmp_path, "never", train={"steps": 1, "canary_every": 0}))


def test_programs_of_a_step_are_tried_once_each_and_faults_are_passed_over() -> None:
    grader: Any = FakeGrader(faulty=lambda what, program: program == "b")
    scores = [fake_score(name, 8) for name in ("a", "b", "a")]
    tree = fake_tree([(score, [[(None, None)]]) for score in scores])
    assert try_canaries(grader, [fake_task()], [tree], Path) == 1
    assert [what for what, _ in grader.calls] == ["test canary.fake.add/n=0/L1/s0"] * 2
