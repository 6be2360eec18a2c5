"""A Django site with django-oauth-toolkit, as its providers have one. Run in a process of its own: DATABASE KIND.

Everything is made through the package's own models; what an outsider would know (secrets and tokens) goes to stdout.
"""

import json
import sys
from datetime import timedelta

import django
from django.conf import settings

URI = "https://app.example/cb"


def configure(database: str, **more: object) -> None:
    """The least that the package needs."""
    settings.configure(
        SECRET_KEY="only-here",
        USE_TZ=True,
        INSTALLED_APPS=["django.contrib.auth", "django.contrib.contenttypes", "oauth2_provider"],
        DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": database}},
        DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
        **more,
    )
    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)


def people(count: int) -> list:
    """Users with unique addresses."""
    from django.contrib.auth.models import User

    return User.objects.bulk_create(
        User(username=f"u{number}", email=f"u{number}@people.example", password="!") for number in range(count)
    )


def small() -> dict:
    """One of each: what moves, and everything that does not."""
    from django.contrib.auth.hashers import make_password
    from django.contrib.auth.models import User
    from django.utils import timezone
    from oauth2_provider.models import AccessToken, Application, RefreshToken

    ada, bob = people(2)
    off = User.objects.create(username="off", email="off@people.example", is_active=False)
    twin, double = (User.objects.create(username=name, email="Twin@People.example") for name in ("twin", "double"))
    nameless = User.objects.create(username="nameless", email="")
    secrets, tokens, now = {}, {}, timezone.now()

    def app(name: str, secret: str = "", **more: object) -> Application:
        fields = {"client_type": "confidential", "authorization_grant_type": "authorization-code"}
        made = Application.objects.create(
            **{"name": name, "redirect_uris": f"{URI} {URI}/2", "client_secret": secret, **fields, **more}
        )
        secrets[name] = [made.client_id, secret]
        return made

    def token(name: str, owner: User, of: Application, *, scope: str = "read write", **more: object) -> RefreshToken:
        expires = more.pop("expires", now + timedelta(hours=1))
        text = f"token-of-{name}-{'0' * 12}"
        access = AccessToken.objects.create(
            user=owner, token=f"at-{name}", application=of, expires=expires, scope=scope
        )
        made = RefreshToken.objects.create(user=owner, token=text, application=of, access_token=access, **more)
        tokens[name] = text
        return made

    hashed = app("hashed", "h" * 128)
    plain = app("plain", "plain secret, kept as it is", hash_client_secret=False)
    public = app("public", client_type="public", redirect_uris="http://127.0.0.1/cb https://app.example/spa")
    app("bcrypted", make_password("b" * 100, hasher="bcrypt_sha256"))
    secrets["bcrypted"][1] = "b" * 100
    app("implicit", "i", authorization_grant_type="implicit")
    app("password", "p", authorization_grant_type="password")
    app("machine", "m", authorization_grant_type="client-credentials", redirect_uris="")
    app("hybrid", "y", authorization_grant_type="openid-hybrid")
    app("device", "d", authorization_grant_type="urn:ietf:params:oauth:grant-type:device_code")
    app("wild", "w", redirect_uris="https://*.app.example/cb http://app.example/cb")
    app("", "nameless secret")
    scrypt = app("scrypted", "s")
    Application.objects.filter(pk=scrypt.pk).update(client_secret="scrypt$16384$salt$8$1$" + "A" * 86 + "==")

    token("live", ada, hashed)
    token("old", bob, hashed, scope="read", expires=now - timedelta(days=400))
    token("plain", ada, plain)
    token("public", ada, public)
    token("revoked", ada, hashed).revoke()
    token("second", bob, plain)
    orphan = token("orphan", ada, hashed)
    orphan.access_token.delete()
    token("off", off, hashed)
    token("twin", twin, hashed)
    token("double", double, plain)
    token("nameless", nameless, hashed)
    token("implicit", ada, Application.objects.get(name="implicit"))
    token("bound", ada, hashed, resource=["https://api.example"])
    redacted = token("redacted", ada, hashed)
    # What COMPLIANT_BCP_RFC9700_TOKEN_STORAGE leaves: the column empty, the checksum there.
    RefreshToken.objects.filter(pk=redacted.pk).update(token="")
    return {"secrets": secrets, "tokens": tokens, "users": {user.email: user.pk for user in (ada, bob, off)}}


def large(count: int) -> dict:
    """As many apps, each with a token. The hash is the package's own, made once: each takes a third of a second."""
    from django.contrib.auth.hashers import make_password
    from django.utils import timezone
    from oauth2_provider.models import AccessToken, Application, RefreshToken

    secret = "the same secret for all of them " + "s" * 96
    shared = make_password(secret)
    owners = people(200)
    expires = timezone.now() + timedelta(hours=1)
    apps = Application.objects.bulk_create(
        Application(
            name=f"App {number}",
            client_id=f"app-{number:05}",
            redirect_uris=URI,
            client_type="confidential",
            authorization_grant_type="authorization-code",
            client_secret=shared,
        )
        for number in range(count)
    )
    access = AccessToken.objects.bulk_create(
        AccessToken(
            user=owners[number % 200], token=f"access-{number:05}", application=app, expires=expires, scope="read"
        )
        for number, app in enumerate(apps)
    )
    RefreshToken.objects.bulk_create(
        RefreshToken(
            user=owners[number % 200],
            token=f"refresh-token-{number:05}-{'x' * 10}",
            application=app,
            access_token=access[number],
        )
        for number, app in enumerate(apps)
    )
    return {"secret": secret, "hash": shared, "users": {owner.email: owner.pk for owner in owners}}


if __name__ == "__main__":
    hashers = ["PBKDF2PasswordHasher", "BCryptSHA256PasswordHasher", "ScryptPasswordHasher"]
    configure(sys.argv[1], PASSWORD_HASHERS=[f"django.contrib.auth.hashers.{name}" for name in hashers])
    known = small() if sys.argv[2] == "small" else large(int(sys.argv[2]))
    print(json.dumps(known))
