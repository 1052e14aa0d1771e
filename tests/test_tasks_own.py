"""A user's own tasks: what is well made loads and is checked, the rest is told in one line each."""

from pathlib import Path

import pytest

from parelha.errors import UsageError
from parelha.tasks import check_task, expected
from parelha.tasks.mutants import Mutant, is_killed
from parelha.tasks.own import load_own
from parelha.tasks.own_source import read_source

EXAMPLE = Path(__file__).parent.parent / "examples" / "own_tasks"
TABLE = """
action = "clean_data"
[statement]
en = "Return the numbers of `values` that are above `limit`, in the order in which they came."
[[examples]]
call = "above([1.0, 5.0], 2.0)"
result = "[5.0]"
"""
PROGRAM = '''"""Numbers above a limit."""

from random import Random


def above(values: list[float], limit: float) -> list[float]:
    """Return the values above the limit."""
    return [value for value in values if value > limit]


def ordinary(rng: Random, size: int) -> tuple[object, ...]:
    return [rng.uniform(0.0, 9.0) for _ in range(size)], rng.uniform(2.0, 7.0)


def edges(rng: Random) -> list[tuple[object, ...]]:
    value = rng.uniform(1.0, 9.0)
    return [([], 1.0), ([value], value), ([value, 0.0], -1.0)]


def mistake_includes_the_limit(values: list[float], limit: float) -> list[float]:
    return [value for value in values if value >= limit]
'''


def write(folder: Path, name: str = "above", table: str = TABLE, program: str = PROGRAM) -> None:
    (folder / f"{name}.toml").write_text(table, encoding="utf-8")
    (folder / f"{name}.py").write_text(program, encoding="utf-8")


def test_the_worked_example_is_well_made_and_its_wrong_answers_are_told() -> None:
    folder = load_own(EXAMPLE)
    assert folder.problems == ()
    (own,) = folder.tasks
    task = own.task()
    assert check_task(task, oracle=own.variant.oracle, one_language=True) == []
    assert own.variant.oracle is not None and len(own.wrong_answers) == 3
    pairs = [(case.args, expected(task, case.args)) for case in task.make_cases(0)]
    for _, source in own.wrong_answers:
        assert is_killed(Mutant(source, 1, ""), task, pairs)
    assert not is_killed(Mutant(task.reference, 1, ""), task, pairs)
    assert task.statement["en"] != task.statement["pt"]


def test_a_wrong_oracle_is_told() -> None:
    (own,) = load_own(EXAMPLE).tasks
    problems = check_task(own.task(), oracle=lambda values, share: 7.5, one_language=True)
    assert any("the oracle disagrees" in problem for problem in problems)


def test_instances_differ_by_seed_and_go_to_their_splits(tmp_path: Path) -> None:
    write(tmp_path)
    write(tmp_path, "kept", 'heldout = true\nfunction = "above"\n' + TABLE)
    folder = load_own(tmp_path)
    assert folder.problems == ()
    train = folder.of_split("train", range(3))
    assert [task.id for task in train] == [f"own.above/own/L1/s{seed}" for seed in range(3)]
    assert len({str(task.make_cases(0)) for task in train}) == 3
    assert {task.id for task in folder.of_split("heldout_seeds")} == {"own.above/own/L1/s1000"}
    assert {task.family for task in folder.of_split("heldout_params")} == {"own.kept"}
    assert train[0].make_cases(4) == train[0].make_cases(4)


def test_one_language_stands_for_both(tmp_path: Path) -> None:
    write(tmp_path)
    task = load_own(tmp_path).tasks[0].task()
    assert task.statement["pt"] == task.statement["en"]
    assert check_task(task, one_language=True) == []
    assert any("same in two languages" in problem for problem in check_task(task))


def test_the_reference_is_cut_out_of_its_file_without_what_only_draws_inputs() -> None:
    source = read_source(PROGRAM, "above")
    assert "Random" not in source.reference and "ordinary" not in source.reference
    assert source.reference.startswith('"""Numbers above a limit."""\n\n\ndef above(')
    assert source.signature == "def above(values: list[float], limit: float) -> list[float]:"
    assert "oracle" not in source.functions
    ((name, program),) = source.wrong_answers
    assert name == "mistake_includes_the_limit"
    assert program.endswith("above = mistake_includes_the_limit\n")


BROKEN_TABLES = {
    "no TOML": ("action = ", "no valid TOML"),
    "unknown key": ("levels = 2\n" + TABLE, "unknown key levels; did you mean level?"),
    "no action": (TABLE.replace('action = "clean_data"', ""), "no action: one of clean_data"),
    "strange action": (TABLE.replace("clean_data", "cook"), "action = 'cook': one of"),
    "action no text": (TABLE.replace('"clean_data"', "3"), "action must be of type str"),
    "level": ("level = 9\n" + TABLE, "level = 9: 1 to 4"),
    "level a truth": ("level = true\n" + TABLE, "level must be of type int"),
    "heldout": ('heldout = "yes"\n' + TABLE, "heldout must be of type bool"),
    "function": ('function = "a b"\n' + TABLE, "is no name of a function"),
    "other function": ('function = "below"\n' + TABLE, "defines no function below"),
    "no statement": (TABLE.replace("en =", "pt ="), "no statement.en"),
    "statement no table": ('action = "clean_data"\nstatement = "x"', "statement must be a table"),
    "empty statement": (TABLE.replace('en = "', 'pt = ""\nen = "'), "statement.pt must be a text"),
    "language": (TABLE.replace("en =", "fr ="), "unknown key statement.fr"),
    "compare": (TABLE + "[compare]\nrelative = 1e-3", "unknown key compare.relative"),
    "compare value": (TABLE + '[compare]\nrel = "low"', "compare.rel must be of type float"),
    "limits": (TABLE + "[limits]\nwall_seconds = -1", "limits.wall_seconds must be above 0"),
    "example": (TABLE.replace('result = "[5.0]"', ""), "example 1 must have call and result"),
    "example no call": (TABLE.replace("above([1.0, 5.0], 2.0)", "x ="), "example 1 is no call"),
    "example of another": (TABLE.replace("above([", "f(["), "example 1 does not call above"),
    "example computed": (TABLE.replace("2.0)", "f(2))"), "its arguments are no literals"),
    "example by name": (TABLE.replace("2.0)", "limit=2.0)"), "example 1 names an argument"),
    "example wrong": (TABLE.replace("[5.0]", "[1.0]"), "example 1 says [1.0], the reference"),
    "example fails": (TABLE.replace("above([1.0, 5.0]", "above(3"), "the reference fails"),
}
BROKEN_PROGRAMS = {
    "no Python": ("def (", "no valid Python"),
    "fails": ("1 / 0\n" + PROGRAM, "it does not run: ZeroDivisionError"),
    "no reference": (PROGRAM.replace("def above", "def over"), "defines no function above"),
    "no ordinary": (PROGRAM.replace("def ordinary", "def usual"), "defines no function ordinary"),
    "no edges": (PROGRAM.replace("def edges", "def ends"), "defines no function edges"),
    "defaults": (PROGRAM.replace("limit: float)", "limit: float = 1.0)", 1), "plain parameters"),
    "no tuple": (PROGRAM.replace(", rng.uniform(2.0, 7.0)", ""), "ordinary(rng, size) must"),
    "edges no list": (PROGRAM.replace("return [([]", "return 1 or [([]"), "edges(rng) must return"),
    "draw fails": (PROGRAM.replace("rng.uniform(2.0", "rng.unform(2.0"), "AttributeError"),
}


@pytest.mark.parametrize("name", [*BROKEN_TABLES, *BROKEN_PROGRAMS])
def test_a_badly_made_task_is_told_in_one_line_and_the_others_load(
    tmp_path: Path, name: str
) -> None:
    write(tmp_path, "good", 'function = "above"\n' + TABLE)
    if name in BROKEN_TABLES:
        content, says = BROKEN_TABLES[name]
        write(tmp_path, table=content)
    else:
        content, says = BROKEN_PROGRAMS[name]
        write(tmp_path, program=content)
    folder = load_own(tmp_path)
    assert [own.name for own in folder.tasks] == ["good"]
    (problem,) = folder.problems
    assert says in problem and problem.startswith("above.") and "\n" not in problem


def test_missing_and_unreadable_files_are_told(tmp_path: Path) -> None:
    (tmp_path / "lonely.toml").write_text(TABLE)
    (tmp_path / "alone.py").write_text(PROGRAM)
    (tmp_path / "_shared.py").write_text("")  # no task by its name
    write(tmp_path, "binary")
    (tmp_path / "binary.toml").write_bytes(b"\xff\xfe")
    assert load_own(tmp_path).problems == (
        "alone.py: there is no alone.toml beside it",
        "binary.toml: binary.toml is not UTF-8 text",
        "lonely.toml: there is no lonely.py beside it",
    )


def test_no_folder_or_an_empty_one_is_wrong_use(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="is no folder of tasks"):
        load_own(tmp_path / "none")
    with pytest.raises(UsageError, match="holds no task"):
        load_own(tmp_path)
