"""The people's side: one table of all pages, and the gate that each request to one passes. Starlette does the rest."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

from starlette.applications import Starlette
from starlette.requests import Request as StarletteRequest
from starlette.responses import Response
from starlette.routing import Route

from frontdesk.flows.account import Account
from frontdesk.flows.adoption import Adoptions
from frontdesk.flows.app_logos import AppLogos
from frontdesk.flows.app_security import AppSecurity
from frontdesk.flows.askers import Askers
from frontdesk.flows.authorize import AuthorizeFlow
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
from frontdesk.flows.needs import Clock, Mint
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
from frontdesk.protocol.http import Request
from frontdesk.protocol.scope_operations import ScopeOperations
from frontdesk.protocol.scopes import CONTRACT, Inclusion
from frontdesk.settings import Settings
from frontdesk.web import (
    app_form_pages,
    app_logo_pages,
    app_pages,
    app_security_pages,
    consent_page,
    credential_pages,
    guest_pages,
    history_pages,
    invitation_pages,
    language_page,
    maker_pages,
    member_pages,
    network_pages,
    operator_pages,
    operator_review_pages,
    ownership_pages,
    partner_pages,
    passkey_pages,
    profile_pages,
    provider_pages,
    request_pages,
    review_pages,
    rules_pages,
    second_pages,
    secret_pages,
    security_pages,
    service_pages,
    setup_pages,
    sign_up_pages,
    signin_pages,
    try_pages,
)
from frontdesk.web.app_marks import LOGO_PATH
from frontdesk.web.asgi import Receive, Scope, Send, send_answer
from frontdesk.web.desk import Desk
from frontdesk.web.logo_files import LogoApp
from frontdesk.web.page_app import Open, Operated, Own, make_page_app
from frontdesk.web.page_routes import PageRoutes
from frontdesk.web.pages import Pages
from frontdesk.web.scope_words import ScopeWords
from frontdesk.web.static_files import STATIC_PATH, answer_static
from frontdesk.web.tickets import Tickets
from frontdesk.web.visitors import Visitors
from frontdesk.web.words import BROKEN, NO_SUCH_PAGE, Notice

OPERATOR_PAGES: Mapping[str, Open | Own | Operated] = {
    "/operator/setup/{link}": Open(show=setup_pages.show_setup, take=setup_pages.take_address),
    "/operator/setup/{link}/accept": Own(take=setup_pages.accept, otherwise="/sign-in"),
    "/operator": Operated(show=operator_pages.show_overview),
    "/operator/mail": Operated(take=operator_pages.send_test_letter, otherwise="/sign-in"),
    "/operator/search": Operated(show=service_pages.show_search),
    "/operator/networks/{network}": Operated(show=service_pages.show_network),
    "/operator/networks/{network}/service": Operated(take=service_pages.serve_network, otherwise="/sign-in"),
    "/operator/people/{user}": Operated(show=service_pages.show_person),
    "/operator/people/{user}/service": Operated(take=service_pages.serve_person, otherwise="/sign-in"),
    "/operator/apps": Operated(show=operator_review_pages.show_queue),
    "/operator/apps/{client}/review": Operated(take=operator_review_pages.decide, otherwise="/sign-in"),
    "/operator/apps/{client}": Operated(show=operator_review_pages.show_app),
    "/operator/apps/{client}/service": Operated(take=service_pages.serve_app, otherwise="/sign-in"),
    "/operator/operators": Operated(show=operator_pages.show_operators, take=operator_pages.appoint),
    "/operator/operators/dismiss": Operated(take=operator_pages.dismiss, otherwise="/sign-in"),
}

# Every page there is. What is not here is not the people's.
PAGES: Mapping[str, Open | Own | Operated] = {
    "/sign-in": Open(show=signin_pages.show_sign_in, take=signin_pages.take_address),
    "/sign-in/second": Open(show=second_pages.show_step, take=second_pages.take_step),
    "/sign-in/provider": Open(show=provider_pages.begin),
    "/sign-in/provider/callback": Open(show=provider_pages.finish),
    "/sign-in/passkey": Open(take=passkey_pages.sign_in),
    "/sign-in/code": Open(show=signin_pages.show_code, take=signin_pages.take_code),
    "/consent": Open(show=consent_page.show_consent, take=consent_page.take_decision),
    "/sign-out": Own(take=signin_pages.sign_out, otherwise="/signed-out"),
    "/signed-out": Open(show=signin_pages.show_signed_out),
    "/language": Open(show=language_page.show_languages, take=language_page.take_language),
    "/account": Own(show=network_pages.show_home),
    "/account/networks/{network}/api": Own(show=secret_pages.show_api),
    "/account/networks/{network}/api/end-old": Own(take=secret_pages.end_old, otherwise="/sign-in"),
    "/account/networks/{network}/api/new": Own(show=credential_pages.show_new, take=credential_pages.add),
    "/account/networks/{network}/api/change": Own(take=credential_pages.change, otherwise="/sign-in"),
    "/account/networks/{network}/api/credentials/{credential}": Own(show=credential_pages.show_one),
    "/account/networks/{network}/api/credentials/{credential}/change": Own(
        take=credential_pages.change, otherwise="/sign-in"
    ),
    "/account/networks/{network}/api/credentials/{credential}/end": Own(
        take=credential_pages.end, otherwise="/sign-in"
    ),
    "/account/networks/{network}/api/credentials/{credential}/regenerate": Own(
        take=secret_pages.regenerate, otherwise="/sign-in"
    ),
    "/account/networks/{network}/api/credentials/{credential}/reveal": Own(
        take=secret_pages.reveal, otherwise="/sign-in"
    ),
    "/account/networks/{network}/api/regenerate": Own(take=secret_pages.regenerate, otherwise="/sign-in"),
    "/account/networks/{network}/api/reveal": Own(take=secret_pages.reveal, otherwise="/sign-in"),
    "/account/networks/{network}/apps": Own(show=guest_pages.show_guests),
    "/account/networks/{network}/apps/adopt": Own(take=guest_pages.adopt, otherwise="/sign-in"),
    "/account/networks/{network}/apps/let-write": Own(take=guest_pages.let_write, otherwise="/sign-in"),
    "/account/networks/{network}/apps/cut": Own(take=guest_pages.cut_guest, otherwise="/sign-in"),
    "/account/networks/{network}/members": Own(show=member_pages.show_members),
    "/account/networks/{network}/members/invite": Own(take=member_pages.invite, otherwise="/sign-in"),
    "/account/networks/{network}/members/role": Own(take=member_pages.change, otherwise="/sign-in"),
    "/account/networks/{network}/members/remove": Own(take=member_pages.remove, otherwise="/sign-in"),
    "/account/networks/{network}/members/withdraw": Own(take=member_pages.withdraw, otherwise="/sign-in"),
    "/account/invitations/{joining}": Open(show=invitation_pages.show_invitation, take=invitation_pages.enter),
    "/account/invitations/{joining}/accept": Own(take=invitation_pages.accept, otherwise="/sign-in"),
    "/account/invitations/{joining}/decline": Own(take=invitation_pages.decline, otherwise="/sign-in"),
    "/account/networks/{network}/history": Own(show=history_pages.show_history),
    "/account/networks/{network}/history/export": Own(show=history_pages.export),
    "/account/networks/{network}/rules": Own(show=rules_pages.show_rules, take=rules_pages.save_rules),
    "/account/networks/{network}/owner": Own(show=ownership_pages.show_owner),
    "/account/networks/{network}/owner/offer": Own(take=ownership_pages.offer, otherwise="/sign-in"),
    "/account/networks/{network}/owner/confirm": Own(take=ownership_pages.confirm, otherwise="/sign-in"),
    "/account/networks/{network}/owner/withdraw": Own(take=ownership_pages.withdraw, otherwise="/sign-in"),
    "/account/offers/{offered}": Own(show=ownership_pages.show_offer),
    "/account/offers/{offered}/code": Own(take=ownership_pages.send_code, otherwise="/sign-in"),
    "/account/offers/{offered}/take": Own(take=ownership_pages.take, otherwise="/sign-in"),
    "/account/offers/{offered}/decline": Own(take=ownership_pages.decline, otherwise="/sign-in"),
    "/account/networks/{network}/requests": Own(show=request_pages.show_network_requests),
    "/account/networks/{network}/requests/{request}": Own(show=request_pages.show_network_request),
    "/account/apps": Own(show=app_pages.show_apps),
    "/account/apps/disconnect": Own(take=app_pages.disconnect, otherwise="/sign-in"),
    "/account/apps/add-network": Own(take=app_pages.add_network, otherwise="/sign-in"),
    "/account/apps/drop-network": Own(take=app_pages.drop_network, otherwise="/sign-in"),
    "/account/apps/take-scope": Own(take=app_pages.take_scope, otherwise="/sign-in"),
    "/partner": Own(show=partner_pages.show_partner, take=partner_pages.join),
    "/partner/sign-up": Open(show=sign_up_pages.show_sign_up, take=sign_up_pages.take_address),
    "/partner/sign-up/confirm": Open(show=sign_up_pages.show_confirm, take=sign_up_pages.confirm),
    "/partner/apps/new": Own(show=app_form_pages.show_new_app, take=app_form_pages.make_app),
    "/partner/redirects": Own(take=app_form_pages.check_redirects, otherwise="/sign-in"),
    "/partner/apps/{app}": Own(show=partner_pages.show_app),
    "/partner/apps/{app}/about": Own(show=app_form_pages.show_about, take=app_form_pages.change_app),
    "/partner/apps/{app}/logo": Own(show=app_logo_pages.show_logo, take=app_logo_pages.take_logo, uploads=True),
    "/partner/apps/{app}/security": Own(show=app_security_pages.show_security, take=app_security_pages.take_step),
    "/partner/apps/{app}/requests": Own(show=request_pages.show_app_requests),
    "/partner/apps/{app}/requests/{call}": Own(show=request_pages.show_app_request),
    "/partner/apps/{app}/try": Own(show=try_pages.show_try),
    "/partner/apps/{app}/start": Own(show=try_pages.show_start),
    "/partner/apps/{app}/review": Own(show=review_pages.show_review, take=review_pages.move),
    "/partner/apps/{app}/makers": Own(show=maker_pages.show_makers, take=maker_pages.change_makers),
    "/partner/invitations/{invitation}": Own(
        show=maker_pages.show_invitation,
        take=maker_pages.answer_invitation,
    ),
    "/partner/try": Own(show=try_pages.show_landing),
    "/account/security": Own(show=security_pages.show_security),
    "/account/security/sign-out": Own(take=security_pages.end_session, otherwise="/sign-in"),
    "/account/security/sign-out-everywhere": Own(take=security_pages.end_everywhere, otherwise="/sign-in"),
    "/account/security/passkeys": Own(show=passkey_pages.show_making, take=passkey_pages.add),
    "/account/security/passkeys/rename": Own(take=passkey_pages.rename, otherwise="/sign-in"),
    "/account/security/passkeys/remove": Own(take=passkey_pages.remove, otherwise="/sign-in"),
    "/account/security/identities/unlink": Own(take=security_pages.unlink, otherwise="/sign-in"),
    "/account/security/identities/allow": Own(take=security_pages.allow, otherwise="/sign-in"),
    "/account/security/second": Own(show=second_pages.show_second, take=second_pages.enable),
    "/account/security/second/codes": Own(take=second_pages.renew_codes, otherwise="/sign-in"),
    "/account/security/second/off": Own(take=second_pages.disable, otherwise="/sign-in"),
    "/account/profile": Own(show=profile_pages.show_profile),
    "/account/profile/email": Own(show=profile_pages.show_codes, take=profile_pages.take_address),
    "/account/profile/email/confirm": Own(take=profile_pages.take_codes, otherwise="/sign-in"),
    "/account/profile/delete": Own(show=profile_pages.show_delete, take=profile_pages.delete),
    **OPERATOR_PAGES,
}

# What the front door hands to the site. Those below `/_frontdesk/` have files behind them, and no pages.
SITE_PREFIXES: tuple[bytes, ...] = (
    b"/sign-in",
    b"/sign-out",
    b"/signed-out",
    b"/consent",
    b"/language",
    b"/account",
    b"/operator",
    b"/partner",
    b"/_frontdesk/static/",
    b"/_frontdesk/logos/",
)


def build_site(
    *,
    settings: Settings,
    clock: Clock,
    mint: Mint,
    pages: Pages,
    visitors: Visitors,
    sessions: Sessions,
    sign_in: SignIn,
    authorize: AuthorizeFlow,
    account: Account,
    adoptions: Adoptions,
    history: History,
    ownership: Ownership,
    members: Members,
    invitations: Invitations,
    credentials: Credentials,
    inspecting: Inspecting,
    rules: Rules,
    reveal: Reveal,
    apps: ConnectedApps,
    askers: Askers,
    own_sessions: OwnSessions,
    operators: Operators,
    standing: Standing,
    reviewing: Reviewing,
    operating: Operating,
    email_changes: EmailChanges,
    leaving: Leaving,
    languages: Languages,
    passkeys: Passkeys,
    identities: Identities,
    second_factors: SecondFactors,
    provider_sign_in: ProviderSignIn,
    scope_texts: Mapping[str, str],
    scope_operations: Callable[[], ScopeOperations] = dict,
    scope_writes: frozenset[str] | None = None,
    inclusion: Inclusion = CONTRACT,
    partners: Partners,
    app_security: AppSecurity,
    app_logos: AppLogos,
    makers: Makers,
    sign_up: SignUp,
    try_out: TryOut,
    curl_path: Callable[[], str],
) -> Starlette:
    """The site as an ASGI app. It expects the front door's Request in `scope["frontdesk"]`.

    `scope_texts` says each scope in words, `scope_operations` what names it; `scope_writes` are those that change data
    (None: all not `.readonly`).
    """
    desk = Desk(
        issuer=settings.issuer,
        clock=clock,
        pages=pages,
        sign_in=sign_in,
        sessions=sessions,
        authorize=authorize,
        account=account,
        adoptions=adoptions,
        history=history,
        ownership=ownership,
        members=members,
        invitations=invitations,
        credentials=credentials,
        inspecting=inspecting,
        rules=rules,
        reveal=reveal,
        apps=apps,
        askers=askers,
        own_sessions=own_sessions,
        operators=operators,
        standing=standing,
        reviewing=reviewing,
        operating=operating,
        email_changes=email_changes,
        leaving=leaving,
        languages=languages,
        paths=PAGES,
        passkeys=passkeys,
        identities=identities,
        second_factors=second_factors,
        provider_sign_in=provider_sign_in,
        visitors=visitors,
        tickets=Tickets(mint=mint, clock=clock),
        scope_words=ScopeWords(
            texts=scope_texts, writes=scope_writes, inclusion=inclusion, operations=scope_operations
        ),
        partners=partners,
        app_security=app_security,
        app_logos=app_logos,
        makers=makers,
        sign_up=sign_up,
        try_out=try_out,
        curl_path=curl_path,
    )
    routes = [
        PageRoutes({path: make_page_app(desk, page) for path, page in PAGES.items()}),
        Route(STATIC_PATH + "{name}", StaticApp(pages=pages)),
        Route(LOGO_PATH + "{name}", LogoApp(logos=app_logos)),
    ]
    site = Starlette(
        routes=routes, exception_handlers={404: _plain_page(desk, NO_SUCH_PAGE), 500: _plain_page(desk, BROKEN)}
    )
    site.router.redirect_slashes = False  # it builds the redirect from the Host header, which anybody can send
    return site


@dataclass(frozen=True, slots=True, kw_only=True)
class StaticApp:
    """Style sheet and icon."""

    pages: Pages

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer from memory."""
        came: Request = scope["frontdesk"]
        tag = (came.first(b"if-none-match") or b"").decode("latin-1")
        name: str = scope["path_params"]["name"]
        answer = answer_static(self.pages.static, name, method=came.method, if_none_match=tag)
        if answer.status == 304:  # a length would have to be that of the file (RFC 9110 §8.6)
            await send({"type": "http.response.start", "status": 304, "headers": answer.headers})
            await send({"type": "http.response.body", "body": b""})
            return
        await send_answer(answer, send, head=came.method == "HEAD")


def _plain_page(desk: Desk, notice: Notice) -> Callable[[StarletteRequest, Exception], Awaitable[Response]]:
    async def handle(request: StarletteRequest, _: Exception) -> Response:
        came: Request = request.scope["frontdesk"]
        answer = desk.pages.notice(notice, request_id=came.request_id, language=desk.pages.tongues.of(came))
        response = Response(answer.body, status_code=answer.status)
        response.raw_headers = [*answer.headers, (b"content-length", str(len(answer.body)).encode())]
        return response

    return handle
