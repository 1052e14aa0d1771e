"""What the live view and its plain form show."""

# pylint: disable=missing-function-docstring

import io
import time

import pytest
from rich.console import Console

from parelha import live
from parelha.live import Progress, duration, step_cells, wants_plain

METRICS = {
    "step": 3,
    "reward/draft": 0.4123,
    "reward/revision": -0.2,
    "pass_rate/draft": 0.25,
    "pass_rate/final": 0.5,
}
TIMINGS = {"seconds": 61.0, "tokens_per_second": 52.4}


def test_without_a_terminal_a_step_is_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    with Progress(5, first_step=2) as progress:
        progress.step(METRICS, TIMINGS)
    assert capsys.readouterr().out == (
        "step 3/5: draft reward +0.412, revision -0.200, review –, pass draft 25%, final 50%, "
        "tokens/s 52, time 1 min 01 s, 2 min 02 s left\n"
    )


def test_the_time_that_is_left_counts_what_each_step_costs(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with Progress(9) as progress:
        progress.set_steps([1.0, 1.0, 0.5, 4.0])
        progress.step(METRICS | {"step": 1}, {"seconds": 60.0})
        progress.step(METRICS | {"step": 2}, {"seconds": 120.0})
        progress.step(METRICS | {"step": 3}, {"seconds": 45.0})
        progress.step(METRICS | {"step": 4}, {"seconds": 400.0})
    lines = capsys.readouterr().out.splitlines()
    assert [line.rpartition(", ")[2] for line in lines] == [
        "5 min 30 s left",
        "6 min 45 s left",
        "6 min 00 s left",
        "time 6 min 40 s",
    ]


def test_phases_do_not_flood_a_log(capsys: pytest.CaptureFixture[str]) -> None:
    with Progress(5, plain=True) as progress:
        for number in range(100):
            progress.phase(f"drafting {number}/100")
    assert capsys.readouterr().out == "  drafting 0/100\n"


def test_a_message_is_shown_as_it_is(capsys: pytest.CaptureFixture[str]) -> None:
    with Progress(1, plain=True) as progress:
        progress.message("[bold]not markup[/bold] " + "x" * 200)
    assert capsys.readouterr().out == "[bold]not markup[/bold] " + "x" * 200 + "\n"


def test_the_live_view_shows_steps_phase_and_messages(monkeypatch: pytest.MonkeyPatch) -> None:
    screen = io.StringIO()

    def console(**_: object) -> Console:
        return Console(file=screen, force_terminal=True, width=120, markup=False)

    monkeypatch.setattr(live, "Console", console)
    with Progress(5, plain=False) as progress:
        progress.phase("drafting 12/32 [brackets]")
        progress.step({**METRICS, "step": 1}, TIMINGS)
        progress.message("kept [line]")
        time.sleep(0.3)  # the view draws itself four times a second
    shown = screen.getvalue()
    for expected in ("drafting 12/32 [brackets]", "+0.412", "kept [line]", "4 min 04 s left"):
        assert expected in shown


def test_an_error_inside_ends_the_live_view(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        live, "Console", lambda **_: Console(file=io.StringIO(), force_terminal=True)
    )
    with pytest.raises(KeyboardInterrupt), Progress(1, plain=False) as progress:
        progress.phase("drafting")
        raise KeyboardInterrupt
    progress.message("still works")


@pytest.mark.parametrize("variable, value", [("TERM", "dumb"), ("CI", "1")])
def test_a_terminal_that_is_none_gets_plain_lines(
    monkeypatch: pytest.MonkeyPatch, variable: str, value: str
) -> None:
    monkeypatch.setattr("sys.stdout.isatty", lambda: True, raising=False)
    monkeypatch.delenv("CI", raising=False)
    monkeypatch.setenv("TERM", "xterm")
    assert not wants_plain()
    monkeypatch.setenv(variable, value)
    assert wants_plain()


def test_absent_figures_are_dashes() -> None:
    assert set(step_cells({}, {}).values()) == {"–"}
    assert step_cells({"reward/draft": None}, {})["draft reward"] == "–"


@pytest.mark.parametrize(
    "seconds, text",
    [(0.2, "0 s"), (59.7, "1 min 00 s"), (3599.0, "59 min 59 s"), (7500.0, "2 h 05 min")],
)
def test_durations_read_well(seconds: float, text: str) -> None:
    assert duration(seconds) == text
