"""The command line. Commands import what they need when they run, so that help is instant.

Exit codes: 0 done, 1 the work failed, 2 wrong use (one line, no traceback), 130 interrupted.
"""

# pylint: disable=import-outside-toplevel

import errno
import io
import os
import shlex
import sys
import warnings
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Annotated

from cyclopts import App, CycloptsError, Parameter

from parelha import __version__, cli_tasks, cli_use
from parelha.errors import ParelhaError, UsageError, WorkFailedError
from parelha.files import to_json_line
from parelha.kernels.environment import set_environment
from parelha.report.text import printable
from parelha.tracking import RunFolder

DONE, FAILED, WRONG_USE, INTERRUPTED = 0, 1, 2, 130

_HELP = "Train a coder and a reviewer together, with rewards from what real tools say."
_SETTINGS = """Every key of the configuration can be set, by its whole name or its last part:
`--train.steps 8`, `--steps=8`. `--dry-run` shows them all with their values."""

app = App(
    name="parelha",
    help=_HELP,
    version=__version__,
    print_error=False,
    exit_on_error=False,
    suppress_keyboard_interrupt=False,
    result_action="return_value",
    # No --no-dry-run, no --empty-levels; `--data a.csv b.csv` as well as `--data` twice.
    default_parameter=Parameter(negative=(), consume_multiple=1),
)
models_app = App(name="models", help="The models: what is known, and where it comes from.")
app.command(cli_tasks.tasks_app)
app.command(models_app)
for _command in (cli_use.export, cli_use.serve, cli_use.chat):
    app.command(_command)
# Imported when they are called: what `parelha --help` says of them stands here.
app.command(
    "parelha.cli_experiment:experiment",
    name="experiment",
    help="""Run an experiment: every arm with every seed, and what may be claimed of them.

    The same command goes on with one that was interrupted. Its folder, below the configuration's
    runs_dir, holds a run folder for each arm and seed, results.json and experiment.html.""",
    usage="Usage: parelha experiment FILE [--dry-run] | FOLDER... --page PATH",
)
app.command(
    "parelha.cli_plan:plan",
    name="plan",
    help="""Say what a run would take on GPUs: what goes where, memory, time, and the commands.

    Arithmetic on paper: nothing is loaded, asked of a network, or started.""",
    usage="Usage: parelha plan [CONFIG] --gpus INT --gpu-memory FLOAT [--key value ...]",
    help_epilogue=_SETTINGS.replace("`--dry-run`", "`parelha train --dry-run`"),
)


def main(arguments: Sequence[str] | None = None) -> None:
    """Entry point of the console script; ends the process with one of the exit codes."""
    if not sys.warnoptions:
        # They are said to those who program with a library, and nobody here can act on them.
        warnings.simplefilter("ignore", FutureWarning)
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        stream = getattr(sys, name)
        if stream is None:  # closed by whoever started this
            setattr(sys, name, os.fdopen(os.open(os.devnull, os.O_RDWR), mode, encoding="utf-8"))
        elif mode == "w" and isinstance(stream, io.TextIOWrapper):
            # What a terminal of another encoding lacks is spelled out, and ends nothing.
            stream.reconfigure(errors="backslashreplace")
    sys.exit(run(sys.argv[1:] if arguments is None else arguments))


def run(arguments: Sequence[str]) -> int:
    """Run one command and return its exit code; errors become one line on standard error."""
    set_environment()
    try:
        app(list(arguments))
        sys.stdout.flush()
    except BrokenPipeError:
        # The reader of a pipe left (`| head`); nothing more can be said, not even at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return FAILED
    except (CycloptsError, ParelhaError, KeyboardInterrupt, OSError, RuntimeError) as error:
        code, text = _what_to_say(error)
        # A program's own words may stand in it.
        print(f"parelha: {printable(' '.join(text.split()))}", file=sys.stderr)
        return code
    return DONE


# What even a look at a path raises, wherever it is first looked at.
_NO_PATH = (errno.EACCES, errno.EPERM, errno.ENAMETOOLONG, errno.ELOOP, errno.EROFS)


def _what_to_say(error: BaseException) -> tuple[int, str]:
    """Exit code and line for an error; one that nobody foresaw is raised on."""
    if isinstance(error, (CycloptsError, UsageError)):
        return WRONG_USE, str(error)
    if isinstance(error, ParelhaError):
        return FAILED, str(error)
    if isinstance(error, KeyboardInterrupt):
        return INTERRUPTED, str(error) or "interrupted"
    if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT):
        return WRONG_USE, "the disk is full: free some space and go on with --resume"
    if isinstance(error, OSError) and error.errno in _NO_PATH and error.filename:
        return WRONG_USE, f"cannot use {str(error.filename)[:200]}: {error.strerror}"
    if isinstance(error, getattr(sys.modules.get("torch"), "OutOfMemoryError", ())):
        return FAILED, (
            "the GPU's memory is full: lower engine.max_batch_tokens or learning.max_pass_tokens; "
            "the steps of a run so far are saved, and --resume goes on with lower ones"
        )
    raise error


@app.command(usage="Usage: parelha train [CONFIG] [--key value ...]", help_epilogue=_SETTINGS)
def train(
    *arguments: Annotated[str, Parameter(name="CONFIG", allow_leading_hyphen=True)],
    resume: Path | None = None,
    dry_run: bool = False,
    cluster: str | None = None,
) -> None:
    """Train the pair, evaluate it before and after, and write a report.

    Args:
        arguments: A TOML file, or the name of one that comes with Parelha, such as quickstart;
            without one, the defaults.
        resume: The folder of a run to go on with.
        dry_run: Show the resolved configuration and what it means, and stop.
        cluster: Place graders, trainers and servers on a Ray cluster, as [cluster] says: `auto` for
            the one that this machine belongs to, `host:port`, or `local`.
    """
    from parelha.config_file import load_config
    from parelha.overrides import resumed_config, split_arguments

    path, overrides = split_arguments(arguments)
    config = load_config(path, overrides)
    # Of torchrun's ranks the first alone has the run's folder, and speaks; it tells the others all.
    follows = "TORCHELASTIC_RUN_ID" in os.environ and os.environ["RANK"] != "0"
    if resume is not None and not follows:
        RunFolder.open(resume)  # before the slow import below
    from parelha import train as training
    from parelha.live import Progress

    if follows:
        if not dry_run:
            training.train(config, resume=resume, progress=Progress(1, plain=True))
        return
    if resume is not None:
        stored = training.load_run_config(resume)
        config = resumed_config(stored, config, path is not None, overrides)

    if dry_run:
        if cluster:
            raise UsageError("--dry-run starts nothing, on no --cluster either: leave one out")
        print(training.dry_run(config))
        return
    from parelha.cluster.placing import placed
    from parelha.report.run_page import build_report
    from parelha.trackers import followed

    run_dir = resume or config.run_dir
    try:
        shown = Progress(config.train.steps, first_step=_steps_done(resume))
        with (
            followed(config, run_dir, shown) as progress,
            placed(config, cluster, progress.message) as helpers,
        ):
            run_dir = training.train(config, resume=resume, progress=progress, helpers=helpers)
    except KeyboardInterrupt:
        if not (run_dir / "config.json").is_file():
            raise
        raise KeyboardInterrupt(
            f"interrupted; everything so far is saved in {run_dir}: "
            f"`parelha train --resume {shlex.quote(str(run_dir))}` goes on"
        ) from None
    except WorkFailedError:
        # What was measured until then is worth a look; who does not wait for it is told why too.
        with suppress(KeyboardInterrupt):
            if _steps_done(run_dir):
                print(build_report(run_dir), flush=True)
        raise
    print(build_report(run_dir))


@app.command(
    name="eval",
    usage="Usage: parelha eval RUN [--key value ...] | [CONFIG] --engine.server URL [...]",
    help_epilogue="Of a run's settings all of `--eval...`, `--episode...`, `--engine...` and "
    "`--tasks.eval_suites` can be set.",
)
def evaluate(
    *arguments: Annotated[str, Parameter(name="RUN", allow_leading_hyphen=True)],
    episodes: int | None = None,
    step: int | None = None,
) -> None:
    """Evaluate a run's pair on held-out tasks, or untrained models that a server holds.

    Args:
        arguments: The folder of the run. With --engine.server, a TOML file or nothing will do.
        episodes: How many episodes; by default as many as in the run's configuration.
        step: Which checkpoint; by default the newest. 0 is the untrained pair.
    """
    if episodes is not None and episodes < 1:
        raise UsageError(f"--episodes {episodes}: must be at least 1")
    if step is not None and step < 0:
        raise UsageError(f"--step {step}: must be at least 0")
    from parelha.config_file import load_config
    from parelha.overrides import split_arguments

    path, overrides = split_arguments(arguments)
    config = None
    asks_server = "engine.server" in overrides
    if path is None or path.is_file() or (asks_server and not path.exists()):
        config = load_config(path, overrides)
        if not config.engine.server:
            raise UsageError("eval needs the folder of a run, or --engine.server URL")
    else:
        RunFolder.open(path)  # before the slow imports below
    from parelha.evaluate import evaluate_run, evaluate_server
    from parelha.report.terminal import eval_text

    if config is not None:
        table = evaluate_server(config, step, episodes)
    else:
        assert path is not None
        table = evaluate_run(path, step, episodes, overrides)
    print(eval_text(table))


@app.command(usage="Usage: parelha score FILE... [OPTIONS]")
def score(
    *files: Path,
    task: str = "",
    json: bool = False,
    linter_settings: Path | None = None,
    allow_unsafe_sandbox: bool = False,
) -> None:
    """Score programs: static analysis and structure, and with a task its hidden tests too.

    Args:
        files: Python files.
        task: A task's id, as in `parelha tasks list`.
        json: Print one JSON object per file.
        linter_settings: A folder with your own pylintrc, setup.cfg, mypy.ini or pyproject.toml.
        allow_unsafe_sandbox: Run programs even where the isolation is weak.
    """
    if not files:
        raise UsageError("score needs at least one file")
    programs = {path: _read_program(path) for path in files}
    sources = list(programs.values())
    from parelha.grading import score_programs
    from parelha.report.scores import score_record, score_text
    from parelha.tasks import get_task

    scores = score_programs(
        sources,
        get_task(task) if task else None,
        linter_settings=linter_settings,
        allow_unsafe=allow_unsafe_sandbox,
    )
    for path, result in zip(programs, scores, strict=True):
        record = score_record(str(path), task, result)
        if json:
            print(to_json_line(record), end="")
        else:
            print(score_text(record, result), end="")


@app.command(usage="Usage: parelha report RUN... [OPTIONS]")
def report(*runs: Path, single_file: bool = False) -> None:
    """Write a report of one run, of several side by side, or of an experiment, as an HTML page.

    A page needs the files beside it: the charting library, which the pages of several runs share,
    and of one run the texts of its episodes.

    Args:
        runs: Folders of runs, or one of an experiment; the page on several is beside the first.
        single_file: Put everything into the page, so that it can be moved or sent alone.
    """
    if not runs:
        raise UsageError("report needs at least one run")
    is_run = (runs[0] / "config.json").is_file()  # a results.json in its folder is another's
    if len(runs) == 1 and not is_run and (runs[0] / "results.json").is_file():
        from parelha.experiment.page import rebuild_page

        print(rebuild_page(runs[0], single_file))
        return
    from parelha.report.comparison_page import build_comparison
    from parelha.report.run_page import build_report

    one = len(runs) == 1
    print(build_report(runs[0], single_file) if one else build_comparison(runs, single_file))


@app.command
def show(run_dir: Path, /) -> None:
    """Show a run on the terminal: its latest figures, before and after, one episode.

    Args:
        run_dir: The folder of the run.
    """
    from parelha.report.terminal import run_text

    print(run_text(run_dir))


@models_app.command(name="list")
def list_models() -> None:
    """List the models that are known by name; any other hub name or folder works as well."""
    from parelha.models.catalogue import VIEWS, table
    from parelha.report.text import table_text

    rows = table()
    for view in VIEWS:
        print(table_text([{key: row[key] for key in view} for row in rows]), end="\n\n")
    print("GiB are estimates, bf16 / 4-bit; docs/models.md says how they are made.")


@models_app.command(name="fetch")
def fetch_model(name: str, /) -> None:
    """Bring a model's weights onto this machine, and check them.

    Args:
        name: A catalogue or hub name.
    """
    from parelha.models.fetch import resolve

    files = resolve(name, on_progress=lambda text: print(text, flush=True))
    print(f"{files.name} from {files.source}, SHA-256 {files.sha256}")


app.command(
    "parelha.solve.command:solve",
    name="solve",
    help="Let the pair answer a question about your own files: the answer, and its program.",
)


@app.command
def doctor() -> None:
    """Say what this machine has, and what to do about what is missing.

    Exit code 1 where a run could not start.
    """
    from parelha.doctor import checks_text, examine, obstacles

    checks = examine()
    print(checks_text(checks))
    if missing := obstacles(checks):
        raise WorkFailedError(f"no run can start here, for want of {', '.join(missing)}")


# --- helpers -----------------------------------------------------------------------------------


def _steps_done(run_dir: Path | None) -> int:
    return len(RunFolder(run_dir).read_metrics()) if run_dir else 0


def _read_program(path: Path) -> str:
    try:
        return path.read_bytes().decode("utf-8-sig")  # as Python reads it: some editors put a mark
    except OSError as error:
        raise UsageError(f"cannot read {path}: {error.strerror}") from None
    except UnicodeDecodeError:
        raise UsageError(f"{path} is not UTF-8 text") from None
