"""Other ways to solve a task: what each plays, and what it spends."""

# pylint: disable=missing-function-docstring

from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest
import torch

from parelha.agents.turns import Branch, Round, Tree
from parelha.arms import adapter_aside, play_arm, spent_tokens
from parelha.config import Config
from parelha.config_eval import EvalConfig
from parelha.episode import play_tree
from parelha.errors import InfrastructureError, UsageError
from parelha.metrics import eval_records
from parelha.report.terminal import eval_text
from parelha.rollout import play_all
from parelha.runtime import check_window
from parelha.types import Agent, Lang, Score, Task
from tests.fake_grading import NUM_CASES, FakeGrader, fake_score
from tests.fakes import fake_stage, fake_task, tiny_policy
from tests.scripted import Script, ScriptedEngine

WRONG = "Wrong on 1 of 2 examples:\nf(2) gave 3, right is 4"


class Second(FakeGrader):
    """Only what is not a first draft is right; the linters find one thing in it too."""

    def grade(self, task: Task, program: str, reason: str = "") -> Score:
        return fake_score(program, 1 if "# d0\n" in program else NUM_CASES)

    def execute_examples(self, task: Task, program: str, lang: Lang) -> str:
        return WRONG if "# d0\n" in program else "All 2 examples came out right."

    def analyse_text(self, program: str, lang: Lang) -> str:
        return "pylint C0116 line 1: Missing function docstring"


def play(arm: str, script: Script | None = None, **shape: int) -> Tree:
    """What an arm plays beside the pair of the script."""
    stage = replace(fake_stage(Second(), drafts=1, reviews=1, **shape), sampling=EvalConfig())
    engine = ScriptedEngine(stage.formats[Agent.CODER], script)
    (pair,) = play_all([play_tree(fake_task(), stage)], engine)
    (tree,) = play_all([play_arm(arm, fake_task(), stage, pair)], engine)
    assert tree.drafts[0] is pair.drafts[0] or arm == "best_of_n"
    first = (*tree.drafts, *tree.episodes[0].rounds)
    assert any(one is pair.drafts[0] for one in first)  # what all arms share is played once
    result: Tree = tree
    return result


def kinds(tree: Tree) -> list[str]:
    (branch,) = tree.episodes
    return [branch.draft.kind, *(r.kind for r in branch.rounds)]


def test_the_coder_alone_is_its_draft() -> None:
    tree = play("coder")
    assert kinds(tree) == ["draft"]
    assert tree.drafts[0].score is not None


def test_a_tools_output_takes_the_place_of_the_review() -> None:
    for arm, said in (("tools", WRONG.split("\n")[1]), ("linters", "Missing function docstring")):
        tree = play(arm)
        assert kinds(tree) == ["draft", "review", "revision"]
        (branch,) = tree.episodes
        assert said in branch.final.turns[0].said
        assert branch.reviews[0].new_tokens == 0
        assert branch.final.score is not None and branch.final.score.all_passed


def test_with_more_rounds_an_arm_stays_on_the_pairs_random_streams() -> None:
    reviews = {(name, 0): "propose_refactoring" for name in ("d0.r0", "d0.r0.d.r")}
    names = []
    for arm in ("frozen_reviewer", "linters"):
        (branch,) = play(arm, reviews, max_rounds=2).episodes
        names.append([play.name for play in (branch.draft, *branch.rounds)])
    assert names[0] == names[1] == ["d0", "d0.r0", "d0.r0.d", "d0.r0.d.r", "d0.r0.d.r.d"]


def test_a_tool_that_finds_no_fault_leaves_the_draft_as_it_is() -> None:
    text = "```python\ndef f(x: int) -> int:\n    return x + 0  # right\n```"
    assert kinds(play("tools", script={("d0", 1): text})) == ["draft"]


@pytest.mark.parametrize("arm", ["tools", "linters"])
def test_the_window_holds_what_a_tool_says_in_place_of_the_review(
    arm: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A tool may say more than a reviewer."""
    limits: dict[str, Any] = {"max_review_tokens": 16, "max_tool_tokens": 400}
    for name in ("execute_examples", "analyse_text"):
        monkeypatch.setattr(Second, name, lambda *_: "pylint f(2)\n" * 400)
    (branch,) = play(arm, **limits).episodes
    needs = []
    for arms in ((), (arm,)):
        stage = fake_stage(**limits)
        runtime: Any = SimpleNamespace(
            config=Config(eval=EvalConfig(arms=arms)),
            window=lambda agent: (int(agent is Agent.CODER), ""),
            roles=stage.roles,
            stage=lambda kept=stage: kept,
        )
        with pytest.raises(UsageError, match="needs up to") as caught:
            check_window(runtime, (fake_task(),))
        needs.append(int(str(caught.value).split("needs up to ")[1].split()[0]))
    assert needs[0] < len(branch.final.ids) <= needs[1]


@pytest.mark.parametrize("arm", ["tools", "best_of_n"])
def test_an_episode_whose_tool_is_lost_is_no_sample(
    arm: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def lost(*_: object) -> str:
        raise InfrastructureError("the sandbox is gone")

    monkeypatch.setattr(Second, "execute_examples", lost)
    with pytest.raises(InfrastructureError, match="gone"):
        play(arm, {("d0.r0", 0): "approve"})


def test_the_best_of_n_ends_with_the_first_whose_examples_are_right() -> None:
    tree = play("best_of_n")
    (branch,) = tree.episodes
    assert branch.final.name == "d1"
    assert kinds(tree) == ["draft", "draft"]  # the second, and the first that it cost


def test_the_best_of_n_spends_no_draft_beyond_the_pairs_tokens() -> None:
    stage = replace(fake_stage(Second(), drafts=1, reviews=1), sampling=EvalConfig())
    engine = ScriptedEngine(stage.formats[Agent.CODER], {("d0.r0", 0): "approve"})
    (pair,) = play_all([play_tree(fake_task(), stage)], engine)
    draft = pair.drafts[0]
    for budget, drafts in (
        (len(draft.ids), 1),
        (2 * len(draft.ids) - 1, 1),
        (2 * len(draft.ids), 2),
    ):
        review = Round("d0.r0", Agent.REVIEWER, "review", ids=[0] * (budget - len(draft.ids)))
        spent = Tree("t", [[Branch(draft, [review])]])
        ((branch,),) = play_all([play_arm("best_of_n", fake_task(), stage, spent)], engine)[
            0
        ].branches
        assert len([branch.draft, *branch.rounds]) == drafts


def test_all_tokens_of_an_arm_are_counted() -> None:
    tree = play("best_of_n")
    prompts, new = spent_tokens(tree)
    (record,) = eval_records([tree], [fake_task()])
    assert (record["prompt_tokens"], record["tokens"]) == (prompts, new)
    rounds = [tree.drafts[0], *tree.episodes[0].rounds]
    assert prompts + new == sum(len(r.ids) for r in rounds)


def test_an_adapter_that_is_put_aside_comes_back_bit_for_bit() -> None:
    policy = tiny_policy()
    told: list[Agent] = []
    before = policy.digest(Agent.REVIEWER)
    with adapter_aside(policy, Agent.REVIEWER, told.append):
        assert policy.product_norm(Agent.REVIEWER) == 0.0
        assert policy.product_norm(Agent.CODER) > 0.0
    assert policy.digest(Agent.REVIEWER) == before
    assert told == [Agent.REVIEWER, Agent.REVIEWER]
    with pytest.raises(RuntimeError), adapter_aside(policy, Agent.REVIEWER, told.append):
        raise RuntimeError
    assert policy.digest(Agent.REVIEWER) == before
    assert all(torch.isfinite(p).all() for p in policy.parameters(Agent.REVIEWER).values())


def test_an_evaluation_says_what_the_pair_is_above_each_arm() -> None:
    def records(passed: int) -> list[dict[str, object]]:
        return [
            {
                "task": f"t{i}",
                "family": f"f{i}",
                "split": "heldout_params",
                "draft_passed": False,
                "final_passed": i < passed,
                "tokens": 100,
                "prompt_tokens": 300,
            }
            for i in range(10)
        ]

    text = eval_text({"step": 1, "episodes": records(6), "arms": {"best_of_n": records(4)}})
    assert "pair: 6 of 10 pass, 400 tokens an episode\n" in text + "\n"
    assert (
        "best of n: 4 of 10 pass, 400 tokens an episode; the pair less this: +20.0 points" in text
    )
    assert "95 % interval" in text.split("best of n")[1]
    drafts = [e | {"draft_passed": i in (0, 9)} for i, e in enumerate(records(6))]
    rates = {"approve_rate/passing": 0.75, "approve_rate/failing": None}
    told = eval_text({"step": 1, "episodes": drafts, "reviewer": rates})
    assert "the reviewer approves 75 % of programs that pass\n" in told
    assert "reviews mended 5 drafts and broke 1: +40.0 points (95 % interval" in told
    lost = eval_text({"step": 1, "episodes": records(6), "arms": {"linters": []}})
    assert "linters: every episode failed" in lost
