"""Invariant 1: a resumed run equals the uninterrupted one, bit for bit on one CPU."""

# pylint: disable=missing-function-docstring,redefined-outer-name

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from parelha.config import Config
from parelha.engines.torch_engine import TorchEngine
from parelha.tracking import RunFolder, step_name
from tests.fake_grading import half_pass
from tests.fakes import run_tiny, tiny_config, use_fakes

pytestmark = pytest.mark.slow

STEPS = 2
SHAPE: dict[str, Any] = {"drafts": 2, "max_tool_calls": 0}


def config_of(model_folder: Path, runs: Path, name: str, steps: int = STEPS) -> Config:
    return tiny_config(model_folder, runs, name, episode=SHAPE, train={"steps": steps})


@pytest.fixture(scope="module")
def whole(model_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of the run that nothing interrupted."""
    with pytest.MonkeyPatch.context() as patch:
        use_fakes(patch)
        return run_tiny(config_of(model_folder, tmp_path_factory.mktemp("runs"), "whole"))


def interrupt_at_call(patch: pytest.MonkeyPatch, target: str, call: int) -> None:
    """Let the `call`-th call of `target` be a Ctrl-C."""
    module, _, name = target.rpartition(".")
    real: Callable[..., Any] = getattr(sys.modules[module], name)
    calls = 0

    def interrupted(*args: Any, **kwargs: Any) -> Any:
        nonlocal calls
        calls += 1
        if calls == call:
            raise KeyboardInterrupt
        return real(*args, **kwargs)

    patch.setattr(target, interrupted)


def assert_same_run(resumed: Path, whole: Path, steps: int = STEPS) -> None:
    """Metrics, episodes and the last adapters are equal byte for byte."""
    assert (resumed / "metrics.jsonl").read_bytes() == (whole / "metrics.jsonl").read_bytes()
    for path in sorted((whole / "episodes").iterdir()):
        assert (resumed / "episodes" / path.name).read_bytes() == path.read_bytes()
    last = Path("checkpoints") / f"step_{steps:05d}"
    for agent in ("coder", "reviewer"):
        file = last / agent / "adapter_model.safetensors"
        assert (resumed / file).read_bytes() == (whole / file).read_bytes()


@pytest.mark.parametrize(
    ("target", "call"),
    [
        ("parelha.training_step.reward_trees", 2),  # played, not yet updated
        ("parelha.training_step.update", 4),  # the coder has moved, the reviewer has not
        ("parelha.train.save_checkpoint", 2),  # the step is on record without its checkpoint
        ("parelha.checkpoint.save_file", 2),  # both adapters are written, the optimizers are not
        ("parelha.train.play_step", 1),  # nothing is done at all
    ],
)
def test_an_interrupted_run_goes_on_as_if_nothing_had_happened(
    whole: Path,
    model_folder: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    target: str,
    call: int,
) -> None:
    use_fakes(monkeypatch)
    config = config_of(model_folder, tmp_path, "cut")
    with monkeypatch.context() as patch:
        interrupt_at_call(patch, target, call)
        with pytest.raises(KeyboardInterrupt):
            run_tiny(config)
    assert_same_run(run_tiny(config, resume=tmp_path / "cut"), whole)


def evaluated_config(model_folder: Path, runs: Path, name: str) -> Config:
    """The configuration of a run with evaluations of several arms."""
    evaluation = {"episodes": 4, "arms": ["coder", "frozen_reviewer"], "samples": 2}
    return tiny_config(model_folder, runs, name, episode=SHAPE, train={"steps": 1}, eval=evaluation)


@pytest.fixture(scope="module")
def evaluated(model_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, int]:
    """Return the folder of such a run that nothing interrupted, and how many tokens it wrote."""
    with pytest.MonkeyPatch.context() as patch:
        use_fakes(patch)
        patch.setattr("parelha.evaluate._BATCH", 2)
        counted = count_tokens(patch)
        folder = run_tiny(evaluated_config(model_folder, tmp_path_factory.mktemp("runs"), "whole"))
    return folder, sum(counted)


@pytest.mark.parametrize("which", ["before", "after"])
def test_an_evaluation_goes_on_with_the_episodes_that_were_not_played(
    evaluated: tuple[Path, int],
    model_folder: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    which: str,
) -> None:
    use_fakes(monkeypatch)
    monkeypatch.setattr("parelha.evaluate._BATCH", 2)
    whole, asked = evaluated
    config = evaluated_config(model_folder, tmp_path, "cut")
    # In two batches each: the pair, the coder, who plays nothing new, the frozen reviewer, which
    # the pair is before training, and the samples.
    calls = {"before": 6, "after": 8}
    cut = {"before": 5, "after": calls["before"] + 6}[which]
    counted = count_tokens(monkeypatch)
    with monkeypatch.context() as patch:
        interrupt_at_call(patch, "parelha.evaluate.play_all", cut)
        with pytest.raises(KeyboardInterrupt):
            run_tiny(config)
    assert_same_run(run_tiny(config, resume=tmp_path / "cut"), whole, 1)
    for name in ("before.json", "after.json"):
        assert (tmp_path / "cut" / "eval" / name).read_bytes() == (
            whole / "eval" / name
        ).read_bytes()
    # Nothing was generated twice, and nothing that only served to go on is left.
    assert sum(counted) == asked
    assert {path.name for path in (tmp_path / "cut" / "eval").iterdir()} == {
        "before.json",
        "after.json",
    }


def count_tokens(patch: pytest.MonkeyPatch) -> list[int]:
    """What engines of whole runs generate from here on, in a list that grows."""
    real, counted = TorchEngine.step, list[int]()

    def step(engine: TorchEngine) -> Any:
        answered = real(engine)
        counted.extend(len(a.token_ids) for a in answered.values())
        return answered

    patch.setattr(TorchEngine, "step", step)
    return counted


KILLED = """
import os, signal, sys
from pathlib import Path
import pytest
from tests.fakes import run_tiny, use_fakes
from tests.invariants.test_resume import config_of
import parelha.training_step
patch = pytest.MonkeyPatch()
use_fakes(patch)
real, calls = parelha.training_step.update, []
def update(*args, **more):
    calls.append(1)
    if len(calls) == 4:
        os.kill(os.getpid(), signal.SIGKILL)
    return real(*args, **more)
patch.setattr("parelha.training_step.update", update)
run_tiny(config_of(Path(sys.argv[1]), Path(sys.argv[2]), "killed"))
"""


@pytest.mark.slow
def test_a_killed_process_loses_the_step_in_progress_and_no_more(
    whole: Path, model_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = Path(__file__).parents[2]
    command = [sys.executable, "-c", KILLED, str(model_folder), str(tmp_path)]
    done = subprocess.run(
        command, cwd=root, env={**os.environ, "PYTHONPATH": str(root)}, check=False
    )
    assert done.returncode == -signal.SIGKILL
    assert (tmp_path / "killed" / "metrics.jsonl").read_text().count("\n") == 1
    use_fakes(monkeypatch)
    config = config_of(model_folder, tmp_path, "killed")
    assert_same_run(run_tiny(config, resume=tmp_path / "killed"), whole)


def test_a_finished_run_can_be_made_longer(
    whole: Path, model_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    use_fakes(monkeypatch)
    run_tiny(config_of(model_folder, tmp_path, "short", steps=1))
    longer = config_of(model_folder, tmp_path, "short")
    assert_same_run(run_tiny(longer, resume=tmp_path / "short"), whole)


def phased_config(model_folder: Path, runs: Path, name: str) -> Config:
    """The configuration of a run with a step of every phase."""
    phases = {"draft_steps": 1, "verdict_steps": 1, "review_steps": 1}
    train = phases | {"steps": 4, "tasks_per_step": 2, "stored_drafts": 4}
    return tiny_config(model_folder, runs, name, episode={"drafts": 2}, train=train)


@pytest.fixture(scope="module")
def phased(model_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of such a run that nothing interrupted."""
    with pytest.MonkeyPatch.context() as patch:
        use_fakes(patch)
        half_pass(patch)
        return run_tiny(phased_config(model_folder, tmp_path_factory.mktemp("runs"), "whole"))


@pytest.mark.parametrize("cut", [2, 3, 4])
def test_a_run_goes_on_in_the_phase_that_it_was_in(
    phased: Path, model_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, cut: int
) -> None:
    use_fakes(monkeypatch)
    half_pass(monkeypatch)
    config = phased_config(model_folder, tmp_path, "cut")
    kinds = [{r["kind"] for r in RunFolder(phased).read_rounds(step_name(n))} for n in (1, 2, 3, 4)]
    assert kinds[:2] == [{"draft"}, {"stored", "review"}]
    assert kinds[2] == {"stored", "review", "revision"}
    assert {"draft", "review"} <= kinds[3]
    with monkeypatch.context() as patch:
        interrupt_at_call(patch, "parelha.training_step.reward_trees", cut)
        with pytest.raises(KeyboardInterrupt):
            run_tiny(config)
    assert_same_run(run_tiny(config, resume=tmp_path / "cut"), phased, 4)
