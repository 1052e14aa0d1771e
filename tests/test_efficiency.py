"""Efficiency: what counts, what cannot be hidden, and that nothing but right values earns."""

# pylint: disable=missing-function-docstring

import math
import os
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from parelha.config import RewardConfig
from parelha.efficiency import EfficiencyMeter, counters
from parelha.efficiency import meter as module
from parelha.efficiency.meter import efficiency_score, size_cost
from parelha.efficiency.timing import Slice, encode_slice, timed
from parelha.errors import InfrastructureError
from parelha.grading import Grader
from parelha.once import Once
from parelha.rewards import components, program_value
from parelha.sandbox import Sandbox
from parelha.tasks import get_task, load_tasks
from parelha.types import (
    Analysis,
    CallResult,
    Case,
    CoderAction,
    Efficiency,
    Finding,
    Limits,
    Outcome,
    RunResult,
    Score,
    SizeCost,
    Structure,
    Task,
)
from parelha.types import TestResult as Result

REFERENCE = "def f(x):\n    return [v + 0 for v in x]\n"
LIMITS = Limits(wall_seconds=60.0, cpu_seconds=10.0)
PASSED = CallResult(Outcome.PASSED, [])
PROGRAMS = Path(__file__).with_name("attacks") / "programs"
CHEAP = ("65_detect_size", "65_detect_processor", "65_hidden_while_timed", "66_lazy_float")


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox(workers=1) as box:
        yield box


@pytest.fixture
def meter(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> EfficiencyMeter:
    """A meter that takes few and small slices."""
    for name, value in {"SIZES": (8, 64), "ELEMENTS": 64, "ROUNDS": 1, "PAIRS": 2}.items():
        monkeypatch.setattr(module, name, value)
    return EfficiencyMeter(sandbox)


def draw(size: int, seed: int) -> tuple[object, ...]:
    return ([seed * 1000 + n for n in range(size)],)


def task_of(reference: str = REFERENCE, make_sized: Any = draw) -> Task:
    return Task(
        id="fake.copy/L1/s0",
        family="fake.copy",
        action=CoderAction.CLEAN_DATA,
        level=1,
        split="train",
        statement={"en": "Copy.", "pt": "Copie."},
        signature="def f(x: int) -> int:",
        entry_point="f",
        examples=(Case((1,)),),
        make_cases=lambda seed: (Case((seed,)),),
        reference=reference,
        compare=lambda right, actual: None if right == actual else "differs",
        make_sized=make_sized,
    )


def score_of(passed: int) -> Score:
    """A program that passes some of 8 cases, with two findings."""
    outcome = Outcome.PASSED if passed == 8 else Outcome.WRONG
    findings = (Finding("flake8", "E501", "long", 1, 1),) * 2
    structure = Structure(functions=1, annotated=1, returning=1)
    return Score("p", "", Result(passed, 8, outcome), Analysis(findings, 9.0, structure))


def costs(*ratios: float, handover: float = 0.0) -> list[SizeCost]:
    return [SizeCost(8**n, ratio, 0.0, handover) for n, ratio in enumerate(ratios, 2)]


def slices(calls: float, handover: float, count: int = 9) -> list[Slice]:
    return [Slice(PASSED, calls, handover)] * count


# --- the score ---------------------------------------------------------------------------------


def test_the_reference_and_its_neighbours_score_one_half() -> None:
    for ratio in (0.92, 1.0, 1.09):
        assert efficiency_score(costs(ratio, ratio, ratio), 1.0, 0.0) == 0.5


def test_more_cost_never_scores_more() -> None:
    ratios = (0.01, 0.1, 0.5, 0.67, 1.0, 1.5, 2.0, 10.0, 1000.0)
    scores = [efficiency_score(costs(r, r, r), 1.0, 0.0) for r in ratios]
    assert scores == sorted(scores, reverse=True)
    assert len(set(scores[1:-1])) == len(scores) - 2
    assert (scores[0], scores[-1]) == pytest.approx((0.875, 0.125))
    assert efficiency_score(costs(1.0), 50.0, 0.0) == pytest.approx(0.375)
    assert efficiency_score(costs(1.0), 1.0, 0.25) == pytest.approx(0.3)
    assert efficiency_score(costs(100.0), 100.0, 9.0) == 0.0
    assert efficiency_score(costs(0.0), 0.0, 0.0) == 1.0


def test_growth_with_the_size_counts() -> None:
    growing = efficiency_score(costs(1.0, 2.0, 4.0), 1.0, 0.0)
    level = efficiency_score(costs(2.0, 2.0, 2.0), 1.0, 0.0)
    shrinking = efficiency_score(costs(4.0, 2.0, 1.0), 1.0, 0.0)
    assert growing < level < shrinking < 0.5


def test_one_bad_pair_changes_nothing() -> None:
    odd = [*slices(1.0, 0.1, 8), Slice(PASSED, 50.0, 0.1)]
    assert size_cost(64, slices(1.0, 0.1), odd).ratio == 1.0
    assert size_cost(64, slices(1.0, 0.1), odd).spread == 0.0


def test_work_moved_out_of_the_calls_is_counted() -> None:
    honest = size_cost(64, slices(1.0, 0.5), slices(1.0, 0.5))
    moved = size_cost(64, slices(1.0, 0.5), slices(0.0, 1.5))
    assert honest.ratio == 1.0
    assert moved.ratio > 1.0
    assert efficiency_score([moved], 1.0, 0.0) <= 0.5


def test_what_could_have_been_hidden_is_not_credited() -> None:
    """A hand-over ten times as dear as the calls may differ by half of them unseen."""
    unseen = size_cost(64, slices(1.0, 10.0), slices(0.5, 10.5))
    assert unseen.ratio == 0.5
    assert efficiency_score([unseen], 1.0, 0.0) == 0.5
    assert efficiency_score(costs(0.5), 1.0, 0.0) > 0.5


def test_values_that_are_dear_to_write_cost_nothing_and_earn_nothing() -> None:
    dear = size_cost(64, slices(1.0, 1.0), slices(0.5, 5.0), writing=5.0)
    assert dear.ratio == 0.5
    assert efficiency_score([dear], 1.0, 0.0) == 0.5
    assert size_cost(64, slices(1.0, 1.0), slices(0.5, 5.0)).ratio > 5.0


def test_a_program_that_never_ends_is_at_the_bound() -> None:
    cost = size_cost(64, slices(1.0, 0.1, 2), slices(math.inf, 0.0, 2))
    assert cost.ratio == module.TIME_OUT
    assert efficiency_score([cost], 1.0, 0.0) == pytest.approx(0.125)


# --- measuring ---------------------------------------------------------------------------------


def test_a_right_program_is_measured_at_every_size(meter: EfficiencyMeter) -> None:
    result = meter.measure(task_of(), "def f(x):\n    return list(x)\n")
    assert result is not None
    assert [cost.size for cost in result.sizes] == [8, 64]
    assert result.failure == ""
    assert 0.0 <= result.score <= 1.0
    assert result.counter in ("processor time", "instructions")


@pytest.mark.parametrize(
    ("program", "failure"),
    [
        ("def f(x):\n    return x if len(x) < 64 else x[::-1]\n", "wrong at size 64"),
        ("def f(x):\n    return x[:1] * len(x)\n", "wrong at size 8"),
        ("def f(x):\n    return [v for v in x if 1 / (64 - len(x))]\n", "raised at size 64"),
        ("def f(x):\n    return iter(x)\n", "bad_value at size 8"),
        ("import os\ndef f(x):\n    os._exit(0)\n", "crashed at size 8"),
        ("raise SystemExit\n", "raised at size 8"),
    ],
)
def test_a_program_that_fails_in_a_timed_run_earns_nothing(
    meter: EfficiencyMeter, program: str, failure: str
) -> None:
    result = meter.measure(task_of(), program)
    assert result is not None
    assert result.score == 0.0
    assert result.failure.startswith(failure)


@pytest.mark.parametrize("name", CHEAP)
def test_cheap_wrong_paths_of_the_corpus_earn_nothing(meter: EfficiencyMeter, name: str) -> None:
    source = (PROGRAMS / f"{name}.py").read_text("utf-8").partition("# ---\n")[2]
    reference = "def solve(values):\n    return sum(values) / len(values)\n"
    result = meter.measure(replace(task_of(reference), entry_point="solve"), source)
    assert result is not None
    assert (result.score, result.failure != "") == (0.0, True)


def test_time_that_runs_out_is_the_worst_cost_and_no_fault(
    meter: EfficiencyMeter, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_LIMITS", replace(LIMITS, cpu_seconds=0.3))
    endless = "def f(x):\n    while len(x) == 64:\n        pass\n    return x\n"
    result = meter.measure(task_of(), endless)
    assert result is not None
    assert result.sizes[-1].ratio == module.TIME_OUT
    assert result.sizes[0].ratio < module.TIME_OUT


def test_tasks_without_large_inputs_are_not_measured(meter: EfficiencyMeter) -> None:
    draws: list[Any] = [None, lambda size, seed: None]
    for number, nothing in enumerate(draws):
        task = replace(task_of(make_sized=nothing), id=f"nothing/{number}")
        assert meter.measure(task, REFERENCE) is None
    small = task_of(make_sized=lambda size, seed: draw(size, seed) if size < 60 else None)
    result = meter.measure(small, REFERENCE)
    assert result is not None
    assert [cost.size for cost in result.sizes] == [8]


def test_sizes_at_which_the_reference_fails_are_left_out(meter: EfficiencyMeter) -> None:
    result = meter.measure(task_of("def f(x):\n    return x[-1:] * (1 // (64 - len(x)))\n"), "")
    assert result is not None
    assert (result.sizes, result.failure[:6]) == ((), "raised")
    half = "def f(x):\n    return x if 1 // (64 - len(x)) < 1 else x\n"
    result = meter.measure(replace(task_of(half), id="half"), REFERENCE)
    assert result is not None
    assert [cost.size for cost in result.sizes] == [8]


def test_a_reference_that_fails_is_no_score(meter: EfficiencyMeter) -> None:
    broken = "N = []\ndef f(x):\n    N.append(1)\n    return 1 // (2 - min(len(N), 2))\n"
    with pytest.raises(InfrastructureError, match="reference"):
        meter.measure(task_of(broken), REFERENCE)


def test_a_killed_parent_is_a_fault_and_the_next_measurement_works(sandbox: Sandbox) -> None:
    message = encode_slice([([1, 2],)])
    with (
        pytest.raises(InfrastructureError, match="the sandbox failed"),
        timed(sandbox, [REFERENCE] * 2, "f", LIMITS, 0) as children,
    ):
        for zygote in list(sandbox._all):
            zygote.kill()
        children[0].run(message)
    with timed(sandbox, [REFERENCE], "f", LIMITS, 0) as (child,):
        assert child.run(message).result.value == [[1, 2]]


def test_no_input_is_seen_twice_and_every_program_sees_the_same(meter: EfficiencyMeter) -> None:
    plan = meter._plan(task_of())
    messages = [message for held in plan.slices.values() for message in held]
    assert len(messages) == len(set(messages)) == 4
    assert meter._plan(task_of()) is plan


# --- the child ---------------------------------------------------------------------------------


def test_the_child_and_its_threads_run_on_one_processor(sandbox: Sandbox) -> None:
    cpu = max(os.sched_getaffinity(0))
    source = (
        "import os, threading\n"
        "def f(x):\n"
        "    seen = []\n"
        "    look = lambda: seen.append(sorted(os.sched_getaffinity(0)))\n"
        "    thread = threading.Thread(target=look)\n"
        "    thread.start()\n"
        "    thread.join()\n"
        "    look()\n"
        "    return seen\n"
    )
    with timed(sandbox, [source], "f", LIMITS, cpu) as (child,):
        assert child.run(encode_slice([(0,)])).result.value == [[[cpu], [cpu]]]


def test_the_collector_is_off_for_everybody(sandbox: Sandbox) -> None:
    source = "import gc\ndef f(x):\n    return gc.isenabled()\n"
    with timed(sandbox, [source] * 2, "f", LIMITS, 0) as children:
        held = [child.run(encode_slice([(0,)])).result.value for child in children]
    assert held == [[False], [False]]


def test_a_failure_lasts_and_costs_nothing_more(sandbox: Sandbox) -> None:
    source = "import os\ndef f(x):\n    os.write(201, b'x' * 99)\n    return x\n"
    with timed(sandbox, [source, REFERENCE], "f", LIMITS, 0) as (forger, honest):
        for _ in range(2):
            forged = forger.run(encode_slice([([1],)]))
            assert forged.result.outcome is Outcome.CRASHED
            assert honest.run(encode_slice([([1],)])).result.value == [[1]]
        assert (forged.calls, forged.handover) == (0.0, 0.0)


def test_arrays_reach_a_timed_program_as_arrays(sandbox: Sandbox) -> None:
    source = "import numpy\ndef f(x):\n    return x.dtype.str, x.tolist()\n"
    with timed(sandbox, [source], "f", LIMITS, 0) as (child,):
        value = child.run(encode_slice([(np.arange(3.0),)])).result.value
    assert value == [("<f8", [0.0, 1.0, 2.0])]


def test_every_slice_is_counted_without_gaps(sandbox: Sandbox) -> None:
    with timed(sandbox, [REFERENCE], "f", LIMITS, 0) as (child,):
        begin = child._last
        parts = [child.run(encode_slice([([1.5] * 500,)])) for _ in range(5)]
        assert sum(p.calls + p.handover for p in parts) == pytest.approx(child._last - begin)
        assert all(p.calls > 0 for p in parts)


def test_the_processor_clock_of_a_process_includes_its_threads() -> None:
    before = counters.processor_seconds(os.getpid())
    sum(range(100_000))
    assert counters.processor_seconds(os.getpid()) > before
    with pytest.raises(OSError, match=r"."):
        counters.processor_seconds(2**22 + 1)


def test_event_counters_count_where_the_kernel_allows_them() -> None:
    clock = (counters.SOFTWARE, counters.SOFTWARE_TASK_CLOCK)
    instructions, moves = (counters.HARDWARE, counters.HARDWARE_INSTRUCTIONS), {}
    for event in (clock, instructions):
        with suppress(OSError):
            descriptor = counters.open_counter(*event, 0)
            before = counters.read_counter(descriptor)
            sum(range(100_000))
            moves[event] = counters.read_counter(descriptor) > before
            os.close(descriptor)
    assert counters.counts_instructions() == moves.get(instructions, False)
    assert moves.get(clock, True)  # some kernels allow none


# --- tasks, grades, rewards --------------------------------------------------------------------


def test_sized_inputs_are_large_fresh_and_repeatable() -> None:
    task = get_task("clean_data.scaling/min_max/L1/s0")
    assert task.make_sized is not None
    first, again, other = (task.make_sized(512, seed) for seed in (0, 0, 1))
    assert first == again != other
    assert first is not None
    assert isinstance(first[0], list) and len(first[0]) == 512


def test_a_family_that_cannot_be_large_says_so() -> None:
    for task in load_tasks("train", families=["build_model.linear_regression"])[:1]:
        assert task.make_sized is not None
        assert task.make_sized(4096, 0) is None


def test_only_programs_that_pass_everything_are_measured() -> None:
    asked: list[str] = []
    grader: Any = object.__new__(Grader)
    task = task_of("def f(x):\n    return x + 0\n")
    plain_score = score_of(8)
    grader.sandbox = SimpleNamespace(
        run=lambda *_: RunResult((CallResult(Outcome.PASSED, grader.answer),), 0.0, 0, 3)
    )
    grader.analyser = SimpleNamespace(analyse=lambda _: plain_score.analysis)
    grader._pool = SimpleNamespace(
        submit=lambda what, *args: SimpleNamespace(result=lambda: what(*args))
    )
    grader.case_seed, grader.answer, grader._graded = 0, 0, Once(9)
    grader._trivial_share = lambda *_: 0.0
    assert grader.grade(task, "p").efficiency is None  # off unless asked for

    def measure(_: Task, program: str) -> Efficiency:
        asked.append(program)
        return Efficiency(0.7)

    grader.meter = SimpleNamespace(measure=measure)
    assert grader.grade(task, "right").efficiency == Efficiency(0.7)
    grader.answer = 1
    assert grader.grade(task, "wrong").efficiency is None
    assert asked == ["right"]


def test_efficiency_counts_only_with_a_weight() -> None:
    plain = score_of(8)
    fast = replace(plain, efficiency=Efficiency(1.0))
    slow = replace(plain, efficiency=Efficiency(0.0))
    off, on = RewardConfig(), RewardConfig(efficiency_weight=1.0)
    assert components(fast, (), off) == components(plain, (), off)
    assert "efficiency" not in components(plain, (), on)
    assert components(fast, (), on)["efficiency"] == 1.0
    assert program_value(slow, on) < program_value(plain, on) < program_value(fast, on)


def test_no_efficiency_outranks_a_pass() -> None:
    config = RewardConfig(efficiency_weight=1000.0, quality_weight=0.5)
    slow = replace(score_of(8), efficiency=Efficiency(0.0))
    wrong = replace(score_of(7), efficiency=Efficiency(1.0))
    assert program_value(wrong, config) < 0.5
    assert 1.0 <= program_value(slow, config) <= 1.5
