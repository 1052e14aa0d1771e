"""Runs untrusted programs: values out, never verdicts. See docs/sandbox.md."""

from .probing import Layer, Probe
from .runner import Sandbox, encode_messages, profile_of

__all__ = [
    "Layer",
    "Probe",
    "Sandbox",
    "encode_messages",
    "probe",
    "profile_of",
]


def probe() -> Probe:
    """What isolation really holds on this machine, found by trying attacks.

    Raises:
        InfrastructureError: no sandboxed process could be started at all.
    """
    with Sandbox(workers=1, allow_unsafe=True) as sandbox:
        return sandbox.probe()
