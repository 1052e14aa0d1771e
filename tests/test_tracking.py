"""The run folder: whole files, torn tails, resuming, full disks, kills."""

# pylint: disable=missing-function-docstring

import errno
import fcntl
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from parelha.errors import UsageError
from parelha.files import make_folder, read_lines, to_json_line, whole_folder, write_atomic
from parelha.report.records import read_run
from parelha.tracking import RunFolder

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


def rounds_of(step: int) -> list[dict[str, Any]]:
    return [{"step": step, "task": "t", "name": "d0", "kind": "draft", "reward": 0.5}]


def write_steps(run: RunFolder, count: int) -> None:
    for step in range(1, count + 1):
        run.write_step(step, {"episodes": 8}, {"seconds": 1.5}, rounds_of(step))


def test_a_step_comes_back_as_it_was_written(tmp_path: Path) -> None:
    run = RunFolder.create(tmp_path / "run")
    run.write_step(1, {"step": 1, "pass_rate/draft": 0.25}, {"seconds": 2.0}, rounds_of(1))
    assert run.read_metrics() == [{"step": 1, "pass_rate/draft": 0.25}]
    assert run.read_timings() == [{"step": 1, "seconds": 2.0}]
    assert run.read_rounds("step_00001") == rounds_of(1)


def test_an_existing_folder_is_refused_unless_empty(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    RunFolder.create(tmp_path / "empty")
    (tmp_path / "used").mkdir()
    (tmp_path / "used" / "thesis.txt").write_text("mine")
    with pytest.raises(UsageError, match="exists already"):
        RunFolder.create(tmp_path / "used")
    assert (tmp_path / "used" / "thesis.txt").read_text() == "mine"
    (tmp_path / "file").write_text("")
    with pytest.raises(UsageError, match="exists already"):
        RunFolder.create(tmp_path / "file")


def test_a_run_that_was_killed_with_its_first_adapters_written_can_be_started_again(
    tmp_path: Path,
) -> None:
    path = tmp_path / "run"
    RunFolder.create(path)
    (path / "adapters" / "node1-0a1b2c3d" / "coder-1").mkdir(parents=True)
    RunFolder.create(path).write_config({"config": {}})


def test_a_folder_that_is_no_run_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="does not exist"):
        RunFolder.open(tmp_path / "nowhere")
    with pytest.raises(UsageError, match="is no run"):
        RunFolder.open(tmp_path)
    (tmp_path / "config.json").write_text("{")
    with pytest.raises(UsageError, match="damaged"):
        RunFolder.open(tmp_path).read_config()
    (tmp_path / "config.json").write_text("{}")
    with pytest.raises(UsageError, match="no configuration"):
        RunFolder.open(tmp_path).read_config()


def test_truncate_forgets_every_trace_of_later_steps(tmp_path: Path) -> None:
    run = RunFolder.create(tmp_path / "run")
    write_steps(run, 5)
    run.write_eval("before", {"step": 0, "episodes": []}, [])
    run.write_eval("after", {"step": 5, "episodes": []}, rounds_of(5))
    (run.path / ".metrics.jsonl.123.tmp").write_text("half")
    run.truncate(3)
    assert [m["step"] for m in run.read_metrics()] == [1, 2, 3]
    assert [t["step"] for t in run.read_timings()] == [1, 2, 3]
    assert run.episode_steps() == [1, 2, 3]
    assert run.read_eval("before") is not None
    assert run.read_eval("after") is None
    assert run.read_rounds("eval_after") == []
    assert not list(run.path.rglob(".*.tmp"))


def test_a_resumed_run_removes_its_own_unfinished_files_and_not_what_others_write(
    tmp_path: Path,
) -> None:
    path = RunFolder.create(tmp_path / "run").path
    (path / "eval" / "after_00001.answers").mkdir()
    (path / "report_files").mkdir()
    own = [
        path / f".{name}.0123abcd.tmp"
        for name in ("config.json", "metrics.jsonl", "timings.jsonl", "passed_canary_step_1.txt")
    ]
    own += [path / "episodes" / ".step_00001.jsonl.0123abcd.tmp"]
    own += [path / "eval" / "after_00001.answers" / ".node.json.0123abcd.tmp"]
    begun = [path / ".report.html.0123abcd.tmp", path / "report_files" / ".a.js.0123abcd.tmp"]
    old = path / ".report.html.4567cdef.tmp"
    for left in (*own, *begun, old):
        left.write_text("half")
    os.utime(old, (0.0, 0.0))
    RunFolder(path).truncate(1)
    assert sorted(path.rglob(".*.tmp")) == sorted(begun)


def test_what_a_killed_process_left_of_a_folder_goes_and_a_living_ones_stays(
    tmp_path: Path,
) -> None:
    """A process's number says nothing: the other may be in a container of its own."""
    held, left, begun, old = (tmp_path / f".weights.{name}.tmp" for name in "abcd")
    for folder in (held, left, begun, old):
        (folder / "weights").mkdir(parents=True)
        (folder / "weights" / "part.gguf").write_text("half")
    os.utime(old, (0.0, 0.0))
    (left / "lock").touch()
    with (held / "lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        with whole_folder(tmp_path / "weights") as hidden:
            (hidden / "all.gguf").write_text("whole")
    assert set(tmp_path.iterdir()) == {tmp_path / "weights", held, begun}
    assert [path.name for path in (tmp_path / "weights").iterdir()] == ["all.gguf"]


def run_python(program: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """Run a program in a process of its own."""
    command = [sys.executable, "-c", program, str(folder)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


ONE_NUMBER = """
import os
import sys
from pathlib import Path

os.getpid = lambda: 7  # as in two containers; of locks taken before it, filelock would let go
from parelha.errors import UsageError
from parelha.files import whole_folder, write_atomic

place = Path(sys.argv[1])
with whole_folder(place / "weights") as first:
    (first / "a").write_text("first")
    try:
        with whole_folder(place / "weights") as second:
            (second / "b").write_text("second")
            assert [path.name for path in first.iterdir()] == ["a"]
            (place / "weights").mkdir()
    except UsageError as error:
        assert "exists already" in str(error), error
    else:
        raise AssertionError("the second came in the place of what was there")
    (place / "weights").rmdir()
assert [path.name for path in place.rglob("*")] == ["weights", "a"]
names = []
Path.replace = lambda self, to: names.append(self.name)
for _ in range(2):
    write_atomic(place / "file", "text")
assert len(set(names)) == 2, names
"""


def test_two_that_write_one_place_as_processes_of_one_number_do_not_meet(tmp_path: Path) -> None:
    told = run_python(ONE_NUMBER, tmp_path)
    assert told.returncode == 0, told.stderr


FORKED = """
import os
import sys
import weakref
from pathlib import Path

from parelha.files import give_up_folder, hold_folder

class Owner:
    pass

owner, folder = Owner(), Path(sys.argv[1])
leave = weakref.finalize(owner, give_up_folder, folder, hold_folder(folder))
if not (child := os.fork()):
    sys.exit(0)  # as a process ends: what is to be closed at its end is closed
assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
assert folder.is_dir()
leave()
assert not folder.exists()
"""


def test_a_forked_process_that_ends_leaves_its_parents_folder(tmp_path: Path) -> None:
    told = run_python(FORKED, tmp_path)
    assert told.returncode == 0, told.stderr


def test_a_step_written_again_after_truncation_gives_the_same_bytes(tmp_path: Path) -> None:
    whole, resumed = (RunFolder.create(tmp_path / name) for name in ("whole", "resumed"))
    write_steps(whole, 3)
    write_steps(resumed, 3)
    resumed.truncate(1)
    for step in (2, 3):
        resumed.write_step(step, {"episodes": 8}, {"seconds": 9.0}, rounds_of(step))
    name = "metrics.jsonl"
    assert (whole.path / name).read_bytes() == (resumed.path / name).read_bytes()


def test_a_torn_last_line_is_ignored_and_a_damaged_whole_line_is_named(tmp_path: Path) -> None:
    path = tmp_path / "metrics.jsonl"
    path.write_text('{"step": 1}\n{"step": 2, "epi')
    assert read_lines(path) == [{"step": 1}]
    path.write_text('{"step": 1}\nnonsense\n')
    with pytest.raises(UsageError, match=r"metrics\.jsonl:2 is damaged"):
        read_lines(path)


@pytest.mark.parametrize(
    ("name", "line", "message"),
    [
        (
            "metrics.jsonl",
            '{"step": "1"}',
            r"metrics\.jsonl is damaged: record 1 step: Input should be",
        ),
        ("episodes/step_00001.jsonl", '{"task": "t", "name": "d0"}', "record 1 has no kind"),
        ("eval/before.json", "{}", r"before\.json is damaged: record 1 has no episodes"),
    ],
)
def test_records_edited_by_hand_are_one_line(
    tmp_path: Path, name: str, line: str, message: str
) -> None:
    run = RunFolder.create(tmp_path / "run")
    run.write_config({"config": {}})
    run.write_step(1, {}, {}, [])
    (run.path / name).parent.mkdir(exist_ok=True)
    (run.path / name).write_text(line + "\n")
    with pytest.raises(UsageError, match=message):
        read_run(run.path)
        run.read_eval("before")


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EDQUOT])
def test_a_full_disk_is_one_line_and_leaves_the_old_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: int
) -> None:
    path = tmp_path / "metrics.jsonl"
    write_atomic(path, "old")

    def full(_: int) -> None:
        raise OSError(code, os.strerror(code))

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(UsageError, match="the disk is full") as caught:
        write_atomic(path, "new")
    assert "\n" not in str(caught.value)
    assert path.read_text() == "old"
    assert [p.name for p in tmp_path.iterdir()] == ["metrics.jsonl"]


def test_a_link_stays_one_and_the_file_that_it_leads_to_is_written(tmp_path: Path) -> None:
    folder, link = tmp_path / "elsewhere", tmp_path / "link"
    folder.mkdir()
    link.symlink_to("elsewhere/file")
    for text in ("first", "second"):
        write_atomic(link, text)
        assert (folder / "file").read_text() == text
    assert link.is_symlink() and len(list(folder.iterdir())) == 1


def test_a_folder_that_cannot_be_made_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(UsageError, match="cannot write"):
        RunFolder.create(tmp_path / "file" / "run")


@pytest.mark.parametrize("place", ["link/run", "link"])
def test_a_folder_behind_a_link_that_leads_nowhere_names_the_link(
    tmp_path: Path, place: str
) -> None:
    (tmp_path / "link").symlink_to("gone")
    for make in (RunFolder.create, make_folder):
        with pytest.raises(UsageError, match=r"/link is a link that leads nowhere; remove it"):
            make(tmp_path / place)


def test_numbers_that_json_lacks_become_null() -> None:
    line = to_json_line({"a": float("nan"), "b": [float("inf"), np.float32(0.5)], "c": np.int64(3)})
    assert json.loads(line) == {"a": None, "b": [None, 0.5], "c": 3}


@given(st.dictionaries(st.text(), JSON, max_size=4))
def test_any_record_is_one_line_and_comes_back(record: dict[str, Any]) -> None:
    data = to_json_line(record).encode("utf-8", "backslashreplace")
    assert data.count(b"\n") == 1
    again = json.loads(data)
    assert to_json_line(again) == to_json_line(record)


def test_text_no_file_could_hold_comes_back(tmp_path: Path) -> None:
    run = RunFolder.create(tmp_path / "run")
    said = "lone \ud800 surrogate,\u2028 separator,\x85 next line, \x00"
    record = rounds_of(1)[0] | {"said": said}
    run.write_step(1, {}, {}, [record])
    assert run.read_rounds("step_00001") == [record]


def test_two_processes_cannot_train_in_one_folder(tmp_path: Path) -> None:
    RunFolder.create(tmp_path / "run").write_config({"config": {}})
    code = (
        "import sys; from pathlib import Path; from parelha.tracking import RunFolder\n"
        "RunFolder.open(Path(sys.argv[1])).truncate(0)"
    )
    other = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path / "run")],
        capture_output=True,
        text=True,
        check=False,
    )
    assert "another process is training" in other.stderr


def test_kill_9_at_any_moment_leaves_whole_steps(tmp_path: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from parelha.tracking import RunFolder\n"
        "run = RunFolder.create(Path(sys.argv[1])); run.write_config({'config': {}})\n"
        "for step in range(1, 10**6):\n"
        "    round = {'task': 't', 'name': 'd0', 'kind': 'draft', 'said': 'r' * 20000}\n"
        "    run.write_step(step, {'adapter_sha/coder': 'm' * 3000}, {}, [round])\n"
    )
    for attempt in range(3):
        path = tmp_path / f"run{attempt}"
        with subprocess.Popen([sys.executable, "-c", code, str(path)]) as process:
            while not (path / "metrics.jsonl").exists():
                time.sleep(0.01)
            time.sleep(0.05 + 0.033 * attempt)
            process.send_signal(signal.SIGKILL)
        run = RunFolder.open(path)
        steps = [m["step"] for m in run.read_metrics()]
        assert steps == list(range(1, len(steps) + 1))
        assert (path / "metrics.jsonl").read_bytes().endswith(b"\n")
        assert all(len(run.read_rounds(f"step_{s:05d}")) == 1 for s in steps)
        run.truncate(len(steps))
        assert run.episode_steps() == steps
