"""Programs to compare and to time the linters on: clean ones, mutants, broken ones and tricks."""

import random
import re
from collections.abc import Callable, Iterator
from typing import Literal

Group = Literal["bare", "pandas", "science"]

CLEAN: dict[Group, tuple[str, ...]] = {
    "bare": (
        '''"""Quartiles."""

import statistics


def outliers(values: list[float], k: float = 1.5) -> list[float]:
    """Return the values outside the fences."""
    low, _, high = statistics.quantiles(values, n=4)
    spread = high - low
    return [value for value in values if not low - k * spread <= value <= high + k * spread]
''',
        '''"""Groups."""

from collections import defaultdict
from dataclasses import dataclass, field


@dataclass
class Group:
    """A named list."""

    name: str
    values: list[float] = field(default_factory=list)

    def mean(self) -> float:
        """Return the mean, 0 for an empty group."""
        if not self.values:
            return 0.0
        return sum(self.values) / len(self.values)


def by_key(rows: list[dict[str, float]], key: str) -> dict[float, list[float]]:
    """Return values by key."""
    groups: dict[float, list[float]] = defaultdict(list)
    for row in rows:
        for name, value in row.items():
            if name != key:
                groups[row[key]].append(value)
    return dict(groups)
''',
        """import math
from typing import Dict, List, Optional

def zscore(values):
    mean = sum(values) / len(values)
    std = math.sqrt(sum((v - mean) ** 2 for v in values) / len(values))
    return [(v - mean) / std for v in values]

def first(items: List[int], default: Optional[int] = None) -> int:
    try:
        return items[0]
    except:
        return default

def count(words: List[str], seen: Dict[str, int] = {}) -> Dict[str, int]:
    for i in range(len(words)):
        if words[i] in seen.keys(): seen[words[i]] += 1
        else:
            seen[words[i]] = 1
    return seen
""",
    ),
    "pandas": (
        '''"""Sales."""

import numpy as np
import pandas as pd


def clean(rows: list[dict[str, object]]) -> list[dict[str, object]]:
    """Return rows without gaps."""
    frame = pd.DataFrame(rows)
    frame["price"] = pd.to_numeric(frame["price"], errors="coerce")
    frame["price"] = frame["price"].fillna(frame["price"].median())
    frame = frame.drop_duplicates().reset_index(drop=True)
    frame["log_price"] = np.log1p(frame["price"])
    return frame.to_dict("records")
''',
        """import pandas as pd
import numpy as np

def summarise(df):
    df = df.copy()
    for col in df.columns:
        if df[col].dtype == object:
            df[col] = df[col].str.strip().str.lower()
        else:
            df[col].fillna(df[col].mean(), inplace=True)
    result = df.groupby("region").agg({"sales": ["mean", "sum"], "units": np.sum})
    result.columns = ["_".join(c) for c in result.columns]
    return result.sort_values(by="sales_mean", ascending=False).head(10)
""",
        '''"""Windows."""

import numpy as np


def rolling(values: list[float], size: int) -> list[float]:
    """Return the median of each window."""
    array = np.asarray(values, dtype=np.float64)
    if array.size < size:
        return []
    windows = np.lib.stride_tricks.sliding_window_view(array, size)
    return [float(item) for item in np.median(windows, axis=1)]
''',
        '''"""Series."""

import pandas as pd


def monthly(dates: list[str], values: list[float]) -> dict[str, float]:
    """Return sums by month."""
    series = pd.Series(values, index=pd.to_datetime(dates))
    sums = series.resample("MS").sum()
    return {stamp.strftime("%Y-%m"): float(total) for stamp, total in sums.items()}
''',
    ),
    "science": (
        '''"""A line."""

import numpy as np
from sklearn.linear_model import LinearRegression
from sklearn.preprocessing import StandardScaler


def fit(values: list[float], targets: list[float]) -> tuple[float, float]:
    """Return slope and intercept."""
    scaled = StandardScaler().fit_transform(np.array(values).reshape(-1, 1))
    model = LinearRegression()
    model.fit(scaled, targets)
    return float(model.coef_[0]), float(model.intercept_)
''',
        """import scipy
from scipy import stats
import numpy as np

def test(a, b):
    t, p = stats.ttest_ind(a, b)
    z = np.abs(scipy.stats.zscore(a))
    return p < 0.05, z[z > 3]
""",
    ),
}

ODD: tuple[str, ...] = (
    "",
    "\n",
    "   \n\t\n",
    "# only a comment\n",
    '"""Only a docstring."""\n',
    "pass\n",
    "x = 1\n",
    "x = 1",
    "x = '\0'\n",
    "\ud800 = 1\n",
    "\ufeffx = 1\n",
    "def f(:\n    pass\n",
    "def f():\n",
    "if True:\n        x = 1\n    y = 2\n",
    "x = (1,\n",
    'x = """never closed\n',
    "x = 'never closed\n",
    "return 1\n",
    "await x\n",
    "print 'hello'\n",
    "```python\nx = 1\n```\n",
    "Here is the program:\n\ndef f():\n    return 1\n",
    "def f(x):\r\n    return x\r\n",
    "def f(x):\n\treturn x\r\n        \n",
    "x = 1\ry = 2\r",
    "\x0cx = 1\x0c\n",
    "naïve = 'é'\nπ = 3.14\n",
    "x = '\\d'\ny = b'é'\n",
    "# -*- coding: latin-1 -*-\nx = 'é'\n",
    "# -*- coding: utf-7 -*-\nx = 1\n",
    "# coding: nonsense\nx = 1\n",
    "x: int = 'a'\nreveal_type(x)\n",
    "import missing_module\nfrom missing import thing\nimport os.missing\n",
    "from . import sibling\nfrom .. import parent\n",
    "import program\nfrom program import f\nprogram.g()\n",
    "from os import *\nfrom math import *\nprint(sin(getcwd()))\n",
    "import concurrent\nx = concurrent.futures.ThreadPoolExecutor()\n",
    "import xml\nprint(xml.dom.minidom.parseString(''))\n",
    "import scipy\nprint(scipy.stats.zscore([1.0, 2.0]))\n",
    "import sklearn\nprint(sklearn.linear_model.LinearRegression())\n",
    "import pandas.io as pio\nfrom pandas.core import frame\nprint(pio.x, frame.y)\n",
    "import heapq\nimport urllib.request\nx: int = heapq.heappop(urllib.request.Request)\n",
    "import requests\nimport yaml\nrequests.get(1)\n",
    "import numpy.typing as npt\n\ndef f(x: npt.NDArray) -> npt.ArrayLike:\n    return x + 'a'\n",
    "class A:\n    def f(self): self.x = 1\nA().y\nA().f(1)\n",
    "async def f():\n    async for x in y: yield x\n    return [z async for z in w]\n",
    "match x:\n    case [1, *rest]: print(rest)\n    case {'a': b}: pass\n",
    "def f[T](x: T) -> T:\n    return x\ntype A = int\n",
    "lambda: (yield)\nx = [i := 1 for i in y]\n",
    # mypy needs its last pass to give up on the type of `up`.
    "def f(a):\n    while a:\n        b(min(a) if up else 0)\n        up = not up\n",
    "import os  # noqa\nx: int = 'a'  # type: ignore\n",
    "# pylint: disable=all\nimport os\n",
    "# pylint: skip-file\nimport os\n",
    "# mypy: ignore-errors\nx: int = 'a'\n",
    "# flake8: noqa\nimport os\n",
    "x = 1  # type: ignore\ny: int = 'a'  # type: ignore[assignment]\n# pylint: disable=nonsense\n",
    '"""Doc.\n# mypy: ignore-errors\n"""\nx: int = "a"\n',
    "from typing import TYPE_CHECKING\nif not TYPE_CHECKING:\n    x: int = 'a'\n",
    "MYPY = False\nif MYPY:\n    x: int = 'a'\n",
    "from typing import Any\ndef f(x: Any, *y: Any, **z: Any) -> Any:\n    return x.y.z\n",
    "from typing import no_type_check\n@no_type_check\ndef f(x: int) -> str:\n    return x\n",
    "import sys\nif sys.version_info < (3, 0):\n    x: int = 'a'\n",
    "import sys\nassert sys.platform == 'win32'\ny: int = ''\n",
    "exec('x = 1')\neval('x')\n__import__('os').system('ls')\n",
    "import base64\nexec(base64.b64decode('eCA9IDE='))\n",
    "pass\n" * 300,
    "x = 1\n" * 300,
    "x = " + "[" * 60 + "]" * 60 + "\n",
    "x = " + "(" * 300 + ")" * 300 + "\n",
    "x = " + "-" * 5000 + "1\n",
    "x = " + "+".join(["1"] * 300) + "\n",
    "x = " + "+".join(["y"] * 2000) + "\n",
    "if x:\n" + "".join(" " * depth + "if x:\n" for depth in range(1, 99)) + " " * 99 + "pass\n",
    "def f():\n" + "".join(f"    x{i} = {i}\n" for i in range(400)) + "    return x0\n",
    "x = '" + "a" * 20_000 + "'\n",
    "\n" * 2_000 + "x = 1\n",
    "x = {" + ", ".join(f"'{i}': {i}" for i in range(1500)) + "}\n",
)


def mutants(source: str, count: int, seed: int) -> Iterator[str]:
    """Programs with one to three small changes each; some no longer parse.

    Args:
        source: the program to change.
        count: how many.
        seed: the same seed gives the same mutants.
    """
    rng = random.Random(seed)
    for _ in range(count):
        changed = source
        for _ in range(rng.randint(1, 3)):
            changed = rng.choice(_CHANGES)(changed, rng)
        yield changed


def _on_line(change: Callable[[str, random.Random], str]) -> Callable[[str, random.Random], str]:
    """A change of one line, made a change of a program."""

    def on_program(source: str, rng: random.Random) -> str:
        lines = source.split("\n")
        number = rng.randrange(len(lines))
        lines[number] = change(lines[number], rng)
        return "\n".join(lines)

    return on_program


def _replaced(pattern: str, choices: tuple[str, ...]) -> Callable[[str, random.Random], str]:
    """A change that puts one of some texts in the place of one match."""

    def on_program(source: str, rng: random.Random) -> str:
        found = list(re.finditer(pattern, source))
        if not found:
            return source
        match = rng.choice(found)
        return source[: match.start()] + rng.choice(choices) + source[match.end() :]

    return on_program


_CHANGES: tuple[Callable[[str, random.Random], str], ...] = (
    _on_line(lambda line, rng: ""),
    _on_line(lambda line, rng: f"{line}\n{line}"),
    _on_line(lambda line, rng: line + " " * rng.randint(1, 3)),
    _on_line(lambda line, rng: " " + line),
    _on_line(lambda line, rng: line.replace("    ", "\t")),
    _on_line(
        lambda line, rng: line + "  # " + rng.choice(("noqa", "TODO", "type: ignore", "x" * 80))
    ),
    _replaced(r"\b[a-z_]{3,}\b", ("values", "undefined", "l", "CamelCase", "x", "self", "None")),
    _replaced(
        r": (?:list\[float\]|float|int|str)", ("", ": str", ": list", ": 'Missing'", ": Any")
    ),
    _replaced(r" -> [^:\n]+", ("", " -> None", " -> int", " -> list[str]")),
    _replaced(r'"""[^"]*"""', ("", "'doc'", '"""doc"""')),
    _replaced(r" (?:=|\+|-|\*|/|<=) ", (" == ", "=", " + ", " is ", " and ", " % ")),
    _replaced(r"\.[a-z_]+", (".missing", ".mean", ".T", ".values", "", ".copy")),
    _replaced(r"[(\[:,\"]", ("", " ", ")", "((")),
    _replaced(r"\b\d+\b", ("0", "None", "'a'", "1.5", "[]", "len")),
    _replaced(r"\n\n+", ("\n", "\n\n\n\n", "\nimport os, sys\n\n", "\nfrom typing import Any\n\n")),
    _replaced(r"return [^\n]+", ("return", "return None", "pass", "yield 1", "raise ValueError()")),
)
