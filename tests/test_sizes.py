"""The longest dialogue, measured on the real one: no path is longer, and every limit is in it."""

import dataclasses
from typing import Any

import pytest

from parelha.agents.formats import Format, make_format
from parelha.agents.turns import Tree
from parelha.episode import play_tree
from parelha.rollout import play_all
from parelha.sizes import LongestDialogues
from parelha.stage import Stage
from parelha.tasks import load_tasks
from parelha.types import Agent, Task
from tests.fake_grading import FakeGrader
from tests.fakes import fake_stage, fake_task, tiny_format
from tests.scripted import ScriptedEngine
from tests.tiny import CHAT_TEMPLATE, tiny_tokenizer

CODER, REVIEWER = Agent
OPENED = CHAT_TEMPLATE.replace("assistant\n' }}", "assistant\n<think>\n' }}")


def form_of(template: str | None) -> Format:
    tokenizer: Any = tiny_tokenizer()
    tokenizer.chat_template = template
    return make_format(tokenizer)


FORMS = {"chat": tiny_format(), "completion": form_of(None), "thinking": form_of(OPENED)}


def stage_of(form: Format, **episode: Any) -> Stage:
    shape = {"max_program_tokens": 40, "max_review_tokens": 20, "max_tool_tokens": 30}
    stage = fake_stage(**(shape | episode))
    return dataclasses.replace(stage, formats=dict.fromkeys(Agent, form))


def longest_of_all_paths(longest: LongestDialogues, task: Task) -> dict[Agent, int]:
    """Play every path there is."""
    found = dict.fromkeys(Agent, 0)
    paths: list[dict[Any, int]] = [{}]
    while paths:
        path = paths.pop()
        sizes, places = longest.played(task, path)
        found = {agent: max(size, sizes[agent]) for agent, size in found.items()}
        new = next((place for place in places if place not in path), None)
        paths += [path | {new: option} for option in range(places[new])] if new else []
    return found


@pytest.mark.parametrize("calls", [0, 2])
@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)
def test_no_path_through_the_dialogue_is_longer(form: Format, calls: int) -> None:
    longest = LongestDialogues(stage_of(form, max_tool_calls=calls))
    assert longest.of(fake_task()) == longest_of_all_paths(longest, fake_task())


def test_one_path_is_the_longest_on_every_task() -> None:
    stage = stage_of(tiny_format(), max_rounds=2)
    longest = LongestDialogues(stage)
    for task in load_tasks("train")[::80]:
        assert longest.of(task) == LongestDialogues(stage).of(task)


@pytest.mark.parametrize("rounds", [1, 2])
@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)
def test_every_limit_is_used_up_to_its_last_token(form: Format, rounds: int) -> None:
    def sizes(**more: int) -> tuple[int, int]:
        # Programs so long that an edit, which shows one, is the longest of the coder's dialogues.
        limits = {"max_program_tokens": 900, "max_review_tokens": 20, "max_tool_tokens": 30}
        shape = {name: value + more.get(name, 0) for name, value in limits.items()}
        longest = LongestDialogues(stage_of(form, max_rounds=rounds, **shape)).of(fake_task())
        return longest[CODER], longest[REVIEWER]

    coder, reviewer = sizes()

    def grown(name: str) -> tuple[int, int]:
        more, longer = sizes(**{name: 10})
        return more - coder, longer - reviewer

    # A program under review is shown up to twice its limit; a review to the coder, as it is.
    assert grown("max_program_tokens") == (20 + 10, 20)
    assert grown("max_review_tokens") == (10, 10)
    assert grown("max_tool_tokens") == (0, 20)


def test_a_dialogue_that_uses_all_it_may_is_as_long_as_was_said() -> None:
    form = tiny_format()
    flood = "a = 1\n" * 60
    grader = FakeGrader()
    grader.execute_examples = lambda *_: flood  # type: ignore[method-assign]
    grader.analyse_text = lambda *_: flood  # type: ignore[method-assign]
    stage = dataclasses.replace(stage_of(form, drafts=1, reviews=1), grader=grader)
    words = "zq" * 40  # as many tokens as letters, wherever it is cut
    script = {("d0.r0", 0): "analyse_statically", ("d0.r0", 1): "execute", ("d0.r0", 4): words}
    needs = LongestDialogues(stage).of(fake_task())
    found = dict.fromkeys(Agent, 0)
    for action in ("clean_data", "analyse_statistics", "detect_outliers", "build_model"):
        for severity in ("minor", "major", "critical"):
            script |= {("d0", 0): action, ("d0.r0", 3): severity, ("d0.r0.d", 0): flood}
            with pytest.MonkeyPatch.context() as patch:
                patch.setattr("parelha.stage.extract_program", lambda *_: (flood, ""))
                (tree,) = play_all(
                    [play_tree(fake_task(), stage)],
                    ScriptedEngine(form, script | {("d0", 1): flood}),
                )
            assert isinstance(tree, Tree)
            for play in tree.rounds:
                found[play.agent] = max(found[play.agent], len(play.ids))
    assert found == needs
