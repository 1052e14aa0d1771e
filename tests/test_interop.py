"""What is lent to other trainers: prompts, rewards, the dialogue as text, the data set."""

# pylint: disable=missing-function-docstring

import os
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyarrow import parquet

from parelha import cli
from parelha.config import Config, EpisodeConfig, RewardConfig
from parelha.errors import UsageError
from parelha.interop import grading
from parelha.interop.dialogue import Dialogue
from parelha.interop.export import SPLITS
from parelha.interop.grading import AnswerGrader
from parelha.interop.tasks import checked_lang, draft_messages, select_tasks, task_rows
from parelha.interop.text import text_format, to_messages
from parelha.once import Once
from parelha.rewards import program_value
from parelha.tasks import expected, get_task
from parelha.types import Agent
from tests.fake_grading import FakeGrader
from tests.fakes import fake_task

PROGRAM = "```python\ndef f(x: int) -> int:\n    return x\n```"
TASK = "detect_outliers.iqr/values,k=1.5/L1/s0"


def fake_grader(**faults: object) -> AnswerGrader:
    tools = FakeGrader(**faults)  # type: ignore[arg-type]
    return AnswerGrader(tools=tools)


def played(grader: AnswerGrader, verdict: str = "propose_refactoring") -> Dialogue:
    dialogue = Dialogue(fake_task(), grader)
    while dialogue.due is not None:
        choices = dialogue.due.choices
        wanted = verdict if verdict in choices else (choices or [PROGRAM])[0]
        assert dialogue.answer(wanted)
    return dialogue


def test_another_trainer_is_never_shown_a_reference() -> None:
    task = replace(fake_task(), reference="def f(x):\n    y = x\n    return y + 1\n")
    grader = AnswerGrader(Config(episode=EpisodeConfig(hints=True)), tools=FakeGrader())
    dialogue = Dialogue(task, grader)
    kinds = []
    while dialogue.due is not None:
        assert "y = x" not in str(dialogue.due.messages)
        kinds.append(dialogue.due.agent)
        dialogue.answer((dialogue.due.choices or [PROGRAM])[0])
    # No draft follows once the pair has had its say.
    assert kinds.index(Agent.REVIEWER) > 0 and len(dialogue.rounds) in (2, 3)


def test_samples_that_end_at_once_share_one_grader(monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[AnswerGrader] = []

    def slow() -> AnswerGrader:
        time.sleep(0.05)
        made.append(fake_grader())
        return made[-1]

    monkeypatch.setattr(grading, "AnswerGrader", slow)
    monkeypatch.setattr(grading, "_shared", Once(1))
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda _: grading.shared_grader(), range(8)))
    assert found == made * 8


def test_a_prompt_has_the_examples_and_neither_hidden_inputs_nor_the_kind_of_work() -> None:
    task = get_task(TASK)
    for lang in ("en", "pt"):
        system, user = draft_messages(task, checked_lang(lang))
        assert (system["role"], user["role"]) == ("system", "user")
        assert task.statement[checked_lang(lang)] in user["content"]
        assert str(task.action) not in system["content"] + user["content"]
        shown = [case.args for case in task.examples]
        assert len(shown) == 2
        for args in shown:
            said = ", ".join(map(repr, args))
            right = repr(expected(task, args))
            assert f"{task.entry_point}({said}) == {right}\n" in user["content"]
        hidden = [case.args for case in task.make_cases(0) if case.args not in shown]
        assert hidden and not any(repr(args[0]) in user["content"] for args in hidden if args[0])


@pytest.mark.parametrize(
    "wrong",
    [
        {"split": "test"},
        {"families": "no.such"},
        {"levels": "one"},
        {"levels": 7},
        {"seeds": 0},
        {"seeds": 2000},
    ],
)
def test_a_wrong_choice_of_tasks_is_told_in_one_line(wrong: dict[str, object]) -> None:
    with pytest.raises(UsageError) as told:
        select_tasks(**wrong)  # type: ignore[arg-type]
    assert "\n" not in str(told.value)


def test_what_a_command_line_gives_chooses_the_same_tasks() -> None:
    tasks = select_tasks("heldout_params", families=["detect_outliers"], levels=[1, 2], seeds=2)
    assert tasks == select_tasks(
        "heldout_params", families=" detect_outliers, ", levels="1,2", seeds=2
    )
    assert {row["split"] for row in task_rows(tasks)} == {"heldout_params"}
    with pytest.raises(UsageError, match="lang = \"fr\": input should be 'en' or 'pt'"):
        task_rows(tasks, "fr")


@given(st.lists(st.text(max_size=20), min_size=2, max_size=4))
def test_no_text_becomes_a_message_of_another_role(texts: list[str]) -> None:
    form = text_format()
    ids = list(form.before_system)
    for text, glue in zip(texts, (form.system_to_user, form.user_to_answer, ()), strict=False):
        ids += [*form.text_ids(text), *glue]
    assert [one["content"] for one in to_messages(ids)][: len(texts)] == texts[:3]


def test_the_dialogue_is_that_of_a_run_and_its_rewards_are_those_of_its_rounds() -> None:
    with fake_grader() as grader:
        dialogue = played(grader)
        assert [play.kind for play in dialogue.rounds] == ["draft", "review", "revision"]
        final = dialogue.branch.final
        assert dialogue.reward(Agent.CODER) == final.reward
        assert final.score is not None
        assert final.reward == program_value(final.score, grader.config.reward)
        assert dialogue.reward(Agent.REVIEWER) == dialogue.branch.reviews[0].reward
        assert len(played(grader, "approve").rounds) == 2
        with pytest.raises(UsageError, match="over"):
            dialogue.answer("more")


def test_in_place_of_an_illegal_answer_one_is_drawn_the_same_each_time() -> None:
    with fake_grader() as grader:
        drawn = set()
        for _ in range(3):
            dialogue = Dialogue(fake_task(), grader)
            assert not dialogue.answer("dance")
            drawn.add(dialogue.due and dialogue.due.text)
        assert len(drawn) == 1


def test_a_chat_model_is_asked_for_what_a_prompt_begins_and_may_repeat_it() -> None:
    with fake_grader() as grader:
        dialogue = Dialogue(fake_task(), grader)
        assert dialogue.due is not None
        asked = dialogue.due.as_chat()
        assert [one["role"] for one in asked] == ["system", "user"]
        assert all(choice in asked[-1]["content"] for choice in dialogue.due.choices)
        assert dialogue.answer(f"Action: {dialogue.due.choices[2]}")
        assert dialogue.due.messages[2]["content"].endswith(("outliers", "model", "data", "cs"))
        assert dialogue.due.as_chat()[-1]["role"] == "user"


def test_a_fault_of_the_machine_is_no_sample_and_no_zero() -> None:
    with fake_grader(faulty=lambda what, program: what == "grade") as grader:
        assert grader.grade([fake_task()], [PROGRAM]) == [None]
        assert "infrastructure" in played(grader).dropped


def test_answers_are_graded_in_their_order_with_the_reward_of_a_run() -> None:
    answers = [PROGRAM, "no program", PROGRAM.replace("return x", "return abs(x)")]
    with fake_grader() as grader:
        graded = grader.grade([fake_task()] * 3, answers)
        assert [one and one.metrics["program"] for one in graded] == [1.0, 0.0, 1.0]
        for one in graded:
            assert one is not None
            assert one.reward == program_value(one.score, grader.config.reward)
        with pytest.raises(UsageError, match="one for each"):
            grader.grade([fake_task()], answers)
        with pytest.raises(UsageError, match="unknown task"):
            grader.grade(["no/such/L1/s0"], [PROGRAM])


@pytest.mark.slow
def test_the_real_grader_pays_the_reference_and_not_a_constant(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("parelha.analysis.analyser.EARLY", ())  # the task needs no library
    task = get_task(TASK)
    with AnswerGrader() as grader:
        right, wrong = grader.grade(
            [task.id] * 2,
            [f"```python\n{task.reference}```", f"```python\n{task.signature}\n    return []\n```"],
        )
    assert right is not None and wrong is not None
    assert right.metrics["passed"] == 1.0 and right.reward > 1.0
    assert wrong.metrics["passed"] == 0.0 and wrong.reward < 0.5


@pytest.mark.slow
def test_the_data_set_has_every_split_no_secrets_and_the_same_bytes(tmp_path: Path) -> None:
    # At these levels some references go through sets, whose order is another in every process.
    families = ("clean_data.text_normalisation", "build_model.stump", "detect_outliers.seasonal")
    chosen = [part for name in families for part in ("--families", name)]
    for seed in ("1", "2"):
        arguments = [*chosen, "--seeds", "2", "--to", str(tmp_path / seed)]
        subprocess.run(
            [sys.executable, "-m", "parelha", "tasks", "export", *arguments],
            check=True,
            env=os.environ | {"PYTHONHASHSEED": seed},
            capture_output=True,
        )
    one, other = (
        {path.relative_to(root): path.read_bytes() for path in root.rglob("*") if path.is_file()}
        for root in (tmp_path / "1", tmp_path / "2")
    )
    assert one == other
    card = one[Path("README.md")].decode()
    assert card.startswith("---\nlicense: apache-2.0\n")
    for split in SPLITS:
        if (path := Path("data", f"{split}.parquet")) not in one:
            assert f"data/{split}" not in card
            continue
        assert f"path: {path}" in card
        rows = parquet.read_table(tmp_path / "1" / path).to_pylist()
        assert len({row["task_id"] for row in rows}) == len(rows)
        for row in rows[::5]:
            task = get_task(row["task_id"])
            assert task.split == split
            assert row["prompt_pt"] == draft_messages(task, "pt")
            assert task.reference.strip().splitlines()[-1].strip() not in str(row)


def test_a_data_set_that_is_not_finished_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def full(*_: object) -> str:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("parelha.interop.export.dataset_card", full)
    command = ["tasks", "export", "--families", "build_model.stump", "--levels", "1"]
    command += ["--seeds", "1", "--to", str(tmp_path / "set")]
    assert cli.run(command) == cli.WRONG_USE
    assert "disk is full" in capsys.readouterr().err
    assert not list(tmp_path.iterdir())
    (tmp_path / "set").mkdir()
    assert cli.run(command) == cli.WRONG_USE
    assert "exists already" in capsys.readouterr().err


def test_a_reward_that_is_paid_in_runs_alone_is_refused() -> None:
    with pytest.raises(UsageError, match="slides_raw"):
        AnswerGrader(Config(reward=RewardConfig(kind="slides_raw")), tools=FakeGrader())
