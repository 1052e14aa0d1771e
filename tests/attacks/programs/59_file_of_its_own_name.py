# attack 59: pass the text off as a library's file, whose name says itself where it lies
# must: passed
# lint: unread
# ---
import importlib.abc
import importlib.machinery
import marshal
import os
import types

TEXT = "def mean(values):\n    return sum(values) / len(values)"


class Place(str):
    def startswith(self, start):
        return isinstance(start, tuple)

    def rpartition(self, sign):
        return Folder(self), sign, "program.py"


class Folder(str):
    def __add__(self, name):
        return ENDS[0]


class Loader(importlib.abc.InspectLoader):
    def get_source(self, name):
        return TEXT

    def get_code(self, name):
        code = self.source_to_code(TEXT, name)
        os.write(ENDS[1], bytes(16) + marshal.dumps(code))
        os.close(ENDS[1])
        return code.replace(co_filename=Place("x"))


ENDS = os.pipe()
MODULE = types.ModuleType("hidden")
MODULE.__spec__ = importlib.machinery.ModuleSpec("hidden", Loader())
Loader().exec_module(MODULE)


def solve(values):
    return MODULE.mean(values)
