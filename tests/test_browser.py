"""The pages in headless Chromium: the report, an experiment's page, and that of `parelha serve`."""

# pylint: disable=missing-function-docstring,redefined-outer-name

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from benchmarks.check_report import problems_of
from benchmarks.chromium import Chromium, find_chromium
from parelha.experiment.page import build_page
from parelha.report.run_page import build_report
from tests.fabricate import fabricate_run
from tests.running_server import Running
from tests.test_experiment_compare import TIMES, results_of

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(find_chromium() is None, reason="no Chromium on this machine"),
    pytest.mark.timeout(600),  # a browser on a machine that has other work
]

HOSTILE = (
    "</script><script>alert(1)</script><img src=x onerror=alert(2)> {{ 7*7 }} \u202e &lt; ${x}"
)
# Of 4 steps with 16 episodes, and 24 before and after.
EPISODES = 112

_CONTRAST = """(() => {
  const rgb = (color) => color.match(/[\\d.]+/g).map(Number);
  const light = ([r, g, b]) => [r, g, b].map((v) => v / 255)
    .map((v) => (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4))
    .reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
  const probe = document.createElement("div");
  probe.style.background = "Canvas";
  document.body.append(probe);
  const canvas = rgb(getComputedStyle(probe).backgroundColor);
  probe.remove();
  const ground = (e) => {
    for (; e; e = e.parentElement) {
      const color = rgb(getComputedStyle(e).backgroundColor);
      if (color.length === 3 || color[3] > 0.99) return color;
    }
    return canvas;
  };
  const found = {};
  for (const one of document.querySelectorAll("body *")) {
    const own = [...one.childNodes].some((n) => n.nodeType === 3 && n.data.trim());
    if (!own || !one.checkVisibility() || one.closest("svg, script, style")) continue;
    const [a, b] = [light(rgb(getComputedStyle(one).color)), light(ground(one))];
    const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    if (ratio < 4.5) found[`${one.tagName}.${one.className}`] = ratio;
  }
  return found;
})()"""


@pytest.fixture(scope="module")
def browser() -> Iterator[Chromium]:
    with Chromium() as started:
        yield started


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("runs") / "run"
    return build_report(fabricate_run(path, said=HOSTILE).path)


SHOWN = "document.querySelector('#episode h3')"
COUNT = "document.getElementById('count').textContent"
CHOSEN = "document.querySelector('#rows [aria-selected=true]').getAttribute('aria-posinset')"


def open_episodes(browser: Chromium, page: Path) -> None:
    browser.open(page)
    browser.wait_for(SHOWN)


def choose(browser: Chromium, field: str, value: str) -> int:
    """Set a filter; how many episodes it leaves."""
    browser.evaluate(
        f"(() => {{ const field = document.getElementById('{field}'); field.value = '{value}';"
        "field.dispatchEvent(new Event('change', { bubbles: true })); })()"
    )
    return int(browser.evaluate(COUNT).split()[0])


def labels(browser: Chromium) -> list[str]:
    """What a screen reader says of the episodes in sight."""
    found: list[str] = browser.evaluate(
        "[...document.querySelectorAll('#rows .row')].map(row => row.getAttribute('aria-label'))"
    )
    return found


def test_a_report_draws_every_picture_and_runs_nothing_that_a_model_wrote(
    browser: Chromium, page: Path
) -> None:
    assert problems_of(browser, page) == []
    browser.wait_for(SHOWN)
    assert browser.evaluate("document.querySelectorAll('img').length") == 0
    browser.evaluate(
        "document.querySelectorAll('#episode details').forEach(d => { d.open = true; })"
    )
    text = browser.evaluate("document.getElementById('episode').textContent")
    assert "<img src=x onerror=alert(2)>" in text
    assert "{{ 7*7 }} \\u202e &lt; ${x}" in text
    unlabelled = "[...document.querySelectorAll('select, input')].filter(e => !e.labels.length)"
    assert browser.evaluate(f"{unlabelled}.length") == 0


def test_episodes_are_filtered(browser: Chromium, page: Path) -> None:
    open_episodes(browser, page)
    assert browser.evaluate(COUNT) == f"{EPISODES} of {EPISODES} episodes"
    found = {
        change: choose(browser, "change", change)
        for change in ("wrong → right", "right → wrong", "stayed right", "stayed wrong")
    }
    assert sum(found.values()) == EPISODES
    assert min(found.values()) > 0
    assert choose(browser, "change", "wrong → right") == found["wrong → right"]
    for label in labels(browser):
        assert "draft passed" not in label and "last program passed" in label
    removed = "[...document.querySelectorAll('#episode del mark')].map(e => e.textContent)"
    browser.wait_for(f"{removed}.length > 0")
    assert browser.evaluate(removed) == ["values"]
    added = browser.evaluate("[...document.querySelectorAll('#episode ins')].at(-1).textContent")
    assert added.endswith("+ # Revised.\n")
    both = choose(browser, "verdict", "approve")
    assert both == 0  # what is approved is not revised
    assert "No episode" in browser.evaluate("document.getElementById('episode').textContent")
    browser.evaluate("document.getElementById('filters').reset()")
    browser.wait_for(f"{COUNT} === '{EPISODES} of {EPISODES} episodes'")
    browser.evaluate("document.getElementById('task').focus()")
    browser.write("k=3/")
    browser.wait_for(f"!{COUNT}.startsWith('{EPISODES} of')")
    assert all("/k=3/" in label for label in labels(browser))
    browser.evaluate("document.getElementById('filters').reset()")


def test_the_keyboard_is_enough(browser: Chromium, page: Path) -> None:
    open_episodes(browser, page)
    browser.evaluate("document.getElementById('order').focus()")
    for _ in range(2):  # past the button
        browser.press("Tab")
    assert browser.evaluate("document.activeElement.id") == "list"
    browser.press("Home")
    assert browser.evaluate(CHOSEN) == "1"
    browser.press("ArrowDown")
    assert browser.evaluate(CHOSEN) == "2"
    browser.press("j")
    assert browser.evaluate(CHOSEN) == "3"
    browser.press("k")
    browser.press("End")
    assert browser.evaluate(CHOSEN) == str(EPISODES)
    active = "document.getElementById(document.activeElement.getAttribute('aria-activedescendant'))"
    assert browser.evaluate(f"{active}.getAttribute('aria-posinset')") == str(EPISODES)
    browser.wait_for("location.hash === '#before.0'")
    browser.press("/")
    assert browser.evaluate("document.activeElement.id") == "task"
    browser.press("j")
    assert browser.evaluate("document.activeElement.value") == "j"
    browser.reload()
    browser.wait_for(SHOWN)
    assert browser.evaluate(CHOSEN) == str(EPISODES)  # the address names it


def test_text_can_be_read_in_light_and_dark(browser: Chromium, page: Path) -> None:
    open_episodes(browser, page)
    choose(browser, "change", "wrong → right")
    browser.wait_for("document.querySelector('#episode .added mark')")
    ground = "getComputedStyle(document.body).backgroundColor"
    seen = set()
    for scheme in ("dark", "light"):
        browser.prefer(scheme)
        seen.add(browser.evaluate(ground))
        assert browser.evaluate(_CONTRAST) == {}
    assert len(seen) == 2
    browser.resize(380, 800)
    browser.wait_for("document.documentElement.scrollWidth <= 380")  # charts follow the window
    browser.resize(1280, 1000)


def test_a_page_that_was_moved_alone_says_what_is_missing(
    browser: Chromium, page: Path, tmp_path: Path
) -> None:
    moved = tmp_path / "report.html"
    shutil.copy(page, moved)
    earlier = len(browser.problems)
    browser.open(moved)
    browser.wait_for("!document.getElementById('missing').hidden")
    browser.wait_for("document.querySelector('#episode [role=alert]')")
    told = browser.evaluate("document.getElementById('missing').textContent")
    assert "plotly-" in told and "--single-file" in told
    assert "report_files/" in browser.evaluate("document.getElementById('episode').textContent")
    assert browser.evaluate(COUNT).startswith(str(EPISODES))  # the list is in the page itself
    del browser.problems[earlier:]  # the files that are not there


def test_a_single_file_needs_nothing_beside_it(browser: Chromium, tmp_path: Path) -> None:
    run = fabricate_run(tmp_path / "run", steps=1)
    moved = tmp_path / "elsewhere" / "alone.html"
    moved.parent.mkdir()
    build_report(run.path, single_file=True).rename(moved)
    assert problems_of(browser, moved) == []
    browser.wait_for(SHOWN)


def test_an_experiments_page_draws_every_picture(browser: Chromium, tmp_path: Path) -> None:
    results = results_of([False] * 36, [True] * 36, [False, True] * 18)
    assert problems_of(browser, build_page(tmp_path, results, TIMES)) == []
    assert browser.evaluate("document.querySelectorAll('.js-plotly-plot').length") == 6


@pytest.mark.parametrize("model", ["coder", "pair"])
def test_the_page_of_a_served_pair_answers(browser: Chromium, model: str) -> None:
    started: Any = Running()
    try:
        earlier = len(browser.problems)
        browser.open(f"http://127.0.0.1:{started.port}/")
        browser.evaluate(f"document.getElementById('model').value = '{model}'")
        browser.evaluate("document.getElementById('text').focus()")
        browser.press("Tab")
        assert browser.evaluate("document.activeElement.id") == "ask"
        browser.press("Enter")
        browser.wait_for("!document.getElementById('ask').disabled")
        if model == "coder":  # what a random pair comes to may be nothing
            assert len(browser.evaluate("document.getElementById('answer').textContent")) > 3
        assert browser.problems[earlier:] == []
        browser.prefer("dark")
        assert browser.evaluate(_CONTRAST) == {}
        browser.prefer("light")
    finally:
        started.client.close()
        started.close()
