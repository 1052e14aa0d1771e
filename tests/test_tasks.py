import hashlib
import os
import pickle
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Hashable
from dataclasses import replace
from pathlib import Path

import pytest

from parelha import cli
from parelha.analysis.structure import structure
from parelha.errors import UsageError
from parelha.task_checks import (
    SPLITS,
    Findings,
    draw_instances,
    mutant_lines,
    mutant_problems,
)
from parelha.tasks import check_task, expected, family_names, get_task, load_tasks
from parelha.tasks.compare import canonical
from parelha.tasks.families import read_family
from parelha.tasks.table import families_table
from parelha.types import LANGS, Case, CoderAction, Split, Task

LEVELS = (1, 2, 3, 4)
HELDOUT: tuple[Split, ...] = ("heldout_params", "heldout_families")
# Other seeds of the same tasks are no other tasks: `heldout_seeds` is not among the splits.
ALL = tuple(task for split in SPLITS for task in load_tasks(split, levels=LEVELS))


def sentences(task: Task) -> set[str]:
    """Sentences of four words or more, in both languages."""
    parts = [part for lang in LANGS for part in re.split(r"(?<=[.?!:;])\s", task.statement[lang])]
    return {part.strip().lower() for part in parts if len(part.split()) >= 4}


def shown(task: Task) -> list[Hashable]:
    """What the visible examples are, arrays by their content."""
    return [canonical(case.args) for case in task.examples]


@pytest.mark.slow
@pytest.mark.parametrize("family", family_names())
def test_a_task_of_each_family_is_well_made(family: str) -> None:
    of_family = [task for task in ALL if task.family == family]
    task = of_family[sum(map(ord, family)) % len(of_family)]
    assert check_task(task) == [], task.id


@pytest.mark.slow
@pytest.mark.exhaustive
@pytest.mark.parametrize("family", family_names())
def test_every_task_is_well_made(family: str) -> None:
    for task in ALL:
        assert task.family != family or check_task(task) == [], task.id


@pytest.mark.parametrize("name", family_names())
def test_a_family_has_five_parameterisations_two_of_them_held_out(name: str) -> None:
    family = read_family(name)
    by_level = Counter(level for problem in family.problems for level in problem.statements)
    assert by_level[1] >= 5
    assert by_level[2] == by_level[1]
    if not family.heldout:
        assert sum(problem.heldout for problem in family.problems) >= 2
    assert len(set(family.parameterisations)) == len(family.problems)


def test_every_coder_action_has_families() -> None:
    assert {read_family(name).action for name in family_names()} == set(CoderAction)


def test_ids_are_unique_and_lead_back_to_the_task() -> None:
    assert len({task.id for task in ALL}) == len(ALL)
    for task in ALL[::7]:
        again = get_task(task.id)
        assert (again.id, again.split) == (task.id, task.split)
        assert shown(again) == shown(task)


def drawn_numbers(task: Task) -> set[Hashable]:
    """Ordinary hidden inputs that hold floats: a few small whole numbers do repeat by chance."""
    inputs = {canonical(c.args) for c in task.make_cases(0) if c.group == "ordinary"}
    return {args for args in inputs if "'float'" in str(args)}


def test_splits_share_no_hidden_input_of_random_numbers_and_no_id() -> None:
    for task in load_tasks("train", families=["build_model"]):
        other = get_task(task.id.replace("/s0", "/s1000"))
        assert other.split == "heldout_seeds"
        assert other.statement == task.statement
        assert shown(other) != shown(task)
        assert not drawn_numbers(task) & drawn_numbers(other), task.id


def test_no_sentence_of_a_held_out_statement_appears_in_training() -> None:
    train = {s for task in load_tasks("train", levels=LEVELS) for s in sentences(task)}
    for split in HELDOUT:
        for task in load_tasks(split, levels=LEVELS):
            assert not sentences(task) & train, task.id


def test_no_reference_of_a_held_out_parameterisation_appears_in_training() -> None:
    train = {task.reference for task in load_tasks("train", levels=LEVELS)}
    for split in HELDOUT:
        assert not train & {task.reference for task in load_tasks(split, levels=LEVELS)}


def test_order_is_by_family_parameterisation_level_and_seed() -> None:
    ids = [
        t.id
        for t in load_tasks(
            "train", levels=(2, 1), families=["analyse_statistics.mean_variance"], seeds=range(2)
        )
    ]
    assert ids[:4] == [
        f"analyse_statistics.mean_variance/population/L{level}/s{seed}"
        for level in (1, 2)
        for seed in (0, 1)
    ]


def test_families_are_chosen_by_name_or_by_action() -> None:
    by_action = load_tasks("train", families=["detect_outliers"])
    assert {task.action for task in by_action} == {CoderAction.DETECT_OUTLIERS}
    one = load_tasks("train", families=["clean_data.sales"])
    assert {task.family for task in one} == {"clean_data.sales"}


def test_wrong_use_gets_one_line_with_the_nearest_name() -> None:
    with pytest.raises(UsageError, match=r"'scaling'; did you mean 'clean_data\.scaling'\?"):
        load_tasks("train", families=["scaling"])
    with pytest.raises(UsageError, match=r"did you mean 'clean_data\.scaling/min_max/L1/s0'\?"):
        get_task("clean_data.scaling/minmax/L1/s0")
    with pytest.raises(UsageError, match=r"did you mean 'clean_data\.sales/drop_missing/L1/s0'\?"):
        get_task("clean_data.sales/drop_missing")
    for identity in ("", "a", "clean_data.scaling/min_max/L1", "clean_data.scaling/min_max/L9/s0"):
        with pytest.raises(UsageError):
            get_task(identity)
    with pytest.raises(UsageError, match="seed 1000"):
        load_tasks("train", seeds=[1000])
    with pytest.raises(UsageError, match="unknown split"):
        load_tasks("test")  # type: ignore[arg-type]


@pytest.mark.slow
def test_inputs_are_the_same_in_another_process_with_another_hash_seed() -> None:
    code = (
        "from parelha.tasks import *\n"
        "print([(t.id, t.examples, t.make_cases(5)) for t in load_tasks('train')])"
    )
    env = os.environ | {"PYTHONHASHSEED": "12345"}
    out = subprocess.run(
        [sys.executable, "-c", code], env=env, capture_output=True, text=True, check=True
    ).stdout
    here = [(t.id, t.examples, t.make_cases(5)) for t in load_tasks("train")]
    assert out.strip() == str(here)


def test_a_task_goes_to_a_worker_process() -> None:
    for task in ALL[::40]:
        again = pickle.loads(pickle.dumps(task))
        assert str(again.make_cases(3)) == str(task.make_cases(3))
        args = again.examples[0].args
        assert again.compare(expected(task, args), expected(again, args)) is None


def test_a_reference_that_changes_its_input_spoils_nothing() -> None:
    task = replace(ALL[0], reference="def f(v):\n    v.sort()\n    return v\n", entry_point="f")
    values = [3.0, 1.0, 2.0]
    assert expected(task, (values,)) == [1.0, 2.0, 3.0]
    assert values == [3.0, 1.0, 2.0]


@pytest.mark.slow
def test_thousands_of_generated_inputs_have_answers_and_edges() -> None:
    num_inputs = 0
    for place, task in enumerate(ALL[::6]):
        for seed in (3 + place, 1003 + place):
            cases = task.make_cases(seed)
            assert {case.group for case in cases} == {"ordinary", "edge"}
            for case in cases:
                expected(task, case.args)
            num_inputs += len(cases)
    assert num_inputs > 2_000
    assert {task.family for task in ALL[::6]} == set(family_names())


BROKEN = {
    "statement": ({"statement": {"en": "Too short.", "pt": ""}}, "'pt' is missing"),
    "one language": ({"statement": dict.fromkeys(LANGS, "word " * 20)}, "same in two languages"),
    "action named": ({"statement": {"en": "clean_data " * 9, "pt": "x " * 40}}, "coder action"),
    "signature": ({"signature": "def f(x) -> int"}, "no function head"),
    "name": ({"signature": "def g(values: list[float]) -> float:"}, "names g, not"),
    "untyped": ({"signature": "def mean_variance(values):"}, "not fully typed"),
    "entry": ({"reference": "x = 1\n"}, "does not define mean_variance"),
    "syntax": ({"reference": "def (:\n"}, "does not run: SyntaxError"),
    "parameters": ({"reference": "def mean_variance(x):\n    return 1\n"}, "other parameters"),
    "no edge": (
        {"make_cases": lambda seed: tuple(Case(([float(i + seed)],)) for i in range(12))},
        "no hidden input of the edge group",
    ),
    "one seed": (
        {"make_cases": lambda seed: tuple(Case(([float(i)],)) for i in range(12))},
        "different seeds give the same",
    ),
    "few": ({"make_cases": lambda seed: (Case(([float(seed)],)),)}, "1 hidden inputs"),
    "wrong": (
        {
            "reference": "def mean_variance(values: list[float]) -> tuple[float, float]:\n"
            "    return sum(values), 0.0\n"
        },
        "the oracle disagrees",
    ),
    "raises": (
        {
            "reference": "def mean_variance(values: list[float]) -> tuple[float, float]:\n"
            "    return values[9], 0.0\n"
        },
        "the reference fails on",
    ),
    "warned": (
        {
            "reference": "import numpy as np\n\n\n"
            "def mean_variance(values: list[float]) -> tuple[float, float]:\n"
            "    return float(np.float64(1.0) / np.float64(0.0)), 0.0\n"
        },
        "RuntimeWarning: divide by zero",
    ),
    "int": (
        {
            "reference": "def mean_variance(values: list[float]) -> tuple[float, float]:\n"
            "    return 0, 0\n"
        },
        "answers an int",
    ),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_badly_made_task_is_told(name: str) -> None:
    changes, says = BROKEN[name]
    good = get_task("analyse_statistics.mean_variance/population/L1/s0")
    problems = check_task(replace(good, **changes))  # type: ignore[arg-type]
    assert any(says in problem for problem in problems), problems


LINTERS = {
    "flake8": ("--isolated",),
    "mypy": ("--strict", "--disable-error-code=import-untyped", "--config-file="),
    # As for our own code: almost nothing that it makes becomes garbage before its end.
    "pylint": (
        "--rcfile=no_configuration",
        "--disable=duplicate-code",
        "--init-hook=import gc; gc.set_threshold(100_000, 20, 100)",
    ),
}


@pytest.mark.slow
@pytest.mark.timeout(600)  # hundreds of programs: minutes on a loaded machine
@pytest.mark.parametrize(
    "which", ["of each family", pytest.param("all", marks=pytest.mark.exhaustive)]
)
@pytest.mark.parametrize("linter", LINTERS)
def test_references_are_clean_under_the_three_linters(
    linter: str, which: str, tmp_path: Path
) -> None:
    def number_of(task: Task) -> object:
        return task.id if which == "all" else task.family

    # Of a family that whose hash comes last, so that all levels and problems are among them.
    tasks = sorted(ALL, key=lambda task: hashlib.sha256(task.id.encode()).digest())
    sources = {number_of(task): task.reference for task in tasks}.values()
    for number, source in enumerate(sources):
        (tmp_path / f"reference_{number:03}.py").write_text(source, encoding="utf-8")
    (tmp_path / "no_configuration").write_text("")
    files = sorted(path.name for path in tmp_path.glob("*.py"))
    ran = subprocess.run(
        [sys.executable, "-m", linter, *LINTERS[linter], *files],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr


def test_no_reference_silences_a_linter_or_runs_text() -> None:
    # A signature that needs `Any` would count against every program that repeats it.
    for task in ALL:
        counts = structure(task.reference)
        assert (counts.suppressions, counts.dynamic) == (0, 0), task.id


# --- splits, the page, and what `parelha tasks check` says ----------------------------------------


def test_the_held_out_splits_are_large_enough() -> None:
    assert len(load_tasks("heldout_params", levels=LEVELS)) >= 60
    assert len(load_tasks("heldout_families", levels=LEVELS)) >= 16
    train = {task.family for task in load_tasks("train", levels=LEVELS)}
    assert not train & {task.family for task in load_tasks("heldout_families", levels=LEVELS)}


def test_the_page_on_tasks_holds_the_table_of_families() -> None:
    page = (Path(__file__).parent.parent / "docs" / "tasks.md").read_text(encoding="utf-8")
    table = families_table()
    assert table in page, "put the output of `parelha tasks list --table` at the end of the page"
    assert all(f"`{name}`" in table for name in family_names())


def test_too_few_killed_mutants_are_told() -> None:
    found = Findings(mutants=Counter(a=100, b=20, c=5), killed=Counter(a=97, b=15, c=5))
    assert list(mutant_problems(found)) == [
        "b: 15 of 20 mutants killed, not 80%",
        "c: 5 mutants, not 20",
        "117 of 125 mutants killed, not 95%",
    ]
    assert list(mutant_lines(found))[-1] == "all: 117 of 125 mutants killed (93.6%)"


def test_an_instance_that_fails_or_has_no_edge_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    task = ALL[0]
    said: list[str] = []
    monkeypatch.setattr("parelha.task_checks.TOLD_EVERY", 4)
    assert not list(draw_instances(ALL[:3], 6, said.append))
    assert said == ["4 of 6 instances"]
    failing = replace(task, reference=task.reference.replace("return ", "return 1 / 0 * ", 1))
    assert "ZeroDivisionError" in next(draw_instances([failing], 1))
    plain = replace(task, make_cases=lambda seed: task.make_cases(seed)[:2])
    assert "seed 1: no edge case" in list(draw_instances([plain], 2))[1]


@pytest.mark.slow
def test_a_folder_is_checked_with_linters_and_every_problem_has_its_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    example = Path(__file__).parent.parent / "examples" / "own_tasks"
    for end in ("toml", "py"):
        text = (example / f"trimmed_mean.{end}").read_text(encoding="utf-8")
        named = 'function = "trimmed_mean"\n' if end == "toml" else ""
        (tmp_path / f"good.{end}").write_text(named + text, encoding="utf-8")
        unclean = text.replace("    left_out = int(", "    unused = left_out = int(", 1)
        (tmp_path / f"trimmed_mean.{end}").write_text(unclean, encoding="utf-8")
    (tmp_path / "half.toml").write_text("")
    assert cli.run(["tasks", "check", str(tmp_path)]) == 1
    said = capsys.readouterr()
    lines = said.out.splitlines()
    assert lines[0] == "half.toml: there is no half.py beside it"
    assert re.fullmatch(r"own\.good/own/L2/s0 \(\d+ of \d+ mutants killed\): right", lines[1])
    assert "flake8 on the reference, line" in lines[2] and "F841" in lines[2]
    assert "2 of 3 tasks have problems" in said.err
