"""Prompts: both languages say the same, and foreign material stands in a frame."""

# pylint: disable=missing-function-docstring

import pytest

from parelha.agents import prompts
from parelha.agents.roles import roles_of
from parelha.config import Config
from parelha.types import LANGS, SEVERITIES, CoderAction, Lang, ReviewerAction
from tests.fakes import fake_task

EXAMPLES: list[tuple[tuple[object, ...], object]] = [((1, "a"), [2.5]), (([],), None)]


@pytest.mark.parametrize("lang", LANGS)
def test_a_task_is_statement_signature_and_examples(lang: Lang) -> None:
    task = fake_task(3)
    text = prompts.task_text(task, EXAMPLES, lang)
    assert text.startswith(task.statement[lang])
    assert task.signature in text
    assert "f(1, 'a') == [2.5]" in text
    assert "f([]) == None" in text
    assert "return" not in text  # the reference stays where it is


@pytest.mark.parametrize("lang", LANGS)
def test_every_action_is_offered_by_its_name(lang: Lang) -> None:
    assert all(
        f"- {a.value}: " in prompts.choose_kind(list(CoderAction), lang) for a in CoderAction
    )
    offered = prompts.choose_action(list(ReviewerAction), True, lang)
    assert all(f"- {a.value}: " in offered for a in ReviewerAction)
    fewer = prompts.choose_action([ReviewerAction.APPROVE], False, lang)
    assert "execute" not in fewer


@pytest.mark.parametrize("lang", LANGS)
def test_each_action_brings_a_hint_of_its_own_and_the_task_stays_untold(lang: Lang) -> None:
    task = fake_task()
    hints = {prompts.write_program(action, task, lang) for action in CoderAction}
    assert len(hints) == len(CoderAction)
    assert task.action.value not in prompts.task_text(task, EXAMPLES, lang)


@pytest.mark.parametrize("lang", LANGS)
def test_foreign_material_stands_between_lines_of_dashes(lang: Lang) -> None:
    heads = [
        prompts.program_heading(lang),
        prompts.answer_heading(prompts.no_program("no code block", lang), lang),
        prompts.review_heading("minor", lang),
        prompts.review_heading("critical", lang),
        prompts.own_program(lang),
        prompts.next_tool(ReviewerAction.EXECUTE, lang),
        *(prompts.tool_heading(action, lang) for action in ReviewerAction),
    ]
    tails = [
        prompts.choose_action(list(ReviewerAction), True, lang),
        prompts.after_tool(True, False, lang),
        prompts.after_tool(False, True, lang),
        prompts.edit(lang),
        prompts.after_review(),
    ]
    assert all(head.endswith(f"\n{prompts.FRAME}\n") for head in heads)
    assert all(tail.startswith(f"\n{prompts.FRAME}\n") for tail in tails)


def test_the_reason_for_a_missing_program_is_told() -> None:
    for lang in LANGS:
        assert "(cut by the token limit)." in prompts.no_program("cut by the token limit", lang)


@pytest.mark.parametrize("lang", LANGS)
def test_an_answers_beginning_ends_before_the_separating_space(lang: Lang) -> None:
    for prefixes in (prompts.ACTION_PREFIX, prompts.SEVERITY_PREFIX, prompts.REVIEW_PREFIX):
        assert prefixes[lang].endswith(":")


def test_the_languages_differ_and_have_the_same_placeholders() -> None:
    for severity in SEVERITIES:
        texts = {prompts.review_heading(severity, lang) for lang in LANGS}
        assert len(texts) == 2
        # The old program is shown of a minor one alone: of others there is nothing to be called so.
        assert all(severity in text for text in texts) or severity != "minor"
    for role in roles_of(Config()).values():
        assert role.system["en"] != role.system["pt"]
