"""The tools' own command lines: slow, and the yardstick of everything faster.

Each tool reads one file, ``program.py``, alone in a private folder, in an environment emptied of
the caller's settings, under limits of processor time and memory. A program that exhausts a limit or
crashes a tool is a result (`ToolOutput.fault`), the same each time; a tool that is killed from
outside, or does not answer although it uses no processor time, is a fault of the machine.

A command line is not confined as the warm tools are: it reads our own samples, and the empty
program on which a user's settings are tried, but no candidate.
"""

import contextlib
import os
import re
import resource
import signal
import subprocess
import tempfile
import tomllib
from configparser import ConfigParser
from configparser import Error as ConfigError
from dataclasses import dataclass
from pathlib import Path

from parelha.analysis import visible
from parelha.analysis._server import NOT_BEGUN
from parelha.analysis.findings import FLAKE8_FORMAT, PROGRAM_NAME, Tool
from parelha.errors import InfrastructureError, UsageError

CPU_SECONDS = 60  # cold pylint needs 9 s for a program that imports pandas
WALL_SECONDS = 300.0
_REPORT = "report.json"
MEMORY_BYTES = 4 * 1024**3
_MUCH_MEMORY = 0.5  # of a tool's limit: what no ordinary program takes
_FATAL_SIGNALS = frozenset(
    {signal.SIGSEGV, signal.SIGABRT, signal.SIGBUS, signal.SIGFPE, signal.SIGILL}
)
MYPY_FLAGS = ("--strict", "--disable-error-code=import-untyped")

# Settings by which flake8 prints other things than findings, or none; it has no option against most
# of them. This file is read after the user's, so it decides.
_FLAKE8_OUTPUT = "flake8-output.cfg"
_FLAKE8_OUTPUT_SETTINGS = """[flake8]
quiet = 0
count = false
statistics = false
benchmark = false
tee = false
show-source = false
show_source = false
"""

# Where each tool would look for its own settings, in its own order, and the section that counts.
_CONFIG_FILES: dict[Tool, tuple[tuple[str, str], ...]] = {
    "pylint": (
        ("pylintrc", ""),
        ("pylintrc.toml", ""),
        (".pylintrc", ""),
        (".pylintrc.toml", ""),
        ("pyproject.toml", "tool.pylint"),
        ("setup.cfg", "pylint"),
        ("tox.ini", "pylint"),
    ),
    "flake8": (("setup.cfg", "flake8"), ("tox.ini", "flake8"), (".flake8", "flake8")),
    "mypy": (
        ("mypy.ini", ""),
        (".mypy.ini", ""),
        ("pyproject.toml", "tool.mypy"),
        ("setup.cfg", "mypy"),
    ),
}


@dataclass(frozen=True)
class ToolOutput:
    """What one run of one tool gave.

    Attributes:
        exit_code: the tool's own; negative for a signal.
        stdout: what it printed.
        stderr: what it complained of, for error messages only.
        fault: "" when the tool ended by itself; else "timeout" (processor time), "memory" or
            "crashed": the program was too much for the tool.
    """

    exit_code: int
    stdout: str
    stderr: str = ""
    fault: str = ""


def find_config(tool: Tool, config_dir: Path | None) -> Path | None:
    """The tool's settings file in a folder, or None for the tool's defaults.

    Raises:
        UsageError: the folder does not exist or a settings file in it cannot be read.
    """
    if config_dir is None:
        return None
    if not config_dir.is_dir():
        raise UsageError(f"no such folder for the linters' settings: {config_dir}")
    for name, section in _CONFIG_FILES[tool]:
        path = config_dir / name
        if path.is_file() and (not section or _has_section(path, section)):
            return path.resolve()
    return None


def _has_section(path: Path, section: str) -> bool:
    """Whether a settings file that many tools share has something for this one."""
    try:
        if path.suffix == ".toml":
            document: object = tomllib.loads(path.read_text(encoding="utf-8-sig"))
            for key in section.split("."):
                document = document.get(key) if isinstance(document, dict) else None
            return document is not None
        parser = ConfigParser(interpolation=None, strict=False)
        parser.read(path, encoding="utf-8-sig")
    except (OSError, ValueError, ConfigError) as error:
        raise UsageError(f"cannot read {path}: {str(error).splitlines()[0]}") from error
    # "mypy-numpy.*" and "flake8:local-plugins" are theirs too.
    return any(re.split("[.:-]", name)[0] == section for name in parser.sections())


def arguments(tool: Tool, config: Path | None, mypy_cache: str = os.devnull) -> list[str]:
    """The tool's arguments; without a settings file, its defaults whatever the folder holds.

    With one, mypy is run without `MYPY_FLAGS`. No two runs at a time may share a cache of mypy.
    """
    if tool == "pylint":
        return [f"--rcfile={config or ''}", "--output-format=json2", "--jobs=1", PROGRAM_NAME]
    if tool == "flake8":
        chosen = ["--isolated"]
        if config:
            chosen = [f"--config={config}", f"--append-config={_FLAKE8_OUTPUT}"]
        # flake8 obeys its comments even inside strings, which are not masked.
        return [*chosen, "--disable-noqa", "--jobs=1", f"--format={FLAKE8_FORMAT}", PROGRAM_NAME]
    flags = () if config else MYPY_FLAGS
    settings = f"--config-file={config or ''}"
    return [settings, *flags, "--output=json", f"--cache-dir={mypy_cache}", PROGRAM_NAME]


def write_settings(folder: Path) -> None:
    """Put what `arguments` name into the folder in which a tool is started."""
    (folder / _FLAKE8_OUTPUT).write_text(_FLAKE8_OUTPUT_SETTINGS, encoding="ascii")


def environment(home: str, hash_seed: str = "0") -> dict[str, str]:
    """The tools' whole environment: none of the caller's keys, one hash seed, one language."""
    return {
        "PATH": os.defpath,
        "HOME": home,
        "XDG_CACHE_HOME": home,
        "PYLINTHOME": home,
        "LANG": "C.UTF-8",
        "PYTHONHASHSEED": hash_seed,
        "PYTHONUTF8": "1",
        "PYTHONDONTWRITEBYTECODE": "1",
    }


def program_bytes(source: str) -> bytes:
    """The file the tools read; what UTF-8 cannot say becomes bytes that no tool can decode."""
    return source.encode("utf-8", "surrogatepass")


def run_command(
    tool: Tool, source: str, config: Path | None, mypy_cache: str, hash_seed: str = "0"
) -> ToolOutput:
    """Run one tool's command line on one program, its suppressions already neutralised.

    A hash seed of "random" is as for a user who sets none.

    Raises:
        InfrastructureError: the tool could not be started, was killed from outside, or hung
            without using processor time.
    """
    options = arguments(tool, config, mypy_cache)
    if tool == "pylint":  # a file for its report alone: plugins may print as well
        options = [item.replace("=json2", f"=json2:../{_REPORT}") for item in options]
    try:
        with tempfile.TemporaryDirectory(prefix="parelha-lint-") as folder:
            # mypy's cache is worth most where the libraries have the paths they had before.
            place = Path(folder if mypy_cache == os.devnull else mypy_cache, f"environment-{tool}")
            python = place / "bin" / "python"
            if not python.exists():
                python = visible.build(place, tool, config).python
            command = [str(python), "-P", "-m", tool, *options]
            private = Path(folder, "program")
            private.mkdir()
            write_settings(private)
            (private / PROGRAM_NAME).write_bytes(program_bytes(source))
            with subprocess.Popen(
                command,
                cwd=private,
                env=environment(folder, hash_seed),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                start_new_session=True,
            ) as process:
                limit(process.pid, CPU_SECONDS, MEMORY_BYTES)
                try:
                    stdout, stderr = process.communicate(timeout=WALL_SECONDS)
                except BaseException as error:
                    process.kill()
                    if isinstance(error, subprocess.TimeoutExpired):
                        raise InfrastructureError(f"{tool} did not answer") from error
                    raise
            with contextlib.suppress(FileNotFoundError):
                stdout = Path(folder, _REPORT).read_bytes()
    except OSError as error:
        raise InfrastructureError(f"cannot run {tool}: {error}") from error
    # Some messages name the file by its whole path, which is another one each time.
    printed = stdout.decode("utf-8", "replace").replace(f"{private}/", "")
    return judged(tool, process.returncode, printed, stderr.decode("utf-8", "replace"))


def limit(pid: int, cpu_seconds: int, memory_bytes: int) -> None:
    """Bound another process's processor time and address space, where the system can (Linux)."""
    if hasattr(resource, "prlimit"):
        try:
            resource.prlimit(pid, resource.RLIMIT_CPU, (cpu_seconds, cpu_seconds + 5))
            resource.prlimit(pid, resource.RLIMIT_AS, (memory_bytes, memory_bytes))
        except ProcessLookupError:
            pass  # it has already ended


def judged(
    tool: str, exit_code: int, stdout: str, stderr: str, memory_share: float = 0.0
) -> ToolOutput:
    """Tell a program that was too much for a tool from a fault of the machine.

    Args:
        tool: for the error's text.
        exit_code: as ``subprocess`` gives it.
        stdout: what the tool printed.
        stderr: what it complained of.
        memory_share: what it has used of the memory that it may, as far as that is known.

    Raises:
        InfrastructureError: killed by a signal that no program can bring about.
    """
    if exit_code == NOT_BEGUN:
        raise InfrastructureError(f"{tool} could not be given the program: is the disk full?")
    if exit_code == -signal.SIGXCPU:
        return ToolOutput(exit_code, "", stderr, "timeout")
    if -exit_code in _FATAL_SIGNALS:
        return ToolOutput(exit_code, "", stderr, "crashed")
    if exit_code == -signal.SIGKILL and memory_share >= _MUCH_MEMORY:
        # By a kernel that ran out of memory, and for a child that small programs have none of.
        return ToolOutput(exit_code, "", stderr, "memory")
    if exit_code < 0:
        raise InfrastructureError(f"{tool} was ended by signal {-exit_code}")
    if stderr.rstrip().rpartition("\n")[2].startswith("MemoryError"):
        return ToolOutput(exit_code, "", stderr, "memory")
    died = exit_code == 1 and "\nTraceback (most recent call last):\n" in f"\n{stderr}"
    if died or (tool == "mypy" and "INTERNAL ERROR" in stderr):
        return ToolOutput(exit_code, "", stderr, "crashed")  # what it said before is not all
    return ToolOutput(exit_code, stdout, stderr)
