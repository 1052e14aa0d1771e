"""Model files that are not what their names say: one line that names the file and what to do."""

# pylint: disable=missing-function-docstring

import json
import shutil
import struct
from collections.abc import Callable
from pathlib import Path

import pytest

from parelha.errors import ModelFileError
from parelha.models import fetch, hub
from parelha.models.whole import check_file, check_folder
from tests.tiny import tiny_folder

POINTER = b"version https://git-lfs.github.com/spec/v1\noid sha256:" + b"a" * 64 + b"\nsize 9\n"
PAGE = b"\xef\xbb\xbf\n<!DOCTYPE html>\n<html><head><title>Sign in</title></head></html>\n"


@pytest.fixture(name="whole", scope="module")
def _whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny_folder(tmp_path_factory.mktemp("whole"))


@pytest.fixture(name="folder")
def _folder(whole: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(whole, tmp_path / "model"))


def cut(share: float) -> Callable[[bytes], bytes]:
    return lambda data: data[: int(len(data) * share)]


@pytest.mark.parametrize(
    ("name", "change", "says"),
    [
        ("model.safetensors", lambda _: POINTER, r"git-lfs pointer .*run `git lfs pull` in "),
        ("tokenizer.json", lambda _: POINTER, r"tokenizer\.json is a git-lfs pointer"),
        ("model.safetensors", lambda _: PAGE, "is a web page"),
        ("config.json", lambda _: b"<html>404</html>", r"config\.json is a web page"),
        ("model.safetensors", lambda _: b"<?xml version='1.0'?><Error/>", "is a web page"),
        ("model.safetensors", lambda _: b"", "is empty"),
        ("model.safetensors", lambda _: b"\x10\0\0", "is cut, or no"),
        ("model.safetensors", cut(0.01), "is cut, or no"),
        ("model.safetensors", cut(0.5), "is cut, or no"),
        ("model.safetensors", lambda data: data[:-1], "is cut, or no"),
        ("model.safetensors", lambda _: b"Entry not found: no such file", "no safetensors file"),
        ("model.safetensors", lambda _: b'{"error": "Access denied"}', "no safetensors file"),
        (
            "model.safetensors",
            lambda _: struct.pack("<Q", 16) + b'{"a":[1,2,3,45]}',
            "no safetensors file",
        ),
        ("config.json", lambda _: b"", r"config\.json is empty"),
    ],
)
def test_a_folder_with_a_file_that_is_none_is_refused(
    folder: Path, name: str, change: Callable[[bytes], bytes], says: str, tmp_path: Path
) -> None:
    path = folder / name
    path.write_bytes(change(path.read_bytes()))
    with pytest.raises(ModelFileError, match=says) as caught:
        fetch.resolve(str(folder), cache_dir=tmp_path / "cache")
    assert name in str(caught.value) and "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("content", "says"),
    [(POINTER, "git-lfs pointer"), (PAGE, "web page"), (b"", "is empty"), (b"x" * 99, "no GGUF")],
    ids=["pointer", "page", "empty", "text"],
)
def test_a_gguf_file_that_is_none_is_refused(tmp_path: Path, content: bytes, says: str) -> None:
    path = tmp_path / "some.gguf"
    path.write_bytes(content)
    with pytest.raises(ModelFileError, match=says):
        fetch.resolve(str(path), cache_dir=tmp_path / "cache")
    assert not (tmp_path / "cache").exists()


def test_a_snapshot_in_the_hubs_cache_is_looked_at_too(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    weights = folder / "model.safetensors"
    weights.write_bytes(weights.read_bytes()[:-9])
    monkeypatch.setattr(hub, "cached", lambda name: folder)
    with pytest.raises(ModelFileError, match="is cut"):
        fetch.resolve("owner/tiny", cache_dir=tmp_path / "cache")


def test_an_index_of_shards_that_is_none_is_refused(folder: Path, tmp_path: Path) -> None:
    index = folder / "model.safetensors.index.json"
    for content in ("<html>", "[]", "{}", '{"weight_map": 3}'):
        index.write_text(content)
        with pytest.raises(ModelFileError, match=r"index\.json is (damaged|a web page)"):
            fetch.resolve(str(folder), cache_dir=tmp_path / "cache")


def test_pickled_weights_that_are_cut_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "pytorch_model.bin"
    shutil.make_archive(str(tmp_path / "zip"), "zip", Path(__file__).parent / "attacks")
    whole = (tmp_path / "zip.zip").read_bytes()
    path.write_bytes(whole)
    check_file(path)
    path.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(ModelFileError, match="is cut"):
        check_file(path)


def test_whole_files_are_let_through(whole: Path, tmp_path: Path) -> None:
    check_folder(whole)
    padded = tmp_path / "model.safetensors"  # writers may align the header with spaces
    header = json.dumps({"a": {"dtype": "F32", "shape": [1], "data_offsets": [0, 4]}}).encode()
    header += b" " * (-len(header) % 64)
    padded.write_bytes(struct.pack("<Q", len(header)) + header + b"\0" * 4)
    check_file(padded)
