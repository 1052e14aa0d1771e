"""Statistics, pages and terminal text, on fabricated runs."""

# pylint: disable=missing-function-docstring

import json
import re
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from parelha.errors import UsageError
from parelha.report.comparison_page import build_comparison
from parelha.report.examples import choose_example
from parelha.report.page import visible
from parelha.report.records import join_rounds, read_run
from parelha.report.run_page import build_report
from parelha.report.statistics import (
    MIN_CLUSTERS,
    MIN_PAIRS,
    clustered_mean,
    clustered_share,
    paired_difference,
    trend,
    verdict,
    wilson,
)
from parelha.report.summary import changes, headline, signed
from parelha.report.terminal import example_text, run_text
from parelha.report.text import printable, table_text
from parelha.tracking import RunFolder
from tests.fabricate import fabricate_run

pytestmark = pytest.mark.slow

HOSTILE = (
    "</script><script>alert(1)</script><img src=x onerror=alert(2)> {{ 7*7 }} "
    "\u202e \x1b[31m \x00 \ud800 \u2028 &lt; ${x}"
)
SHARES = st.lists(st.floats(0.0, 1.0), min_size=1, max_size=40)


# --- statistics --------------------------------------------------------------------------------


def test_wilson_gives_the_published_interval() -> None:
    # Newcombe, Statistics in Medicine 17 (1998), table I, method 3: 81 of 263.
    estimate = wilson(81, 263)
    assert estimate.low == pytest.approx(0.2553, abs=5e-5)
    assert estimate.high == pytest.approx(0.3662, abs=5e-5)


@given(st.integers(1, 500).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_wilson_holds_the_share_and_stays_a_share(counts: tuple[int, int]) -> None:
    estimate = wilson(*counts)
    assert estimate.low is not None and estimate.high is not None
    assert 0.0 <= estimate.low <= estimate.value + 1e-12
    assert estimate.value - 1e-12 <= estimate.high <= 1.0


@settings(max_examples=25, deadline=None)
@given(SHARES)
def test_an_interval_holds_the_mean_and_is_the_same_twice(values: list[float]) -> None:
    estimate = clustered_mean(values, range(len(values)))
    assert estimate == clustered_mean(values, range(len(values)))
    assert estimate is not None
    assert estimate.value == pytest.approx(np.mean(values))
    if len(values) < MIN_CLUSTERS:
        assert estimate.low is None and not estimate.is_clear
    else:
        assert estimate.low is not None and estimate.high is not None
        assert estimate.low <= estimate.value <= estimate.high


def test_copies_of_a_cluster_do_not_make_an_estimate_surer() -> None:
    rng = np.random.default_rng(0)
    values = rng.normal(size=10).tolist()
    single = clustered_mean(values, range(10))
    copied = clustered_mean(values * 8, list(range(10)) * 8)
    assert single is not None and copied is not None
    assert copied.low == pytest.approx(single.low)
    assert copied.n == single.n == 10


@pytest.mark.parametrize("clusters", [5, 6, 10, 30])
def test_an_interval_covers_the_truth_about_as_often_as_it_says(clusters: int) -> None:
    """Of few clusters too, whose episodes are alike."""
    rng = np.random.default_rng(1)
    hits = 0
    for _ in range(1000):
        means = rng.normal(0.3, 1.0, size=clusters)
        values = rng.normal(means.repeat(4), 0.5).tolist()
        estimate = clustered_mean(values, np.arange(clusters).repeat(4).tolist())
        assert estimate is not None and estimate.low is not None and estimate.high is not None
        hits += estimate.low <= 0.3 <= estimate.high
    assert 930 <= hits <= 970


@given(
    st.lists(st.tuples(st.sampled_from([0.0, 0.3, 1.0]), st.integers(0, 9)), min_size=1)
    | st.lists(st.tuples(st.just(0.3), st.integers(0, 9)), min_size=1)
)
def test_a_share_has_an_interval_within_its_bounds(episodes: list[tuple[float, int]]) -> None:
    shares, clusters = [p for p, _ in episodes], [c for _, c in episodes]
    estimate = clustered_share(shares, clusters)
    assert estimate is not None
    if len(set(clusters)) < MIN_CLUSTERS:
        assert estimate.low is None
        return
    assert estimate.low is not None and estimate.high is not None
    assert 0.0 <= estimate.low <= estimate.value <= estimate.high <= 1.0
    # Even where all agree: the next one may be otherwise.
    assert estimate.high - estimate.low > 1e-3


def test_the_trend_of_a_line_is_its_slope() -> None:
    steps = [float(step) for step in range(20) for _ in range(2)]
    estimate = trend(steps, [0.5 * step + 1.0 for step in steps])
    assert estimate is not None and estimate.is_clear
    assert estimate.value == pytest.approx(0.5)
    flat = trend(steps, np.random.default_rng(0).normal(size=40).tolist())
    assert flat is not None and not flat.is_clear


def test_no_trend_without_three_steps() -> None:
    assert trend([1.0, 2.0, 2.0], [0.0, 1.0, 1.0]) is None
    assert trend([], []) is None
    few = trend([1.0, 2.0, 3.0], [0.0, 1.0, 2.0])
    assert few is not None and few.low is None


@pytest.mark.parametrize(
    "before, after, says",
    [
        ([], [], "nothing was compared"),
        ([0.0] * 30, [0.0] * 30, "too few episodes to tell"),
        ([0.0] * 30, [1.0] * 30, "the pair got better"),
        ([1.0] * 30, [0.0] * 30, "the pair got worse"),
        ([0.0] * 7, [1.0] * 7, "too few episodes to tell"),
        ([0.0] * 3, [1.0] * 3, "too few families to tell"),
        ([0.0, 1.0] * 15, [1.0, 0.0] * 15, "too few episodes to tell"),
    ],
)
def test_the_verdict_says_no_more_than_the_numbers(
    before: list[float], after: list[float], says: str
) -> None:
    change = paired_difference(before, after, range(len(before)))
    assert verdict(change, len(before)) == says


def test_many_pairs_on_few_tasks_are_too_few() -> None:
    tasks = [number % 4 for number in range(4 * MIN_PAIRS)]
    change = paired_difference([0.0] * len(tasks), [1.0] * len(tasks), tasks)
    assert verdict(change, len(tasks)) == "too few families to tell"


def test_numbers_are_signed_with_a_minus() -> None:
    assert (signed(4.2, 0), signed(-8.0, 0), signed(-0.2, 0)) == ("+4", "−8", "0")


# --- records -----------------------------------------------------------------------------------


def test_rounds_become_the_episodes_they_were() -> None:
    names = ["d0", "d1", "d0.r0", "d0.r1", "d1.r0", "d0.r1.d", "d0.r1.d.r", "d0.r1.d.r.d"]
    chains = join_rounds({"task": "t", "name": name} for name in names)
    assert [[line["name"] for line in chain] for chain in chains] == [
        ["d0", "d0.r0"],
        ["d1", "d1.r0"],
        ["d0", "d0.r1", "d0.r1.d", "d0.r1.d.r", "d0.r1.d.r.d"],
    ]


def test_a_task_played_twice_is_two_trees() -> None:
    names = ["d0", "d0.r0", "d0", "d0.r0", "d0.r0.d"]
    chains = join_rounds({"task": "t", "name": name} for name in names)
    assert [len(chain) for chain in chains] == [2, 3]


def test_a_run_is_read_with_all_its_episodes(tmp_path: Path) -> None:
    fabricate_run(tmp_path / "run")
    run = read_run(tmp_path / "run")
    assert len(run.episodes) == 4 * 2 * 4 * 2
    assert len(run.drafts) == 4 * 2 * 4
    approved = {e.final.name for e in run.episodes if e.reviews[-1].action == "approve"}
    assert approved and approved <= {"d0", "d1", "d2", "d3"}


def test_before_and_after_are_compared_only_on_the_same_tasks(tmp_path: Path) -> None:
    run = read_run(fabricate_run(tmp_path / "run").path)
    found = changes(run.before, run.after)
    assert [c.pairs for c in found] == [24, 24, 24, 12, 12]
    assert run.after is not None
    run.after["episodes"].reverse()
    assert changes(run.before, run.after) == found
    del run.after["episodes"][3]  # lost to a fault of the machine: its pair is, and no other
    assert changes(run.before, run.after)[0].pairs == 23
    for episode in run.after["episodes"]:
        episode["task"] += " of another run"
    assert not changes(run.before, run.after)


def test_episodes_of_one_family_are_alike(tmp_path: Path) -> None:
    """One family of five that passes afterwards is no proof."""
    run = read_run(fabricate_run(tmp_path / "run").path)
    assert run.before is not None and run.after is not None
    for table, passing in ((run.before, ()), (run.after, ("f0",))):
        for place, episode in enumerate(table["episodes"]):
            episode["family"] = f"f{place % 5}"
            episode["final_passed"] = episode["family"] in passing
    change = changes(run.before, run.after)[0]
    assert change.difference.n == 5
    assert not change.difference.is_clear
    assert change.verdict == "too few families to tell"


# --- pages -------------------------------------------------------------------------------------


class _Page(HTMLParser):
    """Counts elements and collects what stands in them."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.scripts: list[tuple[dict[str, str | None], str]] = []
        self.text = ""
        self.tags: list[str] = []
        self.references: list[str] = []
        self._inside: dict[str, str | None] | None = None
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        attributes = dict(attrs)
        self.references += [str(attributes[k]) for k in ("src", "href") if k in attributes]
        self._inside = attributes if tag in ("script", "style") else None
        if tag == "script":
            self.scripts.append((attributes, ""))

    def handle_endtag(self, tag: str) -> None:
        if tag in ("script", "style"):
            self._inside = None

    def handle_data(self, data: str) -> None:
        if self._inside is None:
            self.text += data
        elif self.scripts:
            attributes, earlier = self.scripts[-1]
            self.scripts[-1] = (attributes, earlier + data)


def test_the_report_begins_with_what_was_measured(tmp_path: Path) -> None:
    page = _Page(build_report(fabricate_run(tmp_path / "run").path).read_text(encoding="utf-8"))
    assert "Trained coder and reviewer on tiny for 4 steps (64 episodes)." in page.text
    assert "On 24 held-out episodes the final pass rate went from" in page.text
    charts = [
        json.loads(text)
        for attributes, text in page.scripts
        if str(attributes.get("id")).startswith(("chart-", "before-"))
    ]
    assert len(charts) >= 15
    assert all(chart["layout"]["xaxis"]["title"]["text"] for chart in charts)
    assert all(chart["data"] for chart in charts)


def test_hostile_text_stays_text(tmp_path: Path) -> None:
    run = fabricate_run(tmp_path / "hostile", steps=2, said=HOSTILE)
    rounds = run.read_rounds("step_00001")
    for line in rounds:
        line["dropped"], line["score"] = HOSTILE, None
    run.write_step(1, {"step": 1}, {}, rounds)
    page = _Page(build_report(run.path).read_bytes().decode("utf-8"))
    assert "<script>alert(1)</script>" in page.text  # how programs ended
    assert "{{ 7*7 }}" in page.text
    assert "img" not in page.tags
    assert "\x1b" not in page.text and "\u202e" not in page.text and "\x00" not in page.text
    assert [kind.get("type") for kind, _ in page.scripts].count(None) == 3  # the page's own
    assert all(reference[0] == "#" for reference in page.references if reference != "data:,")


def test_hostile_names_stay_text(tmp_path: Path) -> None:
    run = fabricate_run(tmp_path / "run", steps=2)
    record = run.read_config()
    record["config"]["name"] = HOSTILE
    record["models"]["coder"]["name"] = HOSTILE
    run.write_config(record)
    page = _Page(build_report(run.path).read_bytes().decode("utf-8"))
    assert "img" not in page.tags
    assert all(text.count("<") == 0 for attributes, text in page.scripts if attributes.get("id"))


@pytest.mark.parametrize("steps, evals", [(0, ()), (0, ("before",)), (2, ("before",)), (1, ())])
def test_a_run_in_progress_has_a_report(tmp_path: Path, steps: int, evals: tuple[str, ...]) -> None:
    run = fabricate_run(tmp_path / "run", steps=steps, planned=9, evals=evals)
    page = _Page(build_report(run.path).read_text(encoding="utf-8"))
    expected = f"{steps} of 9 steps so far" if steps else "No step of training"
    assert expected in page.text


def test_a_run_whose_rounds_were_dropped_has_a_report(tmp_path: Path) -> None:
    run = fabricate_run(tmp_path / "run", steps=2)
    for step in (1, 2):
        rounds = run.read_rounds(f"step_{step:05d}")
        for line in rounds:
            line.update(reward=None, score=None, dropped="infrastructure: no worker", turns=[])
        run.write_step(step, {"step": step, "samples_dropped": len(rounds)}, {}, rounds)
    page = _Page(build_report(run.path).read_text(encoding="utf-8"))
    assert "faults of the machine" in page.text


def test_the_same_run_gives_the_same_report(tmp_path: Path) -> None:
    run = fabricate_run(tmp_path / "run", steps=3)
    assert build_report(run.path).read_bytes() == build_report(run.path).read_bytes()


def test_a_folder_that_is_no_run_has_no_report(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="is no run"):
        build_report(tmp_path)


def test_runs_side_by_side(tmp_path: Path) -> None:
    paths = [
        fabricate_run(tmp_path / "a", steps=3).path,
        fabricate_run(tmp_path / "b", steps=4, seed=1).path,
    ]
    page = _Page(build_comparison(paths).read_text(encoding="utf-8"))
    assert "a: Trained" in page.text and "b: Trained" in page.text
    assert "train.steps" in page.text
    with pytest.raises(UsageError, match="named twice"):
        build_comparison([paths[0], paths[0]])


def test_different_weights_of_one_name_are_not_compared(tmp_path: Path) -> None:
    paths = [
        fabricate_run(tmp_path / "a", steps=1).path,
        fabricate_run(tmp_path / "b", steps=1, sha256="cd" * 32).path,
    ]
    with pytest.raises(UsageError, match="different weights of tiny"):
        build_comparison(paths)


def test_an_example_is_whole_and_the_latest_of_its_kind(tmp_path: Path) -> None:
    run = read_run(fabricate_run(tmp_path / "run", steps=6).path)
    mended = [e.step for e in run.episodes if e.final.passed and not e.draft.passed]
    example = choose_example(run)
    assert example is not None and example.step == mended[-1]
    assert example.why == "The review turned a failing draft into a passing program"
    assert [part.heading for part in example.parts] == ["Draft", "Review", "Revision"]
    assert "hidden cases" in example.parts[0].facts[0]


# --- terminal ----------------------------------------------------------------------------------


def test_the_terminal_shows_a_run(tmp_path: Path) -> None:
    text = run_text(fabricate_run(tmp_path / "run", said=HOSTILE).path)
    assert "Trained coder and reviewer on tiny" in text
    assert "draft reward" in text
    assert "\x1b" not in text and "\u202e" not in text
    text.encode("utf-8")  # what a terminal must be able to take


def test_the_terminal_shows_a_run_without_steps(tmp_path: Path) -> None:
    run = fabricate_run(tmp_path / "run", steps=0, planned=4, evals=())
    assert "No step of training" in run_text(run.path)


def test_columns_line_up() -> None:
    rows = [{"name": "a", "n": "1"}, {"name": "long", "n": "100"}]
    assert table_text(rows).splitlines() == ["name    n", "a       1", "long  100"]


@given(st.text())
def test_no_text_steers_the_terminal_or_the_page(text: str) -> None:
    assert all(c.isprintable() or c in "\n\t" for c in printable(text))
    assert not re.search("[\x00-\x08\x0b-\x1f\u202a-\u202e\u2066-\u2069]", visible(text))


def test_headline_and_example_read_like_sentences(tmp_path: Path) -> None:
    run = read_run(fabricate_run(tmp_path / "run").path)
    assert all(sentence.endswith(".") for sentence in headline(run))
    example = choose_example(run)
    assert example is not None
    assert "reward" in example_text(example)


def test_a_missing_evaluation_is_said(tmp_path: Path) -> None:
    run = fabricate_run(tmp_path / "run", steps=2, evals=())
    assert any("Nothing was compared" in s for s in headline(read_run(run.path)))
    assert RunFolder.open(run.path).read_eval("after") is None
