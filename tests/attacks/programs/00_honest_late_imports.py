# attack 0: modules that are imported late
# must: passed
# ---
import argparse
import ast
import asyncio
import code
import doctest
import importlib.util
import inspect
import logging
import sqlite3
import timeit
import unittest.mock

import numpy.testing


def solve(values):
    import graphlib
    import runpy
    import zipimport

    inspect.signature(sorted), inspect.signature(solve)
    ast.literal_eval("[1, 2]")
    compile("1 + 1", "x", "eval")
    return sum(values) / len(values)
