"""The deck's runs: its reward on whole answers, its files with tiny models, its figures."""

# pylint: disable=missing-function-docstring

import math
from collections.abc import Iterator
from pathlib import Path
from statistics import stdev
from typing import Any

import pytest
import scipy.stats
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.check_report import problems_of
from benchmarks.chromium import Chromium, find_chromium
from parelha.config import RewardConfig
from parelha.errors import UsageError
from parelha.experiment.episodes import series_of
from parelha.experiment.page import rebuild_page
from parelha.experiment.plan import merged, read_experiment
from parelha.experiment.reference import Given, beside, read_reference, sentence, welch
from parelha.experiment.tables import reference_rows
from parelha.grading import Grader
from parelha.report.statistics import Estimate
from parelha.rewards import combine, components
from parelha.tracking import RunFolder
from parelha.types import Analysis, Finding, Score
from tests.architectures.models import CODEGEN, QWEN2, Architecture
from tests.experiments import run_small
from tests.fake_grading import FakeGrader
from tests.fakes import fake_task

ROOT = Path(__file__).parents[1]
DECK = ROOT / "experiments" / "deck"
RAW = RewardConfig(kind="slides_raw")
ANSWER = "Here is what was performed:\n\n```python\ndef f(x):\n    return x\n```\n"


# --- the reward on whole answers -----------------------------------------------------------------


@pytest.fixture(name="grader", scope="module")
def grader_fixture() -> Iterator[Grader]:
    with Grader(workers=1, linter_settings=DECK / "linters") as grader:
        yield grader


@pytest.mark.slow
def test_the_linters_read_the_whole_answer_and_the_tests_run_the_program(grader: Grader) -> None:
    program = "def f(x):\n    return x + 0\n"
    score = grader.grade_answer(fake_task(0), program, "", ANSWER)
    assert score.all_passed
    parts = components(score, (), RAW)
    # Markdown is no Python: one code of flake8, one line of mypy, no score of pylint. The words
    # def, return and, in "performed", for stand in it.
    assert parts == {"pylint": 0.0, "flake8": 1.0, "mypy": 1.0, "structure": 3.0, "feedback": 0.0}
    assert combine(parts, RAW) == 1.0
    plain = grader.grade(fake_task(0), program)
    assert plain.analysis != score.analysis  # one is not taken for the other


@pytest.mark.parametrize(
    ("said", "lines"),
    [
        ("invalid syntax", 1.0),
        ("Invalid syntax. Perhaps you forgot a comma?", 1.0),
        ("unterminated string literal", 0.0),
        ("unexpected indent", 0.0),
    ],
)
def test_mypy_counts_a_syntax_error_once_and_in_the_words_of_pythons_parser(
    said: str, lines: float
) -> None:
    findings = (
        Finding("flake8", "E999", f"SyntaxError: {said}", 1, 1),
        Finding("mypy", "syntax", "Expected an expression", 1, 1, "error"),
        Finding("mypy", "syntax", "Invalid syntax", 3, 1, "error"),
    )
    score = Score("", "no code block", None, Analysis(findings, None))
    assert components(score, (), RAW)["mypy"] == lines


@pytest.mark.slow
def test_an_answer_without_a_program_has_a_reward_of_the_decks(grader: Grader) -> None:
    score = grader.grade_answer(fake_task(0), "", "no code block", "I import nothing if I return.")
    assert not score.all_passed and score.reason == "no code block"
    assert components(score, (), RAW)["structure"] == 3.0
    assert combine(components(score, (), RAW), RAW) == 1.0


@pytest.mark.slow
def test_pylint_of_the_deck_is_without_conventions_and_turns_0_into_1(grader: Grader) -> None:
    clean = grader.grade_answer(fake_task(0), "", "none", "def f(x):\n    return x\n")
    assert clean.analysis is not None and clean.analysis.pylint_score == 10.0
    worst = grader.grade_answer(fake_task(0), "", "none", "f(undefined_name)\n")
    assert worst.analysis is not None and worst.analysis.pylint_score == 0.0
    assert components(worst, (), RAW)["pylint"] == 0.2


# --- figures beside ours -------------------------------------------------------------------------


def test_a_difference_is_that_of_welchs_worked_formula() -> None:
    # By hand: variances 2/3 and 4 over 4 and 16 episodes, so 1/6 and 1/4 of the means. Welch's
    # degrees of freedom: (5/12)**2 / ((1/6)**2 / 3 + (1/4)**2 / 15) = 12.93.
    found = welch([1.0, 2.0, 2.0, 3.0], Given(mean=3.0, sd=2.0), 16)
    own, other = 1 / 6, 1 / 4
    freedom = (own + other) ** 2 / (own**2 / 3 + other**2 / 15)
    assert freedom == pytest.approx(12.93, abs=0.01)
    assert found.value == -1.0 and found.low is not None and found.high is not None
    half = float(scipy.stats.t.ppf(0.975, freedom)) * math.sqrt(own + other)
    assert found.high - found.value == pytest.approx(half)
    assert found.value - found.low == pytest.approx(half)
    # And scipy's own, of sixteen episodes with that mean and that standard deviation.
    away = 2 * math.sqrt(15 / 16)
    episodes = [3 - away, 3 + away] * 8
    told = scipy.stats.ttest_ind([1.0, 2.0, 2.0, 3.0], episodes, equal_var=False)
    assert (found.low, found.high) == pytest.approx(tuple(told.confidence_interval(0.95)))


@given(
    st.lists(st.floats(-5, 5), min_size=2, max_size=30),
    st.floats(-5, 5),
    st.floats(0, 3),
    st.integers(2, 500),
)
def test_an_interval_holds_its_difference_and_grows_with_their_spread(
    ours: list[float], mean: float, sd: float, episodes: int
) -> None:
    exact, sampled = (
        welch(ours, Given(mean=mean), episodes),
        welch(ours, Given(mean=mean, sd=sd), episodes),
    )
    for found in (exact, sampled):
        if found.low is None or found.high is None:  # nothing differs
            assert stdev(ours) ** 2 / len(ours) == 0.0
            assert found is exact or sd**2 / episodes == 0.0
        else:
            assert found.low <= found.value <= found.high
    assert sampled.value == exact.value
    # Of fewer of ours theirs may add more degrees of freedom than variance.
    if len(ours) >= 10 and exact.high is not None and sampled.high is not None:
        assert sampled.high - sampled.value >= (exact.high - exact.value) * (1 - 1e-9)


def test_what_is_alike_and_what_is_not_is_said(tmp_path: Path) -> None:
    reference = read_reference(DECK / "qwen_1.5b_400.reference.toml")
    measured = {"reward": [1.0, 3.0] * 200, "flake8": [1.0] * 400, "mypy": [0.0, 0.1] * 200}
    found = beside(reference, measured)
    # All of ours are equal, and of theirs nothing but the mean is known: nothing is told apart.
    assert welch([0.0, 0.0], Given(mean=0.02), 400) == Estimate(-0.02, None, None, 2)
    assert [row["measure"] for row in found["rows"]] == ["reward", "flake8", "mypy"]
    said = sentence(found)
    assert "reward of a draft 2.000 (sd 1.00) against 1.97 (sd 1.14)" in said
    assert "codes 1.000 (sd 0.00) against 1, difference 0.00 (no interval): not told" in said
    assert said.count("different") == 1 and "the 400 episodes of frozen" in said
    verdicts = [row["verdict"] for row in reference_rows({"reference": found})]
    assert verdicts == ["not told apart", "not told apart", "different"]
    assert "Nothing was measured yet" in sentence(beside(reference, {}))
    assert sentence(None) == "" and reference_rows({}) == []
    wrong = tmp_path / "wrong.toml"
    wrong.write_text((DECK / "codegen_350m_400.reference.toml").read_text() + "speed = 3\n")
    with pytest.raises(UsageError, match=r"figures\.speed.*: input should be 'reward', "):
        read_reference(wrong)
    wrong.write_text('title = "x"\n')
    with pytest.raises(UsageError, match=r"source = .*: field required"):
        read_reference(wrong)


# --- the files, with tiny models -----------------------------------------------------------------

FILES = {
    "codegen_350m_400": (CODEGEN, 400),
    "codegen_350m_1000": (CODEGEN, 1000),
    "qwen_1.5b_400": (QWEN2, 400),
}


@pytest.mark.parametrize("name", FILES)
def test_a_file_of_the_deck_says_what_the_deck_did(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(ROOT)
    experiment = read_experiment(DECK / f"{name}.toml")
    frozen, untrained, trained = (run.config for run in experiment.runs)
    assert (frozen.reward.kind, trained.reward.kind) == ("slides_raw", "gated")
    asked = frozen.eval
    assert (asked.temperature, asked.top_p, asked.top_k, asked.no_repeat_ngram) == (0.8, 0.9, 50, 2)
    tree = trained.train.tasks_per_step * trained.episode.drafts * trained.episode.reviews
    count = FILES[name][1]
    assert asked.episodes == count == trained.train.steps * tree
    assert experiment.reference is not None and experiment.reference.episodes == count
    assert untrained.eval == trained.eval
    assert len({task.id.rsplit("/", 2)[0] for task in experiment.tasks}) == 5
    assert len(experiment.tasks) == 100


def small(model: Path, folder: Path) -> dict[str, Any]:
    """What makes an experiment of the deck one of seconds."""
    lengths = {"max_program_tokens": 8, "max_review_tokens": 4}
    return {
        "base": {
            "runs_dir": str(folder / "runs"),
            "model": {"coder": str(model), "dtype": "float32", "lora_rank": 4},
            "episode": {**lengths, "drafts": 2, "reviews": 1, "max_tool_calls": 0},
            "train": {"steps": 1},
            "learning": {"learning_rate": 1e-2},
            "engine": {"threads": 1, "workers": 1},
        },
        "eval": {"episodes": 3},
        "arms": {"frozen": {"episode": lengths, "eval": {"episodes": 6}}},
    }


@pytest.mark.slow
@pytest.mark.parametrize("name", ["codegen_350m_400", "qwen_1.5b_400"])
def test_the_decks_runs_come_to_figures_and_pictures_of_both_arms(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(ROOT)
    monkeypatch.setattr("parelha.runtime.Grader", FakeGrader)
    monkeypatch.setattr("parelha.stage.extract_program", lambda answer, finish: (answer or "-", ""))
    monkeypatch.setattr("tests.fake_grading.letters_passed", lambda program: 8 * (len(program) % 2))
    architecture: Architecture = FILES[name][0]
    shrunk = small(architecture.save(tmp_path / "model"), tmp_path)
    from parelha.config_file import read_toml

    def read(path: Path) -> dict[str, Any]:
        table = read_toml(path)
        return merged(table, shrunk) if path.name == f"{name}.toml" else table

    monkeypatch.setattr("parelha.experiment.plan.read_toml", read)
    experiment, errors, results = run_small(DECK / f"{name}.toml")
    assert not errors
    frozen = next(run for run in experiment.runs if run.arm.name == "frozen")
    rounds = RunFolder(frozen.folder).read_rounds("eval_before")
    assert {line["kind"] for line in rounds} == {"draft", "review"}  # no review is acted on
    drafts = [line["reward"] for line in rounds if line["kind"] == "draft"]
    assert series_of(frozen)["reward"] == drafts and len(drafts) == 6
    assert len(results["episodes"]["trained"]["0"]["reward"]) == 10
    assert {row["episodes"] for row in results["reference"]["rows"]} == {6}
    # The untrained arm is where the trained one began.
    rows = {row["run"]: row for row in results["runs"]}
    assert rows["trained-0"]["before"]["same_as"] == "untrained-0"
    page = rebuild_page(experiment.folder)  # from the files, which are checked
    text = page.read_text(encoding="utf-8")
    pictures = ("Reward of each episode", "Cumulative reward", "Histogram", "Box plot")
    for picture in (*pictures, "Violin plot", "Heat map: frozen", "Heat map: trained", "Loss of"):
        assert f"<h3>{picture}" in text
    assert "the deck&#39;s run of" in text
    if find_chromium() and architecture is CODEGEN:  # one page is enough for a browser
        with Chromium() as browser:
            assert not problems_of(browser, page)
