"""The tasks as a data set: Parquet files and a card, written whole or not at all.

No hidden input, right answer or program of ours is in it: whoever trains on the rows cannot learn a
test, and answers are graded by the package, which draws the hidden inputs anew from a task's id.
"""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from parelha import __version__
from parelha.errors import UsageError, install_command
from parelha.files import check_absent, whole_folder
from parelha.interop.card import dataset_card
from parelha.interop.tasks import draft_messages
from parelha.tasks import expected, load_tasks
from parelha.types import LANGS, Split, Task

SPLITS: tuple[Split, ...] = ("train", "heldout_seeds", "heldout_params", "heldout_families")


def export_tasks(
    to: Path, *, families: Iterable[str] = (), levels: Iterable[int] = (1, 2, 3, 4), seeds: int = 4
) -> dict[str, int]:
    """Write every split of the suite as ``data/SPLIT.parquet``, and ``README.md``.

    The same arguments give the same bytes.

    Returns:
        rows of each split that has some.

    Raises:
        UsageError: `to` exists or cannot be written, no such tasks, or pyarrow is missing.
    """
    try:
        import pyarrow  # pylint: disable=import-outside-toplevel
        from pyarrow import parquet  # pylint: disable=import-outside-toplevel
    except ImportError:
        raise UsageError(f"Parquet files need pyarrow: {install_command('solve')}") from None
    to = to.absolute()
    check_absent(to)
    wanted, chosen = tuple(levels), tuple(families)
    if seeds < 1:
        raise UsageError(f"--seeds {seeds}: must be at least 1")
    found = {
        split: load_tasks(split, levels=wanted, families=chosen, seeds=range(seeds))
        for split in SPLITS
    }
    splits = {split: tasks for split, tasks in found.items() if tasks}
    if not splits:
        raise UsageError("no task has these families and levels: see `parelha tasks list`")
    text = pyarrow.string()
    message = pyarrow.struct({"role": text, "content": text})
    schema = pyarrow.schema(
        {
            **dict.fromkeys(("task_id", "family", "action"), text),
            "level": pyarrow.int8(),
            **{f"statement_{lang}": text for lang in LANGS},
            **dict.fromkeys(("signature", "entry_point"), text),
            "examples": pyarrow.list_(pyarrow.struct({"call": text, "result": text})),
            **{f"prompt_{lang}": pyarrow.list_(message) for lang in LANGS},
            "limits": text,
        }
    )
    with whole_folder(to) as hidden:
        (hidden / "data").mkdir()
        for split, tasks in splits.items():
            table = pyarrow.Table.from_pylist([_row(task) for task in tasks], schema=schema)
            parquet.write_table(table, hidden / "data" / f"{split}.parquet", compression="zstd")
        card = dataset_card(splits, __version__)
        (hidden / "README.md").write_text(card, encoding="utf-8")
    return {split: len(tasks) for split, tasks in splits.items()}


def _row(task: Task) -> dict[str, Any]:
    limits = task.limits
    return {
        "task_id": task.id,
        "family": task.family,
        "action": str(task.action),
        "level": task.level,
        **{f"statement_{lang}": task.statement[lang] for lang in LANGS},
        "signature": task.signature,
        "entry_point": task.entry_point,
        "examples": [
            {
                "call": f"{task.entry_point}({', '.join(map(repr, case.args))})",
                "result": repr(expected(task, case.args)),
            }
            for case in task.examples
        ],
        **{f"prompt_{lang}": draft_messages(task, lang) for lang in LANGS},
        "limits": json.dumps(
            {"wall_seconds": limits.wall_seconds, "memory_bytes": limits.memory_bytes}
        ),
    }
