"""The file of an experiment: what is read from it, and what is refused before anything starts."""

# pylint: disable=missing-function-docstring

import json
import re
from pathlib import Path
from typing import Any

import pytest

from parelha.cli import run as parelha
from parelha.config import MOST_STEPS, Config
from parelha.config_file import from_dict, lay_over
from parelha.errors import UsageError
from parelha.experiment.estimate import evaluation_tokens
from parelha.experiment.plan import merged, read_experiment, steps_within
from parelha.experiment.planned import read_arm
from parelha.experiment.runs import claim
from parelha.experiment.shared import key_of
from parelha.pacing import stored_drafts_of, written_tokens
from tests.experiments import ARMS, write_file
from tests.fakes import use_fakes

NO_MODEL = Path("/no/model")


@pytest.fixture(autouse=True)
def _fakes(monkeypatch: pytest.MonkeyPatch) -> None:
    use_fakes(monkeypatch)


def test_arms_are_laid_over_the_base_and_seeds_over_the_arms(tmp_path: Path) -> None:
    experiment = read_experiment(write_file(NO_MODEL, tmp_path, seeds="[3, 5]"))
    assert [run.name for run in experiment.runs] == [
        f"{arm}-{seed}" for seed in (3, 5) for arm in ("base", "coder_alone", "pair")
    ]
    alone = experiment.runs[1]
    assert alone.folder == tmp_path / "runs" / "small" / "coder_alone-3"
    assert alone.config.seed == 3
    assert alone.config.model.train_agents == ("coder",)
    assert {alone.config.train.phase(step) for step in (1, 2)} == {"draft"}
    assert alone.config.eval.arms == ("coder",)  # who counts is played
    assert [run.steps for run in experiment.runs[:3]] == [0, 2, 2]
    assert experiment.compare == (("coder_alone", "base"), ("pair", "base"))
    assert {run.config.eval.episodes for run in experiment.runs} == {4}


def test_names_to_compare_are_those_under_which_results_stand(tmp_path: Path) -> None:
    """An arm's own, and beside it whoever else plays: the pair too, where the arm is not that."""
    head = "compare = [['coder_alone/pair', 'pair'], ['pair/coder', 'coder_alone/best_of_n']]"
    arms = ARMS.replace("[arms.pair]", 'eval.arms = ["best_of_n"]\n[arms.pair]\n')
    path = write_file(NO_MODEL, tmp_path, arms + 'eval.arms = ["coder"]\n', head=head)
    experiment = read_experiment(path)
    assert experiment.compare[2:] == (
        ("coder_alone/pair", "pair"),
        ("pair/coder", "coder_alone/best_of_n"),
    )
    sides = {run.arm.name: run.sides for run in experiment.runs}
    assert sides["coder_alone"] == {
        "pair": "coder_alone/pair",
        "best_of_n": "coder_alone/best_of_n",
        "coder": "coder_alone",
    }
    assert sides["pair"] == {"pair": "pair", "coder": "pair/coder"}


def test_a_file_may_begin_with_a_configuration_of_its_own(tmp_path: Path) -> None:
    begins = 'name = "quick"\nlang = "pt"\n[train]\nsteps = 7\n'
    (tmp_path / "base.toml").write_text(begins, encoding="utf-8")
    path = write_file(NO_MODEL, tmp_path, head='config = "base.toml"')
    experiment = read_experiment(path)
    assert experiment.name == "small"
    assert {run.config.lang for run in experiment.runs} == {"pt"}
    assert experiment.runs[2].config.train.steps == 2  # [base] is laid over it
    (tmp_path / "base.toml").unlink()
    with pytest.raises(UsageError, match=r"cannot read .*base\.toml"):
        read_experiment(path)


def test_a_home_folder_is_one_in_every_path_of_a_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    (tmp_path / "home").mkdir()
    (tmp_path / "home" / "base.toml").write_text('lang = "pt"\n', encoding="utf-8")
    path = write_file(NO_MODEL, tmp_path, head='config = "~/base.toml"')
    assert {run.config.lang for run in read_experiment(path).runs} == {"pt"}
    path = write_file(NO_MODEL, tmp_path, head='reference = "~/none.toml"')
    with pytest.raises(UsageError, match=re.escape(str(tmp_path / "home" / "none.toml"))):
        read_experiment(path)
    arm = read_arm("pair", {"trained_in": "~/runs/pair"})
    assert arm.source(3) == tmp_path / "home" / "runs" / "pair-3"


def test_an_experiments_folder_is_where_its_runs_are(tmp_path: Path) -> None:
    path = write_file(NO_MODEL, tmp_path)
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace(json.dumps(str(tmp_path / "runs")), '"~/xruns"'), encoding="utf-8")
    experiment = read_experiment(path)
    assert experiment.folder == Path.home() / "xruns" / "small"
    assert {run.folder.parent for run in experiment.runs} == {experiment.folder}


def test_what_training_alone_has_makes_no_other_evaluation_before_it() -> None:
    plain = Config()
    hinted = lay_over(plain, {"episode.hints": "true", "cluster.num_trainers": "2"})
    assert key_of(plain) == key_of(hinted)
    assert key_of(plain) != key_of(lay_over(plain, {"episode.max_rounds": "2"}))


def test_an_experiment_of_ours_is_found_by_its_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "experiments").mkdir()
    path = write_file(NO_MODEL, tmp_path)
    path.rename(tmp_path / "experiments" / "ours.toml")
    monkeypatch.setattr("parelha.config_file._PACKAGE", tmp_path)
    monkeypatch.chdir(tmp_path)
    assert read_experiment(Path("ours")).runs
    with pytest.raises(UsageError, match="named ours"):
        read_experiment(Path("theirs"))


def test_a_budget_gives_each_arm_the_steps_that_it_allows(tmp_path: Path) -> None:
    arms = ARMS + "\n[arms.longer]\ntrain.steps = 9\n"
    path = write_file(NO_MODEL, tmp_path, arms, head="budget.tokens = 1000")
    runs = {run.arm.name: run for run in read_experiment(path).runs}
    # Two drafts of 8 tokens, with two reviews of 4 and two revisions of 8 each. Of choices, the
    # kind of work has 19 letters at most, a verdict 20, a severity 9, a quote 5.
    assert runs["coder_alone"].steps == 1000 // (2 * (19 + 8))
    assert runs["pair"].steps == 1000 // (2 * (19 + 8) + 4 * (20 + 9 + 5 + 4 + 8))
    assert runs["longer"].steps == 9
    assert runs["base"].steps == 0


def test_a_budget_is_never_overdrawn() -> None:
    train = {"steps": 50, "draft_steps": 2, "verdict_steps": 3, "review_steps": 1}
    config = from_dict({"train": train})
    for tokens in (0, 2_000, 12_345, 100_000):
        steps = steps_within(config, tokens)
        spent = sum(written_tokens(config, step) for step in range(1, steps + 1))
        assert spent <= tokens < spent + written_tokens(config, steps + 1)


def test_a_budget_without_end_is_spent_by_as_many_steps_as_a_run_may_have() -> None:
    assert steps_within(Config(), 10**30) == MOST_STEPS


def test_a_budget_is_spent_by_what_is_written() -> None:
    """A stored draft was written before, and its verdict is a choice."""
    train = {"steps": 4, "draft_steps": 1, "verdict_steps": 1, "review_steps": 1}
    config = from_dict({"train": train | {"stored_drafts": 12, "replayed_drafts": 2}})
    episode, drafts = config.episode, config.train.tasks_per_step * config.episode.drafts
    wrote = 19 + episode.max_program_tokens  # letters of the longest choice, and its space
    verdict = episode.reviews * 20
    words = 9 + 5 + episode.max_review_tokens + episode.max_program_tokens
    answer = verdict + episode.reviews * words
    draft, verdicts, reviews, free = (written_tokens(config, step) for step in range(1, 5))
    assert draft == drafts * wrote
    # Where none of them is stored, new drafts take their place.
    assert verdicts == drafts * (wrote + verdict) > 12 * verdict
    assert reviews == 12 * answer + 6 * verdict > drafts * (wrote + answer)
    assert free == drafts * (wrote + answer) + 2 * answer
    assert [stored_drafts_of(config, step) for step in range(1, 5)] == [0, 12, 12, 2]


def test_tables_are_laid_over_each_other_key_by_key() -> None:
    table = {"a": {"b": 1, "c": 2}, "d": [1]}
    assert merged(table, {"a": {"b": 3}, "d": [2]}) == {"a": {"b": 3, "c": 2}, "d": [2]}
    assert table == {"a": {"b": 1, "c": 2}, "d": [1]}


@pytest.mark.parametrize(
    "asked", [{"quota": {"heldout_seeds": 2}}, {"episodes": 44, "splits": ["heldout_seeds"]}]
)
def test_a_quota_takes_the_place_of_what_the_base_asks_for(asked: dict[str, Any]) -> None:
    base = {"eval": asked | {"samples": 3}}
    over = {"eval": {"quota": {"heldout_params": 4}}}
    assert merged(base, over) == {"eval": {"quota": {"heldout_params": 4}, "samples": 3}}


def test_the_tokens_of_an_evaluation_count_all_ways(tmp_path: Path) -> None:
    runs = read_experiment(write_file(NO_MODEL, tmp_path)).runs
    # 8 of a draft, 4 of a review, 8 of a revision, and their choices, in four episodes.
    draft, review = 19 + 8, 20 + 9 + 5 + 4
    whole = 4 * (draft + review + 8)
    assert [evaluation_tokens(run) for run in runs] == [whole, whole * 2, whole]
    more = "[arms.pair]\neval.samples = 3\n[arms.frozen]\neval.revisions = false\n"
    runs = read_experiment(write_file(NO_MODEL, tmp_path, more)).runs
    assert [evaluation_tokens(run) for run in runs] == [
        whole + 4 * 2 * draft,
        4 * (draft + review),
    ]


@pytest.mark.parametrize(
    ("arms", "head", "says"),
    [
        (ARMS, "seedz = [1]", "unknown key seedz; did you mean seeds?"),
        (ARMS + "trian.steps = 3", "", "arms.pair: unknown key trian; did you mean train?"),
        (ARMS + "train.stepz = 3", "", "arms.pair: unknown key train.stepz; did you mean train."),
        (ARMS + "plays = 'choir'", "", "arms.pair: eval.arms"),
        (ARMS + "plays = 3", "", "arms.pair.plays = 3: input should be"),
        (ARMS + "untrained = 1", "", "arms.pair.untrained = 1: input should be"),
        (ARMS + "seed = 1", "", "arms.pair.seed: the experiment sets it"),
        (ARMS + "train.minutes = 4", "", "write base.train.minutes = 0"),
        (ARMS + "eval.episodes = 0", "", "arms are compared on held-out tasks"),
        (ARMS + "eval.episodes = 5", "", "arms.pair is evaluated on other tasks"),
        (ARMS + "eval.splits = ['heldout_params']", "", "arms.pair is evaluated on other tasks"),
        (ARMS, "reference = 'none.toml'", "cannot read"),
        (ARMS, "episodes = 3", "episodes = 3: input should be a valid bool"),
        (ARMS + "engine.server = 'http://x'", "", "a server's models cannot be trained"),
        (ARMS + "train.tasks_per_step = 99", "", "train.tasks_per_step is 99"),
        ("", "", "has no arms"),
        ("", "arms.pair = 3", "arms.pair = 3: input should be"),
        (ARMS, "budget.token = 3", "unknown key budget.token; did you mean budget.tokens?"),
        (ARMS, "budget.tokens = 3", "budget.tokens = 3: a step of arms."),
        (ARMS, "budget.tokens = true", "budget.tokens = true: input should be"),
        (ARMS, "compare = [['pair', 'nobody']]", "no arm 'nobody': base, coder_alone, pair"),
        (ARMS, "compare = [['pair']]", "compare.0.1 = "),
        # Who an arm's own evaluation is of goes by the arm's name.
        (ARMS, "compare = [['coder_alone/coder', 'pair']]", "no arm 'coder_alone/coder': base, "),
        (ARMS, "compare = [['pair/pair', 'base']]", "no arm 'pair/pair': base, "),
        (ARMS, "config = 'none.toml'", "none.toml"),
        (ARMS, 'config = "a\\u0000b"', "neither NUL nor what is no UTF-8"),
        (ARMS + "[[", "", "is not valid TOML"),
        (ARMS + "plays = 'coder'\neval = 3", "", "arms.pair: eval"),
        (ARMS + "plays = 'coder'\neval.arms = true", "", "arms.pair: eval.arms"),
        (ARMS + "plays = 'coder'\neval.arms = 'coder'", "", "arms.pair: eval.arms"),
        ("arms = true" + ARMS, "", "arms.base: eval.arms"),
        (ARMS + "untrained = true\ntrain = 3", "", "arms.pair: train"),
        (ARMS, "compare = [[['a'], 'pair']]", 'compare.0.0 = ["a"]: input should be'),
        (ARMS, "compare = [['pair', {}]]", "compare.0.1 = {}: input should be"),
    ],
)
def test_wrong_files_are_refused_in_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], arms: str, head: str, says: str
) -> None:
    path = write_file(NO_MODEL, tmp_path, arms, head=head)
    assert parelha(["experiment", str(path)]) == 2
    error = capsys.readouterr().err
    assert says in error and error.count("\n") == 1
    assert not (tmp_path / "runs").exists()


def test_where_runs_are_is_a_text_as_in_a_configuration(tmp_path: Path) -> None:
    path = tmp_path / "small.toml"
    path.write_text("base.runs_dir = 3\n[arms.pair]\n[arms.base]\nuntrained = true\n")
    with pytest.raises(UsageError, match=r"runs_dir = 3: input should be a valid string"):
        read_experiment(path)


@pytest.mark.parametrize("place", ["runs", "runs/small"])
def test_a_file_in_the_place_of_the_folder_is_said_in_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], place: str
) -> None:
    path = write_file(NO_MODEL, tmp_path)
    (tmp_path / place).parent.mkdir(exist_ok=True)
    (tmp_path / place).write_text("a file", encoding="utf-8")
    assert parelha(["experiment", str(path)]) == 2
    error = capsys.readouterr().err
    assert str(tmp_path / "runs") in error and error.count("\n") == 1


@pytest.mark.parametrize("seeds", ["[]", "[1, 1]", "[1.5]", "[true]", "3", "[-1]"])
def test_seeds_are_different_whole_numbers(tmp_path: Path, seeds: str) -> None:
    with pytest.raises(UsageError, match="seed"):
        read_experiment(write_file(NO_MODEL, tmp_path, seeds=seeds))


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ([], "needs one TOML file"),
        (["a.toml", "b.toml"], "needs one TOML file"),
        (["none.toml"], "cannot read none.toml"),
        (["--page", "x.md"], "needs the folders"),
        (["--page", "x.md", "--dry-run", "a"], "needs the folders"),
    ],
)
def test_wrong_use_is_said_in_one_line(
    capsys: pytest.CaptureFixture[str], arguments: list[str], says: str
) -> None:
    assert parelha(["experiment", *arguments]) == 2
    error = capsys.readouterr().err
    assert says in error and error.count("\n") == 1


def test_an_experiment_that_is_claimed_keeps_the_files_that_reports_are_writing(
    tmp_path: Path,
) -> None:
    own = [
        tmp_path / f".{name}.0123abcd.tmp"
        for name in ("results.json", "times.json", "pair-0.error.txt")
    ]
    others = [tmp_path / f".{name}.0123abcd.tmp" for name in ("experiment.html", "plotly-6.js")]
    for left in (*own, *others):
        left.write_text("half")
    claim(tmp_path)
    assert sorted(tmp_path.glob(".*.tmp")) == sorted(others)
