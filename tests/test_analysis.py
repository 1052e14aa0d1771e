"""The analyser: what the three tools say, whatever the text, from many threads at once."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from parelha.analysis import Analyser
from parelha.grading import Grader
from parelha.types import Analysis

pytestmark = pytest.mark.slow


@pytest.fixture(name="analyser", scope="module")
def fixture_analyser(grader: Grader) -> Analyser:
    return grader.analyser


def codes(analysis: Analysis, tool: str) -> set[str]:
    return {finding.code for finding in analysis.findings if finding.tool == tool}


def test_each_tool_reports_what_it_finds(analyser: Analyser) -> None:
    analysis = analyser.analyse("import os\ndef f(x):\n    return x + y\n")
    assert {"C0114", "C0116", "E0602", "W0611"} <= codes(analysis, "pylint")
    assert {"E302", "F401", "F821"} <= codes(analysis, "flake8")
    assert {"no-untyped-def", "name-defined"} <= codes(analysis, "mypy")
    assert analysis.pylint_score is not None and analysis.pylint_score < 5
    assert analysis.structure.functions == 1
    order = [(f.tool, f.line, f.column, f.code) for f in analysis.findings]
    assert order == sorted(order)


ALIASES = """import typing
from typing import cast

KIND = typing
other = KIND.cast(int, KIND.cast(float, "1"))
same = cast(int, "1")
"""


def test_a_cast_is_a_suppression_under_whichever_name(analyser: Analyser) -> None:
    assert analyser.analyse(ALIASES).structure.suppressions == 3


def test_suppression_comments_silence_nothing(analyser: Analyser) -> None:
    loud = analyser.analyse('"""Doc."""\nimport os\n\nNAME: int = ""\n')
    hushed = analyser.analyse(
        '"""Doc."""\nimport os  # noqa  # pylint: disable=all\n\nNAME: int = ""  # type: ignore\n'
    )
    assert codes(loud, "pylint") == codes(hushed, "pylint") == {"W0611"}
    assert codes(loud, "mypy") == codes(hushed, "mypy") == {"assignment"}
    assert "F401" in codes(hushed, "flake8")
    assert hushed.structure.suppressions == 3


@pytest.mark.parametrize("source", ["def f(:\n", "x = '\0'\n", "\ud800 = 1\n", "\t(" * 3000])
def test_text_that_is_no_program_is_data(analyser: Analyser, source: str) -> None:
    analysis = analyser.analyse(source)
    assert analysis.pylint_score is None
    assert codes(analysis, "pylint") == {"E0001"}
    assert analysis.count("flake8") >= 1


def test_an_empty_program_has_no_findings(analyser: Analyser) -> None:
    assert analyser.analyse("") == Analysis((), 10.0)


def test_a_megabyte_is_not_given_to_the_tools(analyser: Analyser) -> None:
    analysis = analyser.analyse("x = 1\n" * 200_000)
    assert {finding.code for finding in analysis.findings} == {"too-large"}
    assert analysis.pylint_score is None


def test_threads_get_the_answers_to_their_own_programs(analyser: Analyser) -> None:
    sources = [f'"""Doc."""\n\nVALUE: int = "{letter}" + name_{letter}\n' for letter in "abcdef"]
    with ThreadPoolExecutor(6) as threads:
        for source, analysis in zip(sources, threads.map(analyser.analyse, sources), strict=True):
            name = source.split("+ ")[1].strip()
            assert [f.tool for f in analysis.findings if name in f.message] == [
                "flake8",
                "mypy",
                "pylint",
            ]


def test_a_closed_analyser_refuses_work() -> None:
    analyser = Analyser()
    analyser.close()
    analyser.close()
    with pytest.raises(ValueError, match="closed"):
        analyser.analyse("x = 1\n")


def test_fewer_than_one_worker_is_refused() -> None:
    with pytest.raises(ValueError, match="workers"):
        Analyser(workers=0)
