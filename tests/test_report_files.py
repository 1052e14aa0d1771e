"""What a page has beside it: the library that pages share, and the packed texts of episodes."""

# pylint: disable=missing-function-docstring

import base64
import json
import re
import threading
import zlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parelha import cli
from parelha.errors import UsageError
from parelha.files import write_atomic
from parelha.report import page as pages
from parelha.report.assets import csp_hash
from parelha.report.comparison_page import build_comparison
from parelha.report.episodes import BEFORE, STORED, TRAINING, changed_lines, pack_episodes
from parelha.report.records import join_rounds, read_run
from parelha.report.run_page import build_report
from parelha.tracking import RunFolder
from tests.fabricate import fabricate_run

pytestmark = pytest.mark.slow

HOSTILE = (
    "</script><script>alert(1)</script><img src=x onerror=alert(2)> \u202e \x1b[31m \x00 \ud800"
)
LINES = st.lists(st.sampled_from(["a", "b", "c", "", "def f():"]), min_size=1, max_size=12)


def unpacked(text: str) -> Any:
    return json.loads(zlib.decompress(base64.b64decode(text)))


def settings_of(page: Path) -> dict[str, Any]:
    text = page.read_text(encoding="utf-8")
    found = re.search(r'id="settings">(.*?)</script>', text)
    assert found is not None
    settings: dict[str, Any] = json.loads(found[1])
    return settings


def files_beside(page: Path) -> set[str]:
    folder = page.parent / "report_files"
    return {path.name for path in folder.iterdir()} if folder.exists() else set()


def episodes_of(chunks: Mapping[str, Any], index: dict[str, Any]) -> list[list[dict[str, Any]]]:
    found = []
    for chunk, place in zip(*index["columns"][:2], strict=True):
        held = chunks[index["chunks"][chunk]]
        found.append([held["rounds"][number] for number in held["episodes"][place]])
    return found


@pytest.fixture(scope="module", name="run")
def _run(tmp_path_factory: pytest.TempPathFactory) -> RunFolder:
    return fabricate_run(tmp_path_factory.mktemp("runs") / "run", steps=9, said=HOSTILE)


def test_every_episode_is_packed_with_its_own_rounds(run: RunFolder) -> None:
    packed = pack_episodes(read_run(run.path))
    index = unpacked(packed.index)
    shown = episodes_of({k: unpacked(v) for k, v in packed.chunks.items()}, index)
    names = ["eval_before", *(f"step_{step:05d}" for step in range(1, 10)), "eval_after"]
    chains = [chain for name in names for chain in join_rounds(run.read_rounds(name))]
    assert packed.count == len(shown) == len(chains)
    assert len(packed.chunks) == 5  # evaluations, and the steps, four of 16 episodes together
    for episode, chain in zip(shown, chains, strict=True):
        assert [part["heading"].lower() for part in episode] == [line["kind"] for line in chain]
        for part, line in zip(episode, chain, strict=True):
            assert part.get("passed") == (line["score"] and line["reward"] > 1)
            assert [name for name, _ in part.get("tools", ())] == [
                tool.replace("_", " ") for tool in line["tool_calls"]
            ]
    tasks = [index["tasks"][number] for number in index["columns"][4]]
    assert tasks == [chain[0]["task"] for chain in chains]
    assert index["columns"][2] == [chain[0]["step"] for chain in chains]
    sources = [index["sources"][number] for number in index["columns"][3]]
    assert sources[0] == BEFORE and sources[24] == TRAINING


def test_no_text_of_a_model_stands_in_the_page_or_a_script(run: RunFolder) -> None:
    page = build_report(run.path)
    packed = pack_episodes(read_run(run.path))
    text = json.dumps([unpacked(chunk) for chunk in packed.chunks.values()], ensure_ascii=False)
    assert "<img src=x onerror=alert(2)>" in text
    assert not re.search("[\x00-\x08\x0b-\x1f\u202a-\u202e\u2066-\u2069]", text)
    for path in (page, *(page.parent / "report_files").iterdir()):
        assert b"alert(" not in path.read_bytes()


def test_reviews_of_stored_drafts_can_be_read(tmp_path: Path) -> None:
    run = fabricate_run(tmp_path / "run", steps=1, evals=())
    rounds = run.read_rounds("step_00001")
    kept = [line for line in rounds if line["name"].startswith("d0")]
    for line in kept:
        line["name"] = "s" + line["name"][1:]
        line["kind"] = "stored" if line["kind"] == "draft" else line["kind"]
    run.write_step(1, {"step": 1}, {}, kept)
    index = unpacked(pack_episodes(read_run(run.path)).index)
    assert index["sources"] == [STORED]
    assert len(index["columns"][0]) == 4


@given(LINES, LINES)
def test_what_changed_turns_one_program_into_the_other(one: list[str], other: list[str]) -> None:
    made, here = [], 0
    for begin, end, from_, to in changed_lines("\n".join(one), "\n".join(other)):
        made += [*one[here:begin], *other[from_:to]]
        here = end
    assert "\n".join(made + one[here:]) == "\n".join(other)


def test_pages_of_a_folder_share_one_library(tmp_path: Path) -> None:
    runs = [fabricate_run(tmp_path / name, steps=1).path for name in ("a", "b")]
    made = [*map(build_report, runs), build_comparison(runs)]
    (library,) = tmp_path.glob("plotly-*.js")
    assert library.stat().st_size > 1e6
    for page in made:
        assert page.stat().st_size < 1e6
        assert any(
            (page.parent / place).samefile(library) for place in settings_of(page)["library"]
        )


def test_a_library_that_was_copied_in_part_is_written_again(tmp_path: Path) -> None:
    run = fabricate_run(tmp_path / "run", steps=1).path
    build_report(run)
    (library,) = tmp_path.glob("plotly-*.js")
    whole = library.read_bytes()
    library.write_bytes(whole[:1000])
    build_report(run)
    assert library.read_bytes() == whole


def test_a_report_made_again_replaces_the_old(tmp_path: Path) -> None:
    run = fabricate_run(tmp_path / "run", steps=2)
    page = build_report(run.path)
    old = files_beside(page)
    (page.parent / "report_files" / ".step_00001-0123456789ab.js.1.tmp").write_text("")
    (page.parent / "report_files" / "mine.txt").write_text("")
    run.truncate(1)
    new = files_beside(build_report(run.path))
    assert new == {*settings_of(page)["chunks"].values(), "mine.txt"}
    assert new & old  # the evaluation before is the same


def test_until_the_new_page_is_there_the_old_one_has_its_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = fabricate_run(tmp_path / "run", steps=2)
    page = build_report(run.path)
    was = page.read_bytes()
    run.truncate(1)

    def full(path: Path, content: str) -> None:
        del content
        raise UsageError(f"the disk is full: {path} was not written")

    monkeypatch.setattr(pages, "write_atomic", full)
    with pytest.raises(UsageError, match=r"report\.html was not written"):
        build_report(run.path)
    assert page.read_bytes() == was
    assert files_beside(page) >= set(settings_of(page)["chunks"].values())


@pytest.mark.parametrize("single_file", [False, True])
def test_of_two_writers_of_one_page_the_last_leaves_it_with_its_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, single_file: bool
) -> None:
    """As where a run ends with its report while somebody asks for it."""
    path = tmp_path / "report.html"

    def write(text: str, single_file: bool = False) -> None:
        told = {"title": "run", "headline": ["It ran."], "sections": []}
        packed = pages.Packed(1, "", {"step_00001": text})
        pages.write_page(path, told, shelf=tmp_path, single_file=single_file, episodes=packed)

    write("before")  # with the library, which takes long to write
    others: list[threading.Thread] = []

    def wait(place: Path, content: str) -> None:
        if place == path and not others:
            others.append(threading.Thread(target=write, args=("b3RoZXI=", single_file)))
            others[0].start()
            others[0].join(timeout=0.5)
        write_atomic(place, content)

    monkeypatch.setattr(pages, "write_atomic", wait)
    write("own")
    others[0].join()
    assert files_beside(path) == set(settings_of(path)["chunks"].values())
    assert ("b3RoZXI=" in path.read_text(encoding="utf-8")) == single_file
    assert not list(tmp_path.glob(".*"))  # nor is a lock left


def test_a_single_file_holds_everything(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run = fabricate_run(tmp_path / "run", steps=2)
    build_report(run.path)
    next(tmp_path.glob("plotly-*.js")).unlink()
    assert cli.run(["report", str(run.path), "--single-file"]) == 0
    page = Path(capsys.readouterr().out.strip())
    assert not (page.parent / "report_files").exists()
    assert not list(tmp_path.glob("plotly-*.js"))
    assert settings_of(page)["library"] == []
    text = page.read_text(encoding="utf-8")
    texts = dict(re.findall(r'id="texts-(\w+)">([\w+/=]+)</script>', text))
    assert texts == pack_episodes(read_run(run.path)).chunks


@pytest.mark.parametrize("single_file", [False, True])
def test_the_policy_allows_the_pages_own_scripts_alone(tmp_path: Path, single_file: bool) -> None:
    page = build_report(fabricate_run(tmp_path / "run", steps=1).path, single_file)
    text = page.read_text(encoding="utf-8")
    scripts = re.findall(r"<script>(.*?)</script>", text, re.DOTALL)
    (policy,) = re.findall(r"script-src (.*?);", text)
    beside = [] if single_file else ["'self'", "file:"]
    assert policy.split() == [*beside, *map(csp_hash, scripts)]
    assert "unsafe" not in policy
