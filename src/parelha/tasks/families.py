"""The families of tasks, found by their place: ``suite/<coder action>/<family>/``.

A family's folder holds its problems (`problem`), two files each; names that begin with ``_`` are no
problems. ``_family.toml`` says in which order they come and whether the whole family is held out,
``_action.toml`` one folder higher in which order the families come. What is not named there comes
last, by name. Nothing is read before it is asked for.
"""

from dataclasses import dataclass
from difflib import get_close_matches
from functools import lru_cache
from pathlib import Path

from parelha.errors import InfrastructureError
from parelha.tasks.problem import Problem, TaskFileError, read_problem, read_table
from parelha.types import CoderAction

_PACKAGE = Path(__file__).resolve().parents[1]


@dataclass(frozen=True)
class Family:
    """Problems of one kind; `name` begins with its coder action's value.

    Attributes:
        name: such as ``"detect_outliers.iqr"``.
        action: the coder action it belongs to.
        problems: all parameterisations, at all their levels.
        heldout: True when the whole family is kept for evaluation ("unseen tasks").
    """

    name: str
    action: CoderAction
    problems: tuple[Problem, ...]
    heldout: bool = False

    @property
    def parameterisations(self) -> tuple[str, ...]:
        """Names of the parameterisations, in order."""
        return tuple(problem.name for problem in self.problems)

    @property
    def wrong_answers(self) -> tuple[tuple[Problem, int, str, str], ...]:
        """All wrong answers written by hand: problem, level, name and program.

        Raises:
            TaskFileError: a Python file cannot be read.
        """
        return tuple(
            (problem, level, name, program)
            for problem in self.problems
            for level in problem.statements
            for name, program in problem.wrong_answers(level)
        )


@lru_cache(maxsize=1)
def suite_folder() -> Path:
    """Return the folder of the suite: beside ``src`` in a checkout, else inside the package.

    Raises:
        InfrastructureError: there is none.
    """
    for folder in (_PACKAGE / "suite", _PACKAGE.parents[1] / "suite"):
        if (folder / CoderAction.CLEAN_DATA.value).is_dir():
            return folder
    raise InfrastructureError(f"{_PACKAGE} was installed without its suite: install it again")


@lru_cache(maxsize=1)
def family_names() -> tuple[str, ...]:
    """Return the names of all families, by coder action."""
    names: list[str] = []
    for action in CoderAction:
        place = suite_folder() / action.value
        found = sorted(path.name for path in place.iterdir() if path.name[0] not in "_.")
        file = place / "_action.toml"
        order = read_table(file, {"order": (list,)}).get("order", []) if file.exists() else []
        names += [f"{action.value}.{name}" for name in _ordered(found, order, file)]
    return tuple(names)


@lru_cache(maxsize=256)
def read_family(name: str) -> Family:
    """Return the family with a name that `family_names` knows.

    Raises:
        TaskFileError: a file is not well made.
    """
    action, _, last = name.partition(".")
    folder = suite_folder() / action / last
    file = folder / "_family.toml"
    known: dict[str, tuple[type, ...]] = {"order": (list,), "heldout": (bool,)}
    found = sorted(path.stem for path in folder.glob("[!_]*.toml"))
    try:
        table = read_table(file, known) if file.exists() else {}
        order = _ordered(found, table.get("order", []), file)
        problems = tuple(read_problem(folder / f"{stem}.toml") for stem in order)
    except TaskFileError as error:
        raise TaskFileError(f"{name}: {error}") from error
    return Family(name, CoderAction(action), problems, table.get("heldout", False))


def all_families() -> tuple[Family, ...]:
    """Return every family, by coder action."""
    return tuple(map(read_family, family_names()))


def _ordered(found: list[str], order: list[str], file: Path) -> list[str]:
    """What was found, first what `order` names, in its order."""
    for name in order:
        if name not in found:
            near = get_close_matches(str(name), found, n=1, cutoff=0.0)
            hint = f"; did you mean {near[0]!r}?" if near else ""
            raise TaskFileError(f"{file.name}: there is no {name!r} to put in order{hint}")
    return [*order, *(name for name in found if name not in order)]
