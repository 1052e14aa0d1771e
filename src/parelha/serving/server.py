"""`parelha serve`: opens the pair, starts the worker and the server, and closes them again."""

import os
import socket
from contextlib import suppress
from ipaddress import ip_address
from pathlib import Path

from parelha.errors import UsageError, install_command


def serve(run_dir: Path, *, step: int | None, host: str, port: int, key_env: str) -> None:
    """Serve a run's pair until it is interrupted; port 0 takes any that is free.

    Raises:
        UsageError: no such run or variable, an address of other machines without a key, one that
            cannot be listened at, or the packages of the extra are missing.
    """
    key = os.environ.get(key_env, "") if key_env else ""
    if key_env and not key:
        raise UsageError(f"--api-key-env {key_env}: there is no such variable, or it is empty")
    loopback = is_loopback(host)
    if not loopback and not key:
        raise UsageError(
            f"--host {host} lets other machines ask: name the variable with a key by --api-key-env"
        )
    try:
        import uvicorn  # pylint: disable=import-outside-toplevel  # an extra

        from parelha.serving.app import LOOPBACK, Server  # pylint: disable=import-outside-toplevel
    except ImportError:
        raise UsageError(f"serve needs two packages more: {install_command('serve')}") from None
    # pylint: disable=import-outside-toplevel  # slow, and not needed to refuse
    from parelha.evaluate import say_aside
    from parelha.serving.pair import open_pair
    from parelha.serving.worker import Worker

    with (
        listening(host, port) as sock,
        open_pair(run_dir, step, say_aside) as pair,
        Worker(pair.engine) as worker,
    ):
        place = f"[{host}]" if ":" in host else host
        app = Server(pair, worker, key).app([*LOOPBACK, place] if loopback else [])
        where = f"http://{place}:{sock.getsockname()[1]}/v1"
        say_aside(f"{pair.name}: {where} (and a page at /); Ctrl-C ends it")
        settings = uvicorn.Config(app, log_level="warning", timeout_graceful_shutdown=2)
        with suppress(KeyboardInterrupt):
            uvicorn.Server(settings).run(sockets=[sock])


def listening(host: str, port: int) -> socket.socket:
    """A socket at an address, taken before the slow loading; port 0 takes any that is free.

    Raises:
        UsageError: there is no such address, or the port is taken.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family)
    except OSError as error:
        raise UsageError(f"cannot listen at {host}, port {port}: {error.strerror}") from None


def is_loopback(host: str) -> bool:
    """Whether only this machine can ask at an address."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
