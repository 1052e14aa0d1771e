"""Invariant 9: the same seed gives the same run, another seed another one."""

# pylint: disable=missing-function-docstring

import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from parelha.agents.turns import Tree
from parelha.config_file import from_dict
from parelha.engines.sampling import uniforms
from parelha.episode import play_tree
from parelha.rollout import play_all
from parelha.types import Agent, Lang, Task
from tests.fake_grading import FakeGrader
from tests.fakes import (
    fake_stage,
    fake_task,
    run_tiny,
    tiny_config,
    use_fakes,
)
from tests.scripted import ScriptedEngine

pytestmark = pytest.mark.slow


def test_the_same_seed_gives_the_same_run(
    model_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    use_fakes(monkeypatch)
    shape: dict[str, Any] = {"episode": {"drafts": 2}, "train": {"steps": 1}}

    def metrics(name: str, seed: int) -> bytes:
        config = tiny_config(model_folder, tmp_path, name, **shape)
        config = from_dict(config.to_dict() | {"seed": seed})
        return (run_tiny(config) / "metrics.jsonl").read_bytes()

    first = metrics("first", 7)
    assert metrics("second", 7) == first
    assert metrics("third", 8) != first


def test_every_turn_of_a_step_has_a_stream_of_its_own() -> None:
    stage = fake_stage(max_rounds=2)
    engine = ScriptedEngine(stage.formats[Agent.CODER])
    play_all([play_tree(fake_task(n), stage) for n in range(3)], engine)
    streams = [request.stream for request in engine.requests]
    assert len(set(streams)) == len(streams)
    assert {stream[:2] for stream in streams} == {(0, 1)}


def test_streams_of_neighbouring_steps_and_turns_are_unlike() -> None:
    names = [(0, step, "t", "d0", turn) for step in range(4) for turn in range(4)]
    firsts = {float(uniforms(name, 1)[0]) for name in names}
    assert len(firsts) == len(names)
    assert list(uniforms((0, 1), 3)) == list(uniforms((0, 1), 5)[:3])


def test_batches_are_formed_from_what_is_due_and_never_from_the_clock() -> None:
    """The same parts meet the same batches, whoever of the grader's threads was first."""

    class Slow(FakeGrader):
        def execute_examples(self, task: Task, program: str, lang: Lang) -> str:
            time.sleep(self.workers / 100)
            return super().execute_examples(task, program, lang)

    def batches(hundredths: int) -> list[list[tuple[Any, ...]]]:
        script = {("d0.r0", 0): "execute", ("d1.r1", 0): "approve"}
        with ThreadPoolExecutor(2) as pool:
            stage = replace(fake_stage(Slow(workers=hundredths)), pool=pool)
            engine = ScriptedEngine(stage.formats[Agent.CODER], script)
            trees: list[Tree] = play_all([play_tree(fake_task(n), stage) for n in range(2)], engine)
        assert len(trees) == 2
        return [[request.stream for request in batch] for batch in engine.batches]

    assert batches(0) == batches(20)
