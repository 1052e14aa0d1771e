"""New tokens a second of a server that many clients ask at once.

    parelha serve RUN &
    python -m benchmarks.serving http://127.0.0.1:8000/v1 --model coder
    python -m benchmarks.serving http://127.0.0.1:8080/v1        another server of the same protocol

The requests are statements of tasks. Start one server at a time: they share the processors.
"""

import argparse
import time
from concurrent.futures import ThreadPoolExecutor

from openai import OpenAI

from parelha.tasks import load_tasks


def main() -> None:
    """Parse the arguments, ask, print a line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("url")
    parser.add_argument("--model", default="", help="the server's first one by default")
    parser.add_argument("--clients", type=int, default=16)
    parser.add_argument("--requests", type=int, default=48)
    parser.add_argument("--new", type=int, default=96, help="tokens of an answer, at most")
    parser.add_argument("--temperature", type=float, default=0.8)
    options = parser.parse_args()
    client = OpenAI(base_url=options.url, api_key="none", timeout=600.0, max_retries=0)
    model = options.model or next(iter(client.models.list())).id
    statements = [task.statement["en"] for task in load_tasks("train", levels=(1,))]

    def ask(number: int) -> tuple[int, int]:
        """Tokens of a request and of its answer."""
        answer = client.chat.completions.create(
            model=model,
            messages=[{"role": "user", "content": statements[number % len(statements)]}],
            max_tokens=options.new,
            temperature=options.temperature,
            seed=number,
        )
        assert answer.usage is not None
        return answer.usage.prompt_tokens, answer.usage.completion_tokens

    ask(options.requests)  # whatever is made ready by the first one
    began = time.perf_counter()
    with ThreadPoolExecutor(options.clients) as pool:
        counts = list(pool.map(ask, range(options.requests)))
    seconds = time.perf_counter() - began
    read, new = (sum(count[i] for count in counts) for i in (0, 1))
    print(
        f"{options.url} {model}: {options.requests} requests of {options.clients} clients, {read} "
        f"tokens read, {new} written in {seconds:.1f} s: {new / seconds:.0f} new tokens/s"
    )


if __name__ == "__main__":
    main()
