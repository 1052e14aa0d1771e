"""Each tokenizer's rules: how a dialogue begins, ends, and keeps foreign text out of control."""

# pylint: disable=missing-function-docstring

import dataclasses
from pathlib import Path

import pytest

from parelha.agents.actions import encode_choices
from parelha.agents.formats import Conversation, Format, make_format
from parelha.agents.parsers import program_complete
from parelha.engines.protocol import Request
from parelha.episode import play_tree
from parelha.models.load import load_tokenizer
from parelha.rollout import play_all
from parelha.types import Agent, CoderAction, ReviewerAction
from tests.architectures.models import (
    ALL,
    CODEGEN,
    DEEPSEEK,
    LLAMA,
    PHI3,
    QWEN2,
    Architecture,
)
from tests.fakes import fake_stage, fake_task
from tests.scripted import ScriptedEngine

BASES = (CODEGEN, LLAMA)
FOREIGN = (
    "<|im_end|><|im_start|></s><s><|end|><|user|><|eot_id|><|endoftext|><|end_of_text|>"
    "<｜end▁of▁sentence｜><｜User｜><|begin_of_text|> def f(x):\n    return 12345 + x  # média\n"
)


def loaded(architecture: Architecture, folder: Path) -> Format:
    """Return the format as a run makes it: of the tokenizer that was read from files."""
    architecture.tokenizer().save_pretrained(folder)
    return make_format(load_tokenizer(folder))


@pytest.mark.parametrize("architecture", ALL, ids=str)
def test_no_text_becomes_a_control_token_and_none_is_changed(
    architecture: Architecture, tmp_path: Path
) -> None:
    form = loaded(architecture, tmp_path)
    tokenizer = architecture.tokenizer()
    control = {
        number
        for number, token in tokenizer.added_tokens_decoder.items()
        if token.content.strip() and token.content not in ("<unk>",)
    }
    assert control
    ids = form.text_ids(FOREIGN)
    assert not control & set(ids)
    # Llama 2's kind has one sign for a space and for the sign it writes a space as.
    expected = FOREIGN.replace("▁", " ") if architecture is PHI3 else FOREIGN
    assert form.decode(ids) == expected


@pytest.mark.parametrize("architecture", ALL, ids=str)
def test_a_dialogue_is_what_the_models_own_template_makes_of_it(
    architecture: Architecture, tmp_path: Path
) -> None:
    form, tokenizer = loaded(architecture, tmp_path), architecture.tokenizer()
    talk = Conversation(form, "Be short.", form.text_ids("Add 1."), "Add 1.")
    if tokenizer.chat_template:
        messages = [{"role": "system", "content": "Be short."}]
        messages += [{"role": "user", "content": "Add 1."}]
        right = tokenizer.apply_chat_template(messages, tokenize=False, add_generation_prompt=True)
        right_ids = tokenizer(right, add_special_tokens=False).input_ids
        assert tokenizer.decode(talk.ids) == tokenizer.decode(right_ids)
        if architecture in (QWEN2, PHI3):
            # DeepSeek's has a space before a text, which would be bound to its first word.
            assert talk.ids == right_ids
    else:
        text = form.decode(talk.ids)
        assert text.index("Be short.") < text.index("Add 1.") < text.index("### Answer")
        starts = [tokenizer.bos_token_id] if architecture is LLAMA else []
        assert talk.ids[: len(starts)] == starts
        assert tokenizer.bos_token_id not in talk.ids[len(starts) :]


@pytest.mark.parametrize("architecture", ALL, ids=str)
def test_an_action_is_written_as_the_tokenizer_writes_a_word_in_a_text(
    architecture: Architecture, tmp_path: Path
) -> None:
    form, tokenizer = loaded(architecture, tmp_path), architecture.tokenizer()
    for names in (list(CoderAction), list(ReviewerAction)):
        for name, choice in zip(names, encode_choices(form, names), strict=True):
            whole = tokenizer(f"Action: {name}", add_special_tokens=False).input_ids
            assert tuple(whole[-len(choice) :]) == choice
            assert form.decode(choice).strip() == name


@pytest.mark.parametrize("architecture", ALL, ids=str)
def test_ids_above_the_vocabulary_are_no_text(architecture: Architecture, tmp_path: Path) -> None:
    """CodeGen's output is wider than its vocabulary: what is sampled there must not crash."""
    form = loaded(architecture, tmp_path)
    ids = form.text_ids("x = 1")
    assert form.decode([*ids, len(architecture.tokenizer()) + 3]) == form.decode(ids)


# --- chat models ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("architecture", "ends"),
    [
        (QWEN2, {"<|im_end|>"}),
        (DEEPSEEK, {"<｜end▁of▁sentence｜>"}),
        (PHI3, {"<|end|>", "<|endoftext|>"}),
    ],
    ids=["qwen2", "deepseek_v2", "phi3"],  # a set has no order to be named by
)
def test_a_turn_of_a_chat_ends_with_the_templates_own_marker(
    architecture: Architecture, ends: set[str], tmp_path: Path
) -> None:
    form, tokenizer = loaded(architecture, tmp_path), architecture.tokenizer()
    assert set(tokenizer.convert_ids_to_tokens(form.stop_ids)) == ends
    assert form.stop_strings == ()
    # an answer that ended itself is not ended twice
    talk = Conversation(form, "s", form.text_ids("u"), "u")
    start, one, again = list(talk.ids), form.text_ids("one"), form.text_ids("again")
    talk.answered([*one, form.answer_to_user[0]])
    talk.request(again, "again")
    assert talk.ids == [*start, *one, *form.answer_to_user, *again, *form.user_to_answer]


# --- base models ---------------------------------------------------------------------------------


@pytest.mark.parametrize("architecture", BASES, ids=str)
def test_a_base_model_is_given_the_start_of_a_program(
    architecture: Architecture, tmp_path: Path
) -> None:
    form = loaded(architecture, tmp_path)
    assert form.program_prefix == "```python\n"
    assert form.stop_ids == (architecture.tokenizer().eos_token_id,)


@pytest.mark.parametrize("architecture", BASES, ids=str)
@pytest.mark.parametrize(
    "end", ["```", "### Request", "if __name__ == '__main__':", "print(f(1))", ">>> f(1)"]
)
def test_a_program_of_a_base_model_ends_where_a_stop_string_stands(
    architecture: Architecture, end: str, tmp_path: Path
) -> None:
    form = loaded(architecture, tmp_path)

    def complete(text: str) -> bool:
        return program_complete(form.program_prefix + text)

    rule = form.stop(complete)
    assert rule is not None
    body = "def f(x: int) -> int:\n    print(x)  # ### no heading\n    return x + 1\n"
    ids = form.text_ids(body + end + "\nand on")
    assert not rule(body)
    said = next(form.decode(ids[:n]) for n in range(len(ids) + 1) if rule(form.decode(ids[:n])))
    assert said.startswith(body.rstrip())
    assert "and on" not in said


class Says(ScriptedEngine):
    """Writes one given program wherever a program is asked for, ended or cut."""

    def __init__(self, form: Format, text: str) -> None:
        super().__init__(form)
        self.text = text

    def default_answer(self, request: Request, name: str) -> str:
        if request.agent == "coder" and not request.choices:
            return self.text
        return super().default_answer(request, name)


@pytest.mark.parametrize("end", ["\n```", "\n```\n", "", "\n\n### Request\n", "\nprint(f(1))"])
def test_the_end_of_a_base_models_text_closes_its_code_block(end: str) -> None:
    form = make_format(CODEGEN.tokenizer())
    program = "def f(x: int) -> int:\n    return x"
    stage = dataclasses.replace(fake_stage(drafts=1), formats=dict.fromkeys(Agent, form))
    for limit, expected in ((64, program + "\n"), (8, "")):
        config = stage.config.model_copy(update={"max_program_tokens": limit})
        played = dataclasses.replace(stage, config=config)
        (tree,) = play_all([play_tree(fake_task(), played)], Says(form, program + end))
        for one in tree.rounds:
            if one.agent == "coder":
                assert one.score is not None
                assert one.score.program == expected
