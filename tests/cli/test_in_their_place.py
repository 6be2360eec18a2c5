"""Operators do at the command line what owners, makers and people do for themselves: answers and refusals."""

from cli.test_administration import OWNER, PARTNER_URI, Answer, Typist, network, typist

__all__ = ["network", "typist"]

ANN = "ann@northside.example"


def test_an_account_from_its_sessions_to_its_end(typist: Typist, network: Answer) -> None:
    """Shown, renamed, spoken to otherwise, signed out and forgotten; what would be nobody's is kept, in words."""
    there = network["network"]["id"]
    typist.gets("user", "add", ANN, "--network", there, "--role", "member")
    assert [one["email"] for one in typist.gets("user", "list")["users"]] == [OWNER, ANN]
    assert len(typist.gets("user", "list", "--limit", "1")["users"]) == 1
    assert typist.gets("user", "show", ANN)["user"]["roles"] == {there: "member"}
    assert typist.gets("user", "sessions", ANN) == {"sessions": []}
    assert typist.gets("user", "sign-out", ANN) == {"ended": 0}
    assert typist.gets("user", "passkeys", ANN) == {"passkeys": []}
    assert typist.gets("user", "apps", ANN) == {"connections": []}
    typist.gets("user", "language", ANN, "uk")
    moved = typist.gets("user", "change-email", ANN, "anna@northside.example")
    assert moved["user"]["email"] == "anna@northside.example"
    assert (
        "somebody else has the address" in typist.is_refused("user", "change-email", OWNER, moved["user"]["email"])[0]
    )
    assert "owns Northside" in typist.is_refused("user", "delete", OWNER, "--yes")[0]
    assert typist.types("user", "delete", moved["user"]["id"])[0] == 2
    assert typist.gets("user", "delete", moved["user"]["id"], "--yes")["deleted"]
    for words in (
        ("user", "show", ANN),
        ("user", "forget-passkey", OWNER, "00"),
        ("user", "sign-out", OWNER, "--session", there),
        ("user", "disconnect", OWNER, "fdci_x"),
        ("user", "take-scope", OWNER, "fdci_x", "resources"),
    ):
        typist.is_refused(*words)
    assert typist.gets("operator", "search", "North")["networks"] == [{"id": there, "title": "Northside"}]


def test_a_network_is_suspended_ruled_and_given(typist: Typist, network: Answer) -> None:
    """Out of service and back; rules keep what is not said; the former owner is administrator."""
    there = network["network"]["id"]
    assert typist.gets("network", "suspend", there, "--reason", "unpaid")["network"]["suspended_at"]
    assert typist.gets("network", "resume", there)["network"]["suspended_at"] is None
    assert typist.gets("network", "rules", there, "--no-app", "--days", "30")["rules"]["apps"] == []
    ruled = typist.gets("network", "rules", there, "--administrators-only")["rules"]
    assert (ruled["version"], ruled["connection_days"], ruled["apps"]) == (2, 30, [])
    assert typist.gets("network", "rules", there, "--any-app", "--days", "0")["rules"]["connection_days"] is None
    assert typist.gets("network", "rules", there)["rules"]["version"] == 3
    kept = typist.gets("network", "rules", there, "--read-only-first", "--owner-passkey")["rules"]
    assert (kept["read_only_first"], kept["owner_passkey"]) == (True, True)
    assert typist.gets("network", "rules", there, "--days", "9")["rules"]["read_only_first"]
    typist.is_refused("network", "rules", there, "--app", "fdci_nobody")
    typist.is_refused("network", "give", there, ANN)
    typist.gets("user", "add", ANN, "--network", there, "--role", "member")
    assert typist.gets("network", "give", there, ANN)["user"]["email"] == ANN
    assert typist.gets("network", "show", there)["network"]["owner"] == ANN
    assert typist.gets("network", "apps", there) == {"connections": [], "left": []}
    actions = [row["action"] for row in typist.gets("network", "history", there, "--limit", "3")["rows"]]
    assert actions == ["ownership.taken", "membership.given", "network.rules_changed"]
    rows = typist.gets("operator", "history", "--network", there, "--limit", "2")["rows"]
    assert [row["action"] for row in rows] == actions[:2]
    typist.is_refused("operator", "history", "--network", "x")
    nowhere = "01900000-0000-7000-8000-00000000ffff"
    for words in (
        ("network", "suspend", nowhere),
        ("network", "history", nowhere),
        ("network", "apps", nowhere),
        ("network", "show", nowhere),
        ("network", "end-offer", there),
        ("network", "cut", there, OWNER, "fdci_x"),
        ("network", "let-write", there, OWNER, "fdci_x"),
        ("network", "adopt", there, nowhere),
    ):
        typist.is_refused(*words)
    for words in (("network", "show", there), ("network", "rules", there), ("network", "history", there)):
        assert typist.types(*words)[0] == 0


def test_an_app_gets_makers_words_and_a_second_secret(typist: Typist, network: Answer) -> None:
    """A partner makes it from then on; the earlier secret is ended when it is silent."""
    added = ("app", "add", "Locks", "--redirect-uri", PARTNER_URI, "--scope", "resources")
    client = typist.gets(*added)["client_id"]
    typist.is_refused("app", "add-maker", client, OWNER)
    typist.gets("user", "make-partner", OWNER, "--name", "Olena Ltd")
    typist.gets("app", "add-maker", client, OWNER)
    described = typist.gets("app", "describe", client, "--name", "Door Locks", "--homepage", "https://app.example")
    assert described["app"]["name"] == "Door Locks"
    assert typist.gets("app", "add-secret", client)["client_secret"].startswith("fdcs_")
    shown = typist.gets("app", "show", client)
    assert (shown["makers"], [one["number"] for one in shown["secrets"]]) == ([OWNER], [2, 1])
    typist.gets("app", "end-secret", client)
    code, out, mailed = typist.types("app", "invite-maker", client, ANN)
    assert (code, out.startswith(f"{ANN} is invited"), "/partner/invitations/" in mailed) == (0, True, True)
    assert [one["email"] for one in typist.gets("app", "invited-makers", client)["invitations"]] == [ANN]
    assert ANN in typist.types("app", "invited-makers", client)[1]
    assert "makers already" in typist.is_refused("app", "invite-maker", client, OWNER)[0]
    assert typist.gets("app", "uninvite-maker", client, ANN)["invitation"]["email"] == ANN
    assert "no such invitation" in typist.is_refused("app", "uninvite-maker", client, ANN)[0]
    assert typist.types("app", "invited-makers", client)[1].startswith("No invitation waits")
    typist.gets("app", "remove-maker", client, OWNER)
    assert typist.gets("app", "reviews") == {"apps": []}
    seen = typist.gets("app", "observed", client)
    assert (seen["codes"], seen["refreshes_too_many"], seen["limited"]) == (0, 0, 0)
    assert "0 of 0" in typist.types("app", "observed", client)[1]
    typist.is_refused("app", "observed", "fdci_nobody")
    for words in (
        ("app", "end-secret", client),
        ("app", "submit", client),
        ("app", "withdraw", client),
        ("app", "review", client, "--approve"),
        ("app", "describe", client, "--optional-scope", "bookings"),
        ("app", "show", "fdci_nobody"),
    ):
        typist.is_refused(*words)
    assert typist.types("app", "describe", client)[0] == 2
    assert typist.types("app", "review", client)[0] == 2
    assert typist.types("app", "show", client)[0] == 0
