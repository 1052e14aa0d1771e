"""Return the bytes in each folder, its subfolders included."""

from random import Random

import pandas as pd

from parelha.tasks.draws import Args


def folder_sizes(files: list[tuple[str, str]]) -> dict[str, int]:
    """Return the bytes in each folder, its subfolders included."""
    units = {"B": 1, "kB": 1000, "KiB": 1024, "MB": 10**6, "MiB": 2**20}
    totals = {"": 0}
    for path, size in dict(files).items():
        number, unit = size.split(" ")
        count = int(number) * units[unit]
        folder = path
        while folder:
            folder = folder.rpartition("/")[0]
            totals[folder] = totals.get(folder, 0) + count
    return totals


_BYTES = {"B": 1, "kB": 1000, "KiB": 1024, "MB": 10**6, "MiB": 2**20}


def ordinary(rng: Random, size: int) -> Args:
    names = ("data", "docs", "img", "old")
    files = []
    for number in range(size):
        folders = "/".join(rng.choice(names) for _ in range(rng.randint(0, 3)))
        path = f"{folders}/f{number}" if folders else f"f{number}"
        files.append((path, f"{rng.randint(0, 900)} {rng.choice(list(_BYTES))}"))
    return (files,)


def edges(rng: Random) -> list[Args]:
    return [
        ([],),
        ([("a", f"{rng.randint(1, 99)} kB")],),
        ([(f"d/{unit}", f"1 {unit}") for unit in _BYTES],),
        ([("a/b/c", "1 MiB"), ("a/b/d", "0 B"), ("a/e", f"{rng.randint(1, 99)} MB")],),
        ([("x/a", "5 B"), ("x/b", "2 KiB"), ("x/a", f"{rng.randint(6, 99)} B")],),
        ([("docs/a", "3 B"), ("docs2/a", "4 B"), ("a/docs/a", f"{rng.randint(5, 9)} B")],),
    ]


def _folder_oracle(files: list[tuple[str, str]]) -> object:
    frame = pd.DataFrame(files, columns=["path", "size"]).astype(object)
    if frame.empty:
        return {"": 0}
    parts = frame["size"].str.split(" ", expand=True)
    frame["bytes"] = parts[0].astype("int64") * parts[1].map(_BYTES).astype("int64")
    totals = {"": int(frame["bytes"].sum())}
    for depth in (1, 2, 3):
        deep = frame[frame["path"].str.count("/") >= depth]
        head = deep["path"].str.split("/").str[:depth].str.join("/")
        totals |= {str(k): int(v) for k, v in deep.groupby(head)["bytes"].sum().items()}
    return totals


def oracle(files: list[tuple[str, str]]) -> object:
    return NotImplemented if len(dict(files)) < len(files) else _folder_oracle(files)
