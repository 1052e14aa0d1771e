"""The file of an experiment: what is read from it, and what is refused before anything starts."""

# pylint: disable=missing-function-docstring

from pathlib import Path

import pytest

from parelha.cli import run as parelha
from parelha.config_file import from_dict
from parelha.errors import UsageError
from parelha.experiment.estimate import evaluation_tokens
from parelha.experiment.plan import merged, read_experiment, steps_within
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
    path = write_file(NO_MODEL, tmp_path, arms, head="budget.tokens = 200")
    runs = {run.arm.name: run for run in read_experiment(path).runs}
    # Two drafts of 8 tokens; with two reviews of 4 and two revisions of 8 each, four times that.
    assert runs["coder_alone"].steps == 200 // 16
    assert runs["pair"].steps == 200 // 64
    assert runs["longer"].steps == 9
    assert runs["base"].steps == 0


def test_a_budget_is_never_overdrawn() -> None:
    train = {"steps": 50, "draft_steps": 2, "verdict_steps": 3, "review_steps": 1}
    config = from_dict({"train": train})
    for tokens in (0, 2_000, 12_345, 100_000):
        steps = steps_within(config, tokens)
        spent = sum(written_tokens(config, step) for step in range(1, steps + 1))
        assert spent <= tokens < spent + written_tokens(config, steps + 1)


def test_a_budget_is_spent_by_what_is_written() -> None:
    """A stored draft was written before, and its verdict is a word."""
    train = {"steps": 4, "draft_steps": 1, "verdict_steps": 1, "review_steps": 1}
    config = from_dict({"train": train | {"stored_drafts": 10, "replayed_drafts": 2}})
    episode, drafts = config.episode, config.train.tasks_per_step * config.episode.drafts
    answer = episode.reviews * (episode.max_review_tokens + episode.max_program_tokens)
    draft, verdicts, reviews, free = (written_tokens(config, step) for step in range(1, 5))
    assert draft == drafts * episode.max_program_tokens
    assert verdicts < 10 * 20 * episode.reviews
    assert 10 * answer < reviews < 10 * answer + 5 * 20 * episode.reviews
    assert free == drafts * (episode.max_program_tokens + answer) + 2 * answer
    assert [stored_drafts_of(config, step) for step in range(1, 5)] == [0, 10, 10, 2]


def test_tables_are_laid_over_each_other_key_by_key() -> None:
    table = {"a": {"b": 1, "c": 2}, "d": [1]}
    assert merged(table, {"a": {"b": 3}, "d": [2]}) == {"a": {"b": 3, "c": 2}, "d": [2]}
    assert table == {"a": {"b": 1, "c": 2}, "d": [1]}


def test_the_tokens_of_an_evaluation_count_all_ways(tmp_path: Path) -> None:
    runs = read_experiment(write_file(NO_MODEL, tmp_path)).runs
    # 8 of a draft, 4 of a review, 8 of a revision, in four episodes.
    assert [evaluation_tokens(run) for run in runs] == [80, 80 * 2, 80]
    more = "[arms.pair]\neval.samples = 3\n[arms.frozen]\neval.revisions = false\n"
    runs = read_experiment(write_file(NO_MODEL, tmp_path, more)).runs
    assert [evaluation_tokens(run) for run in runs] == [80 + 4 * 2 * 8, 4 * (8 + 4)]


@pytest.mark.parametrize(
    ("arms", "head", "says"),
    [
        (ARMS, "seedz = [1]", "unknown key seedz; did you mean seeds?"),
        (ARMS + "trian.steps = 3", "", "unknown key arms.pair.trian; did you mean arms.pair.train"),
        (ARMS + "train.stepz = 3", "", "arms.pair: unknown key train.stepz; did you mean train."),
        (ARMS + "plays = 'choir'", "", "arms.pair: eval.arms"),
        (ARMS + "plays = 3", "", "arms.pair.plays = 3: pair, or one of eval.arms"),
        (ARMS + "untrained = 1", "", "arms.pair.untrained = 1: true or false"),
        (ARMS + "seed = 1", "", "arms.pair.seed: the experiment sets it"),
        (ARMS + "train.minutes = 4", "", "write base.train.minutes = 0"),
        (ARMS + "eval.episodes = 0", "", "arms are compared on held-out tasks"),
        (ARMS + "eval.episodes = 5", "", "arms.pair is evaluated on other tasks"),
        (ARMS + "eval.splits = ['heldout_params']", "", "arms.pair is evaluated on other tasks"),
        (ARMS, "reference = 'none.toml'", "cannot read"),
        (ARMS, "episodes = 3", "episodes = 3: true or false"),
        (ARMS + "engine.server = 'http://x'", "", "a server's models cannot be trained"),
        (ARMS + "train.tasks_per_step = 99", "", "train.tasks_per_step is 99"),
        ("", "", "has no arms"),
        ("", "arms.pair = 3", "arms.pair is a value: write a table"),
        (ARMS, "budget.token = 3", "unknown key budget.token; did you mean budget.tokens?"),
        (ARMS, "budget.tokens = 3", "budget.tokens = 3: a step of arms."),
        (ARMS, "budget.tokens = true", "budget.tokens = True: a whole number"),
        (ARMS, "compare = [['pair', 'nobody']]", "no arm 'nobody': base, coder_alone, pair"),
        (ARMS, "compare = [['pair']]", "is no pair of two arms"),
        (ARMS, "config = 'none.toml'", "none.toml"),
        (ARMS + "[[", "", "is not valid TOML"),
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
