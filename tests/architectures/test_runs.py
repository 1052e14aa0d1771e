"""Whole runs of every architecture from a folder of files: trained, saved, killed, resumed."""

# pylint: disable=missing-function-docstring

import json
import re
import shutil
from pathlib import Path
from typing import Any

import pytest

from parelha.config import Config
from parelha.config_file import load_config
from parelha.errors import UsageError
from parelha.evaluate import evaluate_run
from parelha.models import catalogue
from parelha.tracking import RunFolder
from parelha.train import dry_run
from tests.architectures.models import ALL, CODEGEN, DEEPSEEK_LITE, QWEN2, Architecture
from tests.fakes import run_tiny, tiny_config, use_fakes

pytestmark = pytest.mark.slow

SHAPE: dict[str, Any] = {"drafts": 4, "max_tool_calls": 1}


def config_of(runs: Path, name: str, steps: int, coder: Path, reviewer: Path) -> Config:
    return tiny_config(
        coder,
        runs,
        name,
        model={"reviewer": str(reviewer)},
        episode=SHAPE,
        train={"steps": steps},
        eval={"episodes": 1},
    )


def records(run: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (run / "metrics.jsonl").read_text().splitlines()]


def evaluated_after(run: Path) -> list[dict[str, Any]]:
    """The episodes that the run itself evaluated with what it ended with."""
    table = RunFolder(run).read_eval("after")
    assert table is not None and table["episodes"]
    return list(table["episodes"])


def killed_after_a_step(run: Path, folder: Path) -> Path:
    """Copy a run of two steps as a kill leaves it that came after the first one."""
    shutil.copytree(run, folder)
    for name in ("metrics.jsonl", "timings.jsonl"):
        first, _ = (folder / name).read_text().splitlines(keepends=True)
        (folder / name).write_text(first)
    shutil.rmtree(folder / "checkpoints" / "step_00002")
    for name in ("episodes/step_00002.jsonl", "episodes/eval_after.jsonl", "eval/after.json"):
        (folder / name).unlink()
    return folder


# What resuming rests on is the adapters' and the caches': one dense base, one of latent attention
# and experts, and two bases that differ in all; the others too in `make check-all`.
PAIRS = [(QWEN2, QWEN2), (DEEPSEEK_LITE, DEEPSEEK_LITE), (CODEGEN, QWEN2)]
OTHERS = [(a, a) for a in ALL if (a, a) not in PAIRS]


@pytest.mark.parametrize(
    ("coder", "reviewer"),
    [*PAIRS, *(pytest.param(*pair, marks=pytest.mark.exhaustive) for pair in OTHERS)],
    ids=str,
)
def test_a_resumed_run_equals_the_uninterrupted_one(
    coder: Architecture,
    reviewer: Architecture,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    use_fakes(monkeypatch)
    coder_folder = coder.save(tmp_path / "coder")
    reviewer_folder = coder_folder
    if reviewer is not coder:
        reviewer_folder = reviewer.save(tmp_path / "reviewer")
    bases = (coder_folder, reviewer_folder)
    config = config_of(tmp_path, "whole", 2, *bases)
    whole = run_tiny(config)
    resumed = run_tiny(config, resume=killed_after_a_step(whole, tmp_path / "killed"))
    assert resumed == tmp_path / "killed"
    assert (resumed / "metrics.jsonl").read_bytes() == (whole / "metrics.jsonl").read_bytes()
    for agent in ("coder", "reviewer"):
        file = Path("checkpoints", "step_00002", agent, "adapter_model.safetensors")
        assert (resumed / file).read_bytes() == (whole / file).read_bytes()
    first, second = records(whole)
    # A step in which nothing differs leaves an agent where it was.
    moved = [agent for agent in ("coder", "reviewer") if second[f"grad_norm/{agent}"] > 0]
    assert "coder" in moved
    for agent in moved:
        assert first[f"adapter_sha/{agent}"] != second[f"adapter_sha/{agent}"]
    assert evaluate_run(whole, 2, 1)["episodes"] == evaluated_after(whole)


def test_a_run_goes_on_with_its_own_layers_and_its_own_base_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    use_fakes(monkeypatch)
    folder = QWEN2.save(tmp_path / "base")

    def config(steps: int, **model: Any) -> Config:
        model = {"adapter_targets": ["q_proj", "v_proj"]} | model
        train, held = {"steps": steps}, {"episodes": 1}
        return tiny_config(folder, tmp_path, model=model, episode=SHAPE, train=train, eval=held)

    run = run_tiny(config(1))
    others: list[dict[str, Any]] = [{"adapter_targets": ["q_proj"]}, {"dtype": "nf4"}]
    for changed in (*others, {"adapter_targets": []}):
        with pytest.raises(UsageError, match="was made with another configuration"):
            run_tiny(config(2, **changed), resume=run)
    run_tiny(config(2), resume=run)
    stored = json.loads((run / "config.json").read_text())["config"]["model"]
    assert stored["adapter_targets"] == ["q_proj", "v_proj"]
    assert evaluate_run(run, 2, 1)["episodes"] == evaluated_after(run)


CONFIGS = sorted((Path(__file__).parents[2] / "configs").glob("*.toml"))


@pytest.mark.parametrize("path", CONFIGS, ids=lambda path: path.stem)
def test_a_configuration_of_ours_names_a_known_model_and_tasks_that_exist(path: Path) -> None:
    config = load_config(path)
    assert config.name == path.stem
    assert catalogue.find(config.model.coder) is not None
    played = dry_run(config).rpartition("training tasks;")[2]
    assert sum(map(int, re.findall(r"(\d+) steps? of", played))) == config.train.steps
