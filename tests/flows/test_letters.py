"""What the mails to people say, to the letter (rows EM-01, EM-05, OT-22)."""

import re
from dataclasses import replace

import pytest

from frontdesk.flows.connection_letters import render_connected_letter, render_taken_back_letter
from frontdesk.flows.credential_letters import render_regenerated_letter, render_revealed_letter
from frontdesk.flows.letters import SHOWN, Circumstances, Letter, Letterhead, listed, one_line, short
from frontdesk.flows.pair_letters import Deed, render_pair_letter
from frontdesk.flows.signin_letters import render_login_letter, render_new_browser_letter
from frontdesk.protocol.ids import DAY, SECOND, ClientId, CredentialId, Digest, Email, Micros, NetworkId
from frontdesk.protocol.records import Client, Network, NetworkCredential
from frontdesk.runtime.letters import MAX_SUBJECT, write_letter

HEAD = Letterhead(product="Frontdesk", issuer="https://desk.example")
SEEN = Circumstances(now=Micros(1_800_000_000 * SECOND), address="192.0.2.7")
TYPED = Circumstances(now=SEEN.now, address=None)
OLENA, MIKA = Email("olena@northside.example"), Email("mika@harbour.example")
NORTH_ID = NetworkId("0190a000-0000-7000-8000-000000000001")
MILL_ID = NetworkId("0190a000-0000-7000-8000-000000000002")


def network(title: str = "Northside Coworking", network_id: NetworkId = NORTH_ID) -> Network:
    """A network."""
    return Network(id=network_id, title=title, created_at=SEEN.now)


def app(name: str = "Door Locks") -> Client:
    """A partner's app."""
    return Client(
        id=ClientId("fdci_x"), name=name, redirect_uris=(), scopes=(), secret_digest=Digest(b"x"), created_at=SEEN.now
    )


def in_words(text: str) -> str:
    """A letter without where its lines and paragraphs end."""
    return " ".join(text.split())


def every_letter(title: str, name: str, head: Letterhead = HEAD) -> list[Letter]:
    """One letter of each kind about a network and an app."""
    one, two = network(title), network(title, MILL_ID)
    words = {"resources": title}
    return [
        render_login_letter("042917", head=head, app=name, seen=SEEN),
        render_new_browser_letter(email=OLENA, head=head, seen=SEEN),
        render_regenerated_letter(network=one, head=head, seen=SEEN),
        render_revealed_letter(network=one, head=head, seen=SEEN),
        *(
            render_pair_letter(deed, network=one, pair=replace(OLD, name=name), old=OLD, head=head, seen=SEEN)
            for deed in Deed
        ),
        *(
            render_connected_letter(
                client=app(name),
                by=MIKA,
                networks=networks,
                scopes=("resources", "locations"),
                words=words,
                head=head,
                seen=SEEN,
            )
            for networks in ([one], [one, two])
        ),
        render_taken_back_letter(client=app(name), by=MIKA, networks=[one, two], head=head, seen=SEEN),
    ]


def test_the_code_letter() -> None:
    """What it opens, for which app, from where, when, and "do not share" (OT-22)."""
    letter = render_login_letter("042917", head=HEAD, app="Door Locks", seen=SEEN)
    assert letter.subject == "042917 is your Frontdesk sign-in code"
    assert in_words(letter.text) == in_words(
        "Your sign-in code is\n\n    042917\n\n"
        'It signs you in to Frontdesk, to connect the app "Door Locks". It works once, for 10 minutes, in the browser '
        "that asked for it:\nhttps://desk.example/\n\n"
        "When: 15 January 2027, 08:00 UTC\nFrom: 192.0.2.7\n\n"
        "Do not share this code, on the telephone or in a chat either: nobody who works here will ever ask for it.\n"
        "If you did not ask for it, you need not do anything: without the code nobody gets in.\n"
    )


def test_the_new_browser_letter() -> None:
    """Who, when, from where; the mailbox comes first, because the code was read there."""
    letter = render_new_browser_letter(email=OLENA, head=HEAD, seen=SEEN)
    assert letter.subject == "Frontdesk: sign-in from a new browser"
    assert in_words(letter.text) == in_words(
        "Somebody signed in to Frontdesk as olena@northside.example, in a browser that was not used for it before.\n\n"
        "When: 15 January 2027, 08:00 UTC\nFrom: 192.0.2.7\n\n"
        "If that was you, you need not do anything: this browser is known from now on.\n"
        "If it was not: whoever did it can read your mail, because the code was sent there. Change your mailbox's\n"
        "password first. Then look through your account, regenerate the API credentials of your networks, disconnect\n"
        "what you do not know, and tell those who run this service:\nhttps://desk.example/account\n"
    )


@pytest.mark.parametrize(
    ("seen", "operator", "whence"),
    [
        (SEEN, False, "From: 192.0.2.7\n"),
        (TYPED, True, "By: those who run this service, at its command line\n"),
    ],
)
def test_the_regenerated_letter(seen: Circumstances, operator: bool, whence: str) -> None:
    """By the owner from an address, or by the operator at the command line."""
    letter = render_regenerated_letter(network=network(), head=HEAD, seen=seen, operator=operator)
    assert letter.subject == "Frontdesk: API credentials of Northside Coworking regenerated"
    assert in_words(letter.text) == in_words(
        "The API credentials of Northside Coworking were regenerated. The old client id and secret are refused from "
        "now on;\nprograms that use them need the new ones.\n\n"
        f"When: 15 January 2027, 08:00 UTC\n{whence}\n"
        "If you expected this, you need not do anything else.\n"
        "If not: regenerate them again, so that nobody but you has them, and tell those who run this service:\n"
        f"https://desk.example/account/networks/{NORTH_ID}/api\n"
    )


def test_the_revealed_letter() -> None:
    """That it was shown, and how to make what was seen worthless."""
    letter = render_revealed_letter(network=network(), head=HEAD, seen=SEEN)
    assert letter.subject == "Frontdesk: API secret of Northside Coworking was shown"
    assert in_words(letter.text) == in_words(
        "The API secret of Northside Coworking was shown in your account. Nothing was changed.\n\n"
        "When: 15 January 2027, 08:00 UTC\nFrom: 192.0.2.7\n\n"
        "If that was you, you need not do anything.\n"
        "If it was not: somebody else is signed in as you. Regenerate the credentials, which refuses the secret that\n"
        "was seen, and tell those who run this service:\n"
        f"https://desk.example/account/networks/{NORTH_ID}/api\n"
    )


OLD = NetworkCredential(
    client_id=CredentialId("fdni_old"),
    network_id=NORTH_ID,
    version=1,
    last_four="wxyz",
    secret_digest=Digest(b"x"),
    created_at=SEEN.now,
    retires_at=Micros(SEEN.now + DAY),
)


@pytest.mark.parametrize(
    ("deed", "name", "old", "subject", "said"),
    [
        (
            Deed.ADDED,
            "Reports",
            None,
            "New API credentials for Northside Coworking",
            "API credentials named Reports were made for Northside Coworking. Whoever has them can call its API.",
        ),
        (
            Deed.REPLACED,
            "",
            OLD,
            "API credentials of Northside Coworking replaced",
            "The API credentials of Northside Coworking were regenerated. The old client id and secret go on until "
            "16 January 2027, 08:00 UTC; give your programs the new ones before.",
        ),
        (
            Deed.REPLACED,
            "Reports",
            None,
            "API credentials of Northside Coworking replaced",
            "The API credentials named Reports of Northside Coworking were regenerated. The old client id and secret "
            "are refused from now on; programs that use them need the new ones.",
        ),
        (
            Deed.CHANGED,
            "Reports",
            None,
            "API credentials of Northside Coworking changed",
            "What the API credentials named Reports of Northside Coworking may be used for was changed.",
        ),
        (
            Deed.ENDED,
            "",
            None,
            "API credentials of Northside Coworking ended",
            "The former API credentials of Northside Coworking were ended before their time. The new ones go on.",
        ),
        (
            Deed.ENDED,
            "Reports",
            None,
            "API credentials of Northside Coworking ended",
            "The API credentials named Reports of Northside Coworking were ended: they are refused from now on.",
        ),
        (
            Deed.MISPLACED,
            "",
            None,
            "API credentials of Northside Coworking used from elsewhere",
            "The API credentials of Northside Coworking were used, with the right secret, from an address that they "
            "may not be used from. The call was refused.",
        ),
        (
            Deed.MISPLACED,
            "Reports",
            None,
            "API credentials of Northside Coworking used from elsewhere",
            "The API credentials named Reports of Northside Coworking were used, with the right secret, from an "
            "address that they may not be used from. The call was refused.",
        ),
    ],
)
def test_the_letter_about_one_pair(
    deed: Deed, name: str, old: NetworkCredential | None, subject: str, said: str
) -> None:
    """What was done to which pair, and where to undo what a stranger did."""
    pair = replace(OLD, name=name, retires_at=None)
    letter = render_pair_letter(deed, network=network(), pair=pair, old=old, head=HEAD, seen=SEEN)
    assert letter.subject == f"Frontdesk: {subject}"
    what_to_do = (
        "If a program of yours moved: add its new address to what the credentials are narrowed to. Of further calls "
        "from elsewhere you are told once an hour at most.\n"
        "If not: somebody else has the secret. Regenerate the credentials, so that it opens nothing anywhere:\n"
        if deed is Deed.MISPLACED
        else "If you expected this, you need not do anything else.\n"
        "If not: look at the credentials, end those that you do not know, and tell those who run this service:\n"
    )
    assert in_words(letter.text) == in_words(
        f"{said}\n\nWhen: 15 January 2027, 08:00 UTC\nFrom: 192.0.2.7\n\n{what_to_do}"
        f"https://desk.example/account/networks/{NORTH_ID}/api\n"
    )


def test_the_connected_letter() -> None:
    """Who connected which app, to do what in plain words, and where to shut it out."""
    letter = render_connected_letter(
        client=app(),
        by=MIKA,
        networks=[network()],
        scopes=("resources", "locations.readonly"),
        words={"resources": "Read and write resources"},
        head=HEAD,
        seen=SEEN,
    )
    assert letter.subject == "Frontdesk: Door Locks was connected to Northside Coworking"
    assert in_words(letter.text) == in_words(
        'mika@harbour.example connected the app "Door Locks" to your network Northside Coworking.\n\n'
        "What it may do there from now on:\n"
        "  - Read and write resources (resources)\n"
        "  - locations.readonly\n\n"
        "When: 15 January 2027, 08:00 UTC\nFrom: 192.0.2.7\n\n"
        "If you expected this, you need not do anything.\n"
        "If not: shut the app out, and its next call is refused:\n"
        f"https://desk.example/account/networks/{NORTH_ID}/apps\n"
    )


def test_the_connected_letter_to_an_owner_of_several() -> None:
    """One letter, with the way out of each network."""
    letter = render_connected_letter(
        client=app(),
        by=MIKA,
        networks=[network(), network("The Old Mill", MILL_ID)],
        scopes=("resources",),
        words={},
        head=HEAD,
        seen=SEEN,
    )
    assert letter.subject == "Frontdesk: Door Locks was connected to 2 networks"
    assert in_words(letter.text) == in_words(
        'mika@harbour.example connected the app "Door Locks" to 2 of your networks.\n\n'
        "What it may do there from now on:\n  - resources\n\n"
        "When: 15 January 2027, 08:00 UTC\nFrom: 192.0.2.7\n\n"
        "If you expected this, you need not do anything.\n"
        "If not: shut the app out, and its next call is refused:\n"
        f"  - Northside Coworking: https://desk.example/account/networks/{NORTH_ID}/apps\n"
        f"  - The Old Mill: https://desk.example/account/networks/{MILL_ID}/apps\n"
    )


def test_the_taken_back_letter() -> None:
    """Whoever it was proved nothing: the letter says so, and that many apps disconnect like this."""
    letter = render_taken_back_letter(client=app(), by=MIKA, networks=[network()], head=HEAD, seen=SEEN)
    assert letter.subject == "Frontdesk: a connection of Door Locks ended"
    assert in_words(letter.text) == in_words(
        'A connection of the app "Door Locks", made by mika@harbour.example, was ended. It no longer opens:\n'
        "  - Northside Coworking\n\n"
        "Whoever ended it held one of its tokens, and did not prove to be the app. Many apps disconnect like this.\n\n"
        "When: 15 January 2027, 08:00 UTC\nFrom: 192.0.2.7\n\n"
        "If the app was disconnected on purpose, you need not do anything.\n"
        "If not: ask its makers whether it was them. If it was, connect it again from the app. If it was not, a token\n"
        "of theirs is in strange hands: it is worth nothing any more, but they should know. What is connected now:\n"
        "https://desk.example/account/apps\n"
    )


@pytest.mark.parametrize(
    "name",
    [
        "A\r\nBcc: x@evil.example\r\n\r\nB",
        "A\nB\x00C\x1b[2J",
        "A\u2028B\u2029C\x85D",
        "\u202eSkcoL rooD\u202c\u2066x\u2069\u200e\u200f\u061c",
        "A\ud800B",
        "A\u200bB\ufeffC\u00adD",
        "See https://evil.example/account and HTTP://evil.example",
    ],
)
def test_em_01_names_that_came_in_unjudged_are_harmless(name: str) -> None:
    """EM-01, EM-05: no letter gets a line, a header, a hidden direction or a link from a name, and every one can go."""
    plain = [(len(letter.text.splitlines()), letter.subject.count(":")) for letter in every_letter("A", "B")]
    for letter, (lines, _) in zip(every_letter(name, name), plain, strict=True):
        assert len(letter.text.splitlines()) == lines
        assert not re.search("[\u202a-\u202e\u2066-\u2069\u200b\u200e\u200f\u061c\ufeff\x00\x1b\r\ud800]", letter.text)
        for link in re.findall(r"(?i)https?://[^\s]*", letter.text):
            assert link.startswith("https://desk.example/")
        write_letter(OLENA, letter.subject, letter.text)  # what the post office refuses raises


@pytest.mark.parametrize("name", ["N" * 120, "\N{HORSE}" * 120, "नमस्ते " * 20])
def test_the_longest_names_still_fit_a_subject(name: str) -> None:
    """Product, app and network at their longest: a mail that cannot be written would be lost, or worse, an error."""
    head = Letterhead(product="P" * 60, issuer="https://desk.example")
    for letter in every_letter(name, name, head):
        assert len(letter.subject) <= MAX_SUBJECT
        write_letter(OLENA, letter.subject, letter.text)


def test_names_keep_what_languages_need() -> None:
    """Joiners of Persian, Hindi and joined emoji stay; what is cut short says so."""
    assert one_line("می\u200cخواهم") == "می\u200cخواهم"
    assert one_line("  a \t b  ") == "a b"
    assert short("x" * 50) == "x" * 50
    assert short("x" * 51) == "x" * 49 + "…"


def test_long_lists_are_counted() -> None:
    """So that a consent for two hundred networks is a letter that somebody can read."""
    lines = listed([f"n{number}" for number in range(SHOWN + 7)]).splitlines()
    assert (len(lines), lines[-1]) == (SHOWN + 1, "  - and 7 more")
    assert listed(["a", "b"]) == "  - a\n  - b\n"


def test_letters_never_print() -> None:
    """Subject and text may hold a code."""
    assert "042917" not in repr(render_login_letter("042917", head=HEAD, app=None, seen=SEEN))
