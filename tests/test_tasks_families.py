"""Families are found by their place, their problems are two files each, and a change is noticed."""

from collections.abc import Iterator
from pathlib import Path
from shutil import copytree

import pytest

from parelha.errors import UsageError
from parelha.task_checks import mistake_problems
from parelha.tasks import expected, families, family_names, get_task, load_tasks, suite
from parelha.tasks.families import read_family, suite_folder
from parelha.tasks.suite import named_tasks
from tests import suite_hashes

EXAMPLE = Path(__file__).parent.parent / "examples" / "own_tasks"


@pytest.fixture(name="place")
def place_fixture(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A suite of one family, at a place of its own."""
    for action in suite_folder().glob("[!_]*"):
        (tmp_path / action.name).mkdir()
    copytree(suite_folder() / "clean_data/sales", tmp_path / "clean_data/sales")
    monkeypatch.setattr(families, "suite_folder", lambda: tmp_path)
    forget()
    yield tmp_path
    forget()


def forget() -> None:
    """What was read before is read again."""
    for cached in (families.family_names, families.read_family, suite.get_task):
        cached.cache_clear()


def test_the_suite_is_what_its_hashes_say() -> None:
    kept = suite_hashes.FILE.read_text(encoding="utf-8").splitlines()
    found = list(suite_hashes.lines())
    changed = [line.partition("  ")[2] for line in found if line not in set(kept)]
    assert not changed, "is it meant? then: python -m tests.suite_hashes"
    assert found == kept


def test_two_files_at_their_place_are_a_new_problem(place: Path) -> None:
    before = [identity for _, identity in named_tasks("train", (1, 2, 3, 4))]
    folder = place / "analyse_statistics/trimmed"
    folder.mkdir()
    for end in ("toml", "py"):
        text = (EXAMPLE / f"trimmed_mean.{end}").read_text(encoding="utf-8")
        (folder / f"trimmed_mean.{end}").write_text(text, encoding="utf-8")
    forget()
    assert family_names() == ("clean_data.sales", "analyse_statistics.trimmed")
    new = "analyse_statistics.trimmed/trimmed_mean/L2/s0"
    assert [i for _, i in named_tasks("train", (1, 2, 3, 4))] == [*before, new]
    task = get_task(new)
    assert expected(task, ([1.0, 2.0, 3.0, 100.0], 0.25)) == 2.5
    assert [case.args[1] for case in task.examples] == [0.25, 0.1]  # as the table gives them


def test_what_is_in_no_order_comes_last_by_name(place: Path) -> None:
    sales = place / "clean_data/sales"
    (sales / "_family.toml").write_text('order = ["tidy_names", "drop_missing"]', encoding="utf-8")
    order = read_family("clean_data.sales").parameterisations
    assert order[:2] == ("tidy_names", "drop_missing")
    assert list(order[2:]) == sorted(order[2:])


@pytest.mark.parametrize(
    ("name", "old", "new", "says"),
    [
        ("_family.toml", '"tidy_names"', '"tidy_name"', "'tidy_name' to put in order; did you"),
        ("_family.toml", "order", "oder", "_family.toml: unknown key oder; did you mean order?"),
        ("tidy_names.toml", "[level.2]", "[level.5]", "tidy_names.toml: level = 5: 1 to 4"),
        ("tidy_names.toml", "[level.2]", "[level.3]", "tidy_names_level_2: there is no level 2"),
        ("tidy_names.toml", "[level.2]", "[level.two]", "tidy_names.toml: level = two: 1 to 4"),
        ("tidy_names.py", "def edges(", "def ends(", "tidy_names.py: it defines no function edges"),
        ("tidy_names.py", "(rng: Random, size", "(rng: Random", "tidy_names.py: no valid Python"),
    ],
)
def test_a_badly_made_file_is_one_line(
    place: Path, name: str, old: str, new: str, says: str
) -> None:
    file = place / "clean_data/sales" / name
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new), encoding="utf-8")
    with pytest.raises(UsageError) as caught:
        load_tasks("train", levels=(1, 2))
    said = str(caught.value)
    assert says in said and "\n" not in said and "sales" in said


def test_a_file_is_read_when_its_task_is_asked_for(place: Path) -> None:
    (place / "clean_data/sales/tidy_names.py").write_text("1 / 0\n", encoding="utf-8")
    assert get_task("clean_data.sales/drop_missing/L1/s0").entry_point == "drop_missing"
    with pytest.raises(UsageError, match=r"tidy_names\.py: it defines no function"):
        get_task("clean_data.sales/tidy_names/L1/s0")


def test_a_changed_shared_file_is_read_anew(place: Path) -> None:
    sales = place / "clean_data/sales"
    before = get_task("clean_data.sales/drop_missing/L1/s0").make_cases(0)
    shared = sales / "_shared.py"
    text = shared.read_text(encoding="utf-8")
    shared.write_text(text.replace("size - 1", "size - 2"), encoding="utf-8")
    forget()
    after = get_task("clean_data.sales/drop_missing/L1/s0").make_cases(0)
    assert len(str(after)) < len(str(before))


def test_wrong_answers_that_are_not_caught_are_told(place: Path) -> None:
    file = place / "clean_data/sales/tidy_names.py"
    lines = file.read_text(encoding="utf-8").splitlines()
    start = lines.index("def tidy_names_level_2(names: list[str]) -> list[str]:")
    right = [line.replace("tidy_names", "mistake_none", 1) for line in lines[start:]]
    end = next(place for place, line in enumerate(right[1:], 1) if line and line[0] != " ")
    file.write_text("\n".join([*lines, "", "", *right[:end]]) + "\n", encoding="utf-8")
    for path in (place / "clean_data/sales").glob("*.py"):
        if path != file:
            text = path.read_text(encoding="utf-8")
            path.write_text(text.replace("def mistake_", "def misstep_"), encoding="utf-8")
    assert list(mistake_problems("clean_data.sales")) == [
        "1 hand-written wrong answers, not 3",
        "the hidden inputs do not tell tidy_names's wrong answer mistake_none_level_2",
    ]
