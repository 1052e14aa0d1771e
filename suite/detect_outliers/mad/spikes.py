"""Return the places where the signal leaves its local median."""

from random import Random
from statistics import median

from parelha.tasks.draws import Args


def find_spikes(signal: list[float], limit: float) -> list[int]:
    """Return the places where the signal leaves its local median."""
    spikes = []
    for i in range(1, len(signal) - 1):
        if abs(signal[i] - median(signal[i - 1:i + 2])) > limit:
            spikes.append(i)
    return spikes


def find_spikes_level_2(signal: list[float], limit: float) -> list[int]:
    """Return the places where the signal leaves its local median."""
    # With its neighbour on both sides, an end is compared with it.
    padded = signal[1:2] + signal + signal[-2:-1]
    spikes = []
    for i, sample in enumerate(signal):
        if abs(sample - median(padded[i:i + 3])) > limit:
            spikes.append(i)
    return spikes


def ordinary(rng: Random, size: int) -> Args:
    signal = [float(rng.randint(10, 14)) for _ in range(max(size, 5))]
    place = rng.randint(1, len(signal) - 2)
    signal[place] += rng.choice((-1.0, 1.0)) * rng.randint(15, 40)
    return signal, float(rng.randint(4, 9))


def edges(rng: Random) -> list[Args]:
    return [
        ([], 1.0),
        ([90.0, 1.0], 1.0),
        ([90.0, 1.0, 1.0, 1.0, 50.0], 5.0),
        ([1.0, 6.0, 1.0, float(rng.randint(7, 9)), 1.0], 5.0),
        ([1.0, 1.0, 40.0, 40.0, 1.0, -40.0, 1.0], 5.0),
    ]


def edges_level_2(rng: Random) -> list[Args]:
    return [
        ([float(rng.randint(1, 9))], 0.5),
        ([60.0, 2.0, 1.0, 2.0], 3.0),
        ([1.0, 2.0, 50.0], 48.0),
        ([1.0, 2.0, 50.0], 47.5),
    ]
