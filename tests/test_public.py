"""The public surface: what may be imported from the package itself, and at what cost."""

# pylint: disable=missing-function-docstring

import importlib
import subprocess
import sys
from pathlib import Path

import pytest

import parelha

ROOT = Path(__file__).parents[1]

LIGHT = """
import os, sys
before = dict(os.environ), set(sys.modules)
import parelha
assert dict(os.environ) == before[0], "the environment was changed"
dir(parelha)
ours = [name for name in sys.modules if name.partition(".")[0] == "parelha"]
print(sorted(ours), "torch" in sys.modules, "pydantic" in sys.modules)
parelha.UsageError
print("torch" in sys.modules, os.environ.get("GOMP_SPINCOUNT"))
"""


def test_importing_the_package_loads_and_changes_nothing() -> None:
    done = subprocess.run(
        [sys.executable, "-c", LIGHT], capture_output=True, text=True, check=True, env={}
    )
    assert done.stdout.splitlines() == ["['parelha'] False False", "False 2000"]


def test_every_public_name_is_what_it_is_where_it_is_defined() -> None:
    assert sorted(parelha._HOMES) == sorted(parelha.__all__) == parelha.__all__
    for name, home in parelha._HOMES.items():
        module, _, other = home.partition(":")
        found = getattr(importlib.import_module(f"parelha.{module}"), other or name)
        assert getattr(parelha, name) is found
        assert found.__doc__, name


def test_no_public_name_is_that_of_a_module() -> None:
    # It would be the module or the function, whichever was imported first.
    modules = {path.stem for path in (ROOT / "src" / "parelha").iterdir()}
    assert not modules & set(parelha.__all__)


def test_a_name_that_is_not_public_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="no attribute 'trian'"):
        _ = parelha.trian
    assert set(parelha.__all__) <= set(dir(parelha))


def test_the_page_on_extending_lists_the_public_names() -> None:
    page = (ROOT / "docs" / "extending.md").read_text(encoding="utf-8")
    table = page.partition("## From Python")[2].partition("\n```")[0]
    cells = [line.split("|")[1] for line in table.splitlines() if line.startswith("| `")]
    listed = [name.strip(" `") for cell in cells for name in cell.split(",")]
    assert sorted(listed) == parelha.__all__
