"""How many of fifteen questions about five data sets a pair answers rightly.

    python -m benchmarks.questions                         untrained, the default model
    python -m benchmarks.questions --run runs/first        the newest checkpoint of a run
    python -m benchmarks.questions --drafts 1 --repeats 3 --only sales

The data sets and the right answers are those of `tests/question_data.py`; all questions are played
side by side.
"""

import argparse
import json
import sys
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path

from parelha.evaluate import say_aside
from parelha.rollout import play_all
from parelha.solve.answers import brief_text
from parelha.solve.running import DataTools, Run
from parelha.solve.solving import Shape, Solution, ask, open_pair
from parelha.solve.tables import read_tables
from parelha.stage import Part, program_of
from tests.question_data import DATA_SETS, Question, is_right  # pylint: disable=import-error


def main() -> None:
    """Parse the arguments, ask, count."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--run", type=Path, default=None)
    parser.add_argument("--model", default="")
    parser.add_argument("--drafts", type=int, default=3)
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--temperature", type=float, default=0.2)
    parser.add_argument("--only", default="", help="one data set: sales, weather, survey ...")
    parser.add_argument("--repeats", type=int, default=1, help="with other random streams")
    options = parser.parse_args()
    began = time.monotonic()
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        pair = open_pair(options.run, options.model, allow_unsafe=False, say=say_aside)
        stack.enter_context(pair)
        parts: list[Part] = []
        for make in (one for one in DATA_SETS if options.only in ("", one.__name__)):
            data = make(Path(folder))
            tables = read_tables([data.path])
            tools = DataTools(tables, pair.runtime.grader.analyser, seconds=60.0)
            stack.enter_context(tools)
            tools.start()
            for repeat in range(options.repeats):
                for place, question in enumerate(data.questions):
                    shape = Shape(
                        options.drafts,
                        options.rounds,
                        temperature=options.temperature,
                        stream=(make.__name__, place, repeat),
                    )
                    part = ask(question.text, tables, pair, shape, tools)
                    parts.append(judged(part, make.__name__, question, tools))
        lines = play_all(parts, pair.runtime.engine)
    count = {
        key: sum(bool(line[key]) for line in lines) for key in ("right", "draft_right", "answered")
    }
    print(
        f"{count['right']} of {len(lines)} right (first drafts {count['draft_right']}), "
        f"{count['answered']} answered, {time.monotonic() - began:.0f} s, {pair.name}",
        file=sys.stderr,
    )


def judged(part: Part, name: str, question: Question, tools: DataTools) -> Part:
    """Play a question and print what came of it.

    Returns: what was printed.
    """
    found: Solution = yield from part
    drafts = [program_of(branch.draft)[0] for branch in found.branches]
    line = {
        "data": name,
        "question": question.text,
        "right": not found.why_not and found.run is not None and _right(found.run, question),
        "draft_right": bool(drafts[0]) and _right(tools.run(drafts[0]), question),
        "answered": not found.why_not,
        "verdict": found.verdict,
        "agreeing": found.agreeing,
        "actions": [branch.draft.action for branch in found.branches],
        "reviews": [[review.action for review in branch.reviews] for branch in found.branches],
        "expected": question.right,
        "answer": found.why_not or (brief_text(_value(found.run), 200) if found.run else ""),
        "program": found.program,
    }
    print(json.dumps(line, default=str), flush=True)
    return line


def _value(run: Run) -> object:
    return run.printed.strip() or None if run.value is None else run.value


def _right(run: Run, question: Question) -> bool:
    return run.answers and is_right(_value(run), question.right)


if __name__ == "__main__":
    main()
