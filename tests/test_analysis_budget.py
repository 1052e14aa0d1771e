"""What reading one program may cost: one budget of processor time for all linters."""

import os
import signal
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import ClassVar

import psutil
import pytest
from hypothesis import given
from hypothesis import strategies as st

from parelha.analysis import Analyser, analyser
from parelha.analysis.analyser import check_config
from parelha.analysis.budget import PROGRAM_SECONDS, Budget
from parelha.analysis.findings import TOOLS, Tool
from parelha.analysis.warm import WarmTool
from parelha.errors import InfrastructureError
from parelha.types import Analysis, Limits

# A busy machine can stretch a few seconds of processor time twentyfold.
pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]

SECONDS = 0.4
CLEAN = '"""Doc."""\n\nVALUES = [1, 2]\n'
HANGS: dict[str, tuple[str, set[Tool]]] = {
    "a tower of powers": ("x = 9 ** 9 ** 9\n", {"mypy"}),
    "a list that doubles": ("x = [0]\n" + "x = x + x\n" * 40, {"pylint"}),
    "many semicolons": ("x = 1;" * 8000 + "\n", {"pylint"}),
    "a wide shift": ("x = 1 << (10 ** 11)\n", set()),
    "powers in a class": ("class A:\n    X = 8 ** 9 ** 9\n", {"mypy"}),
    "powers behind a final name": (
        "from typing import Final\nA: Final = 9\nB: Final = A ** A ** A\n",
        {"mypy"},
    ),
    "a tuple that doubles": ("x = (0,)\n" + "x = x + x\n" * 40, {"pylint"}),
    "many colons": ("if 1: x = 1\n" * 8000, {"pylint"}),
}


class Watched(Budget):
    """Remembers the budgets that were made."""

    made: ClassVar[list["Watched"]] = []

    def __init__(self, seconds: float) -> None:
        super().__init__(seconds)
        self.made.append(self)

    @property
    def used(self) -> float:
        return sum(self._used.values())


@pytest.fixture(name="hasty", scope="module")
def fixture_hasty() -> Iterator[Analyser]:
    with pytest.MonkeyPatch.context() as patch, Analyser(workers=1, cpu_seconds=SECONDS) as hasty:
        patch.setattr(analyser, "Budget", Watched)
        yield hasty


def timed_out(analysis: Analysis) -> set[str]:
    return {finding.tool for finding in analysis.findings if finding.code == "timeout"}


@pytest.mark.parametrize("name", HANGS)
def test_all_tools_together_cost_no_more_than_the_budget(hasty: Analyser, name: str) -> None:
    source, slow = HANGS[name]
    analysis = hasty.analyse(source)
    assert slow <= timed_out(analysis)
    # A tool is looked at every 50 ms, and each may have used as much since.
    assert Watched.made[-1].used < len(TOOLS) * (SECONDS + 0.3)
    assert all(f.severity == "fatal" for f in analysis.findings if f.code == "timeout")
    if "pylint" in timed_out(analysis):
        assert analysis.pylint_score is None
    assert hasty.analyse(CLEAN + f"# {name}\n").pylint_score == 10.0


def test_the_linters_get_what_the_program_itself_gets() -> None:
    assert Limits().cpu_seconds == PROGRAM_SECONDS


@given(st.lists(st.tuples(st.sampled_from(TOOLS), st.floats(0, 1)), max_size=20))
def test_a_tool_that_is_not_covered_stays_so_whatever_the_others_use(
    steps: list[tuple[Tool, float]],
) -> None:
    budget, used = Budget(2.0), dict.fromkeys(TOOLS, 0.0)
    lost: set[Tool] = set()
    for tool, more in steps:
        used[tool] += more
        budget.charge(tool, used[tool])
        lost |= {each for each in TOOLS if not budget.covers(each)}
        assert not any(budget.covers(each) for each in lost)


@given(st.permutations(TOOLS), st.tuples(*[st.floats(0, 3)] * 3))
def test_which_tools_are_covered_does_not_depend_on_who_ends_first(
    order: list[Tool], costs: tuple[float, float, float]
) -> None:
    budget, cost = Budget(3.0), dict(zip(TOOLS, costs, strict=True))
    for tool in order:
        budget.charge(tool, cost[tool])
    total = 0.0
    for tool in TOOLS:
        total += cost[tool]
        assert budget.covers(tool) == (total <= 3.0)


def child_of(server: WarmTool) -> psutil.Process:
    """The child that reads a program."""
    assert server.process_id is not None
    while not (children := psutil.Process(server.process_id).children()):
        time.sleep(0.001)
    return children[0]


LONG = "def f(a):\n" + "    a = a.b(a) + [a, a][0]\n" * 100
DISTURBANCES = {"waits": (signal.SIGSTOP, signal.SIGCONT), "is killed": (signal.SIGKILL, 0)}


@pytest.mark.parametrize("kind", DISTURBANCES)
def test_what_the_machine_does_to_a_tool_is_not_the_programs_doing(
    tmp_path: Path, kind: str
) -> None:
    first, then = DISTURBANCES[kind]
    server = WarmTool("pylint", "bare", None, 1, tmp_path, cpu_seconds=1.2)
    try:
        alone = server.run(LONG)

        def disturb() -> None:
            child = child_of(server)
            os.kill(child.pid, first)
            if then:
                time.sleep(1.5)  # longer than the budget
                os.kill(child.pid, then)

        thread = threading.Thread(target=disturb)
        thread.start()
        assert server.run(LONG) == alone
        thread.join()
        assert not alone.fault
    finally:
        server.close()


def test_what_a_server_does_once_is_charged_to_no_program(tmp_path: Path) -> None:
    settings = tmp_path / "pylintrc"
    settings.write_text("[MAIN]\ninit-hook=sum(range(2 * 10**7))\n", encoding="utf-8")
    server = WarmTool("pylint", "bare", settings, 1, tmp_path, cpu_seconds=0.4)
    try:
        assert server.run(CLEAN).fault == ""
    finally:
        server.close()


def test_a_tool_that_falls_over_every_program_is_a_fault_of_the_machine(tmp_path: Path) -> None:
    # The command line does not show it: this setting only fails where nothing may be written.
    (tmp_path / "plugin.py").write_text(
        "class Writes:\n"
        "    def __init__(self, tree):\n"
        "        pass\n"
        "    def run(self):\n"
        "        open('left-behind', 'w').close()\n"
        "        return iter(())\n",
        encoding="utf-8",
    )
    (tmp_path / ".flake8").write_text(
        "[flake8:local-plugins]\nextension = W9 = plugin:Writes\npaths = .\n", encoding="utf-8"
    )
    check_config("flake8", tmp_path / ".flake8")
    with (
        Analyser(workers=1, config_dir=tmp_path) as team,
        pytest.raises(InfrastructureError, match="flake8 falls over every program"),
    ):
        team.analyse(CLEAN)
