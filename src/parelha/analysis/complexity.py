"""How complex the worst function of a program is, however its decisions are written.

mccabe and complexipy count what they know: neither looks into ``match``, and mccabe not into
expressions. A decision costs the same in every form here, so that no form pays: what they overlook
is written as the ``if`` that they count before they read it.
"""

import ast

import complexipy
import mccabe

from parelha.analysis.parsing import parse

_LONGEST_BITS = 1024
_OUTSIDE = "_outside_"
TOO_DEEP = 1000  # the complexity of a program that nests too deep to be measured


def complexity(source: str) -> tuple[int, int]:
    """The largest cyclomatic and cognitive complexity of a function of a program that parses.

    Cyclomatic: McCabe (IEEE TSE 2(4), 1976); each case of a ``match`` but the last that takes
    anything, each conditional expression, each condition of a comprehension and each further
    operand of an ``and`` or ``or`` that makes a value is one decision, as an ``if`` is. Cognitive:
    complexipy, its own comments not obeyed, and ``match`` read as ``if`` and ``elif``. For both,
    what a module or a class holds beside its functions counts as one function of it.

    Returns:
        Both; `TOO_DEEP` for what cannot be measured.
    """
    visitor = mccabe.PathGraphingAstVisitor()
    try:
        tree = parse(source)
        if tree is None:
            return TOO_DEEP, TOO_DEEP
        chains = _Chains()
        tree = chains.visit(tree)
        if _gather(tree) or chains.found:
            source = ast.unparse(ast.fix_missing_locations(tree))
        _Spelled().visit(tree)
        _gather(tree)
        spelled = ast.fix_missing_locations(tree)
        visitor.preorder(spelled, visitor)
    except (RecursionError, MemoryError, ValueError):
        return TOO_DEEP, TOO_DEEP
    cyclomatic = max((graph.complexity() for graph in visitor.graphs.values()), default=0)
    return cyclomatic, _cognitive(source)


def _cognitive(source: str) -> int:
    try:
        found = complexipy.code_complexity(source, no_ignore=True, with_plans=False)
    except ValueError:  # Python could read it: it is only too deep for complexipy's parser
        return TOO_DEEP
    return max((function.complexity for function in found.functions), default=0)


def _gather(tree: ast.AST) -> bool:
    """Put what stands in a module or a class outside its functions into one, if it decides.

    mccabe begins anew with each statement there, and complexipy passes over all of them.

    Returns:
        Whether there was any.
    """
    found = False
    for holder in list(ast.walk(tree)):
        if not isinstance(holder, ast.Module | ast.ClassDef):
            continue
        outside: list[ast.stmt] = []
        others: list[ast.stmt] = []
        for statement in holder.body:
            if not isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
                outside.append(statement)
            elif statement.name == _OUTSIDE:  # gathered before
                outside += statement.body
            else:
                others.append(statement)
        if any(map(_decides, outside)):
            found = True
            nothing = ast.arguments([], [], None, [], [], None, [])
            gathered = ast.FunctionDef(_OUTSIDE, nothing, outside, [])
            holder.body = [*others, ast.copy_location(gathered, outside[0])]
    return found


def _decides(statement: ast.stmt) -> bool:
    kinds = (ast.IfExp, ast.BoolOp, ast.comprehension)
    return hasattr(statement, "body") or any(isinstance(p, kinds) for p in ast.walk(statement))


class _Chains(ast.NodeTransformer):
    """Writes each ``match`` as ``if``, ``elif``, ``else``; leaves out what cannot be written."""

    found = False

    def visit_JoinedStr(self, node: ast.JoinedStr) -> ast.expr:  # pylint: disable=invalid-name
        """The values of an f-string: not each can be written again (a no-break space in one)."""
        self.generic_visit(node)
        parts = [part for part in node.values if isinstance(part, ast.FormattedValue)]
        held = [part.value for part in parts] + [p.format_spec for p in parts if p.format_spec]
        return ast.copy_location(ast.Tuple(held, ast.Load()), node)

    def visit_Constant(self, node: ast.Constant) -> ast.expr:  # pylint: disable=invalid-name
        """A number; Python writes none of more than 4,300 digits."""
        is_long = isinstance(node.value, int) and node.value.bit_length() > _LONGEST_BITS
        return ast.copy_location(ast.Constant(0), node) if is_long else node

    def visit_If(self, node: ast.If) -> ast.stmt:  # pylint: disable=invalid-name
        """An ``if`` alone in an ``else``: written again it would be an ``elif``, which is less."""
        self.generic_visit(node)
        inner = node.orelse[0] if len(node.orelse) == 1 else None
        if isinstance(inner, ast.If) and inner.col_offset > node.col_offset:
            node.orelse.append(ast.copy_location(ast.Pass(), inner))
        return node

    def visit_Match(self, node: ast.Match) -> ast.stmt:  # pylint: disable=invalid-name
        """The chain that stands for a ``match``; what its patterns say does not matter here."""
        self.found = True
        self.generic_visit(node)
        rest: list[ast.stmt] = []
        for case in reversed(node.cases):
            if not rest and case.guard is None and _takes_anything(case.pattern):
                rest = case.body
                continue
            test = case.guard or ast.Name("case", ast.Load())
            rest = [ast.copy_location(ast.If(test, case.body, rest), node)]
        subject = ast.copy_location(ast.Expr(node.subject), node)
        # An `if` that is there already would be one decision more.
        return ast.copy_location(ast.With([ast.withitem(subject.value)], rest), node)


def _takes_anything(pattern: ast.pattern) -> bool:
    return isinstance(pattern, ast.MatchAs) and pattern.pattern is None


class _Spelled(ast.NodeTransformer):
    """Puts an empty ``if`` before a statement for each decision inside its expressions."""

    def visit(self, node: ast.AST) -> ast.AST | list[ast.stmt]:
        """The node, or the statement and those before it."""
        if not isinstance(node, ast.stmt):
            self.generic_visit(node)
            return node
        count = _decisions(node)
        self.generic_visit(node)
        if not count:
            return node
        empty = ast.If(ast.Constant(True), [ast.Pass()], [])
        return [*(ast.copy_location(empty, node) for _ in range(count)), node]


def _decisions(statement: ast.stmt) -> int:
    """Decisions in a statement's own expressions, those of the statements in it left out."""
    count = 0
    tests = {id(getattr(statement, "test", None))}
    pending: list[ast.AST] = [statement]
    while pending:
        node = pending.pop()
        if isinstance(node, ast.IfExp | ast.comprehension):
            count += len(node.ifs) if isinstance(node, ast.comprehension) else 1
            tests |= {id(node.test)} if isinstance(node, ast.IfExp) else set(map(id, node.ifs))
        elif isinstance(node, ast.BoolOp) and id(node) not in tests:
            count += len(node.values) - 1
        elif isinstance(node, ast.BoolOp | ast.UnaryOp) and id(node) in tests:
            # The parts of a condition are one condition, as mccabe counts.
            tests |= set(map(id, ast.iter_child_nodes(node)))
        pending += [
            child
            for child in ast.iter_child_nodes(node)
            if not isinstance(child, ast.stmt | ast.excepthandler | ast.match_case)
        ]
    return count
