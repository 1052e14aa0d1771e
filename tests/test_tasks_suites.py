"""Suites: in-process tasks are marked, graded and evaluated on, and trained on only if wanted."""

# pylint: disable=missing-function-docstring

from pathlib import Path
from typing import Any

import pytest

from parelha import cli, suites
from parelha.config_file import from_dict
from parelha.errors import UsageError
from parelha.grading import Grader, grader_settings
from parelha.heldout import heldout_tasks
from parelha.provenance import made_from
from parelha.suites import heldout_suites, open_suite, suite_notices, training_suites
from parelha.tasks.benchmarks import Loaded
from parelha.tasks.own import OwnFolder
from parelha.types import LANGS, Outcome, Task
from tests.test_tasks_benchmarks import BIGCODE, DS1000, GOOD, write
from tests.test_tasks_own import PROGRAM, TABLE
from tests.test_tasks_own import write as write_own

pytestmark = pytest.mark.slow


@pytest.fixture(name="mixed")
def mixed_fixture(tmp_path: Path) -> str:
    """Twenty tasks whose tests are calls, and twenty whose tests run in-process."""
    records: list[dict[str, Any]] = []
    for number in range(20):
        solution = f"    return 2 * x + {number} - {number}\n"
        records.append({**GOOD, "task_id": f"Calls/{number}", "canonical_solution": solution})
        solution = f"    return x * 2 + {number} - {number}\n"
        records.append({**BIGCODE, "task_id": f"Beside/{number}", "canonical_solution": solution})
    return write(tmp_path / "mixed.jsonl", *records)


def test_training_leaves_in_process_tasks_out_unless_they_are_wanted(mixed: str) -> None:
    trained = training_suites([mixed], range(1))
    assert trained and {task.family for task in trained} == {"benchmark.mixed"}
    wanted = training_suites([mixed], range(1), in_process=True)
    assert {t.family for t in wanted} == {"benchmark.mixed", "benchmark.mixed (in-process)"}


def test_evaluation_takes_in_process_tasks_and_none_that_is_trained_on(mixed: str) -> None:
    (whole,) = heldout_suites([mixed], [], [], range(1))
    assert len(whole) == 40
    (rest,) = heldout_suites([mixed], [mixed], [], range(1))
    assert {task.family for task in rest} == {"benchmark.mixed", "benchmark.mixed (in-process)"}
    trained = training_suites([mixed], range(1), in_process=True)
    assert not {task.id for task in rest} & {task.id for task in trained}
    assert len(rest) + len(trained) == 40


def test_two_suites_that_overlap_are_not_evaluated_on_what_either_trains_on(tmp_path: Path) -> None:
    """As MBPP and its sanitized part: the held-out fifth of each is another one."""
    names = []
    for name in ("whole", "part"):
        records = [{**problem(n, f"x * {n}"), "task_id": f"{name}/{n}"} for n in range(1, 31)]
        records += [
            {**problem(n, f"x + {n} + len('{name}')"), "task_id": f"{name}/{n}"}
            for n in range(31, 61)
        ]
        names.append(write(tmp_path / f"{name}.jsonl", *records))
    trained = {task.statement["en"] for task in training_suites(names, range(1))}
    lists = heldout_suites(names, names, [], range(1))
    assert any(lists)
    assert not trained & {task.statement["en"] for tasks in lists for task in tasks}
    assert any("trained on and not evaluated on" in line for line in suite_notices(names, names))


def test_a_suite_of_two_spellings_is_taken_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path / "mine.jsonl", *(problem(n, f"x * {n}") for n in range(1, 9)))
    monkeypatch.chdir(tmp_path)
    names = ["mine.jsonl", "./mine.jsonl", str(tmp_path / "mine.jsonl")]
    tasks = training_suites(names, range(1))
    assert tasks and len({task.id for task in tasks}) == len(tasks)
    assert len(heldout_suites(names, [], [], range(1))) == 1


def test_a_user_is_told_how_many_tasks_are_in_process(mixed: str) -> None:
    (notice,) = suite_notices(["families", mixed])
    assert "20 in-process tasks" in notice and "tasks.train_in_process" in notice


def test_two_suites_that_call_different_tasks_the_same_are_refused(tmp_path: Path) -> None:
    """HumanEval and HumanEval+ do: the score of the one would be taken for the other's."""
    names = [write(tmp_path / f"{name}.jsonl", GOOD) for name in ("some", "someplus")]
    with pytest.raises(UsageError, match="both have a task Some/0"):
        heldout_suites(names, [], [], range(1))
    with pytest.raises(UsageError, match="both have a task"):
        training_suites(names, range(1))
    quota = {"tasks": {"eval_suites": names}, "eval": {"quota": dict.fromkeys(names, 1)}}
    with pytest.raises(UsageError, match="both have a task"):
        heldout_tasks(from_dict(quota), 2)


def test_problems_that_are_trained_on_are_not_evaluated_on_in_another_file(tmp_path: Path) -> None:
    problems = [{**GOOD, "task_id": f"Good/{n}"} for n in range(12)]
    trained = write(tmp_path / "trained.jsonl", *problems)
    program = GOOD["canonical_solution"]
    others = [
        {**GOOD, "task_id": f"Other/{n}", "canonical_solution": program + "\n" * n}
        for n in range(2)
    ]
    new = {**GOOD, "task_id": "New/0", "canonical_solution": f"    pass\n{program}"}
    copy = write(tmp_path / "copy.jsonl", *problems, *others, new)
    known = {task.id for task in training_suites([trained], range(1))}
    (found,) = heldout_suites([copy], [trained], [], range(1))
    assert known and not {task.id for task in found} & known
    assert "New/0" in {task.id for task in found}
    assert not {"Other/0", "Other/1"} & {task.id for task in found}


def problem(number: int, body: str, **other: str) -> dict[str, str]:
    """A problem of a file without ids, which takes its file's name and its line's number."""
    record = {key: GOOD[key] for key in ("entry_point", "prompt")}
    test = f"def check(candidate):\n    assert candidate(3) == {eval(body, {'x': 3})}\n"
    test += f"    assert candidate(5) == {eval(body, {'x': 5})}\n"
    prompt = record["prompt"].replace("twice x", f"{body}, as line {number} says")
    return (
        record
        | {"prompt": prompt, "canonical_solution": f"    return {body}\n"}
        | {"test": test}
        | other
    )


def test_other_problems_of_the_same_ids_are_played(tmp_path: Path) -> None:
    """Of another family they are kept apart; of the same one they would share their scores."""
    names = []
    for folder, sign in (("train", "+"), ("test", "*")):
        (tmp_path / folder).mkdir()
        records = [problem(n, f"x {sign} {n}") for n in range(1, 9)]
        names.append(write(tmp_path / folder / "some.jsonl", *records))
    trained, other = names
    with pytest.raises(UsageError, match=r"both have a task some/\d: .* rename its file"):
        heldout_suites([other], [trained], [], range(1))
    given = [{**problem(n, f"x * {n}"), "task_id": f"some/{n}"} for n in range(1, 9)]
    renamed = write(tmp_path / "test" / "renamed.jsonl", *given)
    known = {task.id for task in training_suites([trained], range(1))}
    (found,) = heldout_suites([renamed], [trained], [], range(1))
    assert len(found) == 8 and known & {task.id for task in found}
    assert suite_notices([renamed], [trained]) == []


def test_the_same_problems_are_left_out_whatever_their_solutions_and_that_is_said(
    tmp_path: Path,
) -> None:
    """As of HumanEval+, whose ids and statements are those of HumanEval, and its solutions not."""
    records = [{**problem(n, f"x + {n}"), "task_id": f"H/{n}"} for n in range(1, 9)]
    trained = write(tmp_path / "some.jsonl", *records)
    plus = write(
        tmp_path / "someplus.jsonl",
        *({**r, "canonical_solution": f"    x += {n}\n    return x\n"}
          for n, r in enumerate(records, 1)),
    )  # fmt: skip
    known = {task.id for task in training_suites([trained], range(1))}
    (found,) = heldout_suites([plus], [trained], [], range(1))
    assert {task.id for task in found} == {record["task_id"] for record in records} - known
    (notice,) = suite_notices([trained, plus], [trained])
    assert notice.startswith(f"{plus}: {len(known)} tasks are trained on and not evaluated on: H/")


def test_a_folder_of_ones_own_gives_what_another_does_not_train_on(tmp_path: Path) -> None:
    folders = [tmp_path / name for name in ("trained", "copy", "other", "renamed")]
    for folder in folders:
        folder.mkdir()
    trained, copy, other, renamed = map(str, folders)
    write_own(folders[0])
    write_own(folders[1])
    strict = {"table": TABLE.replace("above `limit`", "below `limit`").replace("[5.0]", "[1.0]")}
    strict["program"] = PROGRAM.replace("value > limit", "value < limit")
    write_own(folders[2], **strict)
    write_own(folders[3], "below", 'function = "above"\n' + strict["table"], strict["program"])

    def ids(name: str) -> list[str]:
        (tasks,) = heldout_suites([name], [trained], ["heldout_seeds"], range(2))
        return [task.id for task in tasks]

    assert ids(copy) == [f"own.above/own/L1/s{seed}" for seed in (1000, 1001)]
    assert ids(renamed) == [f"own.below/own/L1/s{seed}" for seed in (1000, 1001, 0, 1)]
    with pytest.raises(UsageError, match=r"both have a task own\.above/own/L1/s0"):
        ids(other)


@pytest.mark.parametrize("name", ["a generator", "a great number", "none left"])
def test_inputs_that_no_program_can_be_asked_are_a_fault_of_their_task_alone(
    tmp_path: Path, name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    drawn, given, says = {
        "a generator": ("", "(float(n) for n in range(size)), rng.random()", "type generator"),
        "a great number": ("", "[1.0], rng.randint(1, 9) + 10**5000", "an integer longer than"),
        "none left": ("[]  # ", "[1.0, 5.0], 2.0", "no hidden input is left"),
    }[name]
    usual = "return [rng.uniform(0.0, 9.0) for _ in range(size)], rng.uniform(2.0, 7.0)"
    program = PROGRAM.replace(usual, f"return {given}")
    program = program.replace("return [([]", f"return {drawn}[([]")
    write_own(tmp_path, "bad", 'function = "above"\n' + TABLE, program)
    write_own(tmp_path, "good", 'function = "above"\n' + TABLE)
    suite = open_suite(str(tmp_path))
    assert [task.name for task in suite.tasks] == ["good"]
    (said,) = suite.problems
    assert said.startswith("bad.py: ") and says in said and "\n" not in said
    assert cli.run(["tasks", "check", str(tmp_path)]) == 1
    lines = capsys.readouterr()
    assert says in lines.out.splitlines()[0]
    assert "good/own/L1/s0" in lines.out and "1 of 2 tasks have problems" in lines.err


def test_a_home_folder_is_one_in_every_path_of_tasks_and_linters(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    (tmp_path / "mine").mkdir()
    write_own(tmp_path / "mine")
    assert open_suite("~/mine") is open_suite(str(tmp_path / "mine"))
    (tmp_path / "rules").mkdir()
    (tmp_path / "rules" / ".flake8").write_text("[flake8]\n")
    found = []
    for home in ("~", str(tmp_path)):
        tasks, rules = {"suites": [f"{home}/mine"]}, {"linter_settings": f"{home}/rules"}
        config = from_dict({"tasks": tasks, "reward": rules})
        assert grader_settings(config)["linter_settings"] == tmp_path / "rules"
        hashes = made_from(config)
        found.append([sorted(hashes[kind].values()) for kind in ("tasks", "linter settings")])
    assert found[0] == found[1] and all(found[0])


def test_isolation_that_is_too_weak_is_no_fault_of_a_task(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_: Any) -> int:
        raise UsageError("too weak")

    write_own(tmp_path)
    monkeypatch.setattr("parelha.sandbox.Sandbox.level", property(refuse))
    with pytest.raises(UsageError, match="too weak"):
        open_suite(str(tmp_path))


def test_instances_are_drawn_of_ones_own_tasks_and_refused_of_a_benchmark(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_own(tmp_path, program=PROGRAM.replace("return [(", "return [] and [("))
    assert cli.run(["tasks", "check", str(tmp_path), "--instances", "4"]) == 1
    said = capsys.readouterr().out
    assert "4 instances drawn and answered" not in said  # its task is not well made
    write_own(tmp_path)
    cli.run(["tasks", "check", str(tmp_path), "--instances", "4"])
    assert "4 instances drawn and answered, 0 of them with problems" in capsys.readouterr().out
    path = write(tmp_path / "some.jsonl", GOOD)
    assert cli.run(["tasks", "check", path, "--instances", "4"]) == 2
    assert "--instances: the inputs of" in capsys.readouterr().err


def test_a_task_of_ones_own_is_kept_level_by_level(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_own(tmp_path, table=TABLE + '[level.1]\nen = "Few."\n[level.2]\nen = "Many."\n')
    whole = open_suite(str(tmp_path))
    assert isinstance(whole, OwnFolder)
    assert [own.variant.level for own in whole.tasks] == [1, 2]
    for failing in (1, 2):
        suites._open.cache_clear()  # pylint: disable=protected-access

        def failure(task: Task, _: Any, failing: int = failing) -> str | None:
            return f"fails (level {task.level})" if task.level == failing else None

        monkeypatch.setattr("parelha.suites.reference_failure", failure)
        suite = open_suite(str(tmp_path))
        assert [own.variant.level for own in suite.tasks] == [3 - failing]
        assert suite.problems == (f"above.py: fails (level {failing})",)
    suites._open.cache_clear()  # pylint: disable=protected-access


def test_a_benchmark_that_is_all_in_process_cannot_be_trained_on(tmp_path: Path) -> None:
    name = write(tmp_path / "beside.jsonl", BIGCODE)
    with pytest.raises(UsageError, match="trained on: all run in-process"):
        training_suites([name], range(1))
    assert len(heldout_suites([name], [], [], range(1))[0]) == 1


def test_an_in_process_task_is_graded_with_its_tests_around_the_program(
    tmp_path: Path, grader: Grader
) -> None:
    suite = open_suite(write(tmp_path / "both.jsonl", BIGCODE, DS1000))
    assert isinstance(suite, Loaded) and len(suite.tasks) == 2
    for task in suite.tasks:
        assert grader.test(task, task.solution).outcome is Outcome.PASSED
        wrong = task.solution.replace("2 * x", "3 * x")
        assert grader.test(task, wrong).passed < 2
        for lang in LANGS:  # there is nothing to show, and no fault either
            assert "0" not in grader.execute_examples(task, task.solution, lang)
