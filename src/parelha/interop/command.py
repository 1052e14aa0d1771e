"""The command that writes the tasks as a data set."""

from pathlib import Path

from parelha.interop.export import export_tasks


def export_tasks_to(
    *,
    to: Path,
    families: tuple[str, ...] = (),
    levels: tuple[int, ...] = (1, 2, 3, 4),
    seeds: int = 4,
) -> None:
    """Write the tasks as a data set: a Parquet file for each split, and a card.

    Args:
        to: The folder to make.
        families: Only these families, or all of a coder action.
        levels: Only these levels.
        seeds: Instances of each task; they differ in examples and hidden inputs.
    """
    for split, rows in export_tasks(to, families=families, levels=levels, seeds=seeds).items():
        print(f"{split}\t{rows} tasks")
    print(to)
