"""`parelha doctor`: one finding per subject, advice where something is missing, no crash."""

# pylint: disable=missing-function-docstring  # the names say what is tested

import json
import os
import shutil
import subprocess
import sys
from collections import namedtuple
from importlib.metadata import PackageNotFoundError
from pathlib import Path

import pytest
import torch

import parelha.sandbox
from parelha import doctor, loading
from parelha.config import Config
from parelha.errors import InfrastructureError
from parelha.experiment.made import made_with
from parelha.grading import grader_settings
from parelha.kernels.choose import choose
from parelha.models import fetch, hub, package_index
from parelha.priority import usable_cores
from parelha.sandbox import Layer, Probe


@pytest.fixture(name="quiet", autouse=True)
def _quiet(monkeypatch: pytest.MonkeyPatch) -> None:
    """No network, no sandbox to attack."""
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    monkeypatch.setattr(hub, "cached", lambda name: None)
    monkeypatch.setattr(package_index, "is_reachable", lambda requirement: True)
    monkeypatch.setattr(parelha.sandbox, "probe", lambda: Probe(3, (Layer("limits", True, "ok"),)))


def test_each_subject_is_looked_at_once(tmp_path: Path) -> None:
    checks = doctor.examine(tmp_path)
    names = [check.name for check in checks]
    assert names == [
        "Python",
        "cores",
        "memory",
        "accelerator",
        "disk",
        "model files",
        "hub",
        "package index",
        "linters",
        "isolation",
        "products",
    ]
    assert not doctor.obstacles(checks)
    assert all(check.found for check in checks)
    assert all(check.advice for check in checks if check.state == "missing")
    assert not any(check.advice for check in checks if check.state == "ok")


def test_processors_that_this_process_may_not_use_are_not_counted(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    threads: list[int] = []
    monkeypatch.setattr(os, "cpu_count", lambda: 64)
    monkeypatch.setattr(os, "sched_getaffinity", lambda pid: {3, 5}, raising=False)
    monkeypatch.setattr(torch, "set_num_threads", threads.append)
    monkeypatch.setattr(loading, "keep_freed_memory", lambda: None)
    loading.prepare_torch(Config())
    assert threads == [2]
    assert grader_settings(Config())["workers"] == 2
    assert made_with()["machine"]["cores"] == 2
    assert doctor.check_cores().found == "2"
    monkeypatch.delattr(os, "sched_getaffinity")  # as on macOS
    assert usable_cores() == 64


def test_one_place_counts_processors() -> None:
    package = Path(doctor.__file__).parent
    counting = {
        path.stem
        for path in package.rglob("*.py")
        if "os.cpu_count" in path.read_text(encoding="utf-8")
    }
    assert counting == {"priority"}


def test_the_type_and_the_speed_of_products_are_told() -> None:
    check = doctor.check_products()
    assert check.state in ("ok", "warn")
    assert choose().line() in check.found
    assert "GFLOP/s" in check.found


def test_a_processor_on_which_nothing_multiplies_is_an_obstacle(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def fails(*_: object, **__: object) -> None:
        raise RuntimeError("illegal instruction")

    monkeypatch.setattr("parelha.kernels.choose.product_seconds", fails)
    check = doctor.check_products()
    assert (check.state, check.found) == ("missing", "illegal instruction")
    assert doctor.obstacles([check]) == ["products"]


@pytest.mark.parametrize(
    ("fault", "found"),
    [
        ("ModuleNotFoundError(name='torch')", "torch is not installed"),
        ("ImportError('no symbol\\nhere')", "torch cannot be imported: no symbol"),
        ("OSError('libc10.so: no such file')", "torch cannot be imported: libc10.so: no such file"),
        ("ValueError('torch.__spec__')", "torch cannot be imported: torch.__spec__"),
    ],
)
def test_a_machine_whose_torch_is_missing_or_broken_is_told_so(
    tmp_path: Path, fault: str, found: str
) -> None:
    (tmp_path / "torch.py").write_text(f"raise {fault}\n", encoding="utf-8")
    code = (
        "from parelha import doctor\n"
        "for check in (doctor.check_accelerator(), doctor.check_products()):\n"
        "    print(check.name, check.state, check.found, bool(check.advice))"
    )
    paths = os.pathsep.join([str(tmp_path), os.environ.get("PYTHONPATH", "")])
    done = subprocess.run(
        [sys.executable, "-c", code],
        env=os.environ | {"PYTHONPATH": paths},
        capture_output=True,
        text=True,
        check=True,
    )
    names = ("accelerator", "products")
    assert done.stdout.splitlines() == [f"{name} missing {found} True" for name in names]


def test_models_in_the_cache_are_listed(tmp_path: Path) -> None:
    assert doctor.check_models(tmp_path).state == "missing"
    folder = tmp_path / "models" / "tiny-123"
    folder.mkdir(parents=True)
    (folder / "model.safetensors").write_bytes(b"12")
    record = {
        "name": "tiny",
        "source": "package-index",
        "sha256": "0",
        "files": {"model.safetensors": 2},
    }
    (folder / fetch.PROVENANCE).write_text(json.dumps(record))
    check = doctor.check_models(tmp_path)
    assert check.state == "ok"
    assert check.found == "tiny (0.00 GB, from package-index)"
    (folder / "model.safetensors").write_bytes(b"1")  # not whole any more
    assert doctor.check_models(tmp_path).state == "missing"


def test_a_full_disk_is_a_warning(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr(shutil, "disk_usage", lambda path: usage(1, 1, 1000))
    check = doctor.check_disk(tmp_path / "not" / "there")
    assert check.state == "warn"
    assert "PARELHA_CACHE" in check.advice


def test_a_machine_without_network(monkeypatch: pytest.MonkeyPatch) -> None:
    assert doctor.check_hub().state == "warn"
    monkeypatch.setattr(hub, "is_offline", lambda: False)
    monkeypatch.setattr(hub, "is_reachable", lambda: False)
    assert doctor.check_hub().found == "does not answer"
    monkeypatch.setattr(hub, "is_reachable", lambda: True)
    assert doctor.check_hub().state == "ok"
    monkeypatch.setattr(package_index, "is_reachable", lambda requirement: False)
    assert doctor.check_package_index().state == "warn"


def test_a_missing_linter(monkeypatch: pytest.MonkeyPatch) -> None:
    def no_version(name: str) -> str:
        raise PackageNotFoundError(name)

    monkeypatch.setattr(doctor, "version", no_version)
    check = doctor.check_linters()
    assert check.state == "missing"
    assert "pylint" in check.found


def test_isolation_in_its_three_states(monkeypatch: pytest.MonkeyPatch) -> None:
    def failing() -> Probe:
        raise InfrastructureError("no process")

    for probe, state in (
        (lambda: Probe(2, (Layer("namespaces", False, "not allowed"),)), "warn"),
        (lambda: Probe(0, (), "the sandbox needs Linux"), "missing"),
        (failing, "missing"),
    ):
        monkeypatch.setattr(parelha.sandbox, "probe", probe)
        assert doctor.check_isolation().state == state
