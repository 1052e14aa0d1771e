"""Held-out evaluation: the same tasks and uniforms each time, and nothing in the run changes."""

# pylint: disable=missing-function-docstring,redefined-outer-name

import json
import shutil
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from parelha.arms import play_arm
from parelha.cli import run as parelha
from parelha.config_file import from_dict, lay_over
from parelha.engines.protocol import EngineStatistics
from parelha.engines.torch_engine import TorchEngine
from parelha.errors import UsageError, WorkFailedError
from parelha.evaluate import evaluate, evaluate_run
from parelha.experiment.plan import merged
from parelha.heldout import heldout_tasks
from parelha.models.policy import Policy
from parelha.report.records import group_of
from parelha.report.terminal import eval_text
from parelha.runtime import open_runtime
from parelha.stage import Part
from parelha.suites import heldout_suites
from parelha.tasks import load_tasks
from parelha.types import Agent, Task
from tests.fake_grading import half_pass
from tests.fakes import run_tiny, tiny_config, use_fakes
from tests.test_tasks_benchmarks import GOOD, HUMANEVAL, write

pytestmark = pytest.mark.slow

EPISODES = 2


@pytest.fixture(scope="module")
def run(model_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of a run of one step, evaluated before and after it."""
    with pytest.MonkeyPatch.context() as patch:
        use_fakes(patch)
        config = tiny_config(
            model_folder,
            tmp_path_factory.mktemp("runs"),
            train={"steps": 1},
            eval={"episodes": EPISODES},
        )
        return run_tiny(config)


def test_what_breaks_off_the_frozen_reviewers_arm_is_told_as_it_is(
    run: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    use_fakes(monkeypatch)
    step, changed = TorchEngine.step, TorchEngine.weights_changed
    told: list[str] = []

    def interrupted(engine: TorchEngine) -> Any:
        if told[-1:] == ["changed"]:  # the adapter is aside, and answers are under way
            raise KeyboardInterrupt
        told.append("step")
        return step(engine)

    def noted(engine: TorchEngine, agent: Agent) -> None:
        changed(engine, agent)
        told.extend(["changed"] * ("step" in told))

    monkeypatch.setattr(Policy, "product_norm", lambda *_: 1.0)
    monkeypatch.setattr(TorchEngine, "step", interrupted)
    monkeypatch.setattr(TorchEngine, "weights_changed", noted)
    with pytest.raises(KeyboardInterrupt):
        evaluate_run(run, 1, None, {"eval.arms": "frozen_reviewer"})
    assert told[-2:] == ["changed", "changed"]


def test_arms_begin_with_the_pairs_draft_and_an_untrained_pair_is_its_own_frozen_reviewer(
    run: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    use_fakes(monkeypatch)
    overrides = {"eval.arms": "coder,frozen_reviewer,tools,best_of_n"}
    untrained, trained = (evaluate_run(run, step, None, overrides) for step in (0, 1))
    for table in (untrained, trained):
        drafts = [e["draft_passed"] for e in table["episodes"]]
        for arm in ("coder", "frozen_reviewer", "tools"):
            assert [e["draft_passed"] for e in table["arms"][arm]] == drafts
        assert [e["final_passed"] for e in table["arms"]["coder"]] == drafts
    assert untrained["arms"]["frozen_reviewer"] == untrained["episodes"]


def stored(run: Path, which: str) -> Any:
    return json.loads((run / "eval" / f"{which}.json").read_text())


def test_before_and_after_meet_the_same_tasks(run: Path) -> None:
    before, after = stored(run, "before"), stored(run, "after")
    assert (before["step"], after["step"]) == (0, 1)
    assert len(before["episodes"]) == EPISODES
    assert [e["task"] for e in before["episodes"]] == [e["task"] for e in after["episodes"]]
    assert before["temperature"] == 0.7


def test_an_episode_is_one_draft_and_one_review_at_most_two_programs(run: Path) -> None:
    lines = (run / "episodes" / "eval_before.jsonl").read_text().splitlines()
    names = [json.loads(line)["name"] for line in lines]
    assert set(names) <= {"d0", "d0.r0", "d0.r0.d"}
    assert names.count("d0") == EPISODES


def snapshot(run: Path) -> dict[str, bytes]:
    return {str(p): p.read_bytes() for p in sorted(run.rglob("*")) if p.is_file()}


def test_a_checkpoint_evaluated_later_gives_what_the_run_recorded(
    run: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    use_fakes(monkeypatch)
    (run / "checkpoints" / "step_backup").mkdir(exist_ok=True)
    before = snapshot(run)
    assert evaluate_run(run, None, None) == stored(run, "after")
    assert evaluate_run(run, 0, 1)["episodes"] == stored(run, "before")["episodes"][:1]
    assert snapshot(run) == before


def test_evaluation_leaves_the_engine_as_it_found_it(
    model_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    use_fakes(monkeypatch)
    config = tiny_config(model_folder, tmp_path)
    with open_runtime(config, on_progress=lambda _: None) as runtime:
        first, _ = evaluate(runtime, 0, 1)
        assert runtime.engine.statistics == EngineStatistics()
        assert evaluate(runtime, 0, 1)[0] == first


def copied(run: Path, folder: Path, change: Callable[[Any], None]) -> Path:
    """A copy of a run whose `config.json` is changed."""
    copy = folder / "copy"
    shutil.copytree(run, copy)
    record = json.loads((copy / "config.json").read_text())
    change(record)
    (copy / "config.json").write_text(json.dumps(record))
    return copy


def test_other_weights_than_the_runs_are_refused(
    run: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    use_fakes(monkeypatch)

    def change(record: Any) -> None:
        record["models"]["reviewer"]["sha256"] = "0" * 64

    copy = copied(run, tmp_path, change)
    with pytest.raises(UsageError, match="the reviewer's weights differ from the run's"):
        evaluate_run(copy, 1, 1)


def test_limits_beyond_the_models_window_are_refused_in_one_line(
    run: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    use_fakes(monkeypatch)
    assert parelha(["eval", str(run), "--episode.max_program_tokens", "4000"]) == 2
    line = capsys.readouterr().err.splitlines()[-1]
    assert "model has a window of 4096: lower episode.max_program_tokens" in line


def test_a_missing_run_or_checkpoint_is_refused(
    run: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    use_fakes(monkeypatch)
    with pytest.raises(UsageError, match="does not exist"):
        evaluate_run(tmp_path / "none", None, None)
    with pytest.raises(UsageError, match="there is no checkpoint"):
        evaluate_run(run, 9, 1)


def test_held_out_tasks_are_distinct_spread_and_never_trained_on() -> None:
    config = from_dict({})
    tasks = heldout_tasks(config, 24)
    assert len({task.id for task in tasks}) == 24
    trained = load_tasks("train", levels=config.tasks.levels, seeds=range(config.tasks.seeds))
    assert not {task.id for task in tasks} & {task.id for task in trained}
    assert len({task.family for task in tasks[:10]}) >= 5
    assert {task.split for task in tasks} == {"heldout_seeds", "heldout_params"}
    assert heldout_tasks(config, 5) == tasks[:5]
    assert len(heldout_tasks(config, 300)) == 300
    assert not heldout_tasks(config, 0)


def test_families_without_held_out_tasks_are_refused() -> None:
    with pytest.raises(UsageError, match="no held-out task"):
        only_trained = {"families": ["clean_data.sales"]}
        splits = {"splits": ["heldout_families"]}
        heldout_tasks(from_dict({"tasks": only_trained, "eval": splits}), 2)
    with pytest.raises(UsageError):
        heldout_tasks(from_dict({"tasks": {"families": ["nothing"]}}), 2)


def test_splits_and_suites_have_as_many_tasks_as_is_asked(tmp_path: Path) -> None:
    benchmark = write(tmp_path / "b.jsonl", *({**GOOD, "task_id": f"Good/{n}"} for n in range(7)))
    quota = {"heldout_params": 96, "heldout_families": 64, benchmark: 5}
    table = {"eval": {"quota": quota}, "tasks": {"eval_suites": ["families", benchmark]}}
    config = from_dict(table)
    assert (config.eval.episodes, set(config.eval.splits)) == (165, set(quota) - {benchmark})
    tasks = heldout_tasks(config, config.eval.episodes)
    kinds = [task.split if "benchmark" not in task.family else "b" for task in tasks]
    assert Counter(kinds) == {"heldout_params": 96, "heldout_families": 64, "b": 5}
    assert len({task.id for task in tasks}) == 165
    assert set(kinds[:3]) == {"heldout_params", "heldout_families", "b"}
    assert heldout_tasks(config, 20) == tasks[:20]
    # Each family about as often as the others of its split.
    for split, families in (("heldout_params", 43), ("heldout_families", 8)):
        counts = Counter(task.family for task in tasks if task.split == split).values()
        assert len(counts) == families and max(counts) - min(counts) <= 1
    with pytest.raises(UsageError, match=r"only 7 held-out tasks: lower eval\.quota of .*b\.jsonl"):
        heldout_tasks(from_dict(merged(table, {"eval": {"quota": {benchmark: 8}}})), 168)


def test_more_episodes_than_there_are_tasks_are_refused_before_any_is_made() -> None:
    with pytest.raises(UsageError, match=r"only [\d,]+ held-out tasks: lower eval\.episodes"):
        heldout_tasks(from_dict({}), 10**9)


def test_a_suite_beside_the_families_has_as_many_tasks_as_they(tmp_path: Path) -> None:
    benchmark = write(tmp_path / "b.jsonl", *({**GOOD, "task_id": f"Good/{n}"} for n in range(7)))
    config = from_dict({"tasks": {"eval_suites": ["families", benchmark]}})
    tasks = heldout_tasks(config, 24)
    assert sum("benchmark" in task.family for task in tasks) == 7
    families = [task for task in tasks if "benchmark" not in task.family]
    assert families == list(heldout_tasks(from_dict({}), 17))


def test_other_suites_are_evaluated_on_whatever_the_quota_was(tmp_path: Path) -> None:
    benchmark = write(tmp_path / "b.jsonl", *({**GOOD, "task_id": f"Good/{n}"} for n in range(7)))
    config = from_dict({"eval": {"quota": {"heldout_seeds": 4}}})
    other = lay_over(config, {"tasks.eval_suites": benchmark})
    assert {task.family for task in heldout_tasks(other, 3)} == {
        task.family for task in heldout_suites([benchmark], [], [], range(1))[0]
    }


def test_no_level_and_no_seed_of_a_held_out_family_is_ever_trained() -> None:
    levels, seeds = (1, 2, 3, 4), range(3)
    trained = load_tasks("train", levels=levels, seeds=seeds)
    unseen = load_tasks("heldout_families", levels=levels, seeds=seeds)
    assert len({task.family for task in unseen}) == 8
    assert not {task.family for task in unseen} & {task.family for task in trained}
    params = load_tasks("heldout_params", levels=levels, seeds=seeds)
    kinds = {task.id.rsplit("/", 2)[0] for task in trained}
    assert not {task.id.rsplit("/", 2)[0] for task in params} & kinds
    assert {task.family for task in params} <= {task.family for task in trained}


def test_a_run_on_few_families_can_be_evaluated_on_families_that_it_does_not_know() -> None:
    few = {"tasks": {"families": ["clean_data.sales"]}}
    quota = {"heldout_params": 6, "heldout_families": 64}
    unseen = ["clean_data", "analyse_statistics", "detect_outliers", "build_model"]
    config = from_dict(few | {"eval": {"quota": quota, "unseen_families": unseen}})
    tasks = heldout_tasks(config, 70)
    assert {t.family for t in tasks if t.split == "heldout_params"} == {"clean_data.sales"}
    families = {t.family for t in tasks if t.split == "heldout_families"}
    assert len(families) == 8 and "clean_data.sales" not in families


@pytest.mark.parametrize("split", ["heldout_seeds", "heldout_families"])
@pytest.mark.parametrize("name", ["detect_outliers.dixn", "detect", "clean_data.sales"])
def test_an_unseen_family_that_is_none_is_refused_whatever_is_evaluated_on(
    name: str, split: str
) -> None:
    table = {"splits": [split], "unseen_families": ["detect_outliers.dixon", "build_model", name]}
    with pytest.raises(UsageError, match=rf"eval\.unseen_families: '{name}' is no family that is"):
        heldout_tasks(from_dict({"eval": table}), 2)
    table["unseen_families"].remove(name)
    assert len(heldout_tasks(from_dict({"eval": table}), 2)) == 2


def test_evaluation_can_be_on_some_parameterisations_alone() -> None:
    one = "clean_data.sales/drop_missing"
    table = {"splits": ["heldout_seeds"], "parameterisations": [one]}
    tasks = heldout_tasks(from_dict({"eval": table}), 12)
    assert {task.id.rsplit("/", 2)[0] for task in tasks} == {one}
    assert len({task.id for task in tasks}) == 12
    with pytest.raises(UsageError, match=r"no family/parameterisation 'clean_data\.sales/drop'"):
        heldout_tasks(from_dict({"eval": {"parameterisations": [one[:-8]]}}), 1)


@pytest.mark.skipif(not HUMANEVAL.is_file(), reason="HumanEval.jsonl.gz is not on this machine")
def test_humaneval_is_evaluated_on_whole_beside_the_families() -> None:
    suites = ["families", str(HUMANEVAL)]
    quota = {"heldout_params": 4, str(HUMANEVAL): 164}
    config = from_dict({"eval": {"quota": quota}, "tasks": {"eval_suites": suites}})
    tasks = heldout_tasks(config, 168)
    groups = Counter(group_of({"family": task.family, "split": task.split}) for task in tasks)
    assert groups == {"heldout_params": 4, "humaneval": 164}


def test_a_pair_trained_ahead_on_servers_is_evaluated_by_any_engine(
    run: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    use_fakes(monkeypatch)

    def change(record: Any) -> None:
        record["config"]["train"]["overlap"] = True
        record["config"]["engine"] |= {"kind": "vllm", "servers": ["http://localhost:1"]}

    copy = copied(run, tmp_path, change)
    here = {"engine.kind": "torch", "engine.servers": "[]"}
    assert len(evaluate_run(copy, 1, 1, here)["episodes"]) == 1


def test_an_arms_episode_that_fails_is_named(run: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    use_fakes(monkeypatch)
    failed: list[str] = []

    def failing(arm: str, task: Task, *rest: Any) -> Part:
        if arm == "tools" and not failed:
            failed.append(f"tools: {task.id}")
            raise WorkFailedError("it is gone")
        return (yield from play_arm(arm, task, *rest))

    monkeypatch.setattr("parelha.evaluate.play_arm", failing)
    table = evaluate_run(run, 1, None, {"eval.arms": "coder,tools"})
    assert table["failed"] == {failed[0]: "it is gone"}
    assert {arm: len(found) for arm, found in table["arms"].items()} == {
        "coder": EPISODES,
        "tools": EPISODES - 1,
    }


def test_a_trained_pair_is_tried_on_other_tasks_with_other_limits(
    run: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    use_fakes(monkeypatch)
    before = snapshot(run)
    suite = write(tmp_path / "HumanEval.jsonl", GOOD)
    asked = {"tasks.eval_suites": suite, "episode.max_rounds": "2", "eval.temperature": "0.3"}
    table = evaluate_run(run, 1, 1, asked)
    assert [e["task"] for e in table["episodes"]] == ["Some/0"]
    assert table["temperature"] == 0.3
    assert snapshot(run) == before
    few = evaluate_run(run, 1, None, {"eval.quota": "{ heldout_params = 1 }"})
    assert [e["split"] for e in few["episodes"]] == ["heldout_params"]
    with pytest.raises(UsageError, match=r"eval\.episodes is 0: say how many with --episodes"):
        evaluate_run(run, 1, None, {"eval.episodes": "0"})
    with pytest.raises(UsageError, match="learning_rate belongs to the run"):
        evaluate_run(run, 1, 1, {"learning.learning_rate": "1"})


def test_samples_are_counted_beside_an_evaluation_that_stays_as_it_was(
    model_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    use_fakes(monkeypatch)
    half_pass(monkeypatch)
    tables = []
    for samples in (1, 8):
        asked = {"episodes": 3, "samples": samples, "arms": ["coder", "best_of_n"]}
        with open_runtime(
            tiny_config(model_folder, tmp_path, eval=asked), on_progress=lambda text: None
        ) as runtime:
            tables.append(evaluate(runtime, 0, 3))
    (one, one_rounds), (many, many_rounds) = tables
    assert one_rounds == many_rounds
    added = {"samples", "samples_passed"}
    for before, after in zip(one["episodes"], many["episodes"], strict=True):
        assert {key: value for key, value in after.items() if key not in added} == before
        assert after["samples"] == 8
        assert int(after["draft_passed"]) <= after["samples_passed"] <= 8
    # Independent streams: not all of one task are the same.
    assert any(0 < e["samples_passed"] < 8 for e in many["episodes"])
    assert [e["samples"] for e in many["arms"]["coder"]] == [8] * 3
    assert not any("samples" in e for e in many["arms"]["best_of_n"])
    text = eval_text(many)
    assert "pass@k" in text and "of 8" in text and "pass@k" not in eval_text(one)


def test_without_revisions_there_are_reviews_and_nobody_reads_them(
    model_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    use_fakes(monkeypatch)
    config = tiny_config(model_folder, tmp_path, eval={"episodes": 4, "revisions": False})
    with open_runtime(config, on_progress=lambda text: None) as runtime:
        table, rounds = evaluate(runtime, 0, 4)
    assert {line["name"] for line in rounds} == {"d0", "d0.r0"}
    for episode in table["episodes"]:
        assert episode["final_passed"] == episode["draft_passed"]


def test_whole_families_can_be_held_out() -> None:
    config = from_dict({"eval": {"splits": ["heldout_families"]}})
    tasks = heldout_tasks(config, 6)
    assert {task.split for task in tasks} == {"heldout_families"}
    assert len({task.id for task in tasks}) == 6
