"""The curriculum: forms passed half of the time come first, and a resumed run draws the same."""

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parelha.config import Config
from parelha.config_file import from_dict
from parelha.rewards import reward_trees
from parelha.tasks.curriculum import FLOOR, RETIRED, PassRates, draw, form_of
from parelha.tracking import RunFolder
from parelha.training_tasks import read_past, tasks_of_step, training_tasks
from parelha.types import Task
from tests.fakes import fake_task, fake_tasks, run_tiny, tiny_config, use_fakes

pytestmark = pytest.mark.slow

FAMILIES = ("never", "seldom", "half", "often", "always")
TASKS = tuple(replace(fake_task(n), family=FAMILIES[n % 5]) for n in range(25))


def draft(task: Task, passed: bool, **changes: Any) -> dict[str, Any]:
    """Return a draft's record as the run folder holds it."""
    outcome = "passed" if passed else "wrong"
    record: dict[str, Any] = {
        "kind": "draft",
        "task": task.id,
        "dropped": "",
        "score": {"tests": {"outcome": outcome}},
    }
    return record | changes


def rates_of(**passed: Sequence[bool]) -> PassRates:
    """Return what is known after one step with these drafts of a form of each family."""
    rates = PassRates(TASKS)
    rates.add_step([draft(FORM[name], good) for name, all_ in passed.items() for good in all_])
    return rates


FORM = {task.family: task for task in TASKS}
KNOWN = {
    "never": [False] * 60,
    "seldom": [True] + [False] * 9,
    "half": [True, False],
    "often": [True] * 3 + [False],
    "always": [True] * 60,
}


def test_a_problem_of_a_benchmark_is_a_form_of_its_own() -> None:
    tasks = [replace(fake_task(n), id=f"HumanEval/{n}", family="benchmark") for n in range(3)]
    rates = PassRates(tasks)
    rates.add_step([draft(tasks[0], True) for _ in range(60)] + [draft(tasks[1], False)] * 60)
    weights = [rates.weight(form_of(task)) for task in tasks]
    assert weights[0] == RETIRED and weights[1] == FLOOR and weights[2] > FLOOR


def weight(rates: PassRates, family: str) -> float:
    return rates.weight(form_of(FORM[family]))


def test_what_passes_half_of_the_time_weighs_most_and_what_always_passes_is_retired() -> None:
    rates = rates_of(**KNOWN)
    assert weight(rates, "half") == 1.0
    assert weight(rates, "never") == FLOOR
    assert weight(rates, "always") == RETIRED
    assert FLOOR < weight(rates, "seldom") < weight(rates, "often") < 1.0
    # One draft more passed than was expected of six: 4/6 · 2/6 · 4.
    assert weight(rates, "often") == pytest.approx(4 * (4 / 6) * (2 / 6))


@given(st.lists(st.lists(st.booleans(), min_size=1, max_size=8), max_size=8))
def test_a_rate_is_a_share_and_more_passes_never_lower_it(steps: list[list[bool]]) -> None:
    rates, better = PassRates(TASKS), PassRates(TASKS)
    for results in steps:
        rates.add_step([draft(TASKS[0], good) for good in results])
        better.add_step([draft(TASKS[0], good or n == 0) for n, good in enumerate(results)])
        form = form_of(TASKS[0])
        assert 0.0 <= rates.rate(form) <= better.rate(form) <= 1.0
        assert RETIRED <= rates.weight(form) <= 1.0


def of_level(level: int, number: int) -> Task:
    return replace(fake_task(number), id=f"fake.add/n={number}/L{level}/s0", level=level)


def test_a_level_opens_as_the_one_below_it_is_mastered() -> None:
    tasks = [of_level(level, number) for level in (1, 2, 3) for number in range(2)]
    rates = PassRates(tasks)
    first, second, third = (form_of(tasks[n]) for n in (1, 3, 5))
    assert (rates.rate(first), rates.rate(second), rates.rate(third)) == (0.5, 0.25, 0.125)
    for _ in range(10):
        rates.add_step([draft(tasks[0], True)] * 4)
    # As the family's other form of that level, then half as often from level to level.
    assert rates.rate(first) == rates.rate(form_of(tasks[0])) > 0.95
    assert rates.rate(second) == pytest.approx(rates.rate(first) / 2)
    assert rates.rate(third) == pytest.approx(rates.rate(first) / 4)
    assert rates.weight(first) == RETIRED < rates.weight(third) < rates.weight(second)


def test_forms_are_drawn_in_proportion_to_their_weights() -> None:
    rates, rng = rates_of(**KNOWN), Random(0)
    drawn: Counter[str] = Counter()
    for _ in range(4000):
        (task,) = draw(TASKS, rates, [rng.random() for _ in TASKS], 1)
        drawn[form_of(task)] += 1
    total = sum(rates.weight(form_of(task)) for task in TASKS)
    for task in TASKS:
        form = form_of(task)
        assert drawn[form] / 4000 == pytest.approx(rates.weight(form) / total, abs=0.03)


def test_a_large_family_is_not_drawn_more_often_than_a_small_one() -> None:
    tasks = [replace(fake_task(n), family="small" if n == 0 else "large") for n in range(10)]
    rng = Random(1)
    drawn = Counter(
        draw(tasks, PassRates(tasks), [rng.random() for _ in tasks], 1)[0].family
        for _ in range(2000)
    )
    assert drawn["small"] / 2000 == pytest.approx(0.5, abs=0.04)


def test_no_task_is_drawn_twice_in_a_step_and_the_draw_is_of_the_seed_and_step() -> None:
    config = from_dict({"tasks": {"curriculum": True}, "train": {"tasks_per_step": 6}})
    rates = rates_of(**KNOWN)
    steps = [tasks_of_step(TASKS, config, step, rates) for step in range(1, 20)]
    assert all(len({task.id for task in due}) == 6 for due in steps)
    assert len({tuple(task.id for task in due) for due in steps}) > 10
    assert steps == [tasks_of_step(TASKS, config, step, rates) for step in range(1, 20)]
    other = from_dict({**config.to_dict(), "seed": 1})
    assert steps != [tasks_of_step(TASKS, other, step, rates) for step in range(1, 20)]


def test_a_rate_moves_with_newer_steps() -> None:
    rates = rates_of(half=[False] * 20)
    assert weight(rates, "half") < 0.2
    before = rates.rate(form_of(FORM["half"]))
    for _ in range(6):
        rates.add_step([draft(FORM["half"], True)] * 4)
        assert rates.rate(form_of(FORM["half"])) > before
        before = rates.rate(form_of(FORM["half"]))
    assert before > 0.8


def test_dropped_drafts_other_rounds_and_foreign_tasks_say_nothing() -> None:
    rates = PassRates(TASKS)
    rates.add_step(
        [
            draft(FORM["never"], False, dropped="the sandbox failed"),
            draft(FORM["never"], False, kind="revision"),
            draft(FORM["never"], False, score=None),
            draft(FORM["never"], False, score={"tests": None}),
            draft(replace(FORM["never"], id="of another version/x/L1/s0"), False),
        ]
    )
    assert weight(rates, "never") == 1.0


def use_families(patch: pytest.MonkeyPatch) -> None:
    """Let whole runs play fake tasks of several families."""
    use_fakes(patch)

    def of_families(split: Any, **kwargs: Any) -> tuple[Task, ...]:
        tasks = fake_tasks(split, **kwargs)
        return tuple(replace(task, family=FAMILIES[n % 5]) for n, task in enumerate(tasks))

    patch.setattr("parelha.training_tasks.load_tasks", of_families)


def curriculum_config(folder: Path, runs: Path, name: str, **tasks: Any) -> Config:
    return tiny_config(
        folder,
        runs,
        name,
        tasks={"curriculum": True, "seeds": 4, **tasks},
        episode={"drafts": 2, "reviews": 1, "max_tool_calls": 0},
        train={"steps": 4, "tasks_per_step": 2},
    )


def test_a_resumed_run_draws_the_same_tasks_bit_for_bit(
    model_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    use_families(monkeypatch)
    whole = run_tiny(curriculum_config(model_folder, tmp_path, "whole"))
    config = curriculum_config(model_folder, tmp_path, "cut")
    calls = []

    def interrupted(*args: Any) -> None:
        calls.append(1)
        if len(calls) == 3:
            raise KeyboardInterrupt
        reward_trees(*args)

    with monkeypatch.context() as patch:
        patch.setattr("parelha.training_step.reward_trees", interrupted)
        with pytest.raises(KeyboardInterrupt):
            run_tiny(config)
    cut = run_tiny(config, resume=tmp_path / "cut")
    assert (cut / "metrics.jsonl").read_bytes() == (whole / "metrics.jsonl").read_bytes()
    for path in sorted((whole / "episodes").iterdir()):
        assert (cut / "episodes" / path.name).read_bytes() == path.read_bytes()


def test_the_curriculum_learns_of_every_draft_on_record(
    model_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    use_families(monkeypatch)
    config = curriculum_config(model_folder, tmp_path, "run", seeds=2)
    seen: list[str] = []
    real = PassRates.add_step

    def watched(self: PassRates, rounds: Any) -> None:
        held = list(rounds)
        seen.extend(record["task"] for record in held if record["kind"] == "draft")
        real(self, held)

    monkeypatch.setattr(PassRates, "add_step", watched)
    run = run_tiny(config)
    on_record = [
        json.loads(line)["task"]
        for path in sorted((run / "episodes").iterdir())
        for line in path.read_text().splitlines()
        if json.loads(line)["kind"] == "draft"
    ]
    assert seen == on_record
    rates = read_past(training_tasks(config), config, RunFolder.open(run), 4).rates
    # Or nothing above was at stake.
    assert any(rates.weight(form_of(task)) < 1.0 for task in training_tasks(config))
