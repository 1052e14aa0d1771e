"""What every task of the suite is, as one hash each, so that a change is noticed and meant.

After a change that is meant: ``python -m tests.suite_hashes`` writes the file anew. Floats count
with nine digits, so that another processor gives the same hashes.
"""

import hashlib
import re
from collections.abc import Iterator
from pathlib import Path

from parelha.tasks import load_tasks
from parelha.tasks.compare import canonical
from parelha.types import Split, Task

FILE = Path(__file__).with_suffix(".txt")
SPLITS: tuple[Split, ...] = ("train", "heldout_params", "heldout_families")
_FLOAT = re.compile(r"-?\d+\.\d+(e[+-]?\d+)?")


def hash_of(task: Task) -> str:
    """Return the hash of all that a task asks, tests with and takes for right."""
    # At level 4 the examples alone: its hidden inputs, of thousands of numbers, take seconds.
    cases = (*task.examples, *(task.make_cases(0) if task.level < 4 else ()))
    inputs = [(case.group, canonical(case.args)) for case in cases]
    parts = (
        task.family,
        task.action.value,
        task.split,
        sorted(task.statement.items()),
        task.signature,
        task.entry_point,
        "".join(task.reference.split()),
        task.compare,
        task.limits,
        inputs,
    )
    text = _FLOAT.sub(lambda found: f"{float(found[0]):.9g}", str(parts))
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def lines() -> Iterator[str]:
    """Yield hash and id of the first instance of each task at each level, in order."""
    for split in SPLITS:
        for task in load_tasks(split, levels=(1, 2, 3, 4)):
            yield f"{hash_of(task)}  {task.id}"


if __name__ == "__main__":
    FILE.write_text("\n".join(lines()) + "\n", encoding="utf-8")
