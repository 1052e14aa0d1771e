"""Records of a run with values of other types: one line, whoever wrote them."""

# pylint: disable=missing-function-docstring

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from parelha.errors import UsageError
from parelha.provenance import check_made_from
from parelha.report.records import read_run
from parelha.report.summary import headline, models_of, trained_agents
from parelha.report.terminal import run_text
from parelha.tracking import RunFolder
from tests.fabricate import fabricate_run

OTHERS: tuple[Any, ...] = (None, "x", [], {}, [1], -1, 0.5, True)
FILES = (
    "config.json",
    "metrics.jsonl",
    "timings.jsonl",
    "eval/before.json",
    "episodes/step_00001.jsonl",
)


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Where a value stands, of lists the first alone."""
    inner = value.items() if isinstance(value, dict) else enumerate(value[:1])
    for key, below in inner:
        yield (*path, key)
        if isinstance(below, dict | list):
            yield from places(below, (*path, key))


def read(text: str, name: str) -> Any:
    return list(map(json.loads, text.splitlines())) if name.endswith("l") else json.loads(text)


@pytest.mark.parametrize("name", FILES)
def test_a_value_of_another_type_is_one_line_or_does_no_harm(tmp_path: Path, name: str) -> None:
    run = fabricate_run(tmp_path / "run", steps=2, tasks_per_step=1, eval_episodes=3).path
    file, refused, shown = run / name, 0, 0
    whole = file.read_text(encoding="utf-8")
    for place in places(read(whole, name)):
        for other in OTHERS:
            records = inner = read(whole, name)
            for key in place[:-1]:
                inner = inner[key]
            inner[place[-1]] = other
            lines = map(json.dumps, records) if name.endswith("l") else [json.dumps(records)]
            file.write_text("\n".join(lines) + "\n", encoding="utf-8")
            try:
                found = read_run(run)
                run_text(run)
                headline(found), models_of(found), trained_agents(found)
                check_made_from(RunFolder(run).read_config().get("made_from", {}), {}, run)
            except UsageError as error:
                assert "\n" not in str(error)
                refused += 1
            else:
                shown += 1
    assert refused and shown


def test_a_copy_of_answers_with_a_name_of_its_own_is_passed_over(tmp_path: Path) -> None:
    run = fabricate_run(tmp_path / "run", steps=2).path
    copies = [run / "eval" / f"after_0000{n}.answers" for n in ("3", "3 (copy)")]
    for copy in copies:
        copy.mkdir()
    RunFolder(run).truncate(1)
    assert [copy.is_dir() for copy in copies] == [False, True]


def test_a_record_nested_without_end_is_damaged(tmp_path: Path) -> None:
    run = fabricate_run(tmp_path / "run", steps=1).path
    (run / "config.json").write_text("[" * 200_000)
    with pytest.raises(UsageError, match=r"config\.json is damaged"):
        RunFolder.open(run).read_config()
