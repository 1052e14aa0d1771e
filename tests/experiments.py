"""Files and figures of small experiments, for tests."""

import json
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from parelha.experiment.plan import Experiment, read_experiment
from parelha.experiment.planned import Planned
from parelha.experiment.results import write_results
from parelha.experiment.runs import run_all
from parelha.live import Progress
from tests.fake_grading import half_pass
from tests.fakes import Quiet, tiny_config, use_fakes

ARMS = """
[arms.base]
untrained = true

[arms.coder_alone]
plays = "coder"
model.train_agents = ["coder"]
train.draft_steps = 99

[arms.pair]
"""


def write_file(
    model_folder: Path, folder: Path, arms: str = ARMS, seeds: str = "[0]", head: str = ""
) -> Path:
    """Write an experiment of the tiny model; its runs stand below ``folder / "runs"``."""
    shape = {"drafts": 2, "max_tool_calls": 0}
    train = {"steps": 2}
    table = tiny_config(model_folder, folder / "runs", episode=shape, train=train).to_dict()
    sections = ("model", "episode", "learning", "train", "engine")
    text = f'name = "small"\nseeds = {seeds}\n{head}\n[base]\n'
    text += f"runs_dir = {json.dumps(table['runs_dir'])}\n"
    for section in sections:
        # A JSON string, number or list is a TOML one as well.
        values = (f"{key} = {json.dumps(value)}" for key, value in table[section].items())
        text += f"{section} = {{ {', '.join(values)} }}\n"
    path = folder / "small.toml"
    path.write_text(f"{text}\n[eval]\nepisodes = 4\n{arms}", encoding="utf-8")
    return path


def run_small(
    path: Path, say: Callable[[str], None] = lambda text: None
) -> tuple[Experiment, dict[str, str], dict[str, Any]]:
    """Run an experiment quietly; the experiment, its errors and its results."""
    experiment = read_experiment(path)

    def progress_of(planned: Planned) -> Progress:
        del planned
        return Quiet()

    with pytest.MonkeyPatch.context() as patch:
        # Among all that tests import, looking for garbage takes half a second.
        patch.setattr("parelha.experiment.runs.gc", SimpleNamespace(collect=lambda: 0))
        errors = run_all(experiment, progress_of, say)
    return experiment, errors, write_results(experiment, errors)


def run_with_fakes(path: Path) -> Path:
    """Run an experiment without real tools, outside of any test; its folder."""
    with pytest.MonkeyPatch.context() as patch:
        use_fakes(patch)
        half_pass(patch)
        experiment, errors, _ = run_small(path)
        assert not errors
    return experiment.folder


def episodes(
    passed: Iterable[bool], families: int = 12, split: str = "heldout_params"
) -> list[Any]:
    """Return evaluated episodes, a task each, that pass or not."""
    return [
        {
            "task": f"kind.f{number % families}/n={number}",
            "family": f"kind.f{number % families}",
            "split": split,
            "final_passed": one,
            "draft_passed": one,
            "tokens": 100,
            "prompt_tokens": 50,
        }
        for number, one in enumerate(passed)
    ]


def made_up(rows: list[dict[str, Any]], arms: Iterable[str], **more: Any) -> Mapping[str, Any]:
    """Return results as ``results.json`` holds them, with these differences."""
    names = list(arms)
    return {
        "name": "made <up> | here",
        "seeds": [0, 1],
        "budget_tokens": None,
        "models": {"tiny": "ab" * 32},
        "evaluation": {
            "episodes": 24,
            "families": 12,
            "suites": ["families"],
            "splits": ["heldout_params"],
            "temperature": 0.7,
        },
        "arms": [
            {
                "arm": name,
                "untrained": not number,
                "plays": "pair",
                "overrides": {"train.steps": 3} if number else {},
                "steps": 3 * bool(number),
                "runs": 2,
                "done": 2,
                "episodes": 48 * bool(number),
                "new_tokens": 5000 * number,
            }
            for number, name in enumerate(names)
        ],
        "rates": [],
        "families": [],
        "differences": rows,
        "runs": [
            {
                "run": f"{name}-{seed}",
                "arm": name,
                "seed": seed,
                "error": "",
                "steps": 3,
                "episodes": 24,
                "new_tokens": 2500,
                "after": {"passed": 7, "episodes": 24},
            }
            for seed in (0, 1)
            for name in names
        ],
        "curves": {
            name: {
                key: {"0": [0.1, 0.2, 0.3], "1": [0.0, None, 0.5]}
                for key in ("pass_rate/draft", "share/draft", "reward/draft")
            }
            for name in names[1:]
        },
        **more,
    }
