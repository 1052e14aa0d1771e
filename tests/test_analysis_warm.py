"""Warm linters: the words of the command lines, limits, settings, and no process left behind."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from parelha.analysis import Analyser, warm
from parelha.analysis.commands import find_config
from parelha.analysis.findings import TOOLS, Tool
from parelha.analysis.warm import WarmTool, family
from parelha.errors import InfrastructureError, UsageError
from parelha.grading import Grader
from parelha.types import Analysis
from tests.equality import compare, programs
from tests.samples import CLEAN, mutants

SAMPLE = (
    CLEAN["bare"][1],
    *mutants(CLEAN["bare"][2], 1, 7),
    "import os  # noqa\nx: int = 'a'  # type: ignore\n# pylint: disable=all\n",
    "import xml\nimport heapq\nfrom . import y\nx: str = heapq.heappop(xml.dom)\n",
    "def f(a):\n    while a:\n        b(min(a) if up else 0)\n        up = not up\n",
    "# coding: nonsense\ndef f(x):\n\treturn '\\d'\n",
    "def f(:\n",
)
Servers = dict[Tool, WarmTool]

# 20 s of processor time in all, which a busy machine can stretch twentyfold.
pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]


def bare(tool: Tool) -> str:
    return "all" if tool == "flake8" else "bare"


def codes(analysis: Analysis) -> set[str]:
    return {finding.code for finding in analysis.findings}


@pytest.fixture(name="servers", scope="module")
def fixture_servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Servers]:
    folder = tmp_path_factory.mktemp("warm")
    servers: Servers = {tool: WarmTool(tool, bare(tool), None, 1, folder) for tool in TOOLS}
    yield servers
    for server in servers.values():
        server.close()


@pytest.mark.parametrize("tool", TOOLS)
def test_warm_tools_say_what_their_command_lines_say(
    servers: Servers, tmp_path: Path, tool: Tool
) -> None:
    differences = [compare(tool, source, servers[tool], str(tmp_path)) for source in SAMPLE]
    assert differences == [None] * len(SAMPLE)


def test_the_programs_to_compare_on_are_many_and_the_same_each_time() -> None:
    chosen = programs(500, seed=3, extra=["y = 2\n"])
    assert len(set(chosen)) == len(chosen) == 500
    assert "y = 2\n" in chosen
    assert chosen == programs(500, seed=3, extra=["y = 2\n"])


def test_the_order_of_programs_does_not_matter(servers: Servers) -> None:
    first, second = CLEAN["bare"][2], CLEAN["bare"][2].replace("mean", "middle")
    alone = servers["pylint"].run(second)
    servers["pylint"].run(first)
    assert servers["pylint"].run(second) == alone


def test_a_server_started_early_is_the_one_that_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("parelha.analysis.analyser.EARLY", (("flake8", "all"), ("mypy", "bare")))
    with Analyser(workers=1) as analyser:
        analyser.start()
        servers = analyser._warm  # pylint: disable=protected-access
        early = {key: server.process_id for key, server in servers.items() if server.process_id}
        analyser.analyse("import os\n")
        now = {key: servers[key].process_id for key in early}
    assert set(early) == {("flake8", "all"), ("mypy", "bare")}
    assert now == early


def test_bare_programs_start_no_server_where_another_runs(
    monkeypatch: pytest.MonkeyPatch, grader: Grader
) -> None:
    monkeypatch.setattr("parelha.analysis.analyser.EARLY", (("mypy", "science"),))
    monkeypatch.setitem(warm.WARM_UP, ("mypy", "science"), ("import json\n",))
    source = "import csv\n\nx: int = csv.QUOTE_ALL + ''\n"
    alone = grader.analyser.analyse(source)  # which has started none early
    with Analyser(workers=1) as analyser:
        analyser.start()
        assert analyser.analyse(source) == alone
        servers = analyser._warm  # pylint: disable=protected-access
        assert servers["mypy", "science"].process_id is not None
        assert servers["mypy", "bare"].process_id is None


def test_a_server_that_dies_is_replaced(servers: Servers) -> None:
    before = servers["flake8"].run("import os\n")
    process_id = servers["flake8"].process_id
    assert process_id is not None
    os.kill(process_id, signal.SIGKILL)
    assert servers["flake8"].run("import os\n") == before
    assert servers["flake8"].process_id != process_id


def test_a_program_that_hangs_a_tool_is_a_timeout(tmp_path: Path) -> None:
    server = WarmTool("mypy", "bare", None, 1, tmp_path, cpu_seconds=1)
    try:
        assert server.run("x = 10**10**9\n").fault == "timeout"
        assert server.run("x: int = 1\n").exit_code == 0
    finally:
        server.close()


def test_a_program_too_deep_for_a_tool_is_a_fault_of_the_program(servers: Servers) -> None:
    assert servers["flake8"].run("x = " + "-" * 20_000 + "1\n").fault == "memory"


def test_a_server_that_cannot_start_is_a_fault_of_the_machine(tmp_path: Path) -> None:
    server = WarmTool("pylint", "bare", tmp_path / "gone", 1, tmp_path)
    with pytest.raises(InfrastructureError, match="pylint"):
        server.run("x = 1\n")
    server.close()


def test_settings_that_a_tool_cannot_use_are_refused(tmp_path: Path) -> None:
    (tmp_path / "pylintrc").write_text("[FORMAT]\nmax-line-length=many\n", encoding="utf-8")
    with pytest.raises(UsageError, match="pylint cannot use"):
        Analyser(config_dir=tmp_path)


def test_settings_are_found_where_the_tool_would_look(tmp_path: Path) -> None:
    project = tmp_path / "pyproject.toml"
    project.write_text("[tool.mypy]\nstrict = true\n", encoding="utf-8")
    assert find_config("mypy", tmp_path) == project
    assert find_config("pylint", tmp_path) is None
    assert find_config("flake8", tmp_path) is None
    project.write_text("[tool.mypy\n", encoding="utf-8")
    with pytest.raises(UsageError, match=r"pyproject\.toml"):
        find_config("mypy", tmp_path)
    with pytest.raises(UsageError, match="no such folder"):
        Analyser(config_dir=tmp_path / "missing")


def test_settings_in_the_current_folder_change_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "pylintrc").write_text("[MESSAGES CONTROL]\ndisable=all\n", encoding="utf-8")
    (tmp_path / "setup.cfg").write_text("[flake8]\nignore = F,E\n", encoding="utf-8")
    (tmp_path / "mypy.ini").write_text("[mypy]\nignore_errors = true\n", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PYLINTRC", str(tmp_path / "pylintrc"))
    with Analyser(workers=1) as analyser:
        found = codes(analyser.analyse("import os\n\n\ndef f(x):\n    pass\n"))
    assert {"W0611", "F401", "no-untyped-def"} <= found


@pytest.mark.parametrize(
    ("source", "name"),
    [
        ("x = 1\n", "bare"),
        ("import numpy as np\n", "pandas"),
        ("    from pandas import DataFrame\n", "pandas"),
        ("import pandas\nfrom scipy import stats\n", "science"),
        ("import sklearn.linear_model\n", "science"),
        ("x = 'pandas'\n", "bare"),
    ],
)
def test_a_program_goes_to_the_server_that_knows_its_imports(source: str, name: str) -> None:
    assert family("pylint", source) == name


def test_no_process_outlives_a_killed_run(tmp_path: Path) -> None:
    script = (
        "import sys, time\n"
        "from pathlib import Path\n"
        "from parelha.analysis.warm import WarmTool\n"
        "tools = [WarmTool('flake8', 'all', None, 1, Path(sys.argv[1])),\n"
        "         WarmTool('mypy', 'bare', None, 1, Path(sys.argv[1]))]\n"
        "for tool in tools:\n"
        "    tool.run('x = 1')\n"
        "print(*[tool.process_id for tool in tools], flush=True)\n"
        "time.sleep(60)\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", script, str(tmp_path)], stdout=subprocess.PIPE, text=True
    ) as run:
        assert run.stdout is not None
        processes = [int(word) for word in run.stdout.readline().split()]
        run.kill()
    assert len(processes) == 2
    deadline = time.monotonic() + 20
    while any(is_running(process) for process in processes) and time.monotonic() < deadline:
        time.sleep(0.1)
    assert not any(is_running(process) for process in processes)
    assert not any(tmp_path.iterdir())


def is_running(process_id: int) -> bool:
    try:
        os.kill(process_id, 0)
    except ProcessLookupError:
        return False
    status = Path(f"/proc/{process_id}/status")
    return not status.exists() or "State:\tZ" not in status.read_text(encoding="ascii")
