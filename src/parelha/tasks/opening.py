"""How a reference begins: what a coder may be given of a task that it never passes."""

import ast

from parelha.tasks.benchmarks import BenchmarkTask
from parelha.types import Task


def opening_of(task: Task) -> str:
    """The first lines of a reference, up to a statement in the middle of what is asked for.

    Returns: whole lines, the last one ended; "" where the reference is no program to be learned
    from: a benchmark's is a table of its answers, and a question of one's own has none.
    """
    if not task.reference or isinstance(task, BenchmarkTask):
        return ""
    for node in reversed(ast.parse(task.reference).body):  # the last one of a name is it
        if isinstance(node, ast.FunctionDef) and node.name == task.entry_point:
            body = node.body[ast.get_docstring(node) is not None :]
            middle = (body[0].lineno + (body[-1].end_lineno or 0) + 1) // 2
            # Statements begin a line, at any depth, and are not torn.
            begin = [n.lineno for top in body for n in ast.walk(top) if isinstance(n, ast.stmt)]
            given = max(line for line in begin if line <= max(middle, begin[0])) - 1
            return "".join(f"{line}\n" for line in task.reference.split("\n")[:given])
    return ""
