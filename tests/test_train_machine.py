"""What of a run depends on the machine: the type of its products, and how many steps fit."""

# pylint: disable=missing-function-docstring

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parelha.config_file import from_dict
from parelha.kernels.choose import choose
from parelha.overrides import resumed_config
from parelha.pacing import in_time
from parelha.train import load_run_config, train
from tests.fakes import Quiet, run_tiny, tiny_config, use_fakes

pytestmark = pytest.mark.slow

SMALL: dict[str, Any] = {"episode": {"drafts": 2, "max_tool_calls": 0}, "train": {"steps": 1}}


def lines_of(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text().splitlines()]


def test_the_type_of_products_is_found_and_kept(
    model_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    use_fakes(monkeypatch)
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


def test_a_run_too_long_for_its_minutes_ends_after_fewer_steps_and_can_go_on(
    model_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    use_fakes(monkeypatch)
    shape: dict[str, Any] = SMALL | {"train": {"steps": 3, "minutes": 1e-6}}
    progress = Quiet()
    folder = train(tiny_config(model_folder, tmp_path, **shape), progress=progress)
    assert progress.steps == [1]
    assert any("1 of 3 steps" in message for message in progress.messages)
    assert any(f"--resume {folder} --train.steps 3" in message for message in progress.messages)
    stored = load_run_config(folder)
    assert stored.train.steps == 1
    asked = tiny_config(model_folder, tmp_path, **shape)
    run_tiny(resumed_config(stored, asked, False, ("train.steps",)), resume=folder)
    whole = run_tiny(
        tiny_config(model_folder, tmp_path, name="whole", **(SMALL | {"train": {"steps": 3}}))
    )
    metrics = "metrics.jsonl"
    assert (folder / metrics).read_bytes() == (whole / metrics).read_bytes()


@given(st.floats(-1e4, 1e4), st.floats(1e-3, 1e4), st.integers(1, 50), st.sampled_from([0.0, 24.0]))
def test_steps_that_fit_are_at_least_one_and_never_more_than_asked_for(
    left: float, seconds: float, steps: int, minutes: float
) -> None:
    config = from_dict({"train": {"steps": steps, "minutes": minutes}})
    found = in_time(config, left, seconds, Quiet()).train.steps
    assert 1 <= found <= steps
    if not minutes:
        assert found == steps
    if found < steps and found > 1:
        assert (found - 1) * seconds <= left


def test_steps_that_play_more_than_the_first_count_for_more() -> None:
    table = {"train": {"steps": 10, "minutes": 24, "verdict_steps": 1}}
    fewer = in_time(from_dict(table), 600.0, 60.0, Quiet()).train.steps
    table["train"]["verdict_steps"] = 10
    more = in_time(from_dict(table), 600.0, 60.0, Quiet()).train.steps
    assert 1 < fewer < more < 11
