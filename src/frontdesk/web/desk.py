"""What a page handler is given: the desk with everything it needs, and one visit to it."""

from collections.abc import Callable, Container, Mapping
from dataclasses import dataclass, field
from urllib.parse import urlencode

from frontdesk.flows.account import Account
from frontdesk.flows.adoption import Adoptions
from frontdesk.flows.app_logos import AppLogos
from frontdesk.flows.app_security import AppSecurity
from frontdesk.flows.askers import Askers
from frontdesk.flows.authorize import AuthorizeFlow, Transaction
from frontdesk.flows.connected import ConnectedApps
from frontdesk.flows.credentials import Credentials
from frontdesk.flows.email_change import EmailChanges
from frontdesk.flows.history import History
from frontdesk.flows.identities import Identities
from frontdesk.flows.inspecting import Inspecting
from frontdesk.flows.invitations import Invitations
from frontdesk.flows.languages import Languages
from frontdesk.flows.leaving import Leaving
from frontdesk.flows.makers import Makers
from frontdesk.flows.members import Members
from frontdesk.flows.needs import Clock, Origin
from frontdesk.flows.network_rules import Rules
from frontdesk.flows.operating import Operating
from frontdesk.flows.operators import Operators
from frontdesk.flows.own_sessions import OwnSessions
from frontdesk.flows.ownership import Ownership
from frontdesk.flows.partners import Partners
from frontdesk.flows.passkeys import Passkeys
from frontdesk.flows.provider_sign_in import ProviderSignIn
from frontdesk.flows.reveal import Reveal
from frontdesk.flows.reviewing import Reviewing
from frontdesk.flows.second_factor import SecondFactors
from frontdesk.flows.sessions import Sessions
from frontdesk.flows.sign_up import SignUp
from frontdesk.flows.signin import SignIn
from frontdesk.flows.standing import Standing
from frontdesk.flows.try_out import TryOut
from frontdesk.protocol.forms import Form
from frontdesk.protocol.http import Answer
from frontdesk.protocol.languages import ENGLISH_CODE, LANGUAGES, Language
from frontdesk.protocol.records import User
from frontdesk.web.navigation import sections_for
from frontdesk.web.pages import Pages
from frontdesk.web.scope_words import ScopeWords
from frontdesk.web.tickets import Ticket, Tickets
from frontdesk.web.views import View, Who
from frontdesk.web.visitors import Visitor, Visitors
from frontdesk.web.words import Notice


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """One request to one page, judged and parsed. `networks` are the ticked boxes, the one field that may repeat."""

    visitor: Visitor
    origin: Origin
    path: str
    params: Mapping[str, str]
    query: Form
    form: Form
    networks: tuple[str, ...] = ()
    files: Mapping[str, bytes] = field(default_factory=dict, repr=False)
    language: Language = LANGUAGES[ENGLISH_CODE]
    here: str = ""  # the address to come back to; empty where there is no page to show again

    def asked(self, name: str) -> str:
        """A field of the form, or of the query where no form was sent; empty where it is missing."""
        return self.form.get(name) or self.query.get(name) or ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """The parts that page handlers use."""

    issuer: str
    clock: Clock
    pages: Pages
    sign_in: SignIn
    sessions: Sessions
    authorize: AuthorizeFlow
    account: Account
    adoptions: Adoptions
    history: History
    ownership: Ownership
    members: Members
    invitations: Invitations
    credentials: Credentials
    inspecting: Inspecting
    rules: Rules
    reveal: Reveal
    apps: ConnectedApps
    askers: Askers
    own_sessions: OwnSessions
    operators: Operators
    operating: Operating
    standing: Standing
    reviewing: Reviewing
    email_changes: EmailChanges
    leaving: Leaving
    passkeys: Passkeys
    identities: Identities
    second_factors: SecondFactors
    provider_sign_in: ProviderSignIn
    visitors: Visitors
    tickets: Tickets
    scope_words: ScopeWords
    languages: Languages
    paths: Container[str]  # of all pages that there are
    partners: Partners
    app_security: AppSecurity
    app_logos: AppLogos
    makers: Makers
    sign_up: SignUp
    try_out: TryOut
    curl_path: Callable[[], str]  # an operation that Basic opens, for the ready-made curl line

    def ticket(self, visit: Visit, action: str, *, request: str = "") -> Ticket:
        """A token for one form on the page that this visit is shown."""
        return self.tickets.give(visit.visitor, action, request=request)

    def transaction(self, visit: Visit) -> Transaction | None:
        """The authorize request that this visit carries, if it is this browser's and alive."""
        request = visit.asked("request")
        return self.authorize.unseal(request, browser=visit.visitor.browser) if request else None

    def page(
        self,
        visit: Visit,
        view: View,
        *,
        status: int = 200,
        section: str | None = None,
        redirect_uri: str | None = None,
        script: str = "",
        asks: str = "",
        extra: tuple[tuple[bytes, bytes], ...] = (),
    ) -> Answer:
        """A page; with `section` it is one of the account's, with the person and the ways out at its top."""
        user = visit.visitor.user
        who = None
        if user is not None and section is not None:
            sign_out = self.ticket(visit, "/sign-out")
            who = Who(
                email=user.email,
                initial=initial_of(user),
                sign_out=sign_out,
                section=section,
                sections=sections_for(visit.visitor, self.paths),
            )
        return self.pages.render(
            view,
            request_id=visit.origin.request_id,
            status=status,
            who=who,
            redirect_uri=redirect_uri,
            script=script,
            asks=asks,
            extra=extra,
            language=visit.language,
            here=visit.here,
        )

    def notice(self, visit: Visit, notice: Notice, *, extra: tuple[tuple[bytes, bytes], ...] = ()) -> Answer:
        """An error page whose words are known."""
        return self.pages.notice(notice, request_id=visit.origin.request_id, extra=extra, language=visit.language)


def initial_of(user: User) -> str:
    """The letter on a person's disc."""
    return user.email[:1].upper()


def with_query(path: str, **fields: str) -> str:
    """A path of ours with those fields that are not empty."""
    sent = {name: value for name, value in fields.items() if value}
    return f"{path}?{urlencode(sent)}" if sent else path
