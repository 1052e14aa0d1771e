# attack 59: let an interactive console run the text
# must: passed
# lint: unread
# ---
import code

TEXT = "def solve(values):\n    return sum(values) / len(values)"
code.InteractiveInterpreter(globals()).runsource(TEXT + "\n", "x", "exec")
