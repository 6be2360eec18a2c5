"""The mails that tell people of what was changed in their own account. ATTACKS EM-05; OWASP ASVS 6.3.7."""

from frontdesk.flows.letters import Circumstances, Letter, Letterhead, one_line, paragraphs, with_link
from frontdesk.protocol.ids import Email
from frontdesk.protocol.messages import N_, Text, say, say_count
from frontdesk.protocol.records import Proof


def render_signed_out_letter(ended: int, *, head: Letterhead, seen: Circumstances) -> Letter:
    """Say that all other browsers were signed out."""
    text = paragraphs(
        say_count(
            "You were signed out of %(product)s everywhere, as your account asked: %(count)s session ended.",
            "You were signed out of %(product)s everywhere, as your account asked: %(count)s sessions ended.",
            ended,
            product=one_line(head.product),
        ),
        seen.lines(),
        _not_you(head),
    )
    return Letter(subject=head.subject(N_("signed out everywhere")), text=text)


def render_old_address_code_letter(code: str, *, email: Email, head: Letterhead, seen: Circumstances) -> Letter:
    """The code for the mailbox that is given up: it says where the account would go."""
    product = one_line(head.product)
    text = paragraphs(
        N_("The code for the mailbox that you have now is"),
        f"    {code}",
        say(
            "Somebody who is signed in to %(product)s as you asked to use %(email)s in the place of this address. It "
            "counts once this code and the one that was sent there are both typed, within 10 minutes.",
            product=product,
            email=email,
        ),
        seen.lines(),
        N_("Do not share this code."),
        _not_you(head),
    )
    subject = say("%(code)s confirms that your %(product)s address changes", code=code, product=product)
    return Letter(subject=subject, text=text)


def render_new_address_code_letter(code: str, *, head: Letterhead, seen: Circumstances) -> Letter:
    """The code for the mailbox that is to be used; it may be a stranger's, and tells nothing of anybody."""
    product = one_line(head.product)
    text = paragraphs(
        N_("The code for your new mailbox is"),
        f"    {code}",
        with_link(
            say("Somebody asked to use this address for an account at %(product)s:", product=product),
            f"{head.issuer}/",
        ),
        seen.lines(),
        N_("If that was not you, you need not do anything: without this code nothing happens. Do not share it."),
    )
    subject = say("%(code)s confirms your new %(product)s address", code=code, product=product)
    return Letter(subject=subject, text=text)


def render_address_changed_letter(*, before: Email, after: Email, head: Letterhead, seen: Circumstances) -> Letter:
    """Tell both mailboxes which of them counts from now on."""
    changed = say(
        "Your %(product)s account is now signed in to with %(after)s, no longer with %(before)s.",
        product=one_line(head.product),
        after=after,
        before=before,
    )
    text = paragraphs(
        Text(changed, "\n", N_("All other browsers were signed out.")),
        seen.lines(),
        _not_you(head),
    )
    return Letter(subject=head.subject(N_("your address was changed")), text=text)


def render_deleted_letter(*, head: Letterhead, seen: Circumstances) -> Letter:
    """Tell somebody that the account is no more."""
    text = paragraphs(
        say(
            "Your %(product)s account was deleted, as was asked for from it. Every app that you had connected is "
            "refused from now on, and your roles in networks are gone.",
            product=one_line(head.product),
        ),
        seen.lines(),
        with_link(N_("If that was not you, tell those who run this service:"), f"{head.issuer}/"),
    )
    return Letter(subject=head.subject(N_("your account was deleted")), text=text)


def render_passkey_letter(name: str, *, added: bool, head: Letterhead, seen: Circumstances) -> Letter:
    """Say that a passkey signs in from now on, or does so no more."""
    passkey, product = one_line(name), one_line(head.product)
    if added:
        done = say(
            'The passkey "%(passkey)s" can be used to sign in to your account at %(product)s from now on.',
            passkey=passkey,
            product=product,
        )
        subject = N_("a passkey was added")
    else:
        done = say(
            'The passkey "%(passkey)s" no longer signs in to your account at %(product)s.',
            passkey=passkey,
            product=product,
        )
        subject = N_("a passkey was removed")
    return Letter(subject=head.subject(subject), text=paragraphs(done, seen.lines(), _not_you(head)))


def render_renamed_letter(*, before: str, after: str, head: Letterhead, seen: Circumstances) -> Letter:
    """Say that a passkey is called otherwise from now on."""
    told = say(
        'Your passkey "%(before)s" at %(product)s is called "%(after)s" from now on. It works as before.',
        before=one_line(before),
        after=one_line(after),
        product=one_line(head.product),
    )
    return Letter(
        subject=head.subject(N_("a passkey was renamed")), text=paragraphs(told, seen.lines(), _not_you(head))
    )


def render_unlinked_letter(where: str, *, unlinked: bool, head: Letterhead, seen: Circumstances) -> Letter:
    """Say that an account elsewhere signs somebody in no more, or may do so again."""
    sentence = (
        N_("Your account at %(where)s no longer signs you in to %(product)s.")
        if unlinked
        else N_("Your account at %(where)s may sign you in to %(product)s again.")
    )
    told = say(sentence, where=one_line(where), product=one_line(head.product))
    return Letter(
        subject=head.subject(N_("your sign-in elsewhere was changed")),
        text=paragraphs(told, seen.lines(), _not_you(head)),
    )


def render_other_browser_letter(proof: Proof, *, email: Email, head: Letterhead, seen: Circumstances) -> Letter:
    """Tell somebody that a browser not known before signed in, with something else than a code from the mailbox."""
    product = one_line(head.product)
    if proof is Proof.PASSKEY:
        told = say(
            "Somebody signed in to %(product)s as %(person)s with one of your passkeys, in a browser that was not used "
            "for it before.",
            product=product,
            person=email,
        )
    else:
        told = say(
            "Somebody signed in to %(product)s as %(person)s with the sign-in that you use elsewhere, in a browser "
            "that was not used for it before.",
            product=product,
            person=email,
        )
    text = paragraphs(told, seen.lines(), _not_you(head))
    return Letter(subject=head.subject(N_("sign-in from a new browser")), text=text)


_SECOND_FACTOR = {
    "enabled": N_(
        "A code from an authenticator app is asked for from now on when you sign in to %(product)s by e-mail."
    ),
    "disabled": N_("No code from an authenticator app is asked for any more when you sign in to %(product)s."),
    "renewed": N_(
        "New recovery codes for %(product)s took the place of the earlier ones, which let nobody in any more."
    ),
}


def render_second_factor_letter(what: str, *, head: Letterhead, seen: Circumstances) -> Letter:
    """Say that an app's code is asked for from now on, no longer, or that the recovery codes are others."""
    text = paragraphs(say(_SECOND_FACTOR[what], product=one_line(head.product)), seen.lines(), _not_you(head))
    return Letter(subject=head.subject(N_("your second factor was changed")), text=text)


def render_recovery_letter(left: int, *, head: Letterhead, seen: Circumstances) -> Letter:
    """Say that a recovery code let somebody in, and how many are left."""
    text = paragraphs(
        say_count(
            "A recovery code was used to sign in to %(product)s as you: %(count)s is left.",
            "A recovery code was used to sign in to %(product)s as you: %(count)s are left.",
            left,
            product=one_line(head.product),
        ),
        seen.lines(),
        _not_you(head),
    )
    return Letter(subject=head.subject(N_("a recovery code was used")), text=text)


def _not_you(head: Letterhead) -> str:
    strange = with_link(
        N_(
            "If it was not: somebody could use your account. Sign in, look through it, and tell those who run this "
            "service:"
        ),
        f"{head.issuer}/account/security",
    )
    return Text(N_("If that was you, you need not do anything."), "\n", strange)
