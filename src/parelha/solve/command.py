"""`parelha solve`: what is typed, and what comes out. Light, since help reads it."""

# Each option of a command is an argument of its function.
# pylint: disable=import-outside-toplevel,too-many-arguments,too-many-locals

import os
import sys
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryFile
from typing import TYPE_CHECKING, Literal

from parelha.errors import UsageError, WorkFailedError, install_command
from parelha.files import cannot_write, to_json_line, write_atomic
from parelha.tracking import RunFolder

if TYPE_CHECKING:
    from .solving import Solution
    from .tables import Table

MAX_QUESTION = 4000  # characters
MAX_DRAFTS = 8
MAX_ROUNDS = 3
MAX_SECONDS = 3600.0


def solve(
    question: str,
    /,
    *,
    data: tuple[Path, ...] = (),
    run: Path | None = None,
    model: str = "",
    plot: Path | None = None,
    save: Path | None = None,
    sheet: tuple[str, ...] = (),
    header: Literal["auto", "yes", "no"] = "auto",
    lang: Literal["en", "pt"] | None = None,
    drafts: int = 3,
    rounds: int = 2,
    seconds: float = 60.0,
    json: bool = False,
    show: bool = False,
    allow_unsafe_sandbox: bool = False,
) -> None:
    """Let the pair answer a question about your own files: the answer, and the program behind it.

    Args:
        question: In words, such as "Which region sold most?".
        data: A CSV, Excel, JSON or Parquet file; may be given several times.
        run: The folder of a run whose newest checkpoint answers; without one, untrained models.
        model: The base of untrained models, where it is not the default.
        plot: Where to keep the plot that the program draws, as PNG.
        save: Where to keep the program, with the lines that read the files.
        sheet: Only this sheet of Excel files; may be given several times.
        header: Whether the first row names the columns; by default found out.
        lang: Of the prompts, en or pt; by default the run's.
        drafts: Programs that are begun, 1 to 8; the answer that most of them come to is taken.
        rounds: Reviews of each, followed by a revision, at most, 1 to 3.
        seconds: How long a program may run.
        json: Print one JSON object.
        show: Print the whole dialogue before the answer.
        allow_unsafe_sandbox: Run programs even where the isolation is weak.
    """
    _check(question, data, drafts, rounds, seconds)
    if plot is not None and find_spec("matplotlib") is None:
        raise UsageError(f"--plot needs matplotlib, not installed: {install_command('solve')}")
    if run is not None:
        if model:
            raise UsageError("--model is for untrained models: leave it out with --run")
        RunFolder.open(run)  # before the slow imports below
    _check_places([path for path in (plot, save) if path is not None], data)

    from parelha.evaluate import say_aside

    from .showing import dialogue_text, solution_record, solution_text, words_text
    from .solving import Shape, answer, open_pair
    from .tables import read_tables

    tables = read_tables(data, sheets=sheet, header=header)
    for notice in dict.fromkeys(notice for table in tables for notice in table.notices):
        say_aside(f"note: {notice}")
    with open_pair(run, model, allow_unsafe=allow_unsafe_sandbox, say=say_aside) as pair:
        if not pair.step:
            say_aside(f"note: these models are not trained by Parelha ({pair.name})")
        say_aside(f"the pair is at work: {drafts} programs, each reviewed up to {rounds} times")
        found = answer(question, tables, pair, Shape(drafts, rounds, lang), seconds=seconds)
    for notice in found.notices:
        say_aside(f"note: {notice}")
    kept, fault = None, None
    try:
        kept = _keep(found, tables, plot, save)
    except UsageError as error:  # told below: the answer took minutes
        fault = error
    if json:
        print(to_json_line(solution_record(question, tables, pair, found, kept)), end="")
    else:
        parts = [dialogue_text(found)] if show else []
        print("\n\n".join([*parts, solution_text(found, kept) or "there is no program"]))
    sys.stdout.flush()
    if fault is not None:
        raise fault
    if found.words and not (show or json):
        say_aside(f"the coder wrote:\n{words_text(found)}")
    if found.why_not:
        more = "" if show or json else "; --show shows the dialogue"
        raise WorkFailedError(f"no answer: {found.why_not}{more}")


def _keep(
    found: "Solution", tables: "tuple[Table, ...]", plot: Path | None, save: Path | None
) -> Path | None:
    """Write what is to be kept; gives the place of the plot, where there is one."""
    from parelha.evaluate import say_aside

    from .showing import program_file

    drawn = found.run.plot if found.run is not None else b""
    if plot is not None and drawn:
        write_atomic(plot, drawn)
    elif plot is not None:
        say_aside("note: the program drew no plot")
    if save is not None and found.program:
        write_atomic(save, program_file(found.program, tables))
    return plot if drawn else None


def _check(question: str, data: tuple[Path, ...], drafts: int, rounds: int, seconds: float) -> None:
    if not question.strip():
        raise UsageError("the question is empty")
    if any("\ud800" <= sign <= "\udfff" for sign in question):
        raise UsageError("the question is not UTF-8 text")
    if len(question) > MAX_QUESTION:
        raise UsageError(f"the question has {len(question)} characters: {MAX_QUESTION} at most")
    if not data:
        raise UsageError("solve needs a file to look at: --data FILE")
    if not 1 <= drafts <= MAX_DRAFTS:
        raise UsageError(f"--drafts {drafts}: must be 1 to {MAX_DRAFTS}")
    if not 1 <= rounds <= MAX_ROUNDS:
        raise UsageError(f"--rounds {rounds}: must be 1 to {MAX_ROUNDS}")
    if not 0 < seconds <= MAX_SECONDS:
        raise UsageError(f"--seconds {seconds:g}: must be above 0, and at most {MAX_SECONDS:g}")


def _check_places(outputs: list[Path], data: tuple[Path, ...]) -> None:
    """Refuse at once what could not be written in the end, or would destroy the data."""
    for path in outputs:
        place = Path(os.path.realpath(path))  # a link stays one, and its file is written
        if place.is_dir() or not place.parent.is_dir():
            raise UsageError(f"cannot write {path}: no such folder, or it is one itself")
        if place.exists() and not place.is_file():
            raise UsageError(f"cannot write {path}: it is no plain file, choose another name")
        try:
            with TemporaryFile(dir=place.parent):
                pass
        except OSError as error:
            raise cannot_write(path, error) from None
        if any(path.exists() and one.exists() and path.samefile(one) for one in data):
            raise UsageError(f"{path} is one of the data files: choose another name")
    if len({os.path.realpath(path) for path in outputs}) < len(outputs):
        raise UsageError("--plot and --save name the same file")
