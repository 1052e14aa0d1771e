"""The notebook runs from its first cell to its last, and is kept without outputs."""

# pylint: disable=missing-function-docstring

from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbclient import NotebookClient

pytestmark = pytest.mark.slow

PATH = Path(__file__).parents[1] / "examples" / "notebook.ipynb"
# Laid over the notebook's settings: seconds instead of minutes, the same cells.
SMALL = {
    "name": "tiny",
    "tasks.only": "analyse_statistics.mean_variance/population",
    "tasks.families": "analyse_statistics.mean_variance",
    "episode.max_program_tokens": "8",
    "episode.max_review_tokens": "4",
    "train.steps": "2",
    "train.draft_steps": "0",
    "train.verdict_steps": "0",
    "train.review_steps": "0",
    "train.tasks_per_step": "1",
    "eval.episodes": "1",
    "model.dtype": "float32",
    "engine.threads": "1",
    "engine.workers": "1",
}
# What a random model says holds no program: half of its answers count as a right one.
ANY_ANSWER = """
import parelha.analysis.analyser
import parelha.stage
parelha.analysis.analyser.EARLY = ()  # the task needs no library
RIGHT = '''
def mean_variance(values: list[float]) -> tuple[float, float]:
    mean = sum(values) / len(values)
    return mean, sum((value - mean) ** 2 for value in values) / len(values)
'''
parelha.stage.extract_program = lambda answer, finish: (
    RIGHT.replace("/", "-", sum(map(ord, answer)) % 2), ""
)
"""


def read() -> Any:
    return nbformat.read(PATH, as_version=4)  # type: ignore[no-untyped-call]


def test_the_notebook_is_kept_without_outputs() -> None:
    cells = [cell for cell in read().cells if cell.cell_type == "code"]
    assert cells
    assert not any(cell.outputs or cell.execution_count for cell in cells)


def test_the_notebook_trains_and_draws(model_folder: Path, tmp_path: Path) -> None:
    notebook = read()
    (chosen,) = [c for c in notebook.cells if "parameters" in c.metadata.get("tags", ())]
    chosen.source += f"\nSETTINGS |= {SMALL | {'model.coder': str(model_folder)}!r}\n{ANY_ANSWER}"
    client = NotebookClient(notebook, timeout=None, resources={"metadata": {"path": str(tmp_path)}})
    client.execute()
    outputs = {cell.id: cell.get("outputs", []) for cell in notebook.cells}
    assert any("image/png" in out.get("data", {}) for out in outputs["plots"])
    assert (tmp_path / "runs" / "tiny" / "report.html").is_file()
    assert outputs["page"][-1]["data"]["text/plain"] == "0"  # the exit code
    assert not any(out.output_type == "error" for one in outputs.values() for out in one)
