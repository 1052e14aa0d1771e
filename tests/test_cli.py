"""The command line: exit codes, one-line errors, settings, lazy imports."""

# pylint: disable=missing-function-docstring

import errno
import json
import os
import subprocess
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from parelha import cli, types
from parelha.config import Config
from parelha.config_file import from_dict, known_keys, load_config
from parelha.errors import InfrastructureError, NothingTrainedError, UsageError
from parelha.live import Progress
from parelha.overrides import resumed_config, split_arguments, whole_key
from parelha.tracking import RunFolder
from parelha.types import Analysis, Outcome, Score
from tests.fabricate import fabricate_run

HEAVY = ("torch", "transformers", "pandas", "scipy", "plotly", "sklearn")


class FakeTraining(ModuleType):
    """Stands in for `parelha.train`, which would load torch and a model."""

    def __init__(self, error: BaseException | None = None) -> None:
        super().__init__("parelha.train")
        self.error = error
        self.seen: list[tuple[Config, Path | None]] = []

    def train(
        self, config: Config, *, resume: Path | None = None, progress: Progress, **_: None
    ) -> Path:
        self.seen.append((config, resume))
        run_dir = resume or config.run_dir
        if resume is None:
            fabricate_run(run_dir, steps=2)
        progress.message("trained")
        if self.error is not None:
            raise self.error
        return run_dir

    def dry_run(self, config: Config) -> str:
        return json.dumps(config.to_dict())

    def load_run_config(self, run_dir: Path) -> Config:
        RunFolder.open(run_dir).read_config()
        return from_dict({"name": run_dir.name, "train": {"steps": 4}})


@pytest.fixture(name="training")
def _training(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> FakeTraining:
    return install(monkeypatch, tmp_path, FakeTraining())


def install(monkeypatch: pytest.MonkeyPatch, folder: Path, training: FakeTraining) -> FakeTraining:
    monkeypatch.chdir(folder)
    monkeypatch.setitem(sys.modules, "parelha.train", training)
    monkeypatch.setattr("parelha.train", training, raising=False)
    return training


def complaint(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str]:
    """Exit code and standard error, which must be one line without a traceback."""
    code = cli.run(arguments)
    error = capsys.readouterr().err
    assert error.count("\n") == 1 and error.startswith("parelha: ")
    return code, error


# --- start -------------------------------------------------------------------------------------


@pytest.mark.parametrize("arguments", [["--help"], ["train", "--help"], ["--version"]])
def test_help_loads_nothing_heavy(arguments: list[str]) -> None:
    code = (
        "import sys; from parelha.cli import run\n"
        f"code = run({arguments!r})\n"
        f"print([m for m in {HEAVY!r} if m in sys.modules], code)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[] 0"


def test_the_module_is_the_console_script() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "parelha", "trian"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 2
    assert done.stderr.startswith('parelha: Unknown command "trian". Did you mean "train"?')
    assert done.stderr.count("\n") == 1


def test_main_exits_with_the_code(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        cli.main(["report"])
    assert ended.value.code == 2
    assert "at least one run" in capsys.readouterr().err


# --- wrong use ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "arguments, says",
    [
        (["train", "missing.toml"], "cannot read missing.toml"),
        (["train", "--train.stepz", "3"], "unknown key train.stepz; did you mean --train.steps?"),
        (["train", "--resum", "x"], "did you mean --resume?"),
        (["train", "--steps", "many"], "train.steps"),
        (["train", "--steps", "0"], "greater than or equal to 1"),
        (["train", "--steps", "-3"], "greater than or equal to 1"),
        (["train", "--steps"], "--steps needs a value"),
        (["train", "--steps", "1", "--train.steps", "2"], "given twice"),
        (["train", "a.toml", "b.toml"], "unexpected argument"),
        (["train", "-x"], "unexpected argument"),
        (["train", "--resume"], "requires an argument"),
        (["train", "--resume", "nowhere"], "nowhere does not exist"),
        (["eval"], "the folder of a run"),
        (["eval", "nowhere"], "nowhere does not exist"),
        (["eval", "nowhere", "--episodes", "0"], "at least 1"),
        (["eval", "nowhere", "--step", "-1"], "at least 0"),
        (["eval", "nowhere", "--episodes", "x"], "unable to convert"),
        (["score"], "at least one file"),
        (["score", "missing.py"], "cannot read missing.py"),
        (["report", "nowhere"], "nowhere does not exist"),
        (["show", "nowhere"], "nowhere does not exist"),
        (["tasks", "show", "nothing"], "unknown task"),
        (["tasks", "show", "nothing", "--lang", "fr"], "lang"),
        (["models", "fetsh"], "Did you mean"),
        (["--bogus"], "bogus"),
    ],
)
def test_wrong_use_is_one_line_and_exit_code_2(
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    arguments: list[str],
    says: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    code, error = complaint(capsys, *arguments)
    assert code == 2
    assert says.lower() in error.lower()
    assert not list(tmp_path.iterdir())  # nothing was written


def test_unreadable_files_are_one_line(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    (tmp_path / "bad.toml").write_text("steps = = 3")
    (tmp_path / "binary.py").write_bytes(b"\xff\xfe\x00")
    for arguments in (
        ["train", str(tmp_path / "bad.toml")],
        ["score", str(tmp_path / "binary.py")],
    ):
        assert complaint(capsys, *arguments)[0] == 2
    assert complaint(capsys, "score", str(tmp_path))[0] == 2
    assert complaint(capsys, "train", str(tmp_path))[0] == 2


# --- settings ----------------------------------------------------------------------------------


def test_settings_come_in_every_form() -> None:
    path, overrides = split_arguments(
        ["a.toml", "--train.steps", "8", "--seed=3", "--kl-weight", "-0.5", "--shared_policy"]
    )
    assert path == Path("a.toml")
    assert overrides == {
        "train.steps": "8",
        "seed": "3",
        "learning.kl_weight": "-0.5",
        "model.shared_policy": "true",
    }
    assert split_arguments(["--name=a=b"])[1] == {"name": "a=b"}


def test_every_key_can_be_given_whole() -> None:
    for key in known_keys():
        assert whole_key(key) == key
        assert whole_key(key.replace("_", "-")) == key


def test_a_last_part_that_several_keys_share_is_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("parelha.overrides.known_keys", lambda: ["a.size", "b.size"])
    with pytest.raises(UsageError, match=r"a\.size, b\.size"):
        whole_key("size")


def test_a_resumed_run_may_only_be_lengthened() -> None:
    stored = load_config(None, {"train.steps": "4", "seed": "7"})
    longer = resumed_config(stored, load_config(None, {"train.steps": "9"}), False, ["train.steps"])
    assert (longer.train.steps, longer.seed) == (9, 7)
    assert resumed_config(stored, Config(), False, []) == stored
    for key, value in (("train.steps", "2"), ("seed", "8")):
        with pytest.raises(UsageError, match="made with another configuration"):
            resumed_config(stored, load_config(None, {key: value}), False, [key])
    moved = load_config(None, {"train.steps": "4", "seed": "7", "runs_dir": "elsewhere"})
    assert resumed_config(stored, moved, True, []) == stored
    with pytest.raises(UsageError, match="seed is 7 there, 0 was asked for"):
        resumed_config(stored, Config(), True, [])


# --- train -------------------------------------------------------------------------------------


def test_train_writes_the_report_and_prints_where(
    training: FakeTraining, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.run(["train", "--name", "first", "--steps", "2"]) == 0
    last = capsys.readouterr().out.splitlines()[-1]
    assert last == "runs/first/report.html"
    assert Path(last).is_file()
    assert training.seen[0][0].train.steps == 2


def test_a_dry_run_writes_nothing(
    training: FakeTraining, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    assert cli.run(["train", "--dry-run", "--seed=5"]) == 0
    assert json.loads(capsys.readouterr().out)["seed"] == 5
    assert not training.seen and not list(tmp_path.iterdir())


def test_resume_takes_the_runs_own_configuration(
    training: FakeTraining, capsys: pytest.CaptureFixture[str]
) -> None:
    run_dir = fabricate_run(Path("runs/old")).path
    assert cli.run(["train", "--resume", str(run_dir), "--steps", "6"]) == 0
    config, resume = training.seen[0]
    assert (config.name, config.train.steps, resume) == ("old", 6, run_dir)
    capsys.readouterr()
    code, error = complaint(capsys, "train", "--resume", str(run_dir), "--seed", "1")
    assert code == 2 and "another configuration" in error


@pytest.mark.parametrize(
    "error, code, says",
    [
        (KeyboardInterrupt(), 130, "everything so far is saved in runs/run"),
        (NothingTrainedError("nothing was trained"), 1, "nothing was trained"),
        (InfrastructureError("no worker\nanswers"), 1, "no worker answers"),
        (UsageError("the disk is full"), 2, "the disk is full"),
        (OSError(errno.ENOSPC, "No space left on device"), 2, "the disk is full"),
    ],
)
def test_what_ends_a_training_has_its_exit_code(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
    error: BaseException,
    code: int,
    says: str,
) -> None:
    install(monkeypatch, tmp_path, FakeTraining(error))
    given, text = complaint(capsys, "train")
    assert given == code
    assert says in text
    assert (tmp_path / "runs/run/report.html").exists() == isinstance(error, NothingTrainedError)


def test_an_error_nobody_foresaw_keeps_its_traceback(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    install(monkeypatch, tmp_path, FakeTraining(ZeroDivisionError()))
    with pytest.raises(ZeroDivisionError):
        cli.run(["train"])


# --- the other commands ------------------------------------------------------------------------


def test_report_and_show(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    runs = [str(fabricate_run(tmp_path / name, steps=2).path) for name in "ab"]
    assert cli.run(["report", runs[0]]) == 0
    assert capsys.readouterr().out.strip() == f"{runs[0]}/report.html"
    assert cli.run(["report", *runs]) == 0
    assert capsys.readouterr().out.strip().endswith("comparison_a_b.html")
    assert cli.run(["show", runs[0]]) == 0
    assert "Trained coder and reviewer" in capsys.readouterr().out


def test_eval_prints_rates_with_intervals(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    run = fabricate_run(tmp_path / "run", steps=1)
    asked: list[Any] = []
    module = ModuleType("parelha.evaluate")

    def evaluate_run(*arguments: Any) -> Any:
        asked.append(arguments)
        return run.read_eval("after")

    monkeypatch.setattr(module, "evaluate_run", evaluate_run, raising=False)
    monkeypatch.setattr(module, "evaluate_server", None, raising=False)
    monkeypatch.setitem(sys.modules, "parelha.evaluate", module)
    assert cli.run(["eval", str(run.path), "--episodes", "3"]) == 0
    assert asked == [(run.path, None, 3, {})]
    assert "of 24 pass" in capsys.readouterr().out


def test_score_without_a_task_reads_the_tools(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    monkeypatch.setattr(
        "parelha.grading.score_programs",
        lambda programs, *_, **__: [Score(p, "", None, Analysis()) for p in programs],
    )
    paths = [tmp_path / "a.py", tmp_path / "b.py"]
    for path in paths:
        path.write_text("x = 1\n")
    assert cli.run(["score", *map(str, paths), "--json"]) == 0
    records = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [record["file"] for record in records] == [str(path) for path in paths]
    assert records[0]["tests"] is None and "correctness" not in records[0]["components"]
    assert cli.run(["score", str(paths[0])]) == 0
    assert "findings: pylint 0, flake8 0, mypy 0" in capsys.readouterr().out


def test_a_byte_order_mark_before_a_program_is_no_part_of_it(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    read: list[str] = []

    def analyse(programs: list[str], *_: object, **__: object) -> list[Score]:
        read.extend(programs)
        return [Score(p, "", None, Analysis()) for p in programs]

    monkeypatch.setattr("parelha.grading.score_programs", analyse)
    path = tmp_path / "marked.py"
    path.write_bytes(b"\xef\xbb\xbfx = 1\r\n")
    assert cli.run(["score", str(path), "--json"]) == 0
    assert read == ["x = 1\r\n"]


def test_score_with_a_task_says_why_it_failed(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    tests = types.TestResult(3, 12, Outcome.WRONG, ("wrong: \x1b[2J1.0 is not 2.0",), 0.1, 2)
    score = Score("x = 1\n", "", tests, Analysis())
    monkeypatch.setattr("parelha.grading.score_programs", lambda *_, **__: [score])
    (tmp_path / "a.py").write_text("x = 1\n")
    cli.run(["tasks", "list"])
    task = capsys.readouterr().out.split("\t", 1)[0]
    assert cli.run(["score", str(tmp_path / "a.py"), "--task", task, "--json"]) == 0
    record = json.loads(capsys.readouterr().out)
    assert record["passed"] is False and record["sandbox_level"] == 2
    assert "1.0 is not 2.0" in record["why"]
    assert 0.0 < record["components"]["correctness"] < 0.5
    assert cli.run(["score", str(tmp_path / "a.py"), "--task", task]) == 0
    text = capsys.readouterr().out
    assert "hidden cases: 3 of 12 passed" in text and "\x1b" not in text


def test_tasks_are_listed_and_shown(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run(["tasks", "list", "--levels", "1"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines and all("/L1/s0\t" in line for line in lines)
    for lang in ("en", "pt"):
        assert cli.run(["tasks", "show", lines[0].split("\t")[0], "--lang", lang]) == 0
        assert ">>> " in capsys.readouterr().out
    assert cli.run(["tasks", "check", lines[0].split("\t")[0]]) == 0
    assert capsys.readouterr().out.endswith(": right\n")


def test_a_task_with_problems_is_failed_work(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    cli.run(["tasks", "list", "--levels", "1"])
    task = capsys.readouterr().out.split("\t", 1)[0]
    monkeypatch.setattr("parelha.tasks.check_task", lambda _: ["no statement"])
    assert cli.run(["tasks", "check", task]) == 1
    assert "1 of 1 tasks have problems" in capsys.readouterr().err


def test_models_are_listed(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run(["models", "list"]) == 0
    assert "Qwen2.5-Coder-0.5B-Instruct" in capsys.readouterr().out


def test_a_reader_that_leaves_a_pipe_is_no_error(tmp_path: Path) -> None:
    run = fabricate_run(tmp_path / "run", steps=1)
    reading, writing = os.pipe()
    os.close(reading)
    done = subprocess.run(
        [sys.executable, "-m", "parelha", "show", str(run.path)],
        stdout=writing,
        stderr=subprocess.PIPE,
        text=True,
        check=False,
    )
    os.close(writing)
    assert (done.returncode, done.stderr) == (1, "")
