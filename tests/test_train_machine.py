"""What of a run depends on the machine: the type of its products, and how many steps fit."""

# pylint: disable=missing-function-docstring

import json
import time
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parelha.config_file import from_dict
from parelha.kernels.choose import choose
from parelha.overrides import resumed_config
from parelha.pacing import Pace
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
    assert any("1 of 3 steps fit" in message for message in progress.messages)
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
def test_steps_that_fit_are_at_least_those_done_and_never_more_than_asked_for(
    left: float, seconds: float, steps: int, minutes: float
) -> None:
    config = from_dict({"train": {"steps": steps, "minutes": minutes}})
    pace = Pace(config, time.perf_counter() - 60 * minutes + left)
    done = 1 + steps // 2
    found = pace.steps(done, seconds, 0.0)
    assert done <= found <= max(done, steps)
    if not minutes:
        assert found == steps
    elif found > done:
        assert (found - done) * seconds <= left


def test_a_step_costs_what_the_newest_of_its_kind_did() -> None:
    table = {"train": {"steps": 12, "minutes": 24, "draft_steps": 2, "verdict_steps": 4}}
    config = from_dict(table)
    dear, cheap = (Pace(config, time.perf_counter()) for _ in range(2))
    at_first = dear.steps(1, 100.0, 0.0)
    assert at_first == cheap.steps(1, 100.0, 0.0) < 12
    # Verdicts take less than their tokens let expect in the one run, more in the other.
    assert dear.steps(3, 600.0, 0.0) < at_first <= cheap.steps(3, 10.0, 0.0)
    assert cheap.steps(3, 10.0, 24 * 60.0) == 3
