"""What other trainers' answers earn that were cut; their packages have stand-ins here."""

# pylint: disable=missing-function-docstring

import asyncio
import sys
from importlib.util import find_spec, module_from_spec
from types import SimpleNamespace
from typing import Any

import pytest

from parelha.errors import install_command
from parelha.interop.grading import AnswerGrader
from tests.fake_grading import FakeGrader

TASK = "detect_outliers.iqr/values,k=1.5/L1/s0"
BARE = "def f(x: int) -> int:\n    return x * 1\n"
FENCED = f"```python\n{BARE}```"


@pytest.fixture(name="grader")
def _grader() -> AnswerGrader:
    tools: Any = FakeGrader()
    return AnswerGrader(tools=tools)


def bridge(name: str, patch: pytest.MonkeyPatch) -> Any:
    """A bridge of its own, which finds stand-ins in place of the packages that it needs."""
    data_set = SimpleNamespace(from_list=list)
    patch.setitem(sys.modules, "datasets", SimpleNamespace(Dataset=data_set))
    made = SimpleNamespace(
        Environment=object, Rubric=SimpleNamespace, SingleTurnEnv=SimpleNamespace
    )
    patch.setitem(sys.modules, "verifiers", made)
    spec = find_spec(f"parelha.interop.{name}")
    assert spec is not None and spec.loader is not None
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_an_answer_that_trl_cut_is_paid_as_in_a_run(
    grader: AnswerGrader, monkeypatch: pytest.MonkeyPatch
) -> None:
    trl = bridge("trl_grpo", monkeypatch)
    texts, ids = [BARE, BARE, FENCED], [[1, 2], [1, 2, 3], [1, 2, 3]]
    told: dict[str, Any] = {"task_id": [TASK] * 3, "completion_ids": ids, "trainer_state": None}
    (reward,) = trl.reward_funcs(grader, max_completion_length=3)
    whole, cut, closed = reward(texts, **told)
    right = [one and one.reward for one in grader.grade([TASK] * 2, [BARE] * 2, ["stop", "length"])]
    assert [whole, cut] == right and cut < whole
    assert closed == whole  # its program had ended
    (unlimited,) = trl.reward_funcs(grader)
    assert unlimited(texts, **told) == [whole] * 3


def test_a_rollout_that_verifiers_cut_is_paid_as_in_a_run(
    grader: AnswerGrader, monkeypatch: pytest.MonkeyPatch
) -> None:
    verifiers = bridge("verifiers_env", monkeypatch)
    rubric = verifiers.load_environment(families="detect_outliers", grader=grader).rubric
    found = []
    for is_truncated in (False, True):
        state: dict[str, Any] = {"is_truncated": is_truncated}
        asyncio.run(rubric.funcs[0](BARE, {"task_id": TASK}, state))
        found.append({one.__name__: one(state) for one in rubric.funcs[1:]}["program"])
    assert found == [1.0, 0.0]


def test_what_an_extra_brings_is_installed_for_the_python_that_runs(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert install_command("solve") == f"`{sys.executable} -m pip install 'parelha[solve]'`"
    monkeypatch.setattr(sys, "executable", "/my own/python")
    assert install_command("gguf") == "`'/my own/python' -m pip install 'parelha[gguf]'`"
