"""One measurement: how long something takes, in CPU and in wall seconds. Standard library only."""

import time
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Measure:
    """What some negotiations cost.

    Attributes
    ----------
    name : str
    negotiations, rounds : int
        How many were run, and their rounds in all.
    cpu, wall : float
        Seconds for all of them, in one process and one thread.
    agreed : int
        How many ended in an agreement, or have a text that could be one.
    note : str
    unit : str
        What was counted.
    """

    name: str
    negotiations: int
    rounds: int
    cpu: float
    wall: float
    agreed: int
    note: str = ""
    unit: str = "negotiations"

    @property
    def rate(self) -> float:
        """Negotiations (or worlds) per CPU-second, that is per second and core."""
        return self.negotiations / self.cpu

    @property
    def round_rate(self) -> float:
        """Rounds per CPU-second."""
        return self.rounds / self.cpu


def timed(
    work: Callable[[], tuple[int, int, int]], name: str, note: str = "", unit: str = "negotiations"
) -> Measure:
    """Run ``work`` once; it returns negotiations, rounds and agreements."""
    wall, cpu = time.perf_counter(), time.process_time()
    negotiations, rounds, agreed = work()
    cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
    return Measure(name, negotiations, rounds, cpu, wall, agreed, note, unit)


def calibrate() -> float:
    """Return the CPU seconds of a fixed loop: tells apart runs made at different loads."""
    began = time.process_time()
    x = 0
    for i in range(2_000_000):
        x += i * i % 7
    return time.process_time() - began
