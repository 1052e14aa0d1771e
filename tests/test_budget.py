"""No step writes more new tokens than a budget counts for it."""

from pathlib import Path
from typing import Any

import pytest

from parelha.pacing import written_tokens
from parelha.tracking import RunFolder
from tests.fake_grading import NUM_CASES
from tests.fakes import run_tiny, tiny_config, use_fakes

pytestmark = pytest.mark.slow


@pytest.mark.parametrize(
    ("passed", "phases"),
    [
        # No draft passes, so a step of verdicts has none to judge beside those that fail.
        (0, {"draft_steps": 1, "verdict_steps": 1}),
        # None fails, so a step of forced reviews has none to review.
        (NUM_CASES, {"draft_steps": 1, "review_steps": 1}),
        (0, {"draft_steps": 1, "review_steps": 1}),
        (0, {"replayed_drafts": 2}),
    ],
)
@pytest.mark.parametrize("tools", ["always", "chosen"])
def test_a_step_writes_no_more_new_tokens_than_are_counted(
    model_folder: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    passed: int,
    phases: dict[str, int],
    tools: str,
) -> None:
    """Choices are counted in, and what is played where stored drafts are lacking."""
    use_fakes(monkeypatch)
    monkeypatch.setattr("tests.fake_grading.letters_passed", lambda program: passed)
    # Nothing passes or fails alone, so nothing need be learned.
    monkeypatch.setattr("parelha.train._check_that_it_trained", lambda *_: None)
    train: dict[str, Any] = {"steps": 2, "stored_drafts": 1, **phases}
    config = tiny_config(model_folder, tmp_path, train=train, episode={"drafts": 2, "tools": tools})
    lines = RunFolder(run_tiny(config)).read_metrics()
    for line in lines:
        spent = line["tokens/coder"] + line["tokens/reviewer"]
        assert 0 < spent <= written_tokens(config, line["step"]), line["step"]
    assert len(lines) == 2
