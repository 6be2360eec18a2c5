"""Which weak forms of the protocol each app used: one row a form, counted on."""

from collections.abc import Sequence

from frontdesk.protocol.ids import ClientId, Micros
from frontdesk.protocol.weak_forms import WeakForm, WeakUse
from frontdesk.storage.verbs import Verb

# Only for an app that is there: what was counted in memory may be written after the app is gone.
COUNT = """
INSERT INTO weak_forms (client_id, form, first_at, last_at, uses)
SELECT id, $1, $2, $3, $4 FROM clients WHERE id = $5
ON CONFLICT (client_id, form) DO UPDATE SET
    first_at = CASE WHEN excluded.first_at < weak_forms.first_at THEN excluded.first_at ELSE weak_forms.first_at END,
    last_at = CASE WHEN excluded.last_at > weak_forms.last_at THEN excluded.last_at ELSE weak_forms.last_at END,
    uses = weak_forms.uses + excluded.uses
"""
_SELECT = """
SELECT w.client_id, w.form, w.first_at, w.last_at, w.uses FROM weak_forms w JOIN clients c ON c.id = w.client_id
"""
LIST = _SELECT + "ORDER BY w.client_id, w.form"
LIST_OF = _SELECT + "WHERE w.client_id = $1 ORDER BY w.form"


def count_weak_forms(*, uses: Sequence[WeakUse]) -> Verb[None]:
    """Add uses to what was counted before."""
    for use in uses:
        yield COUNT, (use.form.value, use.first_at, use.last_at, use.uses, use.client_id)


def list_weak_forms(of: Sequence[ClientId] | None = None) -> Verb[list[WeakUse]]:
    """What was counted, by app and form: of these apps, or of all. What another version counted is left out."""
    if of is None:
        rows = yield LIST, ()
    else:
        rows = []
        for client_id in sorted(of):
            rows += yield LIST_OF, (client_id,)
    return [
        WeakUse(
            client_id=ClientId(client), form=WeakForm(form), first_at=Micros(first), last_at=Micros(last), uses=uses
        )
        for client, form, first, last, uses in rows
        if form in _KNOWN
    ]


_KNOWN = frozenset(form.value for form in WeakForm)
