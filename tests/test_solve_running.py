"""Programs on tables: what they may not reach, and what comes out of them."""

# pylint: disable=missing-function-docstring

import runpy
import socket
import struct
import warnings
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from parelha.sandbox import Sandbox
from parelha.sandbox.holding import keep
from parelha.solve.describing import as_task
from parelha.solve.png import checked_png
from parelha.solve.running import DataTools, Run
from parelha.solve.showing import program_file
from parelha.solve.tables import Table, read_tables
from parelha.types import Analysis, Finding, Limits, Outcome

pytestmark = pytest.mark.slow

SECRET = "the owner's own words"
ROWS = "day,region,units\n2024-01-01,North,3\n2024-01-02,South,4\n2024-01-03,North,5\n"


class Linters:
    """Stands in for the analyser: two findings, one of them about a library it cannot see."""

    def analyse(self, program: str) -> Analysis:
        del program
        return Analysis(
            (
                Finding("mypy", "import-not-found", 'no module named "matplotlib.pyplot"', 1, 1),
                Finding("pylint", "C0114", "Missing module docstring", 1, 1),
            )
        )


def sales(folder: Path) -> tuple[Table, ...]:
    (folder / "sales.csv").write_text(ROWS, encoding="utf-8")
    return read_tables([folder / "sales.csv"])


@pytest.fixture(name="folder", scope="module")
def _folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("data")
    (folder / "secret.txt").write_text(SECRET, encoding="utf-8")
    return folder


@pytest.fixture(name="tools", scope="module")
def _tools(folder: Path) -> Iterator[DataTools]:
    linters: Any = Linters()
    with DataTools(sales(folder), linters, seconds=20.0) as tools:
        tools.start()
        yield tools


def run(tools: DataTools, body: str, head: str = "") -> Run:
    lines = "\n".join(f"    {line}" for line in body.splitlines())
    return tools.run(f"{head}\ndef answer(sales):\n{lines}\n")


# --- what a program may not do -------------------------------------------------------------------


ATTACKS = {
    "the data file": "return open({data!r}).read()",
    "a file beside it": "return open({secret!r}).read()",
    "the accounts": "return open('/etc/passwd').read()",
    "the home folder": "return str(os.listdir({home!r}))",
    "the folder of the data": "return str(os.listdir({folder!r}))",
    "the data by pandas": "return len(pd.read_csv({data!r}))",
    "another process's memory": "return open('/proc/%d/environ' % os.getppid()).read()",
    "descriptors left open": (
        "found = []\nfor n in range(3, 300):\n    try:\n        os.lseek(n, 0, 0)\n"
        "        found.append(n)\n    except OSError:\n        pass\n"
        "assert not found\nraise OSError('none')"
    ),
    "overwriting the data": "open({data!r}, 'w').write('gone')",
    "removing the data": "os.remove({data!r})",
    "changing its mode": "os.chmod({data!r}, 0)",
    "a file of its own": "open('here.txt', 'w').write('x')",
    "a table as a file": "sales.to_csv('out.csv')",
    "the network": "socket.create_connection(('127.0.0.1', {port}), 2)",
    "a name that needs no server": "socket.getaddrinfo('localhost', 80)",
    "a page of the web": "pd.read_csv('http://127.0.0.1:{port}/x.csv')",
    "a command": "subprocess.run(['id'], check=True)",
}
HEAD = "import os, socket, subprocess\nimport pandas as pd\n"


@pytest.mark.parametrize("attack", ATTACKS)
def test_a_program_reaches_nothing_but_its_copy_of_the_tables(
    tools: DataTools, folder: Path, attack: str, tmp_path: Path
) -> None:
    place = {
        "data": str(folder / "sales.csv"),
        "secret": str(folder / "secret.txt"),
        "home": str(Path.home()),
        "folder": str(folder),
        "tmp": str(tmp_path),
    }
    with socket.create_server(("127.0.0.1", 0)) as listening:
        listening.settimeout(0.0)
        place["port"] = str(listening.getsockname()[1])
        found = run(tools, ATTACKS[attack].format(**place), HEAD)
        with pytest.raises(BlockingIOError):
            listening.accept()
    assert found.outcome is Outcome.RAISED, found
    kinds = ("PermissionError", "FileNotFoundError", "OSError", "gaierror", "URLError")
    assert any(kind in found.error for kind in kinds), found.error
    assert SECRET not in repr(found)
    assert (folder / "sales.csv").read_text(encoding="utf-8") == ROWS


def test_what_one_program_changes_the_next_one_does_not_see(tools: DataTools) -> None:
    body = (
        "sales.loc[:, 'units'] = 0\nsales.values[:] = sales.values\nreturn int(sales.units.sum())"
    )
    assert run(tools, body).value == 0
    assert run(tools, "return int(sales.units.sum())").value == 12


def test_limits_hold_and_are_named(folder: Path, tools: DataTools) -> None:
    linters: Any = Linters()
    with DataTools(sales(folder), linters, seconds=1.0) as hasty:
        assert run(hasty, "while True:\n    pass").outcome is Outcome.TIMEOUT
    assert run(tools, "return bytearray(1 << 45)").outcome is Outcome.MEMORY
    assert run(tools, "import os\nos._exit(3)").outcome is Outcome.CRASHED
    heavy = run(tools, "return 'x' * (1 << 26)")
    assert heavy.outcome is Outcome.BAD_VALUE and not heavy.answers


def test_a_program_that_rewrites_its_harness_gains_only_values(tools: DataTools) -> None:
    forged = tools.run(
        "import program, sys\n"
        "def answer(sales):\n"
        "    import gc, types\n"
        "    for one in gc.get_objects():\n"
        "        if type(one) is types.FunctionType and one.__name__ == '_plain':\n"
        "            one.__code__ = (lambda value: {'a': b'x'}).__code__\n"
        "    return 1\n"
    )
    assert forged.value == {"a": b"x"} and forged.plot == b""


# --- what comes out ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "program, value",
    [
        ("def answer(sales):\n    return sales.units.mean()\n", 4.0),
        ("def answer(table):\n    return table.region.mode()[0]\n", "North"),
        ("def other_name(sales):\n    return len(sales)\n", 3),
        ("answer = int(sales['units'].max())\n", 5),
        ("result = sales.units.sum()\n", 12),
        ("def answer(sales):\n    return sales.day.dt.to_period('M')[0]\n", "2024-01"),
        ("def answer(sales):\n    return (n for n in [1, 2])\n", [1, 2]),
        ("def answer(sales):\n    return {'n': sales.units.tolist()}.values()\n", [[3, 4, 5]]),
        ("import numpy as np\ndef answer(sales):\n    return np.array('a')\n", "a"),
    ],
)
def test_values_come_out(tools: DataTools, program: str, value: object) -> None:
    found = tools.run(program)
    assert found.value == value, found
    assert found.answers


def test_tables_with_intervals_come_out_as_text(tools: DataTools) -> None:
    found = tools.run(
        "import pandas as pd\n"
        "def answer(sales):\n"
        "    return sales.groupby(pd.cut(sales.units, [0, 4, 9]), observed=True).size()\n"
    )
    assert isinstance(found.value, pd.Series), found
    assert {str(label): n for label, n in found.value.items()} == {"(0, 4]": 2, "(4, 9]": 1}


def test_what_is_printed_is_kept_and_answers_where_nothing_is_returned(tools: DataTools) -> None:
    found = run(tools, "print('twelve')")
    assert (found.value, found.printed, found.answers) == (None, "twelve\n", True)
    assert len(run(tools, "print('x' * 100_000)").printed) == 20_000
    assert not run(tools, "sales.units.sum()").answers


NORTH = "sales[sales['region'] == 'North']"
HELPER = "def total(df):\n    return int(df['units'].sum())\n\n\n"
OTHER = "def total(df, region):\n    return int(df[df['region'] == region]['units'].sum())\n\n\n"
SCRIPTS = {
    "a helper beside the answer": f"{HELPER}answer = total({NORTH})\n",
    "a helper of two arguments": f"{OTHER}answer = total(sales, 'North')\n",
    "two helpers": f"{HELPER}def same(n):\n    return n\n\n\nanswer = same(total({NORTH}))\n",
    "a helper and a result": f"{OTHER}result = total(sales, 'North')\n",
    "a helper and what is printed": f"{OTHER}print(total(sales, 'North'))\n",
    "a function called otherwise, and an example": (
        "def north(df):\n    return int(df[df['region'] == 'North'].units.sum())\n\n\n"
        "result = north(pd.DataFrame({'region': ['North'], 'units': [77]}))\nprint(result)\n"
    ),
    "a helper of one argument, and a result": (
        f"def whole(n):\n    return int(n)\n\n\nresult = whole({NORTH}['units'].sum())\n"
    ),
    "a helper of one argument, and what is printed": (
        f"def whole(n):\n    return int(n)\n\n\nprint(whole({NORTH}['units'].sum()))\n"
    ),
    "a variable of that name in a function": (
        f"def north(sales):\n    answer = int({NORTH}.units.sum())\n    return answer\n"
    ),
    "a table of the same name, for an example": (
        f"def answer(sales):\n    return int({NORTH}.units.sum())\n\n\n"
        "if __name__ == '__main__':\n"
        "    sales = pd.DataFrame({'region': ['North'], 'units': [77]})\n    answer(sales)\n"
    ),
}


@pytest.mark.parametrize("script", SCRIPTS)
def test_a_helper_or_an_example_is_not_taken_for_the_answer(
    tools: DataTools,
    folder: Path,
    script: str,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    source = f"import pandas as pd\n\n\n{SCRIPTS[script]}"
    table = pd.read_csv(folder / "sales.csv")
    right = int(table[table["region"] == "North"]["units"].sum())
    found = tools.run(source)
    assert found.answers, found
    assert right == (int(found.printed) if found.value is None else found.value)
    kept = tmp_path / "kept.py"
    kept.write_text(program_file(source, read_tables([folder / "sales.csv"])), encoding="utf-8")
    with warnings.catch_warnings():
        warnings.simplefilter("default")
        runpy.run_path(str(kept), run_name="__main__")
    assert int(capsys.readouterr().out.split()[-1]) == right


def test_a_traceback_names_the_programs_own_lines(tools: DataTools) -> None:
    error = tools.run("def answer(sales):\n    return sales['revenue'].sum()\n").error
    assert error.splitlines() == [
        "line 2, in answer: return sales['revenue'].sum()",
        "KeyError: 'revenue'",
    ]
    assert "SyntaxError" in tools.run("def answer(sales)\n    return 1\n").error
    assert "defines no function 'answer'" in tools.run("def a(): pass\ndef b(): pass\n").error


def test_a_program_that_never_looks_at_the_data_is_noticed(tools: DataTools) -> None:
    assert not run(tools, "return 'North'").uses_data
    assert run(tools, "return sales.units.sum()").uses_data
    assert not tools.run("answer = 12\n").uses_data


def test_plots_come_out_however_they_are_handed_over(tools: DataTools) -> None:
    head = "import matplotlib.pyplot as plt\n"
    for body in (
        "sales.plot(x='day', y='units')",
        "plt.plot(sales.units)\nplt.savefig('plot.png')",
        "plt.bar(sales.region, sales.units)\nplt.show()",
        "return sales.units.plot()",
        "figure, axes = plt.subplots()\naxes.plot(sales.units)\nreturn figure",
    ):
        found = run(tools, body, head)
        assert not found.error, found.error
        assert found.plot.startswith(b"\x89PNG") and checked_png(found.plot) == found.plot
        assert found.value is None and found.answers
    both = run(tools, "sales.units.plot()\nreturn int(sales.units.sum())", head)
    assert both.value == 12 and both.plot


def test_the_reviewer_is_told_what_came_out(tools: DataTools) -> None:
    task = as_task("Why?", (), "en", Limits())

    def said(body: str) -> str:
        program = f"def answer(sales):\n    {body}\n"
        return tools.execute_examples(task, program, "en")

    assert "gave int:\n12" in said("return int(sales.units.sum())")
    assert "region" in said("return sales.groupby('region').units.sum()")
    assert "failed on the data (raised)" in said("return sales.x")
    assert "AttributeError" in said("return sales.x")
    assert "gave nothing" in said("sales.sum")
    assert "does not look at the data" in said("return 5")
    assert len(said("return 'x' * 100_000")) < 1000
    text = tools.analyse_text("import matplotlib.pyplot as plt\n", "en")
    assert "C0114" in text and "matplotlib" not in text


def test_the_score_knows_whether_there_is_an_answer(tools: DataTools) -> None:
    task = as_task("Why?", (), "en", Limits())
    good = tools.grade(task, "def answer(sales):\n    return 1\n")
    assert good.all_passed
    bad = tools.grade(task, "def answer(sales):\n    return sales.x\n").tests
    assert bad is not None and bad.outcome is Outcome.RAISED
    none = tools.grade(task, "", "no code block").tests
    assert none is not None and none.outcome is Outcome.NO_PROGRAM


def test_values_held_for_programs_come_before_their_arguments(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("parelha.sandbox.runner.PROFILES", ("bare", "numpy"))  # the last holds them
    source = "def f(held, given):\n    return held.sum() + given\n"
    with keep((np.arange(4),)) as file, Sandbox(workers=1, data=file) as sandbox:
        calls = sandbox.run(source, "f", [(1,), (2,)], Limits(wall_seconds=20.0)).calls
        assert [call.value for call in calls] == [7, 8]


# --- pictures ------------------------------------------------------------------------------------


def chunk(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


def png(
    width: int = 2, height: int = 2, *, pixels: bytes | None = None, more: bytes = b""
) -> bytes:
    head = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
    pixels = bytes((3 * width + 1) * height) if pixels is None else pixels
    body = chunk(b"IDAT", zlib.compress(pixels))
    return b"\x89PNG\r\n\x1a\n" + head + more + body + chunk(b"IEND", b"")


def test_a_png_is_kept_without_what_stands_beside_it() -> None:
    assert checked_png(png()) == png()
    assert checked_png(png(more=chunk(b"tEXt", b"Comment\0<script>"))) == png()


@pytest.mark.parametrize(
    "data, why",
    [
        (b"<html>", "no PNG"),
        (png()[:-6], "cut"),
        (png() + b"<script>", "order"),
        (png()[:40] + b"\xff" + png()[41:], "damaged"),
        (png(100_000, 100_000, pixels=b""), "pixels"),
        (png(pixels=bytes(1000)), "do not fit"),
        (png(pixels=b"\0"), "do not fit"),
        (png(more=chunk(b"EVIL", b"")), "unknown kind"),
        (b"\x89PNG\r\n\x1a\n", "order"),
        (b"\x89PNG\r\n\x1a\n" + bytes(9 << 20), "more than 8 MiB"),
        (b"\x89PNG\r\n\x1a\n" + chunk(b"IEND", b""), "order"),
    ],
)
def test_what_is_no_plain_picture_is_refused(data: bytes, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        checked_png(data)


def test_a_forged_picture_is_left_out_and_said(tools: DataTools) -> None:
    found = tools.run(
        "import matplotlib.figure as figures\n"
        "def answer(sales):\n"
        "    import io, matplotlib.pyplot as plt\n"
        "    class Fake(io.BytesIO):\n"
        "        def getvalue(self):\n"
        "            return b'<html>'\n"
        "    io.BytesIO = Fake\n"
        "    plt.plot([1, 2])\n"
        "    return 1\n"
    )
    assert found.plot == b"" and found.value == 1
    assert found.plot_fault == "what it drew cannot be kept: it is no PNG"
