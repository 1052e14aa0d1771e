"""Files of benchmarks: bad lines are told, bad files refused, and the hub gives one file."""

import gzip
import json
from pathlib import Path
from typing import Any

import pytest

from parelha.errors import UsageError
from parelha.tasks.benchmarks import is_benchmark, load, load_benchmark
from tests.test_tasks_benchmarks import (
    BIGCODE,
    DS1000,
    GOOD,
    MBPP,
    ONE_PAIR,
    PAIRS,
    RELEASED,
    write,
)


def without(field: str, record: dict[str, Any] = GOOD) -> dict[str, Any]:
    return {key: value for key, value in record.items() if key != field}


BAD_LINES: dict[str, tuple[object, str]] = {
    "no JSON": ("{", "the line is no JSON"),
    "nested": ("[" * 100_000, "the line is no JSON"),
    "a list": ([1], "no JSON object but a list"),
    "a number": (3, "no JSON object but a number"),
    "null": ("null", "no JSON object but null"),
    "no test": (without("test"), "no test: neither"),
    "no prompt": (without("prompt"), "no 'prompt'"),
    "prompt no text": ({**GOOD, "prompt": 3}, "'prompt' is no text but a number"),
    "prompt empty": ({**GOOD, "prompt": " "}, "'prompt' is empty"),
    "no entry point": (without("entry_point"), "no 'entry_point'"),
    "entry point": ({**GOOD, "entry_point": "a b"}, "no name of a function: 'a b'"),
    "keyword": ({**GOOD, "entry_point": "def"}, "no name of a function: 'def'"),
    "test no text": ({**GOOD, "test": ["assert"]}, "'test' is no text but a list"),
    "test no Python": ({**GOOD, "test": "assert ("}, "'test' is no Python (SyntaxError)"),
    "check": ({**GOOD, "test": "def check(): pass"}, "check takes not one argument"),
    "solution": ({**GOOD, "canonical_solution": "    return ("}, "define double"),
    "other solution": ({**GOOD, "entry_point": "triple"}, "define triple"),
    "id": ({**GOOD, "task_id": [1]}, "'task_id' is neither a text nor a number but a list"),
    "empty id": ({**GOOD, "task_id": ""}, "'task_id' is empty or longer"),
    "long id": ({**GOOD, "task_id": "x" * 200}, "'task_id' is empty or longer"),
    "no outputs": (without("outputs", PAIRS), "no 'outputs'"),
    "fewer outputs": ({**PAIRS, "outputs": [2]}, "2 inputs and 1 outputs"),
    "no inputs": ({**PAIRS, "inputs": [], "outputs": []}, "there are no inputs"),
    "inputs": ({**PAIRS, "inputs": {}}, "'inputs' is no list but an object"),
    "input no list": ({**PAIRS, "inputs": [1, 2]}, "no list of arguments but a number"),
    "no output": (without("output", ONE_PAIR), "no 'output' beside 'input'"),
    "atol": ({**PAIRS, "atol": "low"}, "'atol' is no tolerance"),
    "MBPP tests": ({**MBPP, "test_list": [1]}, "'test_list' is no list of assertions"),
    "MBPP imports": ({**MBPP, "test_imports": [1]}, "'test_imports' is no list of imports"),
    "MBPP import": ({**MBPP, "test_imports": 5}, "'test_imports' is no list of imports"),
    "MBPP setup": ({**MBPP, "test_setup_code": 5}, "'test_setup_code' is no text"),
    "half a character": ({**PAIRS, "prompt": "\ud800"}, "'prompt' is no Unicode text"),
    "MBPP call": ({**MBPP, "test_list": ["assert g(1)"]}, "calls no function of the solution"),
    "MBPP code": (without("code", MBPP), "no 'code'"),
    "no class": ({**BIGCODE, "test": "x = 1"}, "holds no unittest class"),
    "no execution": ({**DS1000, "code_context": "x = 1"}, "defines no test_execution"),
    "no reference": (without("canonical_solution", RELEASED), "no 'canonical_solution'"),
    "twice": ({**GOOD, "task_id": "Good/1"}, "a second task Good/1"),
}


@pytest.mark.parametrize("name", BAD_LINES)
def test_a_bad_line_is_told_in_one_line_and_the_others_load(tmp_path: Path, name: str) -> None:
    record, says = BAD_LINES[name]
    first, last = {**GOOD, "task_id": "Good/1"}, {**GOOD, "task_id": "Good/2"}
    loaded = load_benchmark(write(tmp_path / "b.jsonl", first, record, "", last))
    assert [task.id for task in loaded.tasks] == ["Good/1", "Good/2"]
    (problem,) = loaded.problems
    assert problem.startswith("b.jsonl:2: ") and says in problem and "\n" not in problem


def test_a_line_that_is_not_utf_8_is_told(tmp_path: Path) -> None:
    path = tmp_path / "b.jsonl"
    path.write_bytes(b'{"a": "\xff"}\n' + json.dumps(GOOD).encode() + b"\n")
    loaded = load_benchmark(str(path))
    assert len(loaded.tasks) == 1
    assert loaded.problems == ("b.jsonl:1: the line is not UTF-8 text",)


def test_a_file_that_cannot_be_read_is_wrong_use(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"cannot read .*none\.jsonl: No such file"):
        load_benchmark(str(tmp_path / "none.jsonl"))
    with pytest.raises(UsageError, match="holds no line"):
        load_benchmark(write(tmp_path / "empty.jsonl", ""))
    packed = gzip.compress(json.dumps(GOOD).encode())
    for name, content in (("no.jsonl.gz", b"no gzip"), ("cut.jsonl.gz", packed[:-9])):
        (tmp_path / name).write_bytes(content)
        with pytest.raises(UsageError, match="no whole gzip file"):
            load_benchmark(str(tmp_path / name))


def test_a_file_that_unpacks_without_end_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(load, "MAX_LINE_BYTES", 10_000)
    (tmp_path / "bomb.jsonl.gz").write_bytes(gzip.compress(b"0" * 100_000))
    with pytest.raises(UsageError, match="more than a benchmark's file can hold"):
        load_benchmark(str(tmp_path / "bomb.jsonl.gz"))


# --- the hub --------------------------------------------------------------------------------------


def test_a_benchmark_comes_from_the_hub_by_its_name_and_only_its_one_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[tuple[str, str]] = []
    files = ["README.md", "data/test-0.parquet", "model.pkl", "test.jsonl", "train.jsonl"]

    def download(dataset: str, file: str, repo_type: str) -> str:
        assert repo_type == "dataset"
        asked.append((dataset, file))
        return write(tmp_path / "blob.jsonl", GOOD)

    api = type("Api", (), {"list_repo_files": lambda *_, **__: files})
    monkeypatch.setattr("huggingface_hub.HfApi", api)
    monkeypatch.setattr("huggingface_hub.hf_hub_download", download)
    (task,) = load_benchmark("HumanEval+").tasks
    assert asked == [("evalplus/humanevalplus", "test.jsonl")]
    assert task.family == "benchmark.humaneval+"


def test_a_hub_that_cannot_be_reached_or_has_no_such_file_is_wrong_use(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    api = type("Api", (), {"list_repo_files": lambda *_, **__: ["model.pkl"]})
    monkeypatch.setattr("huggingface_hub.HfApi", api)
    with pytest.raises(UsageError, match="holds no file of 'test'"):
        load_benchmark("humaneval")

    def fail(*_: Any, **__: Any) -> None:
        raise ConnectionError

    api = type("Api", (), {"list_repo_files": fail})
    monkeypatch.setattr("huggingface_hub.HfApi", api)
    with pytest.raises(UsageError, match=r"from the hub \(ConnectionError\): give"):
        load_benchmark("humaneval")


def test_names_and_files_of_benchmarks_are_told_from_ids() -> None:
    assert is_benchmark("MBPP+") and is_benchmark("a/b.jsonl.gz") and is_benchmark("x.parquet")
    assert not is_benchmark("detect_outliers.iqr/k=1.5/L1/s0")


def array(path: Path, text: str, mark: bytes = b"") -> str:
    data = mark + text.encode()
    path.write_bytes(gzip.compress(data) if path.suffix == ".gz" else data)
    return str(path)


SECOND = GOOD | {"task_id": "b/second"}
BOM = b"\xef\xbb\xbf"


@pytest.mark.parametrize("name", ["a.json", "a.jsonl", "a.json.gz", "a.jsonl.gz"])
@pytest.mark.parametrize("mark", [b"", BOM, b"\n\n "], ids=["plain", "mark", "blank"])
@pytest.mark.parametrize("indent", [None, 0, 2])
def test_one_json_array_is_a_benchmark(
    tmp_path: Path, name: str, mark: bytes, indent: int | None
) -> None:
    text = json.dumps([GOOD, {"task_id": "no/task"}, SECOND], indent=indent)
    loaded = load_benchmark(array(tmp_path / name, text, mark))
    assert len(loaded.tasks) == 2
    (problem,) = loaded.problems
    assert problem.startswith(f"{name}:2: ")
    assert loaded.tasks[0].family == "benchmark.a"


@pytest.mark.parametrize(
    "value",
    [{"test": [GOOD, SECOND]}, {"one": GOOD, "two": SECOND}, [GOOD, SECOND]],
    ids=["named list", "by name", "list"],
)
def test_records_are_found_in_an_object_too(tmp_path: Path, value: Any) -> None:
    loaded = load_benchmark(array(tmp_path / "a.json", json.dumps(value, indent=1)))
    assert (len(loaded.tasks), loaded.problems) == (2, ())


@pytest.mark.parametrize("name", ["a.json", "a.json.gz"])
@pytest.mark.parametrize(
    "value",
    [
        {"test": [GOOD, SECOND]},
        {"one": GOOD, "two": SECOND, "three": {}},
        [GOOD, None, SECOND],
        [GOOD, SECOND, 3],
        GOOD,
    ],
    ids=["named list", "by name", "null among them", "number among them", "one record"],
)
def test_a_json_file_gives_the_same_tasks_on_one_line_as_indented(
    tmp_path: Path, name: str, value: Any
) -> None:
    on_one, indented = (
        load_benchmark(array(tmp_path / name, json.dumps(value, indent=indent)))
        for indent in (None, 2)
    )
    ids = [task.id for task in on_one.tasks]
    assert ids == [task.id for task in indented.tasks] and ids
    assert on_one.problems == indented.problems


def test_json_lines_under_the_name_of_one_value_are_lines(tmp_path: Path) -> None:
    for name in ("a.json", "a.json.gz"):
        text = "\n".join([json.dumps(GOOD), "[1]", json.dumps(SECOND)])
        loaded = load_benchmark(array(tmp_path / name, text))
        assert len(loaded.tasks) == 2
        assert loaded.problems == (f"{name}:2: the line is no JSON object but a list",)


def test_one_record_over_several_lines_is_one(tmp_path: Path) -> None:
    loaded = load_benchmark(array(tmp_path / "a.json", json.dumps(GOOD, indent=4)))
    assert (len(loaded.tasks), loaded.problems) == (1, ())


def test_marks_and_foreign_ends_of_lines_of_json_lines_are_read_over(tmp_path: Path) -> None:
    text = "\r\n".join([json.dumps(GOOD), "", json.dumps(SECOND)])
    loaded = load_benchmark(array(tmp_path / "a.jsonl", text, BOM))
    assert (len(loaded.tasks), loaded.problems) == (2, ())


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (json.dumps([GOOD, SECOND], indent=1)[:-40].encode(), r"no JSON, or cut: .*line \d+"),
        (json.dumps([GOOD])[:-1].encode(), "no JSON, or cut"),
        (b"[" * 100_000, "nested too deep|no JSON"),
        (b"[\n\xff\xfe]", "not UTF-8"),
        (b"[\n]", "holds no line"),
    ],
)
def test_an_array_that_is_none_is_one_line(tmp_path: Path, content: bytes, says: str) -> None:
    path = tmp_path / "a.json"
    path.write_bytes(content)
    with pytest.raises(UsageError, match=says) as caught:
        load_benchmark(str(path))
    assert "\n" not in str(caught.value)


def test_a_list_among_json_lines_is_a_bad_line_alone(tmp_path: Path) -> None:
    loaded = load_benchmark(array(tmp_path / "a.jsonl", "[1, 2]\n" + json.dumps(GOOD)))
    assert len(loaded.tasks) == 1
    assert loaded.problems[0].startswith("a.jsonl:1: ")
