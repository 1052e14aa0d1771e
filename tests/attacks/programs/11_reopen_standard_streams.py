# attack 11: reopen the standard streams for the terminal behind them
# must: raised
# ---
def solve(values):
    with open("/dev/tty", "w") as file:
        file.write("ESCAPED")
    return "ESCAPED"
