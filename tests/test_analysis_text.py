"""What is read from a program's text and tree, and how findings are worded."""

import time

import pytest

from parelha.analysis import neutralise, structure, to_text
from parelha.types import Finding, Structure


@pytest.mark.parametrize(
    ("source", "masked", "count"),
    [
        ("import os  # noqa\n", "import os  # ....\n", 1),
        ("import os  # NOQA: F401\n", "import os  # ....: F401\n", 1),
        ("# flake8: noqa\n", "# ......: ....\n", 1),
        ("# pylint: disable=all\nx = 1\n", "# ......: disable=all\nx = 1\n", 1),
        ("x = 1  # pylint: skip-file", "x = 1  # ......: skip-file", 1),
        ("x = f()  # type: ignore[misc]  # noqa\n", "x = f()  # ....: ......[misc]  # ....\n", 2),
        ("x = f()  #type:ignore\n", "x = f()  #....:......\n", 1),
        ("# mypy: ignore-errors\n", "# ....: ignore-errors\n", 1),
        ('x = "# noqa"\ny = "# type: ignore"\n', 'x = "# noqa"\ny = "# type: ignore"\n', 0),
        ('"""a\n# mypy: ignore-errors\n"""\n', '"""a\n# ....: ignore-errors\n"""\n', 1),
        ("def f(:\n    x = (1  # noqa\n", "def f(:\n    x = (1  # ....\n", 1),
        ("if x:\n        y\n    z\nw  # noqa\n", "if x:\n        y\n    z\nw  # ....\n", 1),
        ("x = 1\r# noqa\ry = 2  # noqa\r\n", "x = 1\r# ....\ry = 2  # ....\r\n", 2),
        ("# -*- coding: utf-7 -*-\nx = 1\n", "# -*- ......: utf-7 -*-\nx = 1\n", 0),
        ("# -*- coding: utf-8 -*-\nx = 1\n", "# -*- coding: utf-8 -*-\nx = 1\n", 0),
        ("", "", 0),
        ("\0# noqa", "\0# ....", 1),
        ("\ud800  # noqa", "\ud800  # ....", 1),
    ],
)
def test_suppression_comments_are_masked_in_place(source: str, masked: str, count: int) -> None:
    assert neutralise(source) == (masked, count)
    assert len(masked) == len(source)


def test_neutralising_twice_changes_nothing_more() -> None:
    once, _ = neutralise("# pylint: disable=all  # noqa\nx = 1  # type: ignore\n")
    assert neutralise(once) == (once, 0)


def test_structure_counts_functions_documents_annotations_and_returns() -> None:
    source = '''"""Module."""

import math


class Shape:
    """A shape."""

    def area(self, side: float) -> float:
        """Return the area."""
        return side * side

    def bare(self, side):
        def inner():
            return 1
        inner()


def items(count: int, *more: int) -> object:
    """Yield the root of each."""
    for item in range(count):
        if item:
            yield math.sqrt(item)
'''
    counts = structure(source)
    assert (counts.functions, counts.documented, counts.annotated) == (4, 2, 2)
    assert (counts.returning, counts.keywords) == (3, 5)
    assert (counts.suppressions, counts.dynamic) == (0, 0)
    assert counts.lines == 12


@pytest.mark.parametrize(
    "source", ["def f(:", "x = '\0'", "(" * 10_000, "\ud800 = 1", "-" * 50_000]
)
def test_structure_of_text_that_does_not_parse_is_empty(source: str) -> None:
    assert structure(source) == Structure()


def test_structure_ignores_words_in_strings_and_comments() -> None:
    counts = structure('"""def import return if for exec eval"""\n# def f(): return 1\n')
    assert counts == Structure()


@pytest.mark.parametrize(
    ("source", "count"),
    [
        ("from typing import Any\n\ndef f(x: Any, y: 'Any') -> Any: ...\n", 3),
        ("import typing as t\n\ndef f(x: t.Any) -> None: ...\n", 1),
        ("from typing import Any as A\nx: A = 1\n", 1),
        ("from typing import cast\nx = cast(int, 'a')\n", 1),
        ("from typing import no_type_check\n@no_type_check\ndef f(): ...\n", 1),
        ("from typing import TYPE_CHECKING\nif not TYPE_CHECKING:\n    x = 1\n", 1),
        ("from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import os\n", 0),
        ("MYPY = False\nif MYPY:\n    x = 1\nelse:\n    x = ''\n", 2),
        ("import sys\nassert sys.platform == 'win32'\n", 1),
        ("any([1])\nx = {'Anything': 1}\n", 0),
        ("x = sum(value == 'Any' for value in ['Any', 'None'])\n", 0),
        ("x: 'Any' = 1\n", 1),
    ],
)
def test_constructs_that_silence_a_checker_are_suppressions(source: str, count: int) -> None:
    assert structure(source).suppressions == count


@pytest.mark.parametrize(
    ("source", "count"),
    [
        ("rows = getattr(values, 'copy')()\n", 1),
        ("rows = getattr(values.first[0], 'copy')()\n", 1),
        ("from operator import itemgetter as get\nrows = get(0)([values])\n", 1),
        ("import operator\nrows = operator.methodcaller('copy')(values)\n", 1),
        ("import operator\nrows = operator.attrgetter('real')(values)\n", 1),
        ("rows = getattr(values, 'copy', None)\n", 0),
        ("rows = getattr(values, name)()\n", 0),
        ("name = getattr(key, '__name__')\n", 0),
        ("import numpy as np\nmean = getattr(np, 'trapezoid')(values)\n", 0),
        ("import scipy\nmean = getattr(scipy.stats, 'iqr')(values)\n", 0),
        ("from operator import itemgetter\nrows.sort(key=itemgetter(0))\n", 0),
        ("from operator import itemgetter\nrow = itemgetter(*names)(row)\n", 0),
        ("from operator import itemgetter\nlow, high = itemgetter(0, -1)(row)\n", 0),
        ("from operator import attrgetter\nvalue = attrgetter(name)(row)\n", 0),
    ],
)
def test_what_is_read_without_its_type_for_no_need_is_a_suppression(
    source: str, count: int
) -> None:
    assert structure(source).suppressions == count


@pytest.mark.parametrize(
    ("source", "count"),
    [
        ("exec('x = 1')\n", 1),
        ("run = eval\n", 1),
        ("getattr(__builtins__, 'ev' + 'al')('1')\n", 1),
        ("import builtins\nbuiltins.exec('1')\n", 1),
        ("import base64\nexec(base64.b64decode('eA=='))\n", 2),
        ("from base64 import b64decode as d\nd('eA==')\n", 1),
        ("# coding: rot13\nx = 1\n", 1),
        ("import typing\ntyping.get_type_hints(int)\n", 1),
        ("import re\nre.compile('a')\nmodel.eval()\n", 0),
    ],
)
def test_dynamic_execution_is_counted(source: str, count: int) -> None:
    assert structure(source).dynamic == count


HARD = {
    "blanks before what is no token": "x = 1" + " " * 16_000 + "$  # noqa\n",
    "quotes that never end": 'x = "' + '\\"' * 8_000 + "  # noqa\n",
    "a name of a later Unicode": "x =" + " " * 16_000 + "\u2118  # noqa\n",
}


@pytest.mark.parametrize("source", HARD.values(), ids=HARD)
def test_text_that_is_slow_to_read_costs_no_time(source: str) -> None:
    """Without a bound each of them takes a minute of the grader's own process."""
    began = time.thread_time()
    assert neutralise(source)[1] == 1
    structure(source)
    assert time.thread_time() - began < 5.0


def test_findings_become_lines_and_the_rest_is_counted() -> None:
    findings = [
        Finding("pylint", "C0116", "Missing function docstring", 3, 0, "convention"),
        Finding("mypy", "note", "See the manual", 3, 0, "note"),
        Finding("flake8", "E501", "line\n too long", 4, 79),
        Finding("flake8", "E501", "line too long", 5, 79),
    ]
    assert to_text(findings, 2).split("\n") == [
        "pylint C0116 line 3: Missing function docstring",
        "... and 2 more",
    ]
    assert "flake8 E501 line 4: line too long" in to_text(findings)
    assert to_text([]) == "no findings"
