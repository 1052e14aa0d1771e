"""Return the hashtags of each post in lower case."""

import re
from random import Random

from parelha.tasks.draws import Args


def topics(posts: list[str]) -> list[list[str]]:
    """Return the hashtags of each post in lower case."""
    found = []
    for post in posts:
        words = post.lower().split()
        found.append([word[1:] for word in words if word.startswith("#")])
    return found


def topics_level_2(posts: list[str]) -> list[list[str]]:
    """Return the hashtags of each post in lower case."""
    found = []
    for post in posts:
        words = [word.rstrip(".,!?") for word in post.lower().split()]
        tags = [word[1:] for word in words if word.startswith("#")]
        found.append(list(dict.fromkeys(tag for tag in tags if tag)))
    return found


_TAGS = ("#data", "#python", "#café", "#Big", "#ai", "#ml2")


def ordinary(rng: Random, size: int) -> Args:
    posts = []
    for _ in range(size):
        words = rng.choices(["we", "like", "clean"], k=3) + rng.sample(_TAGS, rng.randint(0, 2))
        rng.shuffle(words)
        posts.append(" ".join(words))
    return (posts,)


def edges(rng: Random) -> list[Args]:
    return [
        ([],),
        (["no tags here", ""],),
        ([rng.choice(_TAGS), "#A b#c #D"],),
    ]


def edges_level_2(rng: Random) -> list[Args]:
    return [
        (["#Data, #data! #DATA?!", f"#v{rng.randint(1, 9)}.0."],),
        (["# #! #, x", "#a #b #a"],),
        (["#a,b #c", f"end #t{rng.randint(1, 9)}?"],),
    ]


def oracle(posts: list[str]) -> object:
    found = [re.findall(r"(?<!\S)#([^\s.,!?]\S*)", post.lower()) for post in posts]
    return [list(dict.fromkeys(tag.rstrip(".,!?") for tag in tags)) for tags in found]
