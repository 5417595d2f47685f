"""How partitions are shared: whatever comes and goes, all end with even shares, and few partitions move."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.projector.sharing.seats import Seat, agreed, quota, unheld


def seat(pid: int, holds: frozenset[int] = frozenset(), told: int | None = 6) -> Seat:
    return Seat(pid, f"projector-{pid}", 0.0, told, holds)


class Table:
    """Those who share, each of which looks and acts in its turn, as `Sharing` does."""

    def __init__(self, partitions: int) -> None:
        self.partitions, self.seats, self.moves = partitions, list[Seat](), 0

    def join(self, pid: int) -> None:
        self.seats.append(seat(pid, told=self.partitions))

    def vanish(self, place: int) -> None:
        del self.seats[place % len(self.seats)]

    def turn(self, place: int) -> None:
        mine = self.seats[place]
        wanted = quota(mine.pid, self.seats)
        holds = sorted(mine.holds)[:wanted]
        taken = unheld(self.seats, self.partitions)[: max(0, wanted - len(holds))]
        self.moves += len(taken)
        self.seats[place] = replace(mine, holds=frozenset([*holds, *taken]))

    def rounds(self, number: int) -> None:
        for _ in range(number):
            for place in range(len(self.seats)):
                self.turn(place)

    def even(self) -> bool:
        shares = [len(one.holds) for one in self.seats]
        held = sorted(number for one in self.seats for number in one.holds)
        return held == list(range(self.partitions)) and max(shares) - min(shares) <= 1


@given(
    st.integers(1, 20),
    st.lists(st.one_of(st.just("join"), st.tuples(st.sampled_from(["vanish", "turn"]), st.integers(0, 9)))),
)
def test_two_looks_of_each_after_the_last_change_make_shares_even(partitions: int, story: list[object]) -> None:
    table = Table(partitions)
    table.join(0)
    for pid, step in enumerate(story, 1):
        match step:
            case "join":
                table.join(pid)
            case "vanish", int(place) if len(table.seats) > 1:
                table.vanish(place)
            case _, int(place):
                table.turn(place % len(table.seats))
    table.rounds(2)
    assert table.even()
    moves = table.moves
    table.rounds(2)
    assert table.moves == moves


@given(st.integers(1, 40), st.integers(1, 8))
def test_only_a_newcomers_share_moves_when_it_comes(partitions: int, members: int) -> None:
    table = Table(partitions)
    for pid in range(members):
        table.join(pid)
    table.rounds(2)
    moves = table.moves
    table.join(members)
    table.rounds(2)
    assert table.moves - moves == len(table.seats[-1].holds)


@given(st.integers(1, 40), st.integers(2, 8), st.integers(0, 7))
def test_only_what_a_killed_one_held_moves_when_it_goes(partitions: int, members: int, gone: int) -> None:
    table = Table(partitions)
    for pid in range(members):
        table.join(pid)
    table.rounds(2)
    moves, lost = table.moves, len(table.seats[gone % members].holds)
    table.vanish(gone)
    table.rounds(2)
    assert table.even()
    assert table.moves - moves <= lost + members  # one more where the odd ones now are others'


def test_who_has_resigned_gets_nothing_and_keeps_what_it_has_not_let_go() -> None:
    seats = [seat(1, frozenset({0, 1}), told=None), seat(2), seat(3)]
    assert [quota(one.pid, seats) for one in seats] == [0, 3, 3]
    assert unheld(seats, 6) == [2, 3, 4, 5]


@pytest.mark.parametrize(("told", "wanted"), [((6, 4), [6, 0]), ((None, 4), [0, 4]), ((6, 4, 6), [3, 0, 3])])
def test_who_was_told_of_another_count_than_the_oldest_stands_by(
    told: tuple[int | None, ...], wanted: list[int]
) -> None:
    seats = [seat(pid, told=count) for pid, count in enumerate(told)]
    assert [quota(one.pid, seats) for one in seats] == wanted


def test_nobody_agrees_on_anything_where_nobody_is() -> None:
    assert agreed([]) is None
    assert agreed([seat(1, told=None)]) is None
    assert quota(1, []) == 0
