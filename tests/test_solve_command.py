"""What a person gets of a question: the answer, the kept program, and the command."""

# pylint: disable=missing-function-docstring

import json
import os
import runpy
import subprocess
import sys
import warnings
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pytest
from safetensors.torch import load_file

from parelha import cli
from parelha.errors import UsageError, install_command
from parelha.models.policy import ADAPTER_FILE
from parelha.solve.answers import answer_json, answer_text, brief_text, comparable
from parelha.solve.showing import program_file
from parelha.solve.solving import open_pair
from parelha.solve.tables import read_tables
from parelha.types import Agent
from tests.fakes import run_tiny, tiny_config, tiny_format, use_fakes
from tests.question_data import DATA_SETS, DataSet
from tests.scripted import ScriptedEngine
from tests.test_solve import RIGHT, Linters

pytestmark = pytest.mark.slow


@pytest.fixture(name="sets", scope="module")
def _sets(tmp_path_factory: pytest.TempPathFactory) -> dict[str, DataSet]:
    folder = tmp_path_factory.mktemp("sets")
    return {make.__name__: make(folder) for make in DATA_SETS}


def test_answers_are_json_whatever_they_are() -> None:
    moment = pd.Timestamp("2024-01-02")
    frame = pd.DataFrame({"when": [moment, pd.NaT], "n": [1.5, float("nan")]}, index=["a", "b"])
    assert answer_json(frame) == {
        "columns": ["when", "n"],
        "index": ["a", "b"],
        "rows": [["2024-01-02T00:00:00", 1.5], [None, None]],
    }
    assert answer_json({("a", 1): {2}, "t": (moment, b"x", float("inf"))}) == {
        "a, 1": [2],
        "t": ["2024-01-02T00:00:00", "x", None],
    }


@pytest.mark.parametrize(
    ("value", "plain", "text"),
    [
        (np.array(2.5), 2.5, "2.5"),
        (np.array("north"), "north", "north"),
        ({"n": np.array(3)}, {"n": 3}, "n: 3"),
        (np.timedelta64(3, "Y"), "3 years", "3 years"),
        (np.timedelta64(10**18, "D"), "1000000000000000000 days", "1000000000000000000 days"),
        (np.array("2024-01-02", "M8[ns]"), "2024-01-02T00:00:00", "Timestamp('2024-01-02 00:00"),
        (np.array(["2024-01-02"], "M8[ns]"), ["2024-01-02T00:00:00"], "array(['2024-01-02"),
    ],
)
def test_scalars_of_numpy_are_told_and_compared_as_what_they_hold(
    value: Any, plain: Any, text: str
) -> None:
    assert answer_json(value) == plain
    assert comparable(value) == comparable(plain)
    assert answer_text(value).startswith(text)


def test_an_item_of_a_dictionary_that_is_cut_says_so() -> None:
    whole, cut = "x" * 500, "y" * 501
    text = answer_text({"whole": whole, "cut": cut, "list": [cut]})
    assert text.splitlines()[:2] == [
        f"whole: {whole}",
        f"cut: {cut[:500]}... [cut: --json has all of it]",
    ]
    assert text.endswith("y... [cut: --json has all of it]")
    assert brief_text({"cut": cut}, 600).endswith("y... [cut]")


def test_answers_cannot_steer_a_terminal() -> None:
    for value in ("\x1b[31mred\r", pd.Series(["\x1b]0;title\x07"]), {"\x1b": "\x9b"}):
        assert not {"\x1b", "\r", "\x07", "\x9b"} & set(answer_text(value))


def test_a_long_answer_is_cut_on_the_terminal_alone() -> None:
    text = "x" * 20_001
    assert answer_text(text).endswith("x\n[cut: --json has all of it]")
    assert answer_text(text[1:]) == text[1:]
    frame = pd.DataFrame({"n": range(100_001)})
    other = frame.assign(n=frame.n.where(frame.n < 100_000, 0))
    assert len(answer_json(frame)["rows"]) == 100_001
    assert comparable(frame) != comparable(other)


def test_a_program_that_does_not_parse_is_kept_as_it_is(sets: dict[str, DataSet]) -> None:
    tables = read_tables([sets["weather"].path])
    assert program_file("def answer(:\n", tables).endswith("\ndef answer(:\n")


def test_a_kept_program_runs_by_itself(
    sets: dict[str, DataSet], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path, right = tmp_path / "kept.py", sets["weather"].questions[0].right
    assert isinstance(right, float)
    tables = read_tables([sets["weather"].path, sets["series"].path])
    program = "def answer(weather, visits):\n    return weather.temperature.max() + len(visits)\n"
    script = "print(weather.temperature.max() + len(visits))\n"
    called = f"{program}\n\nresult = answer(weather, visits)\n"
    unprinted = "answer = weather.temperature.max() + len(visits)\n"
    future = f'"""Hot."""\nfrom __future__ import annotations\n\n{program}'
    for source in (program, script, called, unprinted, future):
        path.write_text(program_file(source, tables), encoding="utf-8")
        with warnings.catch_warnings():
            warnings.simplefilter("default")
            runpy.run_path(str(path), run_name="__main__")
        assert float(capsys.readouterr().out) == pytest.approx(right + 731)
    # The last of them in a process of its own, as a user starts it.
    done = subprocess.run([sys.executable, path], capture_output=True, text=True, check=True)
    assert float(done.stdout) == pytest.approx(right + 731)


# --- the command ---------------------------------------------------------------------------------


@pytest.fixture(name="scripted")
def _scripted(monkeypatch: pytest.MonkeyPatch, model_folder: Path) -> tuple[str, dict[Any, str]]:
    """Let the tiny model's place be taken by a script; its folder is real."""
    script: dict[Any, str] = {}
    grader = SimpleNamespace(analyser=Linters(), workers=1, close=lambda: None)
    monkeypatch.setattr("parelha.runtime.Grader", lambda **_: grader)
    monkeypatch.setattr(
        "parelha.runtime.TorchEngine", lambda *_: ScriptedEngine(tiny_format(), script)
    )
    return str(model_folder), script


def test_the_command_answers_keeps_and_shows(
    scripted: tuple[str, dict[Any, str]],
    sets: dict[str, DataSet],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    model, script = scripted
    source = (
        "import matplotlib.pyplot as plt\n\n\ndef answer(sales):\n"
        "    plt.plot(sales['units'])\n    return sales['units'].sum()"
    )
    script |= {("d0", 1): RIGHT.format(source), ("d0.r0", 0): "approve"}
    data, plot, kept = sets["sales"].path, tmp_path / "out.png", tmp_path / "program.py"
    begin = ["solve", "How many units?", "--data", str(data), "--model", model, "--drafts", "1"]
    assert cli.run([*begin, "--plot", str(plot), "--save", str(kept), "--json"]) == 0
    out, err = capsys.readouterr()
    record = json.loads(out)
    total = int(pd.read_csv(data)["units"].sum())
    assert (record["answer"], record["kind"], record["plot"]) == (total, "number", str(plot))
    assert record["dialogue"][1]["action"] == "approve"
    assert "not trained by Parelha" in err
    assert plot.read_bytes().startswith(b"\x89PNG")
    assert str(data) in kept.read_text(encoding="utf-8")

    script[("d0", 1)] = "I do not know."
    monkeypatch.setattr("parelha.solve.running.DataTools.start", lambda tools: None)  # none runs
    assert cli.run([*begin, "--show"]) == 1
    out, err = capsys.readouterr()
    assert "I do not know." in out and "coder, draft" in out
    assert "parelha: no answer: the coder wrote no program (no code block)" in err
    assert "I do not know." not in err  # it is shown once
    assert cli.run(begin) == 1
    words, line = capsys.readouterr().err.splitlines()[-2:]
    assert words == "I do not know."
    assert line.startswith("parelha: no answer: the coder wrote no program")


def test_an_answer_is_told_though_nothing_can_be_written(
    scripted: tuple[str, dict[Any, str]],
    sets: dict[str, DataSet],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    model, script = scripted
    source = "def answer(sales):\n    return len(sales)"
    script |= {("d0", 1): RIGHT.format(source), ("d0.r0", 0): "approve"}
    data, kept = sets["sales"].path, tmp_path / "program.py"

    def full(path: Path, _: str) -> None:
        raise UsageError(f"the disk is full: {path} was not written")

    monkeypatch.setattr("parelha.solve.command.write_atomic", full)
    begin = ["solve", "How many?", "--data", str(data), "--model", model, "--drafts", "1"]
    assert cli.run([*begin, "--save", str(kept)]) == 2
    out, err = capsys.readouterr()
    assert out.startswith(str(len(pd.read_csv(data))))
    assert err.splitlines()[-1] == f"parelha: the disk is full: {kept} was not written"


def test_what_a_program_says_cannot_steer_a_terminal(
    scripted: tuple[str, dict[Any, str]],
    sets: dict[str, DataSet],
    capsys: pytest.CaptureFixture[str],
) -> None:
    model, script = scripted
    source = "def answer(sales):\n    raise ValueError(chr(27) + ']0;owned' + chr(7))"
    script |= {("d0", 1): RIGHT.format(source), ("d0.r0", 0): "approve"}
    data = str(sets["sales"].path)
    begin = ["solve", "How many?", "--data", data, "--model", model, "--drafts", "1"]
    assert cli.run([*begin, "--rounds", "1"]) == 1
    out, err = capsys.readouterr()
    assert "owned" in err and not {"\x1b", "\x07"} & set(out + err)


def test_a_runs_newest_checkpoint_answers(
    model_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    use_fakes(monkeypatch)
    run_dir = run_tiny(tiny_config(model_folder, tmp_path, train={"steps": 2}))
    with open_pair(run_dir, "", allow_unsafe=False, say=lambda _: None) as pair:
        assert pair.step == 2 and "step 2" in pair.name
        stored = load_file(run_dir / "checkpoints" / "step_00002" / "coder" / ADAPTER_FILE)
        held = pair.runtime.policy.parameters(Agent.CODER).values()
        assert sum(float(half.detach().abs().sum()) for half in held) == pytest.approx(
            sum(float(tensor.abs().sum()) for tensor in stored.values()), rel=1e-5
        )


def test_a_run_that_vllm_servers_played_is_answered_for_by_our_own_engine(
    model_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    use_fakes(monkeypatch)
    run_dir = run_tiny(tiny_config(model_folder, tmp_path, train={"steps": 1}))
    stored = json.loads((run_dir / "config.json").read_text(encoding="utf-8"))
    engine = {"kind": "vllm", "servers": ["http://localhost:9"], "server_key_env": "KEY"}
    stored["config"]["engine"] |= engine
    stored["config"]["train"]["overlap"] = True
    (run_dir / "config.json").write_text(json.dumps(stored), encoding="utf-8")
    with open_pair(run_dir, "", allow_unsafe=False, say=lambda _: None) as pair:
        assert pair.runtime.config.engine.kind == "torch"
        assert pair.step == 1


def test_a_run_that_is_not_there_is_refused(
    sets: dict[str, DataSet], capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.run(["solve", "Q?", "--data", str(sets["sales"].path), "--run", "nowhere"]) == 2
    assert "nowhere does not exist" in capsys.readouterr().err


@pytest.mark.parametrize(
    "arguments, says",
    [
        (["Q?"], "needs a file to look at: --data FILE"),
        (["  ", "--data", "{}"], "the question is empty"),
        (["Q" * 5000, "--data", "{}"], "4000 at most"),
        (["Q?", "--data", "missing.csv"], "cannot read missing.csv"),
        (["Q?", "--data", "{}", "--save", "{}"], "is one of the data files"),
        (["Q?", "--data", "{}", "--plot", "nowhere/a.png"], "cannot write"),
        (["Q?", "--data", "{}", "--plot", "/proc/a.png"], "cannot write /proc/a.png"),
        (["Caf\udce9?", "--data", "{}"], "the question is not UTF-8 text"),
        (["Q?", "--data", "{}", "--plot", "a", "--save", "a"], "the same file"),
        (["Q?", "--data", "{}", "--rounds", "9"], "--rounds 9: must be 1 to 3"),
        (["Q?", "--data", "{}", "--drafts", "0"], "--drafts 0: must be 1 to 8"),
        (["Q?", "--data", "{}", "--seconds", "0"], "--seconds 0"),
        (["Q?", "--data", "{}", "--sheet", "No"], "no file has a sheet"),
        (["Q?", "--data", "{}", "--header", "maybe"], "maybe"),
        (["Q?", "--data", "{}", "--run", "x", "--model", "y"], "leave it out with --run"),
    ],
)
def test_wrong_use_is_one_line(
    sets: dict[str, DataSet], capsys: pytest.CaptureFixture[str], arguments: list[str], says: str
) -> None:
    data = str(sets["sales"].path)
    assert cli.run(["solve", *(word.replace("{}", data) for word in arguments)]) == 2
    error = capsys.readouterr().err
    assert says in error
    assert error.splitlines()[-1].startswith("parelha: ")


def test_a_plot_without_matplotlib_is_refused_at_once(
    sets: dict[str, DataSet], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("parelha.solve.command.find_spec", lambda name: None)
    data = str(sets["sales"].path)
    assert cli.run(["solve", "Q?", "--data", data, "--plot", "a.png", "--model", "nowhere"]) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert "--plot needs matplotlib" in line and install_command("solve") in line


@pytest.mark.parametrize("linked", [False, True])
def test_a_place_that_is_no_plain_file_is_left_as_it_is(
    sets: dict[str, DataSet], tmp_path: Path, capsys: pytest.CaptureFixture[str], linked: bool
) -> None:
    pipe, place = tmp_path / "pipe", tmp_path / "link"
    os.mkfifo(pipe)
    place.symlink_to(pipe)
    kept, data = str(place if linked else pipe), str(sets["sales"].path)
    assert cli.run(["solve", "Q?", "--data", data, "--save", kept, "--model", "nowhere"]) == 2
    assert capsys.readouterr().err.endswith("it is no plain file, choose another name\n")
    assert pipe.is_fifo() and place.is_symlink()


def test_help_of_the_command_loads_nothing_heavy() -> None:
    code = (
        "import sys; from parelha.cli import run\ncode = run(['solve', '--help'])\n"
        "print([m for m in ('torch', 'pandas', 'numpy') if m in sys.modules], code)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[] 0"
    assert "--data" in done.stdout
