"""What of a run depends on the machine: the type of its products, and how many steps fit."""

# pylint: disable=missing-function-docstring

import json
import shutil
import time
from itertools import combinations
from pathlib import Path
from typing import Any, Never

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from parelha import cli
from parelha.config_file import from_dict
from parelha.errors import UsageError
from parelha.experiment.plan import merged
from parelha.kernels.choose import Kernels, choose
from parelha.overrides import resumed_config
from parelha.pacing import Pace, other_steps
from parelha.tracking import RunFolder
from parelha.train import dry_run, load_run_config, train
from tests.fakes import Quiet, run_tiny, tiny_config, use_fakes

pytestmark = pytest.mark.slow

SMALL: dict[str, Any] = {"episode": {"drafts": 2, "max_tool_calls": 0}, "train": {"steps": 1}}


def lines_of(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text().splitlines()]


def test_the_type_of_products_is_found_and_kept(
    model_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    use_fakes(monkeypatch)
    # Weights as small as these are given back too, once they are packed, and read again.
    monkeypatch.setattr("parelha.kernels.memory._WORTH_DROPPING", 0)
    table: dict[str, Any] = SMALL | {"model": {"dtype": "auto"}}
    folder = run_tiny(tiny_config(model_folder, tmp_path, **table))
    found = choose().dtype_name
    record = json.loads((folder / "config.json").read_text())
    assert (load_run_config(folder).model.dtype, record["kernels"]["dtype"]) == (found, found)
    (timings,) = lines_of(folder / "timings.jsonl")
    assert f"products in {found}" in timings["kernels"]
    # Whoever asks for what was asked for before goes on with what it came to.
    asked = tiny_config(model_folder, tmp_path, **(table | {"train": {"steps": 2}}))
    more = resumed_config(load_run_config(folder), asked, True, ())
    run_tiny(more, resume=folder)
    assert len(lines_of(folder / "metrics.jsonl")) == 2


def test_what_no_cluster_can_place_is_told_and_two_kinds_of_servers_are_refused(
    model_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    use_fakes(monkeypatch)
    cluster = {"num_servers": 2, "num_trainers": 3}
    alone = tiny_config(model_folder, tmp_path, **SMALL, cluster=cluster)
    progress = Quiet()
    train(alone, progress=progress)
    (told,) = (line for line in progress.messages if "--cluster" in line)
    assert told.startswith("warning: without --cluster nothing is placed: cluster.num_servers = 2 ")
    assert "and cluster.num_trainers = 3 is left out" in told
    engine = {"kind": "vllm", "servers": ["http://a:1"]}
    both = tiny_config(model_folder, tmp_path, "both", cluster=cluster, engine=engine)
    for start in (run_tiny, dry_run):
        with pytest.raises(UsageError, match=r"engine\.servers and cluster\.num_servers: give one"):
            start(both)
    assert not both.run_dir.exists()


def test_a_run_too_long_for_its_minutes_ends_after_fewer_steps_and_can_go_on(
    model_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    use_fakes(monkeypatch)
    shape: dict[str, Any] = SMALL | {"train": {"steps": 3, "minutes": 1e-6}}
    progress = Quiet()
    folder = train(tiny_config(model_folder, tmp_path, **shape), progress=progress)
    assert progress.steps == [1]
    assert any("steps: 1 in place of 3" in message for message in progress.messages)
    assert any(f"--resume {folder} --train.steps 3" in message for message in progress.messages)
    stored = load_run_config(folder)
    assert stored.train.steps == 1
    phases = {"train": {"steps": 3, "draft_steps": 2}}
    fitted = from_dict(merged(stored.to_dict(), {"train": {"draft_steps": 1}}))
    again = resumed_config(fitted, from_dict(merged(stored.to_dict(), phases)), True, ())
    assert (again.train.steps, again.train.draft_steps) == (3, 1)
    asked = tiny_config(model_folder, tmp_path, **shape)
    run_tiny(resumed_config(stored, asked, False, ("train.steps",)), resume=folder)
    whole = run_tiny(
        tiny_config(model_folder, tmp_path, name="whole", **(SMALL | {"train": {"steps": 3}}))
    )
    metrics = "metrics.jsonl"
    assert (folder / metrics).read_bytes() == (whole / metrics).read_bytes()


@given(
    st.floats(-1e4, 1e4),
    st.floats(1e-3, 1e4),
    st.lists(st.integers(0, 9), min_size=4, max_size=4),
    st.sampled_from([0.0, 24.0]),
)
def test_steps_that_fit_are_as_many_as_asked_for_at_most_and_shorten_every_phase_alike(
    left: float, seconds: float, lengths: list[int], minutes: float
) -> None:
    draft, verdict, review, _ = lengths
    shape = {"draft_steps": draft, "verdict_steps": verdict, "review_steps": review}
    table = {"train": shape | {"steps": max(sum(lengths), 1), "minutes": minutes}}
    config = from_dict(table)
    pace = Pace(config, time.perf_counter() - 60 * minutes + left)
    fitted = pace.fit(1, seconds, 0.0).train
    assert 1 <= fitted.steps <= config.train.steps
    if not minutes:
        assert fitted == config.train
        return
    for key, asked in shape.items():
        found = getattr(fitted, key)
        assert found <= asked
        assert (found == 0) == (asked == 0)
    # Alike, but for a step of each.
    kept = [(getattr(fitted, key) / asked, 1 / asked) for key, asked in shape.items() if asked]
    for (one, step), (other, another) in combinations(kept, 2):
        assert abs(one - other) <= step + another + 1e-9
    # With the time gone a run ends; another step may only make it longer again.
    assert pace.fit(fitted.steps, seconds, 1e9).train.steps == fitted.steps


def test_a_step_costs_what_the_newest_of_its_kind_did() -> None:
    table = {"train": {"steps": 12, "minutes": 24, "draft_steps": 2, "verdict_steps": 4}}
    config = from_dict(table)
    dear, cheap = (Pace(config, time.perf_counter()) for _ in range(2))
    at_first = dear.fit(1, 100.0, 0.0).train.steps
    assert at_first == cheap.fit(1, 100.0, 0.0).train.steps < 12
    # Dialogues take more than their tokens let expect in the one run, less in the other.
    assert dear.fit(3, 2000.0, 0.0).train.steps < at_first < cheap.fit(3, 10.0, 0.0).train.steps
    assert cheap.fit(3, 10.0, 24 * 60.0).train.steps == 3


def full(*_: object, **__: object) -> Never:
    raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 GiB")


def test_a_base_that_a_gpu_cannot_hold_is_one_line(
    model_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    use_fakes(monkeypatch)
    monkeypatch.setattr(Kernels, "hold", full)
    with pytest.raises(UsageError, match="fit on this GPU: choose a smaller model, or"):
        run_tiny(tiny_config(model_folder, tmp_path, **SMALL))


def test_a_full_gpu_is_one_line_and_the_run_goes_on_with_less_at_once(
    model_folder: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    use_fakes(monkeypatch)
    folder = run_tiny(tiny_config(model_folder, tmp_path, **SMALL))
    arguments = ["train", "--resume", str(folder), "--steps", "2"]
    with monkeypatch.context() as patched:
        patched.setattr("parelha.train.play_step", full)
        assert cli.run(arguments) == 1
    said = capsys.readouterr().err.splitlines()
    assert "the GPU's memory is full: lower engine.max_batch_tokens" in said[-1]
    assert not any("Traceback" in line for line in said)
    less = ["--engine.max_batch_tokens", "1024", "--learning.max_pass_tokens", "1024"]
    assert cli.run([*arguments, *less]) == 0
    stored = load_run_config(folder)
    assert (stored.engine.max_batch_tokens, stored.learning.max_pass_tokens) == (1024, 1024)
    assert len(lines_of(folder / "metrics.jsonl")) == 2


def test_a_run_that_lost_its_trainers_state_is_left_as_it_is(
    model_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    use_fakes(monkeypatch)
    folder = run_tiny(tiny_config(model_folder, tmp_path, **SMALL))
    for state in folder.glob("checkpoints/*/trainer.safetensors"):
        state.unlink()
    before = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    with pytest.raises(UsageError, match=r"step \d+ has lost its trainer\.safetensors"):
        run_tiny(load_run_config(folder), resume=folder)
    assert {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()} == before


@pytest.mark.parametrize("gone", ["checkpoints", "episodes/step_00002.jsonl", "metrics.jsonl"])
def test_a_run_that_lost_what_it_goes_on_from_is_left_as_it_is(
    model_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, gone: str
) -> None:
    use_fakes(monkeypatch)
    run = run_tiny(tiny_config(model_folder, tmp_path, **(SMALL | {"train": {"steps": 2}})))
    lost = run / gone
    if lost.is_dir():
        shutil.rmtree(lost)
    else:
        lost.unlink()
    kept = {path: path.read_bytes() for path in run.rglob("*") if path.is_file()}
    longer = tiny_config(model_folder, tmp_path, **(SMALL | {"train": {"steps": 3}}))
    with pytest.raises(UsageError, match="cannot go on"):
        run_tiny(longer, resume=run)
    assert all(path.read_bytes() == content for path, content in kept.items())


def test_a_run_that_goes_on_by_another_release_says_so(
    model_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    use_fakes(monkeypatch)
    run = run_tiny(tiny_config(model_folder, tmp_path, **SMALL))
    folder = RunFolder(run)
    record = folder.read_config()
    folder.write_config(record | {"version": "0.0.1"})
    progress = Quiet()
    train(tiny_config(model_folder, tmp_path, **SMALL), resume=run, progress=progress)
    assert [line for line in progress.messages if "another" in line] == [
        f"warning: the run goes on with another version: 0.0.1 before, {record['version']} now"
    ]
    assert set(record["linters"]) == {"pylint", "flake8", "mypy"}


def test_what_is_left_out_is_told_by_the_steps_that_were_asked_for() -> None:
    config = from_dict({"train": {"steps": 4, "minutes": 24}})
    told = other_steps(config, 19)
    assert "steps: 4 in place of 19" in told and "--train.steps 19`" in told
    told = other_steps(config, 4)
    assert "steps: 4 as asked for" in told and "--resume" not in told


def test_a_slow_machine_plays_every_phase() -> None:
    phases = {"draft_steps": 6, "verdict_steps": 8, "review_steps": 2}
    config = from_dict({"train": phases | {"steps": 18, "minutes": 24, "stored_drafts": 4}})
    fitted = Pace(config, time.perf_counter()).fit(1, 120.0, 60.0)
    played = {fitted.train.phase(step) for step in range(1, fitted.train.steps + 1)}
    assert played == {"draft", "verdict", "review", "free"}
    assert fitted.train.steps < 18
