"""The tree of errors. Each also is a standard error, so that callers need not know ours.

ParelhaError
├── UsageError(ValueError)            wrong use: one line, exit code 2
│   ├── InputError                    an input of a task that no program can be sent
│   ├── ModelFileError                a model that cannot be found, fetched or trusted
│   ├── ServerUnreachableError        nobody answers at a server's address
│   └── ServerRefusedError            a server does not take a request
├── WorkFailedError(RuntimeError)     the work itself failed: exit code 1
│   ├── TrainerGoneError              another trainer that shares the update is gone
│   └── NothingTrainedError           a run that moved no weight
└── InfrastructureError(RuntimeError) a fault of the machine: the sample is dropped, never scored
"""

import shlex
import sys


class ParelhaError(Exception):
    """Base of all errors raised on purpose; its text is one line that says what to do."""


class UsageError(ParelhaError, ValueError):
    """The user asked for something impossible (unknown key, missing file, bad value)."""


class InputError(UsageError):
    """An input of a task cannot be sent to a program: it is no plain value."""


class ModelFileError(UsageError):
    """A model's files cannot be found, fetched or trusted."""


class ServerUnreachableError(UsageError):
    """Nobody answers at a server's address."""


class ServerRefusedError(UsageError):
    """A server does not take a request (HTTP 3xx and 4xx).

    Attributes:
        status: the code that it answered.
    """

    def __init__(self, text: str, status: int) -> None:
        super().__init__(text)
        self.status = status


class WorkFailedError(ParelhaError, RuntimeError):
    """The command was right and the work failed."""


class TrainerGoneError(WorkFailedError):
    """Another of the trainers that share an update is gone."""


class NothingTrainedError(WorkFailedError):
    """A training run ended without moving any adapter."""


class InfrastructureError(ParelhaError, RuntimeError):
    """The machine failed (no process, no disk, a worker killed from outside), not the program."""


def install_command(extra: str) -> str:
    """The command that adds an extra's packages to the environment that runs this, for a hint.

    Parelha is in no index, and `pip` alone may be another environment's. It is installed in this
    one, where pip looks for the packages of the extra alone.
    """
    return f"`{shlex.quote(sys.executable or 'python')} -m pip install 'parelha[{extra}]'`"
