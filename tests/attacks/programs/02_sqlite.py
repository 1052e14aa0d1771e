# attack 2: make a database file
# must: raised
# ---
import sqlite3


def solve(values):
    base = sqlite3.connect("/tmp/parelha-attack-was-here.db")
    base.execute("create table t (a)")
    return "ESCAPED"
