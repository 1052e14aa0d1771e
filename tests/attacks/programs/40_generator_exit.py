# attack 40: raise what few handlers catch
# must: raised
# ---
def solve(values):
    raise GeneratorExit
