"""Arms against each other: p-values, Holm, power, verdicts, and the words for them."""

# pylint: disable=missing-function-docstring

import itertools
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import scipy.stats
from hypothesis import given
from hypothesis import strategies as st

from parelha.cli import run as parelha
from parelha.errors import UsageError
from parelha.experiment.claims import claims
from parelha.experiment.compare import by_family, dialogues, differences, pass_at
from parelha.experiment.document import write_document
from parelha.experiment.page import build_page
from parelha.experiment.plan import read_experiment
from parelha.experiment.tables import dialogue_rows
from parelha.files import write_object
from parelha.report.statistics import holm, pass_at_k, sign_flip_p
from tests.experiments import episodes, made_up

P_VALUES = st.lists(st.floats(0.0, 1.0), min_size=1, max_size=8)
TIMES = {
    "machine": {"processor": "Abacus 9", "cores": 2, "memory_gib": 16},
    "version": "0.1.0",
    "commit": "c0ffee",
    "runs": {"base-0": 61.0, "pair-0": 3600.0},
}


def sides(
    *passed: list[bool], seeds: int = 1, families: int = 12
) -> dict[str, dict[int, list[Any]]]:
    names = ("base", "pair", "other")
    return {
        name: {seed: episodes(one, families) for seed in range(seeds)}
        for name, one in zip(names, passed, strict=False)
    }


# --- statistics --------------------------------------------------------------------------------


def test_holm_gives_the_worked_example() -> None:
    # Smallest times 4, next times 3 and so on, never below the one before.
    assert holm([0.01, 0.04, 0.03, 0.005]) == pytest.approx([0.03, 0.06, 0.06, 0.02])


@given(P_VALUES)
def test_holm_lies_between_no_correction_and_bonferroni_and_keeps_the_order(
    values: list[float],
) -> None:
    adjusted = holm(values)
    for p, corrected in zip(values, adjusted, strict=True):
        assert p <= corrected <= min(1.0, len(values) * p)
    pairs = itertools.combinations(zip(values, adjusted, strict=True), 2)
    assert all((a <= b) == (c <= d) or c == d for (a, c), (b, d) in pairs)


def test_turning_signs_counts_every_way_for_few_clusters() -> None:
    # Of the 2^6 ways only all plus and all minus are as far from 0.
    assert sign_flip_p([1.0] * 6, range(6)) == pytest.approx(2 / 64)
    assert sign_flip_p([1.0] * 12, [n % 6 for n in range(12)]) == pytest.approx(2 / 64)
    assert sign_flip_p([1.0, -1.0], range(2)) == 1.0
    assert sign_flip_p([0.0] * 9, range(9)) == 1.0


@pytest.mark.parametrize("clusters", [2, 7, 13, 14, 40])
def test_turning_signs_is_the_permutation_test_of_the_mean(clusters: int) -> None:
    rng = np.random.default_rng(clusters)
    for shift in (0.0, 0.4, 0.8):
        values = rng.normal(shift, size=clusters).round(1)
        theirs = scipy.stats.permutation_test(
            (values,), np.sum, permutation_type="samples", n_resamples=9999, rng=rng
        )
        close = 1e-9 if clusters <= 13 else 0.03  # sampled where there are too many ways
        assert sign_flip_p(values.tolist(), range(clusters)) == pytest.approx(
            theirs.pvalue, abs=close
        )


def test_turning_signs_rejects_a_true_null_hypothesis_no_more_often_than_it_says() -> None:
    rng = np.random.default_rng(3)
    rejected = sum(sign_flip_p(rng.normal(size=8).tolist(), range(8)) <= 0.05 for _ in range(200))
    assert rejected <= 20


@given(st.integers(1, 9), st.data())
def test_pass_at_k_is_the_share_of_all_choices_of_k_drafts_in_which_one_passes(
    samples: int, data: st.DataObject
) -> None:
    passed, k = data.draw(st.integers(0, samples)), data.draw(st.integers(1, samples))
    drafts = [number < passed for number in range(samples)]
    choices = [any(chosen) for chosen in itertools.combinations(drafts, k)]
    assert pass_at_k(samples, passed, k) == pytest.approx(sum(choices) / len(choices))
    with pytest.raises(ValueError, match="samples"):
        pass_at_k(samples, passed, samples + 1)


def test_pass_at_k_is_told_of_the_k_that_there_are_samples_for() -> None:
    some = episodes([True, False] * 6)
    for number, episode in enumerate(some):
        episode["samples"], episode["samples_passed"] = 4, 2 * (number % 2)
    found = pass_at({0: some, 1: episodes([True] * 2)}, "all")
    # 12 of four drafts, of which half have two right, and two of one draft that passes.
    assert found["1"]["tasks"] == 14
    assert found["1"]["value"] == pytest.approx((6 * 0.5 + 2) / 14)
    assert (found["4"]["tasks"], found["4"]["value"]) == (12, 0.5)
    assert "8" not in found
    assert pass_at({0: some}, "heldout_families") == {}


def test_what_dialogues_made_of_drafts_is_counted_by_how_they_began_and_ended() -> None:
    ends = [(True, True, True)] * 5 + [(True, False, False)] * 2 + [(False, True, True)] * 3
    ends += [(False, False, True)] * 4 + [(False, False, False), (True, True, False)]
    one = {"task": "t", "family": "kind.f"}
    played = [{**one, "draft_passed": d, "final_passed": f, "approved": a} for d, f, a in ends]
    found = dialogues({0: played[:7], 1: played[7:]})
    assert found == {
        "episodes": 16,
        "draft_passed": 8,
        "final_passed": 9,
        "mended": 3,
        "broken": 2,
        "approved_passing": 8,
        "approved_failing": 4,
    }
    (row,) = dialogue_rows({"dialogues": [{"arm": "pair", **found}]})
    assert list(row.values()) == [
        "pair",
        "8 of 16",
        "3 of 8",
        "2 of 8",
        "9 of 16",
        "8 of 9",
        "4 of 7",
    ]


def test_families_are_counted_by_split_and_benchmarks_by_themselves() -> None:
    some = episodes([True] * 5, families=2) + episodes([False] * 2, 2, "heldout_families")
    some += [{**some[0], "family": "benchmark.humaneval", "task": "HumanEval/1"}]
    rows = {(row["family"], row["group"]): row for row in by_family({0: some, 1: some})}
    assert rows["kind.f0", "heldout_params"]["episodes"] == 6
    assert rows["kind.f0", "heldout_families"]["passed"] == 0
    assert rows["benchmark.humaneval", "humaneval"]["passed"] == 2


# --- verdicts ----------------------------------------------------------------------------------


def test_an_arm_that_passes_more_in_every_family_is_above() -> None:
    [found] = differences(sides([False] * 36, [True] * 36), [("pair", "base")])
    assert (found.verdict, found.pairs, found.tasks) == ("above", 36, 36)
    assert found.estimate.n == 12 and found.p < 0.001
    [turned] = differences(sides([False] * 36, [True] * 36), [("base", "pair")])
    assert turned.verdict == "below"


@pytest.mark.parametrize(
    ("base", "pair", "families", "why"),
    [
        ([False, True] * 18, [True, False] * 18, 12, "the interval holds 0"),
        ([False] * 36, [True] * 36, 4, "too few families (4) for an interval"),
        ([False] * 12, [True] * 12, 12, "too few episodes"),
        # An interval of five families may lie above 0; no p-value of five is below 1/16.
        ([False] * 40, [True] * 40, 5, "p above 0.05"),
    ],
)
def test_what_is_not_told_apart_says_why(
    base: list[bool], pair: list[bool], families: int, why: str
) -> None:
    [found] = differences(sides(base, pair, families=families), [("pair", "base")])
    assert (found.verdict, found.why_not) == ("not told apart", why)


def test_seeds_that_disagree_are_not_told_apart() -> None:
    made = sides([False] * 36, [True] * 36, seeds=3)
    made["base"][2], made["pair"][2] = episodes([True] + [False] * 35), episodes([False] * 36)
    [found] = differences(made, [("pair", "base")])
    assert found.by_seed == pytest.approx((1.0, 1.0, -1 / 36))
    assert found.why_not == "the seeds disagree"


def test_several_comparisons_are_corrected_for_each_other() -> None:
    # Six families of twelve moved, all one way: p is 1/32, and above the level when doubled.
    moved = [number % 12 < 6 for number in range(36)]
    made = sides([False] * 36, moved, moved)
    [alone] = differences(made, [("pair", "base")])
    assert alone.p == pytest.approx(2 / 64) and alone.verdict == "above"
    both = differences(made, [("pair", "base"), ("other", "base")])
    assert [one.p_holm for one in both] == pytest.approx([4 / 64] * 2)
    assert {one.why_not for one in both} == {"not after Holm's correction"}


def test_pairs_are_the_tasks_and_seeds_that_both_sides_have() -> None:
    made = sides([False] * 36, [True] * 36, seeds=2)
    del made["pair"][1]
    made["base"][0] = made["base"][0][6:]  # six episodes were lost
    [found] = differences(made, [("pair", "base")])
    assert found.pairs == 30
    assert not differences({"base": made["base"], "pair": {}}, [("pair", "base")])


def test_tasks_of_two_suites_that_are_called_alike_are_two_tasks() -> None:
    """Of the same id: the family tells them apart, and a pair is never made of both."""
    made = sides([False] * 36, [True] * 36)
    for name, passes in (("base", True), ("pair", False)):
        others = [{**e, "family": f"own.{e['family']}"} for e in episodes([passes] * 36)]
        made[name][0] += others
    [found] = differences(made, [("pair", "base")])
    assert (found.pairs, found.tasks, found.estimate.n, found.estimate.value) == (72, 72, 24, 0.0)
    del made["pair"][0][:36]  # the same ids are left, of the other suite alone
    [found] = differences(made, [("pair", "base")])
    assert (found.pairs, found.estimate.value) == (36, -1.0)


def test_tasks_of_a_benchmark_are_independent_and_a_group_of_their_own() -> None:
    made = sides([False] * 24, [True] * 24)
    for side in made.values():
        for number in range(24):
            extra = {"task": f"HumanEval/{number}", "family": "benchmark.humaneval"}
            side[0].append(side[0][number] | extra | {"split": "train"})
    found = {one.group: one for one in differences(made, [("pair", "base")])}
    assert list(found) == ["all", "heldout_params", "humaneval"]
    assert found["humaneval"].estimate.n == 24
    assert found["all"].estimate.n == 36


@pytest.mark.slow
def test_the_example_asks_what_it_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = Path(__file__).parents[1] / "experiments" / "what_the_pair_learns.toml"
    monkeypatch.chdir(tmp_path)
    experiment = read_experiment(file)
    assert len(experiment.runs) == 3 * 3
    by_arm = {run.arm.name: run for run in experiment.runs}
    phases = {
        name: Counter(run.config.train.phase(step) for step in range(1, run.steps + 1))
        for name, run in by_arm.items()
    }
    assert phases == {
        "base": {},
        "pair": {"draft": 8, "verdict": 8, "review": 2, "free": 1},
        "coder_alone": {"draft": 9},
    }
    written = {
        config.train.tasks_per_step * config.episode.drafts * (steps["draft"] + steps["free"])
        for name, steps in phases.items()
        if steps and (config := by_arm[name].config)
    }
    assert written == {396}, "as many drafts in each arm, and at most 400"
    learners = {name: run.config.model.train_agents for name, run in by_arm.items()}
    assert learners["pair"] == ("coder", "reviewer")
    assert learners["coder_alone"] == ("coder",)
    splits = Counter(task.split for task in experiment.tasks)
    assert splits == {"heldout_params": 96, "heldout_families": 64}


# --- words, page, document ---------------------------------------------------------------------


def results_of(*passed: list[bool], seeds: int = 2) -> Any:
    compare = [("pair", "base"), ("other", "base")][: len(passed) - 1]
    made = differences(sides(*passed, seeds=seeds), compare)
    return made_up([one.record() for one in made], ("base", "pair", "other")[: len(passed)])


def test_the_claims_say_no_more_than_the_figures() -> None:
    text = " ".join(claims(results_of([False] * 36, [True] * 36, [False, True] * 18)))
    assert "pair is above base: +100.0 points" in text
    better = results_of([False, True] * 18, [True, False] * 18)
    said = " ".join(claims(better))
    assert "pair and base are not told apart" in said
    assert "the interval holds 0" in said
    assert " is above " not in said and " is below " not in said
    assert "2 runs of each arm alone" in said


def test_the_claims_name_failed_runs_and_tokens_that_differ() -> None:
    results = results_of([False] * 36, [True] * 36, [True] * 36)
    results["runs"][1]["error"] = "the disk is full"
    text = " ".join(claims(results))
    assert "1 of 6 runs failed and count in no pass rate" in text
    assert "did not take as many new tokens a run: pair 2,500, other 5,000." in text
    assert claims({**results, "differences": []})[0].startswith("Nothing was compared")
    assert "Intervals are over families of tasks." in text
    results["evaluation"]["suites"] = ["humaneval"]
    assert "families of tasks, of a public benchmark over its tasks." in " ".join(claims(results))


@pytest.fixture(scope="module", name="page")
def _page(tmp_path_factory: pytest.TempPathFactory) -> Path:
    results = results_of([False] * 36, [True] * 36, [False, True] * 18)
    return build_page(tmp_path_factory.mktemp("page"), results, TIMES)


@pytest.mark.slow
def test_the_page_holds_the_claims_and_every_picture(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    assert "pair is above base" in text and "Abacus 9" in text and "c0ffee" in text
    assert "made &lt;up&gt; | here" in text
    assert text.count('class="chart"') == 6  # differences, three curves, tokens, time


def test_the_document_is_made_of_the_results_alone(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    results = results_of([False] * 36, [True] * 36)
    write_object(tmp_path / "results.json", results)
    write_object(tmp_path / "times.json", TIMES)
    assert parelha(["experiment", "--page", str(tmp_path / "out.md"), str(tmp_path)]) == 0
    text = (tmp_path / "out.md").read_text(encoding="utf-8")
    assert parelha(["report", str(tmp_path)]) == 0
    assert "pair is above base" in (tmp_path / "experiment.html").read_text(encoding="utf-8")
    assert "## made &lt;up> \\| here" in text
    for expected in ("Abacus 9, 2 cores", "c0ffee", "1 h 01 min", "+100.0 points", "0, 1", "tiny"):
        assert expected in text
    rows = [line for line in text.splitlines() if line.startswith("| pair | base |")]
    assert len(rows) == 1
    again = write_document(tmp_path / "again.md", [tmp_path])
    assert again.read_text(encoding="utf-8") == text
    capsys.readouterr()
    code = parelha(["experiment", "--page", str(tmp_path / "x.md"), str(tmp_path / "none")])
    assert code == 2 and "holds no results.json" in capsys.readouterr().err
    assert not (tmp_path / "x.md").exists()


def test_the_results_page_of_the_project_is_what_its_command_makes(tmp_path: Path) -> None:
    root = Path(__file__).parents[1]
    made = tmp_path / "results.md"
    assert parelha(["experiment", "--page", str(made), str(root / "experiments" / "results")]) == 0
    assert made.read_bytes() == (root / "docs" / "results.md").read_bytes()


def test_a_folder_of_experiments_gives_all_of_them_by_name_or_says_that_there_are_none(
    tmp_path: Path,
) -> None:
    kept = tmp_path / "kept"
    kept.mkdir()
    (kept / "README.md").write_text("what this is")
    empty = write_document(tmp_path / "empty.md", [kept]).read_text(encoding="utf-8")
    assert "No experiment has been measured yet" in empty
    for name, arms in (("b", 2), ("a", 3)):
        (kept / name).mkdir()
        results = results_of(*([[False] * 36, [True] * 36, [True] * 36][:arms]))
        write_object(kept / name / "results.json", {**results, "name": name})
        write_object(kept / name / "times.json", TIMES)
    text = write_document(tmp_path / "all.md", [kept]).read_text(encoding="utf-8")
    assert text.index("## a\n") < text.index("## b\n")
    for told in ("Abacus 9, 2 cores, 16 GiB", "c0ffee", "| seeds | 0, 1 |", "1 h 01 min"):
        assert told in text
    (tmp_path / "begun" / "pair-0").mkdir(parents=True)
    (tmp_path / "begun" / "pair-0" / "config.json").write_text("{}")
    with pytest.raises(UsageError, match=r"begun holds no results\.json"):
        write_document(tmp_path / "none.md", [tmp_path / "begun"])


@pytest.mark.parametrize(
    ("done", "said"), [((1, 1), "one run"), ((3, 3), "3 runs"), ((2, 3), "2 to 3 runs")]
)
def test_the_claims_count_the_runs_that_are_done(done: tuple[int, int], said: str) -> None:
    results = dict(results_of([False] * 36, [True] * 36, [False, True] * 18))
    results["arms"] = [
        {**arm, "done": number} for arm, number in zip(results["arms"], (*done, 0), strict=False)
    ]
    assert f"is seen in {said} of each arm alone" in " ".join(claims(results))
