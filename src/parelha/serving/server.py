"""`parelha serve`: opens the pair, starts the worker and the server, and closes them again."""

import os
import sys
from ipaddress import ip_address
from pathlib import Path

from parelha.errors import UsageError


def serve(run_dir: Path, *, step: int | None, host: str, port: int, key_env: str) -> None:
    """Serve a run's pair until it is interrupted.

    Args:
        run_dir: the folder of a run.
        step: whose adapters; None means the newest.
        host: the address to listen at.
        port: the port; 0 takes any that is free.
        key_env: name of the variable with the key that clients must show; "" for none.

    Raises:
        UsageError: no such run or variable, an address of other machines without a key, or the
            packages of the extra are missing.
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

        from parelha.serving.app import Server  # pylint: disable=import-outside-toplevel
    except ImportError:
        raise UsageError("serve needs two packages more: `pip install 'parelha[serve]'`") from None
    # pylint: disable-next=import-outside-toplevel  # slow, and not needed to refuse
    from parelha.serving.pair import open_pair
    from parelha.serving.worker import Worker  # pylint: disable=import-outside-toplevel

    with open_pair(run_dir, step, _say) as pair, Worker(pair.engine) as worker:
        app = Server(pair, worker, key).app(loopback=loopback)
        _say(f"{pair.name}: http://{host}:{port}/v1 (and a page at /); Ctrl-C ends it")
        uvicorn.run(app, host=host, port=port, log_level="warning", timeout_graceful_shutdown=2)


def is_loopback(host: str) -> bool:
    """Whether only this machine can ask at an address."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)
