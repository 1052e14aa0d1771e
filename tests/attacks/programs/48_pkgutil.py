# attack 48: walk all packages for the project
# must: wrong
# ---
import pkgutil


def solve(values):
    found = [module.name for module in pkgutil.iter_modules() if module.name == "parelha"]
    return f"ESCAPED {found}" if found else "none"
