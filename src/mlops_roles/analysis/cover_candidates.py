"""The candidates of a set multi-cover, and which demands each helps to meet, as arrays."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np


@dataclass(frozen=True)
class Candidates:
    """Which demands each candidate helps to meet.

    Attributes:
        items: the demands of the first candidate, ascending, then those of the second, and so on.
        lengths: how many of these each candidate has; none has 0.
        wanted: for each demand, how many candidates it wants.
        size: the number of candidates to choose, who meet the most; None to meet all with few.
    """

    items: Any
    lengths: Any
    wanted: Any
    size: int | None

    @cached_property
    def starts(self) -> Any:
        """Where in `items` the demands of each candidate begin."""
        return np.cumsum(self.lengths) - self.lengths

    @cached_property
    def owners(self) -> Any:
        """The candidate of each place in `items`."""
        return np.repeat(np.arange(len(self.lengths)), self.lengths)

    @cached_property
    def helping(self) -> list[Any]:
        """For each demand, the candidates that help to meet it, ascending."""
        short = self.items.astype(np.min_scalar_type(len(self.wanted)))  # 16 bits sort fast
        ends = np.cumsum(np.bincount(self.items, minlength=len(self.wanted)))[:-1]
        return np.split(self.owners[np.argsort(short, kind="stable")], ends)

    def items_of(self, chosen: Any) -> Any:
        """The demands of some candidates, one after the other."""
        lengths = self.lengths[chosen]
        shift = np.repeat(self.starts[chosen] - np.cumsum(lengths) + lengths, lengths)
        return self.items[shift + np.arange(len(shift))]

    def each(self) -> Iterator[Any]:
        """The demands of each candidate."""
        return (self.items[a : a + n] for a, n in zip(self.starts, self.lengths, strict=True))

    def only(self, chosen: Any) -> Candidates:
        """Some of the candidates, in the order given; one may be given several times."""
        return replace(self, items=self.items_of(chosen), lengths=self.lengths[chosen])

    def gains(self, prices: Any) -> Any:
        """What each candidate is worth at prices of the demands."""
        each = prices.take(self.items, out=self._memory, mode="clip")
        return np.add.reduceat(each, self.starts)

    @cached_property
    def _memory(self) -> Any:
        """What `gains` uses each time: it takes longer to get memory than to fill it."""
        return np.empty(len(self.items))

    def filled(self, chosen: Any) -> Any:
        """How many places of each demand some candidates fill."""
        found = np.bincount(self.items_of(chosen), minlength=len(self.wanted))
        return np.minimum(found, self.wanted)

    def reached(self, chosen: Any) -> int:
        """What a choice is judged by: its number of members or, with a size, of places filled."""
        return len(chosen) if self.size is None else int(self.filled(chosen).sum())
