# attack 59: run the text as an example of a docstring
# must: passed
# lint: unread
# ---
import doctest
import io
import sys

sys.stdout = io.StringIO()
SPACE = globals()
TEXT = ">>> SPACE['solve'] = lambda values: sum(values) / len(values)"
TEST = doctest.DocTestParser().get_doctest(TEXT, {"SPACE": SPACE}, "x", None, 0)
doctest.DocTestRunner().run(TEST)
