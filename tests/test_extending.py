"""What docs/extending.md shows: its code, read from the page, does what the page says."""

# pylint: disable=missing-function-docstring,redefined-outer-name

import importlib
import json
import re
import runpy
import shutil
import subprocess
import sys
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from markdown_it import MarkdownIt

from parelha import cli
from parelha.config import Config
from parelha.errors import UsageError
from parelha.runtime import open_runtime
from parelha.tasks import check_task, expected
from parelha.tasks.mutants import Mutant, is_killed
from parelha.tasks.own import load_own
from tests import test_engine_contract as contract
from tests.fake_grading import fake_score
from tests.fakes import run_tiny, tiny_config, use_fakes

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "docs" / "extending.md").read_text(encoding="utf-8")


def sections() -> dict[str, list[tuple[str, str]]]:
    """Blocks of code of the page, (file, text), by the heading that they stand under."""
    found: dict[str, list[tuple[str, str]]] = {}
    tokens = MarkdownIt("commonmark").parse(PAGE)
    for token, inside in pairwise(tokens):
        if token.type == "heading_open":
            found[inside.content] = []
        elif token.type == "fence":
            title = re.search(r'title="(.+)"', token.info)
            assert title, f"a block of code without a file: {token.info}"
            found[list(found)[-1]].append((title[1], token.content))
    return found


SECTIONS = sections()


def lay_out(root: Path) -> None:
    """Write every file of the page below a folder, and change those that it changes."""
    for path, text in (block for blocks in SECTIONS.values() for block in blocks):
        file = root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        if text.startswith(("+", "-", " ")):
            file.write_text(changed(file.read_text(encoding="utf-8"), text), encoding="utf-8")
        else:
            file.write_text(text, encoding="utf-8")


def changed(source: str, changes: str) -> str:
    """A file after the changes of a block; `@@` stands between places."""
    for change in changes.split("@@\n"):
        lines = change.splitlines(keepends=True)
        before = "".join(line[1:] for line in lines if line[0] in " -")
        after = "".join(line[1:] for line in lines if line[0] in " +")
        assert source.count(before) == 1, f"not once in the file:\n{before}"
        source = source.replace(before, after)
    return source


@pytest.fixture
def page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Return a folder with the user's own files of the page, which Python finds."""
    shutil.copytree(ROOT / "src", tmp_path / "src")
    (tmp_path / "suite").symlink_to(ROOT / "suite")
    lay_out(tmp_path)
    monkeypatch.syspath_prepend(str(tmp_path))
    importlib.invalidate_caches()
    yield tmp_path
    for name in [name for name in sys.modules if name.partition(".")[0] == "team"]:
        del sys.modules[name]


def lines_of(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text().splitlines()]


def test_the_page_counts_the_files_of_src_that_it_touches() -> None:
    table = re.findall(r"^\| \[an? ([\w ]+)\].*\| (\d) \|$", PAGE, flags=re.MULTILINE)
    counted = {
        name: len({path for path, _ in blocks if path.startswith("src/")})
        for heading, blocks in SECTIONS.items()
        if (name := re.sub("^An? ", "", heading)) in dict(table)
    }
    assert counted == {name: int(count) for name, count in table}
    assert len(counted) == 5


def test_the_task_is_well_made_and_its_wrong_answer_is_told(page: Path) -> None:
    folder = load_own(page / "team" / "tasks")
    assert folder.problems == ()
    (own,) = folder.tasks
    task = own.task()
    assert check_task(task, one_language=True) == []
    pairs = [(case.args, expected(task, case.args)) for case in task.make_cases(0)]
    ((_, wrong),) = own.wrong_answers
    assert is_killed(Mutant(wrong, 1, ""), task, pairs)


@pytest.mark.usefixtures("page")
def test_the_engine_keeps_the_contract() -> None:
    module: Any = importlib.import_module("team.coin")
    for check in (
        contract.test_every_request_is_answered_once_and_counted,
        contract.test_a_choice_is_one_of_the_legal_answers,
        contract.test_a_reset_forgets_requests_and_begins_the_statistics_anew,
        contract.test_weights_may_change_between_answers,
    ):
        check(module.CoinEngine())
    answer = module.toss(contract.an_action())
    assert sum(answer.logprobs) == pytest.approx(-answer.entropy)  # all are equally likely


def test_modules_of_ones_own_take_part_in_a_run(
    page: Path, model_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    use_fakes(monkeypatch)
    monkeypatch.setattr(  # every program passes, and the lines of most are short
        "tests.fake_grading.letters_passed", lambda program: 8 if len(program) % 2 else 3
    )
    shutil.copy(page / "src/parelha/learning/algorithms/rloo.py", page / "team" / "rloo.py")
    config = tiny_config(
        model_folder,
        page,
        learning={"algorithm": "team.rloo"},
        reward={"own": {"team.narrow": 0.5}},
        tasks={"suites": ["families", str(page / "team" / "tasks")]},
        train={"steps": 2, "tasks_per_step": 2},
    )
    run = run_tiny(config)
    metrics = lines_of(run / "metrics.jsonl")
    assert len(metrics) == 2
    assert all(m["component/draft/narrow"] == 1.0 for m in metrics)
    assert metrics[-1]["ba_norm/coder"] > 0
    record = json.loads((run / "config.json").read_text())
    assert set(record["made_from"]["modules"]) == {"team.rloo", "team.narrow"}
    (page / "team" / "rloo.py").write_text("# another one\n")
    with pytest.raises(UsageError, match=r"team\.rloo \(modules\) has changed"):
        run_tiny(config, resume=run)


def test_the_use_from_python_runs_and_an_engine_of_ones_own_answers(
    page: Path,
    model_folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    use_fakes(monkeypatch)
    monkeypatch.chdir(page)
    config = tiny_config(model_folder, page)
    write_toml(page / "configs" / "team.toml", config)
    used = runpy.run_path(str(page / "team" / "use.py"))
    assert used["trained"] == ("coder", "reviewer")
    assert {finding.code for finding in used["findings"]} >= {"C0114", "C0116"}
    capsys.readouterr()
    command = ["eval", str(used["run"]), "--episodes", "2", "--engine.own", "team.coin"]
    assert cli.run(command) == 0
    said = capsys.readouterr().out
    assert "answered by engine coin" in said and "drafts: 0 of 2" in said


def write_toml(path: Path, config: Config) -> None:
    table = config.to_dict()
    lines = [f"{key} = {json.dumps(v)}" for key, v in table.items() if not isinstance(v, dict)]
    for name, section in table.items():
        if isinstance(section, dict):
            lines.append(f"[{name}]")
            lines += [f"{k} = {json.dumps(v)}" for k, v in section.items() if v != {}]
    path.write_text("\n".join(lines), encoding="utf-8")


def rounds_of(run: Path) -> list[dict[str, Any]]:
    return [line for file in (run / "episodes").glob("*.jsonl") for line in lines_of(file)]


def test_what_the_page_adds_passes_the_projects_linter(page: Path) -> None:
    code = ["src", "team/use.py", "team/narrow.py", "team/coin.py"]
    options = ["--no-cache", "--config", str(ROOT / "pyproject.toml"), *code]
    for command in (["check"], ["format", "--check"]):
        subprocess.run([sys.executable, "-m", "ruff", *command, *options], cwd=page, check=True)


# Runs in a process of its own, whose package is the changed copy.
WITH_A_JUDGE = """
import sys
from pathlib import Path
import parelha, pytest
from tests.fakes import run_tiny, tiny_config, use_fakes
assert Path(parelha.__file__).is_relative_to(Path.cwd()), parelha.__file__
with pytest.MonkeyPatch.context() as patch:
    use_fakes(patch)
    shape = {"steps": 2, "tasks_per_step": 2}
    print(run_tiny(tiny_config(Path(sys.argv[1]), Path.cwd(), train=shape,
                               learning={"algorithm": "rloo"})))
"""


def test_a_role_and_an_algorithm_take_part_in_a_run(page: Path, model_folder: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", WITH_A_JUDGE, str(model_folder)],
        env={"PYTHONPATH": f"{page / 'src'}:{ROOT}", "PATH": "", "OMP_NUM_THREADS": "1"},
        cwd=page,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    run = Path(done.stdout.splitlines()[-1])
    *_, metrics = lines_of(run / "metrics.jsonl")
    assert metrics["groups/judge"] == 2
    assert metrics["ba_norm/judge"] > 0 and metrics["grad_norm/judge"] > 0
    assert metrics["component/verdict/right"] == metrics["reward/verdict"]
    assert (run / "checkpoints" / "step_00002" / "judge").is_dir()
    said = {one["action"] for one in rounds_of(run) if one["agent"] == "judge"}
    assert said == {"right", "wrong"}


def test_a_module_that_is_no_engine_is_told_before_anything_is_loaded(page: Path) -> None:
    for table, lacks in (
        ({"engine": {"own": "team.narrow"}}, r"team\.narrow defines no function open_engine"),
        ({"learning": {"algorithm": "team.coin"}}, r"team\.coin defines no function group_adv"),
        ({"reward": {"own": {"team.use": 1.0}}}, r"team\.use cannot be imported: UsageError"),
    ):
        with pytest.raises(UsageError, match=lacks):
            open_runtime(tiny_config(page, page, **table), on_progress=print)


@pytest.mark.usefixtures("page")
def test_what_is_wrong_with_a_component_of_ones_own_is_one_line() -> None:
    from parelha.config_file import from_dict  # pylint: disable=import-outside-toplevel
    from parelha.rewards import program_value  # pylint: disable=import-outside-toplevel

    score = fake_score("x = 1\n", 8)
    config = from_dict({"reward": {"own": {"team.narrow": 0.5}}})
    assert program_value(score, config.reward) == pytest.approx(1.3, abs=0.1)
    (Path(importlib.import_module("team.narrow").__file__ or "")).write_text("value = 3\n")
    importlib.reload(importlib.import_module("team.narrow"))
    with pytest.raises(UsageError, match=r"team\.narrow defines no function value"):
        program_value(score, config.reward)
    for own in ({"team.missing": 1.0}, {"team.narrow": 1.0, "other.narrow": 1.0}):
        with pytest.raises(UsageError, match="own: "):
            from_dict({"reward": {"own": own}})
