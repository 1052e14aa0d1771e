"""The card of the tasks as a data set, with the front matter that the hub reads."""

from collections.abc import Mapping, Sequence

from parelha.types import Split, Task

_SPLITS: dict[Split, str] = {
    "train": "to train on",
    "heldout_seeds": "the tasks of `train` with other examples and hidden inputs",
    "heldout_params": "forms of the tasks that `train` does not have, of families that it has",
    "heldout_families": "families of tasks that `train` does not have",
}
_BOUNDS = ((1_000, "n<1K"), (10_000, "1K<n<10K"), (100_000, "10K<n<100K"))


def dataset_card(splits: Mapping[Split, Sequence[Task]], version: str) -> str:
    """Return the text of ``README.md``."""
    rows = sum(map(len, splits.values()))
    size = next((name for bound, name in _BOUNDS if rows < bound), "100K<n<1M")
    files = [f"  - split: {split}\n    path: data/{split}.parquet" for split in splits]
    table = [
        f"| `{split}` | {len(tasks):,} | {_SPLITS[split]} |" for split, tasks in splits.items()
    ]
    families = len({task.family for tasks in splits.values() for task in tasks})
    levels = sorted({task.level for tasks in splits.values() for task in tasks})
    return _CARD.format(
        size=size,
        files="\n".join(files),
        table="\n".join(table),
        families=families,
        levels=", ".join(map(str, levels)),
        version=version,
        first=next(iter(splits.values()))[0].id,
    )


_CARD = """---
license: apache-2.0
language:
- en
- pt
pretty_name: Parelha tasks
size_categories:
- {size}
task_categories:
- text-generation
tags:
- code
- data-analysis
- reinforcement-learning
configs:
- config_name: default
  data_files:
{files}
---

# Parelha tasks

Data-analysis problems for a program in Python, with statements in English and Portuguese:
{families} families, levels {levels}. Written by Parelha {version}; every row is generated, nothing
in it is collected from people.

| split | tasks | what it is |
|---|---|---|
{table}

## A row

| column | what it holds |
|---|---|
| `task_id` | family, form, level and seed: what a grader finds the task by |
| `family`, `action`, `level` | its kind; a coder is asked for the `action`: in no prompt |
| `statement_en`, `statement_pt` | what is asked |
| `signature`, `entry_point` | the function to write |
| `examples` | calls with their right results; they stand in the prompt |
| `prompt_en`, `prompt_pt` | chat messages for a coder who answers once |
| `limits` | JSON: seconds and bytes that a program may use over all hidden inputs |

## What is not in it

No hidden input, no right answer to one, and no reference program: nothing that a model reads here
tells it what it is graded on. Hidden inputs are drawn anew from the `task_id` by the package, in
the process that grades; programs run in a sandbox and give values, and only the grader compares.

## Grading

```python
from datasets import load_dataset
from parelha import get_task, score_programs

row = load_dataset("parquet", data_files={{"train": "data/train.parquet"}})["train"][0]
score = score_programs(["def f():\\n    return 0\\n"], get_task(row["task_id"]))[0]
print(score.tests)
```

This needs Parelha {version}: another version may ask or grade `{first}` differently.
Rewards for trainers are in `parelha.interop` (docs/interop.md).

The held-out splits are for evaluation. `heldout_seeds` shares its statements with `train`, so that
what is measured on it is no transfer to other problems; on `heldout_families` it is.
"""
