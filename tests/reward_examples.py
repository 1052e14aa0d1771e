"""Ten programs for one small task, and the table of their rewards in docs/rewards.md.

``python -m tests.reward_examples`` grades them and prints the table.
"""

from parelha.config import RewardConfig
from parelha.grading import Grader
from parelha.rewards import components, program_value
from parelha.tasks import Comparator
from parelha.types import Case, CoderAction, Limits, Score, Task

PARTS = ("correctness", "quality", "pylint", "flake8", "mypy", "structure")
CLEAN = '''"""Spread."""


def spread(values: list[float]) -> float:
    """Return the largest value minus the smallest, 0 for an empty list."""
    if not values:
        return 0.0
    return max(values) - min(values)
'''
EXAMPLES: dict[str, str] = {
    "right and clean": CLEAN,
    "right, untyped, undocumented": """def spread(values):
    if not values:
        return 0.0
    return max(values) - min(values)
""",
    "right, one comment that silences": CLEAN.replace("0.0\n", "0.0  # type: ignore\n"),
    "right, slow": CLEAN.replace(
        "max(values) - min(values)",
        "max(one - other for one in values for other in values)",
    ),
    "right, padded": CLEAN
    + '''

def helper(value: float) -> float:
    """Return the value."""
    return value


def other(value: float) -> float:
    """Return the value."""
    return helper(value)
''',
    "right, dynamic": CLEAN.replace(
        "max(values) - min(values)", 'float(eval("max(values) - min(values)"))'
    ),
    "partly right, clean": CLEAN.replace("    if not values:\n        return 0.0\n", ""),
    "wrong, clean": CLEAN.replace("max(values) - min(values)", "max(values) + 1.0"),
    "hangs": CLEAN.replace("    return max", "    while values:\n        pass\n    return max"),
    "does not parse": CLEAN.replace("float:", "float"),
}


def difference(right: object, actual: object) -> str | None:
    """Compare as the tasks of the families do."""
    return Comparator()(right, actual)


def cases(seed: int) -> tuple[Case, ...]:
    """Give the eight hidden inputs, two of them empty."""
    del seed
    lists = [[], [], [2.5], [1.0, 4.0], [3.0, 3.0], [-1.0, 0.0, 5.5], [9.0, 2.0], [0.5, -0.5, 0.0]]
    return tuple(Case((values,)) for values in lists)


TASK = Task(
    id="examples.spread",
    family="examples.spread",
    action=CoderAction.ANALYSE_STATISTICS,
    level=1,
    split="train",
    statement={"en": "Return the spread of the values.", "pt": "Devolva a amplitude dos valores."},
    signature="def spread(values: list[float]) -> float:",
    entry_point="spread",
    examples=(Case(([1.0, 4.0],)),),
    make_cases=cases,
    reference=CLEAN,
    compare=difference,
    limits=Limits(wall_seconds=60.0, cpu_seconds=1.0),
)


def table(grader: Grader) -> str:
    """Grade the examples and return one row of Markdown for each."""
    scores = {name: grader.grade(TASK, source) for name, source in EXAMPLES.items()}
    head = f"| program | value | {' | '.join(PARTS)} |"
    rule = f"|---|{'---|' * (len(PARTS) + 1)}"
    return "\n".join([head, rule, *(row(name, score) for name, score in scores.items())])


def row(name: str, score: Score) -> str:
    """One program's value under the default weights, and its components."""
    config = RewardConfig()
    named = components(score, (), config)
    numbers = [program_value(score, config), *(named[part] for part in PARTS)]
    return f"| {name} | {' | '.join(f'{number:.3f}' for number in numbers)} |"


if __name__ == "__main__":
    with Grader(workers=2) as default_grader:
        print(table(default_grader))
