"""Modules of a user's own: which one Python finds, and what is said where it cannot."""

# pylint: disable=missing-function-docstring

import importlib
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from parelha import cli
from parelha.config import RewardConfig
from parelha.config_file import from_dict
from parelha.errors import UsageError
from parelha.own_modules import is_importable, load_module, source_of
from parelha.rewards import components
from tests.fake_grading import fake_score

FAULTS = [
    ("x = undefined_name", "NameError: name 'undefined_name' is not defined"),
    ("def", "SyntaxError: invalid syntax"),
    ("from json import nothing_there", "ImportError: cannot import name 'nothing_there'"),
    ("import nowhere_at_all", "ModuleNotFoundError: No module named 'nowhere_at_all'"),
    ("raise ValueError('one\\n\\ntwo')", "ValueError: one two"),
]


@pytest.fixture(autouse=True)
def forgotten() -> Iterator[None]:
    """Let Python forget the package of a test."""
    yield
    for name in [name for name in sys.modules if name.partition(".")[0] == "own_package"]:
        del sys.modules[name]


def package(root: Path, patch: pytest.MonkeyPatch, init: str) -> str:
    """Make a package that Python finds; returns its name."""
    folder = root / "own_package"
    folder.mkdir()
    (folder / "__init__.py").write_text(init + "\n", encoding="utf-8")
    (folder / "narrow.py").write_text("value = len\n", encoding="utf-8")
    patch.syspath_prepend(str(root))
    importlib.invalidate_caches()
    return folder.name


@pytest.mark.parametrize("key", ["engine.own", "learning.algorithm", "reward.own"])
@pytest.mark.parametrize(("init", "said"), FAULTS)
def test_a_package_that_fails_is_told_with_its_error_in_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, init: str, said: str, key: str
) -> None:
    name = f"{package(tmp_path, monkeypatch, init)}.narrow"
    section, _, setting = key.partition(".")
    value: Any = {name: 1.0} if key == "reward.own" else name
    with pytest.raises(UsageError) as caught:
        from_dict({section: {setting: value}})
    line = str(caught.value)
    assert f"{name} cannot be imported: {said}" in line
    assert "\n" not in line and "no module" not in line and "no such" not in line


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("None", "TypeError: float() argument must be a string or a real number, not 'NoneType'"),
        ("score.tests.nothing", "AttributeError: 'NoneType' object has no attribute 'nothing'"),
        ("2.0", "gave 2.0, a component is from 0 to 1"),
    ],
)
def test_a_component_that_fails_is_told_in_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, body: str, said: str
) -> None:
    init = f"def value(score, reviews):\n    return {body}"
    name = package(tmp_path, monkeypatch, init)
    score = replace(fake_score("x", 1), tests=None)
    with pytest.raises(UsageError) as caught:
        components(score, [], RewardConfig(own={name: 1.0}))
    assert str(caught.value).startswith(f"reward.own: {name} ")
    assert said in str(caught.value)


def test_a_package_that_fails_ends_a_command_without_a_traceback(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    name = package(tmp_path, monkeypatch, "x = undefined_name")
    assert cli.run(["train", f"--engine.own={name}.narrow"]) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert f"{name}.narrow cannot be imported: NameError" in line


@pytest.mark.parametrize("rest", [".missing", ".narrow.deeper", ".missing.deeper", "_not", "."])
def test_what_is_not_there_is_no_module(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, rest: str
) -> None:
    name = package(tmp_path, monkeypatch, "") + rest
    assert not is_importable(name)
    assert source_of(name) is None
    with pytest.raises(UsageError, match=r"engine\.own: no module"):
        from_dict({"engine": {"own": name}})


def test_what_is_there_is_found_with_its_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = f"{package(tmp_path, monkeypatch, '')}.narrow"
    assert is_importable(name)
    assert source_of(name) == tmp_path / "own_package" / "narrow.py"
    assert source_of("sys") is None  # built in


def test_a_module_that_fails_says_so_in_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = package(tmp_path, monkeypatch, "raise OSError('one\\ntwo')")
    with pytest.raises(UsageError, match=f"^{name} cannot be imported: OSError: one two$"):
        load_module(name)
