"""What linters see and may do: what programs may use, and nothing of this package or machine."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from parelha.analysis.analyser import read
from parelha.analysis.findings import TOOLS, Tool
from parelha.analysis.warm import WarmTool
from parelha.types import Finding
from tests.equality import compare

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]

Servers = dict[Tool, WarmTool]
# This package by each of its doors, what is installed beside it, and what a server makes or loads.
HIDDEN = (
    "parelha",
    "parelha.types",
    "parelha.tasks.references",
    "__editable___parelha",
    "tests.fakes",
    "torch",
    "pytest",
    "hypothesis",
    "_server",
    "_tools",
    "lockdown",
    "syscalls",
    "linter_server",
    "linter_server._tools",
    "warm_up",
    "warm_up_0",
    "parelha_warm_up",
    "parelha_warm_up_0",
    "mypy_cache",
    "environment",
    "home",
)


@pytest.fixture(name="servers", scope="module")
def fixture_servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Servers]:
    folder = tmp_path_factory.mktemp("visible")
    names: dict[Tool, str] = {"flake8": "all", "mypy": "bare", "pylint": "bare"}
    servers: Servers = {tool: WarmTool(tool, names[tool], None, 1, folder) for tool in TOOLS}
    yield servers
    for server in servers.values():
        server.close()


def found(server: WarmTool, source: str) -> tuple[Finding, ...]:
    return read(server.tool, server.run(source))[0]


def test_no_tool_finds_this_package_or_what_a_server_made(servers: Servers) -> None:
    source = "".join(f"import {name} as name_{i}\n" for i, name in enumerate(HIDDEN))
    codes: dict[Tool, str] = {"mypy": "import-not-found", "pylint": "E0401"}
    for tool, code in codes.items():
        lines = {item.line for item in found(servers[tool], source) if item.code == code}
        assert lines == set(range(1, len(HIDDEN) + 1))


@pytest.mark.parametrize(
    "source",
    [
        "from parelha.tasks.suite import load_tasks\nreveal_type(load_tasks)\n",
        "import parelha.types as t\nx: t.Score = 1\nreveal_type(x)\nreveal_locals()\n",
        "from parelha import *\nfrom parelha.config import RewardConfig as R\nR().missing\n",
    ],
)
def test_no_name_of_this_package_is_told_to_a_program(servers: Servers, source: str) -> None:
    said = " ".join(item.message for tool in TOOLS for item in found(servers[tool], source))
    for name in ("load_tasks:", "Outcome", "families", "quality_weight", "Callable", "TestResult"):
        assert name not in said


@pytest.mark.parametrize("tool", ["mypy", "pylint"])
def test_warm_tools_know_no_module_that_their_command_lines_do_not(
    servers: Servers, tmp_path: Path, tool: Tool
) -> None:
    names = (*HIDDEN, "__main__", "program", "typing_extensions", "six", "site")
    source = "".join(f"import {name}\n{name.split('.')[0]}.missing\n" for name in names)
    assert compare(tool, source, servers[tool], str(tmp_path)) is None


# Runs inside flake8's child as a plugin that a team's settings name.
PLUGIN = """
import os, socket, sys

class Tries:
    def __init__(self, tree):
        pass

    def run(self):
        if not os.path.exists("program.py"):
            return  # the server reads its own samples first, unconfined
        yield 1, 0, "W998 ran", type(self)
        for number, attempt in enumerate((
            lambda: open({package!r}).read(),
            lambda: open("/etc/passwd").read(),
            lambda: open({secret!r}).read(),
            lambda: open("/proc/self/environ").read(),
            lambda: os.listdir({folder!r}),
            lambda: open("left-behind", "w"),
            lambda: open("program.py", "a"),
            lambda: os.unlink("program.py"),
            lambda: socket.create_connection(("127.0.0.1", 9)),
            lambda: socket.socket(socket.AF_UNIX),
            lambda: os.kill(os.getppid(), 0),
            lambda: os._exit(0) if os.fork() == 0 else None,
            lambda: os.execv(sys.executable, ["python"]),
            lambda: __import__("parelha"),
        )):
            try:
                attempt()
            except (OSError, ImportError):
                continue
            yield 1, number, "W999 was let", type(self)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="the layers are Linux's")
def test_the_process_that_reads_a_program_has_no_rights(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("x", encoding="utf-8")
    package = str(Path(__file__).parents[1] / "src" / "parelha" / "types.py")
    text = PLUGIN.format(package=package, secret=str(secret), folder=str(tmp_path))
    rules = tmp_path / "rules"
    rules.mkdir()
    (rules / "plugin.py").write_text(text, encoding="utf-8")
    settings = rules / ".flake8"
    settings.write_text(
        "[flake8:local-plugins]\nextension = W9 = plugin:Tries\npaths = .\n", encoding="utf-8"
    )
    server = WarmTool("flake8", "all", settings, 1, tmp_path)
    try:
        said = [(item.code, item.column) for item in found(server, "x = 1\n")]
    finally:
        server.close()
    assert said == [("W998", 0)]


def test_plugins_that_a_teams_settings_name_are_found(tmp_path: Path) -> None:
    settings = tmp_path / "mypy.ini"
    settings.write_text("[mypy]\nplugins = pydantic.mypy\n", encoding="utf-8")
    server = WarmTool("mypy", "bare", settings, 1, tmp_path)
    source = "from pydantic import BaseModel\n\n\nclass A(BaseModel):\n    x: int\n\n\nA(y=1)\n"
    try:
        assert {item.code for item in found(server, source)} == {"call-arg"}
    finally:
        server.close()
