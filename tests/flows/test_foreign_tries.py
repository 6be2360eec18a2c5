"""How many secrets may be tried against a foreign hash: told apart by address, bounded by client, back in a minute."""

from frontdesk.flows.foreign_tries import EACH_ADDRESS, EACH_CLIENT, KEPT, Tries
from frontdesk.protocol.ids import MINUTE, Micros

NOW = Micros(1_800_000_000_000_000)


def take(tries: Tries, number: int, *, address: str | None = "a", owner: str = "app", now: Micros = NOW) -> bool:
    """Try a secret that no other number stands for."""
    return tries.take(owner, address, number.to_bytes(16), now)


def test_five_different_secrets_a_minute_from_one_address() -> None:
    """The same one again is no other; after exactly a minute there is room again."""
    tries = Tries()
    assert all(take(tries, number) for number in range(EACH_ADDRESS))
    assert all(take(tries, number) for number in range(EACH_ADDRESS))
    assert not take(tries, 99)
    assert not take(tries, 99, now=Micros(NOW + MINUTE - 1))
    assert take(tries, 99, now=Micros(NOW + MINUTE))


def test_other_addresses_and_other_clients_have_their_own() -> None:
    """Nobody uses up what another may try; callers without an address share one place."""
    tries = Tries()
    for number in range(EACH_ADDRESS):
        assert take(tries, number)
        assert take(tries, 50 + number, address=None)
    assert not take(tries, 99)
    assert not take(tries, 99, address=None)
    assert take(tries, 99, address="b")
    assert take(tries, 99, owner="other")


def test_many_addresses_together_are_bounded_too() -> None:
    """A botnet with one address for each guess buys twenty checks a minute, not more."""
    tries = Tries()
    assert sum(take(tries, number, address=f"a{number}") for number in range(200)) == EACH_CLIENT


def test_a_wrong_secret_is_remembered_for_a_minute() -> None:
    """Exactly."""
    tries = Tries()
    tries.note_wrong(b"t", NOW)
    assert tries.is_wrong(b"t", Micros(NOW + MINUTE - 1))
    assert not tries.is_wrong(b"t", Micros(NOW + MINUTE))
    assert not tries.is_wrong(b"u", NOW)


def test_what_is_remembered_is_bounded() -> None:
    """However many clients and addresses there are."""
    tries = Tries()
    for number in range(3 * KEPT):
        take(tries, number, address=f"a{number}", owner=f"o{number}")
        tries.note_wrong(number.to_bytes(16), NOW)
    assert len(tries._tried) <= KEPT + 1
    assert len(tries._wrong) <= KEPT
