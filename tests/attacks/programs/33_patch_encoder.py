# attack 33: replace the function that writes answers
# must: bad_value wrong crashed
# ---
import sys

for name, module in list(sys.modules.items()):
    if name.startswith("sandboxed"):
        for attribute in list(vars(module)):
            if attribute[0] != "_" and callable(getattr(module, attribute)):
                try:
                    setattr(module, attribute, lambda *args, **kwargs: b"T")
                except (AttributeError, TypeError):
                    pass


def solve(values):
    return 0.0
