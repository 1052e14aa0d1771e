"""A user's own tasks: what is well made loads and is checked, the rest is told in one line each."""

from dataclasses import replace
from pathlib import Path
from random import Random

import pytest

from parelha.config_file import from_dict
from parelha.errors import UsageError
from parelha.tasks import check_task, expected
from parelha.tasks.mutants import Mutant, is_killed
from parelha.tasks.own import load_own
from parelha.tasks.source import read_source, wrong_answers
from parelha.training_tasks import training_tasks

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


def test_an_int_is_told_where_floats_are_annotated_alone(tmp_path: Path) -> None:
    head, _, _ = PROGRAM.partition("def mistake")
    table = TABLE.partition("[[examples]]")[0]
    for annotation, told in (
        ("float", True),
        ("complex", True),
        ("list[float]", True),
        ("list[int]", False),
        ("dict[str, Any]", False),
        ("dict[str, float | Any]", False),
        ("Counter[str]", False),
        ("object", False),
    ):
        program = head.replace(") -> list[float]:", f") -> {annotation}:").replace(
            "return [value for", "return [1 for"
        )
        imports = (
            "from collections import Counter\nfrom random import Random\nfrom typing import Any"
        )
        write(tmp_path, table=table, program=program.replace("from random import Random", imports))
        (own,) = load_own(tmp_path).tasks
        problems = check_task(own.task(), one_language=True)
        assert any("answers an int" in problem for problem in problems) == told, annotation


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
    source = read_source(PROGRAM, "above")[1]
    assert "Random" not in source.reference and "ordinary" not in source.reference
    assert source.reference.startswith('"""Numbers above a limit."""\n\n\ndef above(')
    assert source.signature == "def above(values: list[float], limit: float) -> list[float]:"
    assert source.oracle is None
    ((name, program),) = wrong_answers(PROGRAM, "above", None)
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
    "limit infinite": (TABLE + "[limits]\ncpu_seconds = inf", "cpu_seconds must be at most 86_400"),
    "limit huge": (TABLE + "[limits]\nwall_seconds = 1e30", "wall_seconds must be at most 86_400"),
    "limit nan": (TABLE + "[limits]\nwall_seconds = nan", "wall_seconds must be above 0"),
    "memory": (TABLE + "[limits]\nmemory_bytes = 18446744073709551616", "memory_bytes must be at"),
    "output": (TABLE + "[limits]\noutput_bytes = 4294967296", "output_bytes must be at most"),
    "threads": (TABLE + "[limits]\nthreads = 4294967296", "threads must be at most 1_024"),
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


# --- what people write ---------------------------------------------------------------------------

FUTURE = PROGRAM.replace("from random", "from __future__ import annotations\n\nfrom random")
WITH_TYPES = {
    "dataclass": "from dataclasses import dataclass\n\n\n@dataclass\nclass Kept:\n    x: int = 1\n",
    "dataclass with ClassVar": "import typing\nfrom dataclasses import dataclass\n\n\n"
    "@dataclass\nclass Kept:\n    x: typing.ClassVar[int] = 1\n",
    "named tuple": "from typing import NamedTuple\n\n\nclass Kept(NamedTuple):\n    x: int = 1\n",
    "dataclass when called": "import dataclasses\n\n\n"
    "class Kept:\n    def __init__(self) -> None:\n"
    "        self.x = dataclasses.make_dataclass('Row', [('x', 'int')])(1).x\n",
    "hints looked up": "import typing\n\n\nclass Kept:\n    x: int = 1\n\n\n"
    "assert typing.get_type_hints(Kept) == {'x': int}\n",
    "class named before it is there": "def first(kept: Kept) -> int:\n    return kept.x\n\n\n"
    "class Kept:\n    x = 1\n",
}


def with_types(part: str) -> str:
    """A program whose reference uses a class of its own, under postponed annotations."""
    text = FUTURE.replace("\n\ndef above", f"\n\n{part}\n\ndef above", 1)
    return text.replace(
        "    return [value for", "    assert Kept().x == 1\n    return [value for", 1
    )


@pytest.mark.parametrize("part", WITH_TYPES.values(), ids=WITH_TYPES)
def test_classes_under_postponed_annotations_load_and_run(tmp_path: Path, part: str) -> None:
    write(tmp_path, program=with_types(part))
    folder = load_own(tmp_path)
    assert folder.problems == ()
    task = folder.tasks[0].task()
    assert expected(task, ([1.0, 5.0], 2.0)) == [5.0]
    pairs = [(case.args, expected(task, case.args)) for case in task.make_cases(0)]
    assert not is_killed(Mutant(task.reference, 1, ""), task, pairs)
    assert is_killed(Mutant(f"{task.reference}\n\nexit()\n", 1, ""), task, pairs)
    assert task.reference.startswith('"""Numbers above a limit."""\n\nfrom __future__ import')


@pytest.mark.parametrize(
    ("program", "says"),
    [
        (PROGRAM + "\nimport sys\nsys.exit(1)\n", "it does not run: SystemExit: 1"),
        (PROGRAM + "\nraise SystemExit('bye')\n", "it does not run: SystemExit: bye"),
        (PROGRAM + "\nexit()\n", "it does not run: SystemExit"),
        (
            PROGRAM + "\nimport argparse\nargparse.ArgumentParser().parse_args(['x'])\n",
            "SystemExit",
        ),
        (PROGRAM + "\nimport asyncio\nraise asyncio.CancelledError\n", "CancelledError"),
        (PROGRAM + "\nraise GeneratorExit\n", "GeneratorExit"),
        (
            PROGRAM.replace("    value = rng", "    raise SystemExit\n    value = rng"),
            "edges ends the process",
        ),
        (
            PROGRAM.replace("    return [rng", "    quit()\n    return [rng"),
            "ordinary ends the process",
        ),
        (
            PROGRAM.replace("    return [value for", "    exit(3)\n    return [value for", 1),
            "the reference ends the process",
        ),
    ],
)
def test_a_task_that_exits_is_told_and_the_others_load(
    tmp_path: Path, program: str, says: str
) -> None:
    write(tmp_path, "above")
    write(
        tmp_path, "ends", TABLE.replace("[statement]", 'function = "above"\n[statement]'), program
    )
    folder = load_own(tmp_path)
    assert [own.name for own in folder.tasks] == ["above"]
    (problem,) = folder.problems
    assert problem.startswith("ends.") and says in problem and "\n" not in problem


def test_a_draw_that_exits_in_a_run_is_a_fault_of_its_task() -> None:
    program = PROGRAM.replace("    value = rng", "    exit()\n    value = rng")
    edges = read_source(program, "above")[1].edges
    with pytest.raises(ValueError, match="edges ends the process"):
        edges(Random(0))


def test_an_interrupt_is_the_users_own(tmp_path: Path) -> None:
    write(tmp_path, program=PROGRAM + "\nraise KeyboardInterrupt\n")
    with pytest.raises(KeyboardInterrupt):
        load_own(tmp_path)


@pytest.mark.parametrize("which", ["table", "program", "both"])
def test_a_byte_order_mark_and_foreign_ends_of_lines_are_read_over(
    tmp_path: Path, which: str
) -> None:
    table, program = (
        "\ufeff" * (which in (part, "both")) + text.replace("\n", "\r\n")
        for part, text in (("table", TABLE), ("program", PROGRAM))
    )
    write(tmp_path, table=table, program=program)
    folder = load_own(tmp_path)
    assert folder.problems == ()
    assert not folder.tasks[0].task().reference.startswith("\ufeff")


def test_text_in_another_encoding_is_one_line(tmp_path: Path) -> None:
    write(tmp_path)
    (tmp_path / "above.toml").write_bytes(TABLE.encode("utf-16"))
    assert load_own(tmp_path).problems == ("above.toml: above.toml is not UTF-8 text",)


# --- levels, and what problems share -------------------------------------------------------------


RARE = """

def oracle(values, limit):
    assert max(values) > limit
    return [value for value in values if value > limit]
"""


def test_inputs_that_the_run_could_not_draw_are_told_before_it_begins(tmp_path: Path) -> None:
    failing = "    rng.choice([1] if rng.random() < 0.99 else [])\n"
    write(tmp_path, program=PROGRAM.replace("    return [rng.uni", f"{failing}    return [rng.uni"))
    said = set()
    for seed in range(40):
        table = {"suites": [str(tmp_path)], "seeds": 1}
        config = from_dict({"seed": seed, "tasks": table, "train": {"tasks_per_step": 1}})
        try:
            (task,) = training_tasks(config)
            assert task.make_cases(seed)
            said.add("drawn")
        except UsageError as error:
            assert f"cannot be drawn with seed {seed}: IndexError" in str(error)
            said.add("refused")
    assert said == {"drawn", "refused"}


def test_inputs_that_examples_show_whole_are_told(tmp_path: Path) -> None:
    write(tmp_path)
    (own,) = load_own(tmp_path).tasks
    only = own.variant.examples[0].args
    shown = replace(own.variant, ordinary=lambda rng, size: only, edges=lambda rng: [only])
    with pytest.raises(UsageError, match="the examples show all"):
        replace(own, variant=shown).drawn(0)


def test_an_oracle_that_fails_and_inputs_that_cannot_be_drawn_are_told(tmp_path: Path) -> None:
    write(tmp_path, program=PROGRAM + RARE)
    (own,) = load_own(tmp_path).tasks
    said = check_task(own.task(), oracle=own.variant.oracle, one_language=True)
    assert said and all(one.startswith("the oracle fails on ") for one in said)
    failing = "    rng.choice([1] if rng.random() < 0.97 else [])\n"
    program = PROGRAM.replace("    return [rng.uni", f"{failing}    return [rng.uni")
    write(tmp_path, program=program)
    folder = load_own(tmp_path)
    assert not folder.problems
    said = check_task(folder.tasks[0].task(), one_language=True)
    assert len(said) == 1 and said[0].startswith("the inputs cannot be drawn from seed ")
    with pytest.raises(UsageError, match=r"above\.py: its inputs cannot be drawn from seed \d+"):
        folder.of_split("train", range(30))


def test_a_mistake_that_uses_another_file_is_refused_as_a_reference_is(tmp_path: Path) -> None:
    (tmp_path / "_shared.py").write_text("def keep(values):\n    return values\n", encoding="utf-8")
    mistake = "\n\ndef mistake_keeps(values, limit):\n    return keep(values)\n"
    write(tmp_path, program=f"from ._shared import keep\n{PROGRAM}{mistake}")
    problems = load_own(tmp_path).problems
    assert problems == ("above.py: mistake_keeps uses another file, but a program is one file",)
