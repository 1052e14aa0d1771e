"""Stored drafts: which are kept, which are drawn, and that reviewing them teaches the reviewer."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parelha.config_file import from_dict
from parelha.pacing import stored_drafts_of, what_is_played
from parelha.report.records import read_run
from parelha.report.run_page import build_report
from parelha.stored import DraftStore, StoredDraft
from parelha.tracking import RunFolder, step_name
from parelha.training_tasks import Past, due_in_step, training_tasks
from tests.fake_grading import half_pass
from tests.fakes import (
    Quiet,
    run_tiny,
    tiny_config,
    use_fakes,
)


def record(answer: str, *, passes: bool, task: str = "t", **other: Any) -> dict[str, Any]:
    tests = {"outcome": "passed" if passes else "wrong"}
    turn = {"answer": answer, "finish": "stop"}
    return {
        "kind": "draft",
        "task": task,
        "action": "clean_data",
        "dropped": "",
        "score": {"tests": tests},
        "turns": [{"answer": "clean_data", "finish": "stop"}, turn],
    } | other


def answers(drawn: dict[str, list[StoredDraft]]) -> list[str]:
    return [draft.answer for drafts in drawn.values() for draft in drafts]


@given(st.integers(1, 20), st.integers(1, 20), st.integers(2, 12), st.integers(1, 9))
def test_a_verdict_step_draws_half_passing_and_half_failing(
    passing: int, failing: int, count: int, step: int
) -> None:
    store = DraftStore(3)
    store.add_step(record(f"right {n}", passes=True, task=f"t{n % 3}") for n in range(passing))
    store.add_step(record(f"wrong {n}", passes=False, task=f"t{n % 2}") for n in range(failing))
    drawn = answers(store.draw("verdict", step, count))
    assert len(set(drawn)) == len(drawn)
    assert sum("right" in answer for answer in drawn) == min(passing, count // 2)
    assert sum("wrong" in answer for answer in drawn) == min(failing, count // 2)
    forced = answers(store.draw("review", step, count))
    assert len(forced) == min(failing, count)
    # Beside forced reviews other failing drafts are judged, as long as there are some.
    judged = answers(store.draw("verdict", step, count, skip=count))
    again = set(forced) & {answer for answer in judged if "wrong" in answer}
    assert len(again) == max(0, min(failing, count // 2) - max(0, failing - count))
    assert all("wrong" in answer for answer in forced)


def test_a_step_plays_its_own_drafts_where_the_store_lacks_a_class() -> None:
    store = DraftStore(0)
    assert not store.draw("verdict", 1, 8)
    assert not store.draw("review", 1, 8)
    store.add_step([record("wrong", passes=False)])
    assert not store.draw("verdict", 2, 8)
    assert store.draw("review", 2, 8)
    store.add_step([record("right", passes=True)])
    assert store.draw("verdict", 3, 8)
    assert not store.draw("free", 3, 8)
    assert not store.draw("draft", 3, 8)


def test_equal_drafts_are_kept_once_and_the_oldest_are_forgotten() -> None:
    store = DraftStore(0)
    store.add_step([record("the same", passes=True)] * 5)
    store.add_step(record(f"{n}", passes=False) for n in range(600))
    drawn = answers(store.draw("verdict", 1, 5000))
    assert drawn.count("the same") == 1
    assert "599" in drawn
    assert "0" not in drawn
    assert len(drawn) == 1 + 512


def test_what_is_no_draft_or_was_lost_is_not_kept() -> None:
    store = DraftStore(0)
    store.add_step(
        [
            record("revision", passes=False, kind="revision"),
            record("stored", passes=False, kind="stored"),
            record("lost", passes=False, dropped="infrastructure: x"),
            record("ungraded", passes=False, score=None),
            record("no tests", passes=False, score={"tests": None}),
        ]
    )
    assert answers(store.draw("review", 1, 8)) == ["no tests"]


def test_steps_draw_in_orders_of_their_own_that_are_repeated() -> None:
    store, again = DraftStore(5), DraftStore(5)
    for one in (store, again):
        one.add_step(record(f"{n}", passes=False) for n in range(30))
    orders = [answers(store.draw("review", step, 10)) for step in range(4)]
    assert orders == [answers(again.draw("review", step, 10)) for step in range(4)]
    assert len({tuple(order) for order in orders}) == 4


def test_a_verdict_step_of_stored_drafts_teaches_the_reviewer_alone(
    model_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    use_fakes(monkeypatch)
    half_pass(monkeypatch)
    train = {"steps": 2, "draft_steps": 1, "verdict_steps": 1, "tasks_per_step": 2}
    path = run_tiny(tiny_config(model_folder, tmp_path, train=train))
    drafts, verdicts = RunFolder(path).read_metrics()
    assert drafts["adapter_sha/coder"] == verdicts["adapter_sha/coder"]
    assert drafts["adapter_sha/reviewer"] != verdicts["adapter_sha/reviewer"]
    assert drafts["pass_rate/draft"] is not None
    assert verdicts["pass_rate/draft"] is None
    assert verdicts["balanced_accuracy"] is not None
    # What was chosen by its worth says nothing of the pair, in the report neither.
    assert {episode.step for episode in read_run(path).episodes} == {1}
    assert build_report(path).is_file()


def test_a_step_of_forced_reviews_has_verdicts_of_both_classes_beside_them(
    model_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    use_fakes(monkeypatch)
    half_pass(monkeypatch)
    train = {"steps": 2, "draft_steps": 1, "review_steps": 1, "tasks_per_step": 2}
    config = tiny_config(model_folder, tmp_path, train=train | {"stored_drafts": 4})
    phases: list[str] = []
    monkeypatch.setattr(Quiet, "phase", lambda self, text: phases.append(text))
    folder = RunFolder(run_tiny(config))
    assert "step 1: updating the reviewer" not in phases  # that had no say in it
    assert {phase.split(", ")[0] for phase in phases if "playing" in phase} == {
        "step 1: playing 6 drafts",
        "step 2: playing 4 forced reviews",
    }
    rounds = folder.read_rounds(step_name(2))
    passing = {(r["task"], r["name"]): _passes(r) for r in rounds if r["kind"] == "stored"}
    assert len(passing) == sum(r["kind"] == "stored" for r in rounds)  # each has a name of its own
    reviewed = [r for r in rounds if r["kind"] == "review"]
    written = {(r["task"], r["name"].split(".")[0]) for r in reviewed if len(r["turns"]) > 1}
    judged = set(passing) - written
    assert sorted(passing[one] for one in judged) == [False, True]
    assert not any(passing[one] for one in written)
    # What was forced is no verdict.
    of_judged = [r for r in reviewed if (r["task"], r["name"].split(".")[0]) in judged]
    approved = sum(r["action"] == "approve" for r in of_judged) / len(of_judged)
    assert folder.read_metrics()[1]["approve_rate"] == pytest.approx(approved)
    assert folder.read_metrics()[1]["balanced_accuracy"] is not None


def _passes(record: dict[str, Any]) -> bool:
    return bool(record["score"]["tests"]["outcome"] == "passed")


def test_failing_drafts_are_replayed_beside_whole_dialogues(
    model_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    use_fakes(monkeypatch)
    half_pass(monkeypatch)
    train = {"steps": 2, "draft_steps": 1, "tasks_per_step": 2, "replayed_drafts": 2}
    config = tiny_config(model_folder, tmp_path, train=train)
    assert "1 step of 16 episodes" in what_is_played(config)
    folder = RunFolder(run_tiny(config))
    rounds = folder.read_rounds(step_name(2))
    stored = [r for r in rounds if r["kind"] == "stored"]
    assert len(stored) == 2
    assert not any(r["score"]["tests"]["outcome"] == "passed" for r in stored)
    assert any(r["kind"] == "draft" for r in rounds)
    # They teach like any other, and say nothing of how often the coder passes.
    assert any(r["kind"] == "review" and r["name"].startswith("s") for r in rounds)
    drafts = [r for r in rounds if r["kind"] == "draft"]
    passed = sum(r["score"]["tests"]["outcome"] == "passed" for r in drafts)
    assert folder.read_metrics()[1]["pass_rate/draft"] == pytest.approx(passed / len(drafts))


def test_a_dry_run_says_what_each_phase_plays(model_folder: Path, tmp_path: Path) -> None:
    train = {"steps": 5, "draft_steps": 1, "verdict_steps": 2, "review_steps": 1}
    config = tiny_config(model_folder, tmp_path, train=train | {"stored_drafts": 5})
    played = "1 step of 3 drafts, 2 steps of 10 verdicts, 1 step of 10 forced reviews, 1 step of"
    assert f"{played} 6 episodes" in what_is_played(config)


@pytest.mark.parametrize("stored", [1, 2, 3])
@pytest.mark.parametrize("phase", ["verdict", "review"])
def test_however_few_drafts_are_asked_for_verdicts_are_of_both_classes(
    stored: int, phase: str
) -> None:
    train = {"draft_steps": 1, f"{phase}_steps": 1, "stored_drafts": stored}
    config = from_dict({"train": {"steps": 3, **train}})
    tasks = training_tasks(config)
    past = Past(tasks, config)
    for passes in (True, False):
        rows = [record(f"{passes} {n}", passes=passes, task=tasks[n].id) for n in range(4)]
        past.add_step(rows)
    due = due_in_step(tasks, config, 2, past)
    rounds = [one for each in due for one in (each.judged if phase == "review" else each.stored)]
    assert {one.turns[-1].answer.split()[0] for one in rounds} == {"True", "False"}
    assert 0 < sum(len(each.stored) for each in due) <= stored_drafts_of(config, 2)
    assert len(rounds) == 2  # one of each, however many reviews are forced


def test_never_more_drafts_than_asked_for() -> None:
    store = DraftStore(1)
    store.add_step(record(f"right {n}", passes=True) for n in range(4))
    store.add_step(record(f"wrong {n}", passes=False) for n in range(4))
    assert not store.draw("verdict", 1, 0)
    for count in range(2, 12):
        assert len(answers(store.draw("verdict", 1, count))) == 2 * min(count // 2, 4)
