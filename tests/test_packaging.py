"""What stands in several files about the package is the same in each."""

# pylint: disable=missing-function-docstring

import re
import tomllib
from pathlib import Path

import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

import parelha

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]


def test_the_version_is_the_same_everywhere() -> None:
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    assert PROJECT["version"] == citation["version"] == parelha.__version__
    assert PROJECT["license"] == citation["license"]


def test_what_was_tested_is_allowed_and_every_dependency_has_an_oldest_version() -> None:
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").split()
    tested = {canonicalize_name(name): version for name, version in (x.split("==") for x in lines)}
    for file in ("Makefile", "Dockerfile"):
        found = re.search(r"TORCH_SPEC ?\??= ?torch==(\S+)", (ROOT / file).read_text("utf-8"))
        assert found, file
        assert tested.setdefault(canonicalize_name("torch"), found[1]) == found[1]
    extras = PROJECT["optional-dependencies"]
    for extra in ("solve", "serve", "gguf"):  # what users install
        for requirement in map(Requirement, PROJECT["dependencies"] + extras[extra]):
            assert any(one.operator == ">=" for one in requirement.specifier), requirement
            if requirement.name == "pip":
                continue  # constraints would have it replace itself
            version = Version(tested[canonicalize_name(requirement.name)])
            assert requirement.specifier.contains(version), requirement
