"""A team's own rules: real settings files change findings, warm as on the command line."""

import contextlib
import functools
import json
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from parelha import cli, runtime
from parelha.analysis import to_text
from parelha.analysis.analyser import check_config, read
from parelha.analysis.commands import ToolOutput, find_config, run_command
from parelha.analysis.findings import FLAKE8_FORMAT, TOOLS, Tool, read_flake8, read_mypy
from parelha.analysis.warm import WarmTool
from parelha.config_file import from_dict
from parelha.errors import UsageError
from parelha.grading import Grader
from parelha.types import Finding
from tests.equality import compare

# 20 s of processor time in all, which a busy machine can stretch twentyfold.
pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]

PROGRAM = '''"""Doc."""


def Total(values: list) -> int:
    """Return the sum of all values."""
    camelCase = 0
    for Value in values:
        camelCase += Value
    return camelCase  # and a comment that makes this line longer than the rest of them all
'''
SETTINGS: dict[str, dict[str, str]] = {
    "own files": {
        "pylintrc": "[BASIC]\nvariable-naming-style=camelCase\nfunction-naming-style=PascalCase\n",
        "setup.cfg": "[flake8]\nmax-line-length = 120\nextend-ignore = E302\n",
        "mypy.ini": "[mypy]\ndisallow_any_generics = True\n",
    },
    "one pyproject.toml": {
        "pyproject.toml": "[tool.pylint.basic]\nvariable-naming-style = 'camelCase'\n"
        "[tool.pylint.format]\nmax-line-length = 50\n[tool.mypy]\nwarn_unreachable = true\n",
        "tox.ini": "[flake8]\nselect = E501\n",
    },
}


def write(folder: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        (folder / name).write_text(text, encoding="utf-8")
    return folder


def codes(findings: tuple[Finding, ...]) -> set[str]:
    return {f"{finding.tool} {finding.code} {finding.line}" for finding in findings}


@pytest.fixture(name="by_default", scope="module")
def fixture_by_default(grader: Grader) -> set[str]:
    return codes(grader.analyser.analyse(PROGRAM).findings)


Team = Callable[[str], tuple[Path, Grader]]


@pytest.fixture(name="team", scope="module")
def fixture_team(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Team]:
    """Return the folder of some settings and a grader that follows them, opened once."""
    with contextlib.ExitStack() as opened:

        @functools.cache
        def team(name: str) -> tuple[Path, Grader]:
            folder = write(tmp_path_factory.mktemp("team"), SETTINGS[name])
            grader = Grader(workers=1, allow_unsafe=True, linter_settings=folder)
            return folder, opened.enter_context(grader)

        yield team


def test_a_teams_files_change_what_each_tool_says(team: Team, by_default: set[str]) -> None:
    found = codes(team("own files")[1].analyser.analyse(PROGRAM).findings)
    assert {"pylint C0103 4", "pylint C0103 6", "flake8 E501 9", "mypy type-arg 4"} <= by_default
    assert not {item for item in found if item.startswith("pylint C0103") and item[-1] in "46"}
    assert "flake8 E501 9" not in found
    assert "mypy type-arg 4" in found
    assert found != by_default


def test_one_pyproject_serves_pylint_and_mypy(team: Team, by_default: set[str]) -> None:
    found = codes(team("one pyproject.toml")[1].analyser.analyse(PROGRAM).findings)
    assert "pylint C0301 9" in found - by_default
    assert "mypy type-arg 4" in by_default - found
    assert "flake8 E501 9" in found


@pytest.mark.parametrize("name", SETTINGS)
def test_warm_tools_say_what_their_command_lines_say_under_a_teams_settings(
    team: Team, tmp_path: Path, name: str
) -> None:
    folder, grader = team(name)
    more = "import os\nx: int = ''\nif 1:\n    y = x\n"
    for tool in TOOLS:
        config = find_config(tool, folder)
        assert config is not None
        server = grader.analyser._warm[tool, "all" if tool == "flake8" else "bare"]
        for source in (PROGRAM + more, "def f(:\n"):
            assert compare(tool, source, server, str(tmp_path), config) is None


def test_the_reviewers_tool_and_the_reward_follow_the_same_settings(
    team: Team, by_default: set[str]
) -> None:
    _, grader = team("own files")
    findings = grader.analyser.analyse(PROGRAM).findings
    assert codes(findings) != by_default
    assert grader.analyse_text(PROGRAM, "en") == to_text(findings, 12)


def test_a_run_hands_its_settings_to_the_grader(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    given: dict[str, Any] = {}

    class StopError(Exception):
        """Ends the start of the run."""

    def grader(**kwargs: Any) -> None:
        given.update(kwargs)
        raise StopError

    monkeypatch.setattr(runtime, "Grader", grader)
    for value, folder in ((str(tmp_path), tmp_path), ("", None)):
        config = from_dict({"reward": {"linter_settings": value}})
        with pytest.raises(StopError):
            runtime.open_runtime(config, on_progress=lambda text: None)
        assert given["linter_settings"] == folder


BROKEN: tuple[tuple[Tool, str, str], ...] = (
    ("pylint", "pylintrc", "[FORMAT]\nmax-line-length=many\n"),
    ("pylint", "pylintrc", "[FORMAT]\nmax-line-lenght=90\n"),
    ("flake8", ".flake8", "[flake8]\nmax-line-length = many\n"),
    ("mypy", "mypy.ini", "[mypy]\nstrict = perhaps\n"),
)


@pytest.mark.parametrize(("tool", "name", "text"), BROKEN)
def test_broken_settings_are_one_line_and_wrong_use(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], tool: Tool, name: str, text: str
) -> None:
    write(tmp_path, {name: text, "program.py": PROGRAM})
    arguments = ["score", str(tmp_path / "program.py"), "--linter-settings", str(tmp_path)]
    assert cli.run(arguments) == 2
    said = capsys.readouterr().err
    assert said.startswith(f"parelha: {tool} cannot use") and said.count("\n") == 1


def test_a_folder_that_is_not_there_is_wrong_use(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = write(tmp_path, {"program.py": PROGRAM}) / "program.py"
    assert cli.run(["score", str(path), "--linter-settings", str(tmp_path / "gone")]) == 2
    assert "no such folder for the linters' settings" in capsys.readouterr().err


def test_a_run_stops_at_its_start_when_the_settings_are_wrong(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no such folder"):
        Grader(workers=1, linter_settings=tmp_path / "gone")


# What a tool prints besides its findings, or in another form, where a file of settings says so.
TALKATIVE: tuple[tuple[Tool, str], ...] = (
    ("flake8", "[flake8]\nshow-source = true\n"),
    ("flake8", "[flake8]\nstatistics = true\n"),
    ("flake8", "[flake8]\ncount = true\n"),
    ("flake8", "[flake8]\nquiet = 1\n"),
    ("flake8", "[flake8]\nquiet = 2\nshow_source = yes\nshow-source = yes\nbenchmark = 1\n"),
    ("flake8", "[flake8]\nformat = pylint\ncolor = always\nverbose = 2\ntee = true\n"),
    ("pylint", "[MAIN]\ninit-hook = print('{')\nverbose = yes\n"),
    ("pylint", "[REPORTS]\nreports = yes\nscore = no\nevaluation = 1 / 0\noutput-format = text\n"),
    ("mypy", "[mypy]\npretty = true\nshow_error_context = true\nverbosity = 1\n"),
    ("mypy", "[mypy]\nshow_absolute_path = true\ndump_build_stats = true\n"),
)
# Several messages that hold a line break, one of which goes on as a finding would begin.
BROKEN_LINES = """import os
A = "%(a)s" % {"a": 1, "b\\n9:9:E999 c": 2}
B = "%(a)s" % {"a": 1, "b\\r\\n\\x1e{\\"": 2}
C: int = ""
"""


@functools.cache
def without_settings(tool: Tool) -> tuple[Finding, ...]:
    return read(tool, run_command(tool, BROKEN_LINES, None, os.devnull))[0]


@pytest.mark.parametrize(("tool", "text"), TALKATIVE)
def test_settings_that_print_more_change_no_finding(tmp_path: Path, tool: Tool, text: str) -> None:
    name = {"flake8": ".flake8", "pylint": "pylintrc", "mypy": "mypy.ini"}[tool]
    (tmp_path / name).write_text(text, encoding="utf-8")
    if tool == "mypy":
        check_config(tool, tmp_path / name)
    server = WarmTool(tool, "all" if tool == "flake8" else "bare", tmp_path / name, 1, tmp_path)
    try:
        found, _ = read(tool, server.run(BROKEN_LINES))
        assert compare(tool, BROKEN_LINES, server, str(tmp_path), tmp_path / name) is None
    finally:
        server.close()
    assert found == without_settings(tool)
    assert found and {item.severity for item in found} != {"fatal"}


def test_a_line_break_inside_a_message_is_part_of_it(tmp_path: Path) -> None:
    server = WarmTool("flake8", "all", None, 1, tmp_path)
    try:
        found, _ = read("flake8", server.run(BROKEN_LINES))
        assert [(item.code, item.line) for item in found] == [
            ("F401", 1),
            ("F504", 2),
            ("F504", 3),
        ]
        assert found[1].message.endswith("b\n9:9:E999 c")
        assert compare("flake8", BROKEN_LINES, server, str(tmp_path)) is None
        # A tool that dies while it reports has not said all: that is no way to silence it.
        silenced = 'A = "%(a)s" % {"a": 1, "\\ud800": 2}\nimport os\n'
        assert server.run(silenced).fault == "crashed"
        assert compare("flake8", silenced, server, str(tmp_path)) is None
    finally:
        server.close()


def test_codes_of_plugins_are_read_as_they_are_written() -> None:
    for code in ("ABC123", "X", "E9"):
        printed = (FLAKE8_FORMAT % {"row": 1, "col": 0, "code": code, "text": "a: b"}) + "\n"
        (finding,), _ = read("flake8", ToolOutput(1, printed))
        assert (finding.code, finding.message, finding.column) == (code, "a: b", 0)
    with pytest.raises(ValueError, match="not a finding"):
        read_flake8(FLAKE8_FORMAT)


def test_a_message_that_no_file_can_hold_is_written_out() -> None:
    item = {"message": "Unused key '\ud800'", "line": 1, "column": 0, "file": "program.py"}
    line = json.dumps(item | {"code": "misc", "severity": "error"})
    assert read_mypy(f"chatter\n{line}\n")[0].message == r"Unused key '\ud800'"
