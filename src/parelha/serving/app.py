"""The OpenAI-compatible server: routes, keys, sizes, and clients that hang up.

Loopback alone by default. A page of any site can make a browser ask a server on its own machine,
so names other than the loopback's are refused there, and a body must say that it is JSON.
"""

import asyncio
import hmac
import itertools
import secrets
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import ClientDisconnect, Request
from starlette.responses import HTMLResponse, JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from parelha.engines.protocol import Completion
from parelha.engines.protocol import Request as Turn
from parelha.errors import ParelhaError, UsageError
from parelha.serving.dialogue import PairAnswer, Wish, play, stage_of
from parelha.serving.page import PAGE, POLICY
from parelha.serving.pair import Pair
from parelha.serving.protocol import (
    DONE,
    Asking,
    Refusal,
    Reply,
    counted,
    event,
    models,
    one_model,
    read,
)
from parelha.serving.talk import Speech, prompt_ids, room
from parelha.serving.worker import Asked, Through, Worker
from parelha.types import Agent

MAX_BODY_BYTES = 1024 * 1024
MAX_ANSWERS = 256  # under way at once
LOOPBACK = ("localhost", "127.0.0.1", "[::1]")


class Server:
    """What the routes share."""

    def __init__(self, pair: Pair, worker: Worker, key: str = "") -> None:
        self.pair, self.worker = pair, worker
        self._keys = _written(key) if key else set()
        self._numbers = itertools.count()
        self._own = secrets.randbits(63)  # of requests without a seed
        self._answers = 0
        # A thread for each dialogue: they wait for turns, which share one batch.
        self.threads = ThreadPoolExecutor(MAX_ANSWERS, thread_name_prefix="pair")

    def app(self, hosts: Sequence[str] = LOOPBACK) -> Starlette:
        """The application, which answers to these names of its own; to any without one."""
        routes = [
            Route("/", self._page),
            Route("/v1/models", self._guarded(self._models)),
            Route("/v1/models/{name}", self._guarded(self._model)),
            Route("/v1/chat/completions", self._guarded(self._complete), methods=["POST"]),
        ]
        named = Middleware(TrustedHostMiddleware, allowed_hosts=hosts, www_redirect=False)
        return Starlette(
            routes=routes,
            middleware=[named] if hosts else [],
            exception_handlers={HTTPException: _refused, Exception: _failed},
        )

    def _guarded(
        self, answer: Callable[[Request], Awaitable[Response]]
    ) -> Callable[[Request], Awaitable[Response]]:
        async def guarded(request: Request) -> Response:
            try:
                self._check_key(request)
                return await answer(request)
            except Refusal as refusal:
                head = {"WWW-Authenticate": "Bearer"} if refusal.status == 401 else None
                return JSONResponse(refusal.body(), refusal.status, head)
            except ClientDisconnect:
                return Response(status_code=499)  # nobody reads it

        return guarded

    def _check_key(self, request: Request) -> None:
        if not self._keys:
            return
        shown = request.headers.get("authorization", "").encode("latin-1")  # as Starlette read it
        if not any(hmac.compare_digest(shown, b"Bearer " + key) for key in self._keys):
            raise Refusal(401, "a valid API key is needed", "invalid_api_key")

    async def _page(self, _: Request) -> Response:
        return HTMLResponse(PAGE, headers={"Content-Security-Policy": POLICY})

    async def _models(self, _: Request) -> Response:
        return JSONResponse(models(self.pair.name))

    async def _model(self, request: Request) -> Response:
        return JSONResponse(one_model(request.path_params["name"], self.pair.name))

    async def _complete(self, request: Request) -> Response:
        asking = read(await _body(request))
        if self._answers >= MAX_ANSWERS:
            raise Refusal(503, f"{MAX_ANSWERS} answers are under way: try again", "overloaded")
        self._answers += 1
        try:
            if asking.model == "pair":
                answer: _Spoken | _Dialogue = await asyncio.to_thread(_Dialogue, self, asking)
            else:
                answer = _Spoken(self, asking)
        except UsageError as error:
            raise Refusal(400, str(error), "invalid_messages") from None
        finally:
            self._answers -= 1
        if asking.stream:
            return StreamingResponse(self._streamed(answer, asking), media_type="text/event-stream")
        return await self._whole(answer, asking, request)

    async def _whole(
        self, answer: "_Spoken | _Dialogue", asking: Asking, request: Request
    ) -> Response:
        gone = asyncio.ensure_future(_gone(request))
        pieces = asyncio.ensure_future(_collected(answer))
        self._answers += 1
        try:
            await asyncio.wait({gone, pieces}, return_when=asyncio.FIRST_COMPLETED)
            if not pieces.done():
                raise ClientDisconnect
            text = pieces.result()
        except ParelhaError as error:
            raise Refusal(500, str(error), "failed") from None
        finally:
            self._answers -= 1
            gone.cancel()
            pieces.cancel()
            answer.give_up()
        return JSONResponse(Reply(asking.model).whole(text, answer.finish, answer.usage))

    async def _streamed(
        self, answer: "_Spoken | _Dialogue", asking: Asking
    ) -> AsyncIterator[bytes]:
        counts = bool(asking.stream_options and asking.stream_options.include_usage)
        reply = Reply(asking.model, counts=counts)
        self._answers += 1
        try:
            yield reply.chunk({"role": "assistant", "content": ""})
            async for piece in answer.pieces():
                yield reply.chunk({"content": piece})
            yield reply.chunk({}, answer.finish)
            if counts:
                yield reply.usage(answer.usage)
            yield DONE
        except ParelhaError as error:  # the status has gone out already
            yield event(Refusal(500, str(error), "failed").body())
        finally:  # also where the client hung up
            self._answers -= 1
            answer.give_up()

    def stream_of(self, asking: Asking) -> tuple[int | str, ...]:
        """The name of a request's random stream: equal for equal seeds."""
        if asking.seed is not None:
            return ("serve", asking.seed)
        return ("serve", self._own, next(self._numbers))


async def _refused(_: Request, error: Exception) -> Response:
    """No such path, or not by this method: in the protocol's form, as every refusal."""
    assert isinstance(error, HTTPException)
    refusal = Refusal(error.status_code, error.detail, "not_found")
    return JSONResponse(refusal.body(), refusal.status, error.headers)


async def _failed(_: Request, error: Exception) -> Response:
    """A fault of ours; the server's log has its trace."""
    refusal = Refusal(500, f"{type(error).__name__}: see the server's log", "failed")
    return JSONResponse(refusal.body(), refusal.status)


class _Spoken:
    """One role's answer; why it ended (`finish`) and its tokens (`usage`) are known at its end.

    Raises:
        UsageError: messages that no prompt can be made of, or too long.
    """

    def __init__(self, server: Server, asking: Asking) -> None:
        self.finish, self.usage = "stop", counted(0, 0)
        pair, agent = server.pair, Agent(asking.model)
        form = pair.formats[agent]
        self._speech = Speech([*(asking.stop or ()), *form.stop_strings])
        self._prompt = prompt_ids(pair, agent, asking.said)
        self._form = form
        turn = Turn(
            agent=agent,
            prompt_ids=self._prompt,
            max_new_tokens=room(pair, agent, len(self._prompt), asking.limit),
            temperature=asking.warm(pair.roles[agent].temperature),
            stream=server.stream_of(asking),
            stop_ids=form.stop_ids,
            stop=self._speech.ended,
            top_p=asking.top_p or 1.0,
        )
        self._loop = asyncio.get_running_loop()
        self._news: asyncio.Queue[str | None] = asyncio.Queue()
        self._asked: Asked = server.worker.ask(turn, self._tell)
        self._asked.future.add_done_callback(lambda _: self._tell(None))

    def _tell(self, text: str | None) -> None:
        """Called in the worker's thread."""
        if not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._news.put_nowait, text)

    async def pieces(self) -> AsyncIterator[str]:
        """The text as it comes."""
        while (text := await self._news.get()) is not None:
            while not self._news.empty() and text is not None:  # a slow client is told less often
                newer = self._news.get_nowait()
                if newer is None:
                    self._news.put_nowait(None)
                    break
                text = newer
            if piece := self._speech.more(text):
                yield piece
        completion: Completion = self._asked.future.result()
        self.finish = "length" if completion.finish == "length" else "stop"
        self.usage = counted(len(self._prompt), len(completion.token_ids))
        if piece := self._speech.more(self._form.decode(completion.token_ids), last=True):
            yield piece

    def give_up(self) -> None:
        """Free its place."""
        self._asked.give_up()


class _Dialogue:
    """The pair's answer: the final program, at the end and at once.

    Raises:
        UsageError: no message to play, a stop string, or too long.
    """

    def __init__(self, server: Server, asking: Asking) -> None:
        self.finish, self.usage = "stop", counted(0, 0)
        if asking.stop:
            raise UsageError("stop: the pair's dialogue ends by itself; ask the coder for that")
        said = [message.content for message in asking.said if message.role == "user"]
        if not said:
            raise UsageError("messages must hold one of the user's")
        warm = None if asking.temperature is None else asking.warm(0.0)
        wish = Wish(server.stream_of(asking), warm, asking.top_p, asking.limit)
        self._task, self._stage = stage_of(server.pair, said[-1], wish)
        self._engine, self._threads = Through(server.worker), server.threads

    async def pieces(self) -> AsyncIterator[str]:
        """All of it."""
        loop = asyncio.get_running_loop()
        found: PairAnswer = await loop.run_in_executor(
            self._threads, play, self._task, self._stage, self._engine
        )
        self.finish = "length" if found.was_cut else "stop"
        self.usage = counted(found.prompt_tokens, found.new_tokens)
        yield found.content

    def give_up(self) -> None:
        """End it at its next token."""
        self._engine.give_up()


def _written(key: str) -> set[bytes]:
    """How clients may send a key: curl in UTF-8, Python's in Latin-1 where that has its letters."""
    found = {key.encode("utf-8", "surrogateescape")}
    with suppress(UnicodeEncodeError):
        found.add(key.encode("latin-1"))
    return found


async def _collected(answer: _Spoken | _Dialogue) -> str:
    return "".join([piece async for piece in answer.pieces()])


async def _gone(request: Request) -> None:
    """Return when the client has hung up."""
    while (await request.receive())["type"] != "http.disconnect":
        pass


async def _body(request: Request) -> bytes:
    """The body.

    Raises:
        Refusal: it does not say that it is JSON (400), or is too large (413).
    """
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "application/json":
        raise Refusal(400, "the body must be application/json", "invalid_json")
    body = bytearray()
    async for piece in request.stream():
        body += piece
        if len(body) > MAX_BODY_BYTES:
            raise Refusal(413, f"the body is over {MAX_BODY_BYTES} bytes", "too_large")
    return bytes(body)
