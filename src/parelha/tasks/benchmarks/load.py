"""Benchmarks from local files (JSONL or one JSON value, also ``.gz``) or from the Hugging Face hub.

A downloaded file is data: lines or one value of JSON, or a table of Parquet, and never a pickle.
What is no problem, and a problem whose own solution fails its test, is told in one line of text,
and the others load.
"""

import gzip
import json
import warnings
import zlib
from codecs import BOM_UTF8
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from parelha.errors import InputError, UsageError
from parelha.tasks.benchmarks.build import BenchmarkTask, build_task
from parelha.tasks.benchmarks.formats import LineError, Problem, read_problem
from parelha.tasks.benchmarks.judge import Run

_LOADERS = 4  # threads; they wait for the sandbox most of the time
MAX_LINE_BYTES = 64 * 1024 * 1024  # the largest of MBPP+ have a few MB
MAX_WHOLE_BYTES = 256 * 1024 * 1024  # of a file that is one JSON value
MAX_FILE_BYTES = 4 * 1024**3  # once unpacked: a small .gz can hold any number of zeros

# Where each benchmark is published: dataset, and what its file's path must hold.
HUB: dict[str, tuple[str, str]] = {
    "humaneval": ("openai/openai_humaneval", "test"),
    "humaneval+": ("evalplus/humanevalplus", "test"),
    "mbpp": ("google-research-datasets/mbpp", "full/test"),
    "mbpp+": ("evalplus/mbppplus", "test"),
    "bigcodebench": ("bigcode/bigcodebench", "v0.1.4"),
    "ds-1000": ("xlangai/DS-1000", "test"),
}
PUBLISHED = (".jsonl", ".jsonl.gz", ".parquet")
SUFFIXES = (*PUBLISHED, ".json", ".json.gz")


@dataclass(frozen=True)
class Loaded:
    """Well-made tasks in the order of the file, and one line of text for each line that is none."""

    tasks: tuple[Any, ...]
    problems: tuple[str, ...]


def is_benchmark(name: str) -> bool:
    """Return whether `name` is a benchmark's name or looks like a file of one."""
    return name.lower() in HUB or name.endswith(SUFFIXES)


def load_benchmark(name: str, run: Run | None = None) -> Loaded:
    """Load a benchmark.

    Args:
        name: a JSON, JSONL or Parquet file, or one of the names in `HUB`.
        run: `Sandbox.run`, for tests whose answers have to be computed, and to try each problem's
            own solution. Without it the former are marked in-process, or refused where the
            benchmark gives inputs alone, and no solution is tried.

    Raises:
        UsageError: there is no such file or benchmark, or the hub cannot be reached.
        InfrastructureError: the machine failed.
    """
    path = Path(name)
    if name.lower() in HUB and not path.is_file():
        path, title = fetch(name.lower()), name.lower()
    else:
        title = path.name
        for suffix in reversed(SUFFIXES):
            title = title.removesuffix(suffix)
    family = f"benchmark.{title.lower().replace(' ', '_')}"
    tasks: dict[str, BenchmarkTask] = {}
    problems: list[str] = []
    # What the interpreter warns of in a foreign program (an odd escape) is no one's concern here.
    with (
        warnings.catch_warnings(),
        ThreadPoolExecutor(_LOADERS, thread_name_prefix="load") as pool,
    ):
        warnings.simplefilter("ignore")
        read = pool.map(lambda row: _read(row, title, family, run), records_of(path))
        for number, task in read:
            if isinstance(task, str):
                problems.append(f"{path.name}:{number}: {task}")
            elif task.id in tasks:
                problems.append(f"{path.name}:{number}: a second task {task.id}")
            else:
                tasks[task.id] = task
    if not tasks and not problems:
        raise UsageError(f"{path} holds no line")
    return Loaded(tuple(tasks.values()), tuple(problems))


def _read(
    row: tuple[int, object], title: str, family: str, run: Run | None
) -> tuple[int, BenchmarkTask | str]:
    """The task of one record, or why there is none."""
    number, record = row
    try:
        if isinstance(record, LineError):
            raise record
        problem = read_problem(record, title, number)
        task, failure = build_task(problem, family, run), None
        if run:
            task, failure = _tried(task, problem, run)
    except (LineError, InputError) as error:
        return number, str(error)
    except RecursionError:
        return number, "the line is nested too deep"
    if failure is not None:
        return number, f"{task.id}: its own solution fails its test: {failure}"
    return number, task


def _tried(task: BenchmarkTask, problem: Problem, run: Run) -> tuple[BenchmarkTask, str | None]:
    """The task as its own solution shows it, and how that solution fails.

    Raises:
        InputError: an input cannot be sent to a program.
        InfrastructureError: the machine failed.
    """
    if not task.solution:
        task.failure_of("", run)  # whether its inputs can be sent
        return task, None
    task, failure = task.try_solution(run)
    if failure is None or task.in_process or problem.form != "assertions":
        return task, failure
    # Calls are not all of the test: a seed, or an input from elsewhere, say.
    why = f"as calls its own solution fails: {failure}"
    beside, failed = build_task(problem, task.family, run, in_process=why).try_solution(run)
    return (task, failure) if failed else (beside, None)


def records_of(path: Path) -> Iterator[tuple[int, object]]:
    """Yield the number and the JSON value of each line; a `LineError` in place of a bad one.

    Of a file that is one JSON value, an array as a rule, the records in it and their numbers.

    Raises:
        UsageError: the file cannot be read at all.
    """
    if path.suffix == ".parquet":
        yield from enumerate(_parquet_rows(path), 1)
        return
    opened: Callable[..., Any] = gzip.open if path.suffix == ".gz" else Path.open
    total = 0
    try:
        with opened(path, "rb") as file:
            if path.name.endswith((".json", ".json.gz")):
                data = file.read(MAX_WHOLE_BYTES + 1)
                with suppress(ValueError, RecursionError):
                    value = json.loads(data.decode("utf-8-sig"))
                    if isinstance(value, list | dict) and len(data) <= MAX_WHOLE_BYTES:
                        yield from enumerate(_listed(value), 1)
                        return
                file.seek(0)  # lines under another name
            number, begun = 0, False
            while line := file.readline(MAX_LINE_BYTES + 1):
                number += 1
                total += len(line)
                if not begun and _goes_on(line):
                    yield from _records(path, line + file.read(MAX_WHOLE_BYTES))
                    return
                begun = begun or bool(line.removeprefix(BOM_UTF8).strip())
                if len(line) > MAX_LINE_BYTES or total > MAX_FILE_BYTES:
                    raise UsageError(f"{path}:{number}: more than a benchmark's file can hold")
                if begun and line.strip():
                    yield number, _record(line)
    except (gzip.BadGzipFile, EOFError, zlib.error) as error:
        raise UsageError(f"{path} is no whole gzip file ({type(error).__name__})") from None
    except OSError as error:
        raise UsageError(f"cannot read {path}: {error.strerror or error}") from None


def _goes_on(line: bytes) -> bool:
    """Whether the first line of a file is an array of records, or begins a value that goes on."""
    begun = line.removeprefix(BOM_UTF8).strip()
    if begun[:1] == b"{":
        return begun[-1:] in (b"{", b"[")
    if begun[:1] != b"[":
        return False
    try:
        value = json.loads(begun)
    except (ValueError, RecursionError):
        return True
    return bool(value) and all(isinstance(record, dict) for record in value)


def _records(path: Path, data: bytes) -> Iterator[tuple[int, object]]:
    """The records of a file that is one JSON value: an array, or an object of them by name."""
    if len(data) > MAX_WHOLE_BYTES:
        raise UsageError(f"{path}: more than a JSON array can hold: make it one record a line")
    try:
        value = json.loads(data.decode("utf-8-sig"))
    except UnicodeDecodeError:
        raise UsageError(f"{path} is not UTF-8 text") from None
    except RecursionError:
        raise UsageError(f"{path} is nested too deep") from None
    except ValueError as error:
        raise UsageError(f"{path} is no JSON, or cut: {error}") from None
    yield from enumerate(_listed(value), 1)


def _listed(value: list[Any] | dict[str, Any]) -> list[Any]:
    """The records of an array, or of an object that names them."""
    if isinstance(value, list):
        return value
    inner = list(value.values())
    if inner and all(isinstance(part, dict) for part in inner):
        return [{"task_id": name, **record} for name, record in value.items()]
    # {"test": [...]} is a list with a name, and anything else one record.
    return inner[0] if len(inner) == 1 and isinstance(inner[0], list) else [value]


def _record(line: bytes) -> object:
    try:
        return json.loads(line.decode("utf-8-sig"))
    except UnicodeDecodeError:
        return LineError("the line is not UTF-8 text")
    except (ValueError, RecursionError):
        return LineError("the line is no JSON")


def _parquet_rows(path: Path) -> Iterator[object]:
    try:
        from pyarrow import parquet  # pylint: disable=import-outside-toplevel  # an extra

        # Not by way of pandas, where a null is NaN: an answer may be NaN.
        yield from parquet.read_table(path).to_pylist()
    except ImportError:
        raise UsageError(
            f"reading {path} needs pyarrow: install it, or use the benchmark's JSONL file"
        ) from None
    except (OSError, ValueError) as error:
        raise UsageError(f"cannot read {path}: {str(error).splitlines()[0]}") from None


def fetch(name: str) -> Path:
    """Bring a benchmark's file from the Hugging Face hub, or find it in the hub's cache.

    Raises:
        UsageError: the hub cannot be reached, or holds no such file any more.
    """
    import huggingface_hub  # pylint: disable=import-outside-toplevel  # slow, and seldom needed

    dataset, part = HUB[name]
    try:
        files = huggingface_hub.HfApi().list_repo_files(dataset, repo_type="dataset")
        found = [file for suffix in PUBLISHED for file in files if file.endswith(suffix)]
        chosen = next((file for file in found if part in file), None)
        if chosen is None:
            raise UsageError(f"{dataset} holds no file of {part!r}: give a JSONL file instead")
        # Not the whole folder: what is fetched is the one file that is read.
        return Path(huggingface_hub.hf_hub_download(dataset, chosen, repo_type="dataset"))
    except UsageError:
        raise
    except Exception as error:
        raise UsageError(
            f"{dataset} cannot be had from the hub ({type(error).__name__}): "
            "give the benchmark's JSONL file instead"
        ) from error
