# attack 44: find the grader's frames through a traceback
# must: wrong
# ---
def solve(values):
    try:
        raise ValueError
    except ValueError as error:
        frame = error.__traceback__.tb_frame
        names = []
        while frame:
            names.append(frame.f_code.co_name)
            frame = frame.f_back
    return "ESCAPED" if {"grade", "compare", "run_tests"} & set(names) else "none"
