"""The bridges against the real packages, and the examples as a user runs them."""

# pylint: disable=missing-function-docstring,import-outside-toplevel

import os
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

from parelha.errors import InfrastructureError
from tests.fake_grading import FakeGrader
from tests.fakes import fake_task

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[1]


def needs(package: str, extra: str) -> pytest.MarkDecorator:
    reason = f"{package} is not installed: `make interop`, or pip install 'parelha[{extra}]'"
    return pytest.mark.skipif(find_spec(package) is None, reason=reason)


def run_example(name: str, *arguments: str, cwd: Path) -> str:
    """What an example prints; modules are looked for in `cwd` first."""
    path = os.pathsep.join(filter(None, [str(cwd), os.environ.get("PYTHONPATH")]))
    done = subprocess.run(
        [sys.executable, str(ROOT / "examples" / "interop" / name), *arguments],
        cwd=cwd,
        env=os.environ | {"HF_HUB_OFFLINE": "1", "INSPECT_DISPLAY": "none", "PYTHONPATH": path},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    return done.stdout


def dialogue_env() -> Any:
    from parelha.interop.petting_zoo import DialogueEnv

    tools: Any = FakeGrader()
    return DialogueEnv(tasks=[fake_task(n) for n in range(4)], tools=tools)


@needs("pettingzoo", "pettingzoo")
@pytest.mark.filterwarnings(  # what texts are told, beside numbers
    "ignore:Observation is not a NumPy array",
    "ignore:(Observation|Action) space for each agent probably should be",
    "ignore:We recommend agents to be named",
)
def test_the_environment_keeps_pettingzoos_contract() -> None:
    from pettingzoo.test import api_test, seed_test

    api_test(dialogue_env(), num_cycles=50)
    seed_test(dialogue_env, num_cycles=20)


@needs("pettingzoo", "pettingzoo")
def test_an_episode_ends_with_rewards_for_both_agents() -> None:
    env = dialogue_env()
    env.reset(seed=3)
    paid: dict[str, float] = {}
    for agent in env.agent_iter():
        _, reward, terminated, truncated, info = env.last()
        assert not truncated
        if terminated:
            paid[agent] = reward
            metrics = info["metrics"]
            env.step(None)
        else:
            env.step((info["choices"] or ("```python\ndef f(x):\n    return x\n```",))[0])
    assert set(paid) == {"coder", "reviewer"}
    assert paid == {agent: metrics[f"reward_{agent}"] for agent in paid}
    env.close()


@needs("pettingzoo", "pettingzoo")
def test_the_example_of_pettingzoo(tmp_path: Path) -> None:
    lines = run_example("pettingzoo_dialogue.py", cwd=tmp_path).splitlines()
    assert sum("'passed': 0.0" in line for line in lines) == 2


@needs("trl", "trl")
def test_the_example_of_trl_makes_one_step_with_our_reward(
    tmp_path: Path, model_folder: Path
) -> None:
    said = run_example("trl_grpo.py", str(model_folder), str(tmp_path / "out"), cwd=tmp_path)
    assert "'rewards/parelha/mean'" in said
    assert "'passed'" in said and "'correctness'" in said


# The stand-in for a model counts tokens with an encoding that it would fetch; bytes do as well.
BYTES = """
import tiktoken

ranks = {bytes([n]): n for n in range(256)}
encoding = tiktoken.Encoding("bytes", pat_str=".", mergeable_ranks=ranks, special_tokens={})
tiktoken.get_encoding = lambda name: encoding
"""


@needs("inspect_ai", "inspect")
def test_the_example_of_inspect_scores_the_coder_and_the_pair(tmp_path: Path) -> None:
    (tmp_path / "sitecustomize.py").write_text(BYTES)
    lines = run_example("inspect_eval.py", str(tmp_path / "logs"), cwd=tmp_path).splitlines()
    scored = [line for line in lines if line.startswith("success")]
    assert len(scored) == 2
    assert all("'passed': 0.0" in line and "'correctness'" in line for line in scored)


@needs("verifiers", "verifiers")
def test_the_example_of_verifiers_scores_what_a_server_answers(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from tests.running_server import Running

    monkeypatch.setenv("OPENAI_API_KEY", "none")
    running = Running()
    url = f"http://127.0.0.1:{running.port}/v1"
    lines = run_example("verifiers_eval.py", url, "coder", cwd=tmp_path).splitlines()
    running.close()
    scored = [line for line in lines if line.startswith("detect_outliers.")]
    assert len(scored) == 4
    assert all("'passed': 0.0" in line and "'correctness'" in line for line in scored)


def state_of(answer: str) -> dict[str, Any]:
    return {
        "prompt": [],
        "completion": [{"role": "assistant", "content": answer}],
        "info": {"task_id": "detect_outliers.zscore/values,k=2/L1/s0"},
        "trajectory": [],
    }


@needs("verifiers", "verifiers")
def test_what_a_fault_of_the_machine_took_from_verifiers_is_an_error_and_no_worth() -> None:
    import asyncio

    from parelha.interop.grading import AnswerGrader
    from parelha.interop.verifiers_env import load_environment

    tools: Any = FakeGrader()
    grader = AnswerGrader(tools=tools)
    rubric = load_environment(families="detect_outliers", grader=grader).rubric
    good = "```python\ndef f(x):\n    return x\n```"
    states = [state_of(text) for text in (good, "No program.")]
    asyncio.run(rubric.score_group(states))
    assert [state["metrics"]["program"] for state in states] == [1.0, 0.0]
    assert not any(state.get("error") for state in states)

    def fail(*_: Any) -> None:
        raise InfrastructureError("gone")

    tools.grade = fail
    lost = state_of(good)
    asyncio.run(rubric.score_group([lost]))
    assert "machine failed" in str(lost["error"])
