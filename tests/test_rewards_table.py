"""The table of examples in docs/rewards.md is what the grader says."""

from pathlib import Path

import pytest

from parelha.grading import Grader
from tests.reward_examples import EXAMPLES, table

pytestmark = pytest.mark.slow


@pytest.mark.timeout(600)  # a busy machine stretches the start of the linters twentyfold
def test_the_table_in_the_docs_is_what_the_grader_says(grader: Grader) -> None:
    docs = Path(__file__).parents[1] / "docs" / "rewards.md"
    printed = table(grader)
    assert len(printed.splitlines()) == 2 + len(EXAMPLES) == 12
    assert printed in docs.read_text(encoding="utf-8")
