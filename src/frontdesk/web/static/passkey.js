// Passkeys: asking the browser for one is the one thing here that only a script can do. Its answer goes into the form.
const form = document.getElementById("passkey");
const button = document.getElementById("use-passkey");
const needs = document.getElementById("passkey-needs");
const said = document.getElementById("passkey-said");

const bytes = (text) => Uint8Array.from(
  atob(text.replace(/-/g, "+").replace(/_/g, "/")), (character) => character.charCodeAt(0));
const text = (buffer) => buffer ? btoa(String.fromCharCode(...new Uint8Array(buffer)))
  .replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "") : null;

function question() {
  const asked = JSON.parse(form.dataset.question);
  asked.challenge = bytes(asked.challenge);
  if (asked.user) asked.user.id = bytes(asked.user.id);
  for (const list of [asked.excludeCredentials, asked.allowCredentials]) {
    for (const known of list || []) known.id = bytes(known.id);
  }
  return asked;
}

function send(made) {
  const from = made.response;
  form.elements.credential.value = JSON.stringify({
    id: made.id, rawId: text(made.rawId), type: made.type,
    clientExtensionResults: {}, authenticatorAttachment: made.authenticatorAttachment || null,
    response: from.attestationObject
      ? { clientDataJSON: text(from.clientDataJSON), attestationObject: text(from.attestationObject) }
      : { clientDataJSON: text(from.clientDataJSON), authenticatorData: text(from.authenticatorData),
          signature: text(from.signature), userHandle: text(from.userHandle) },
  });
  form.submit();
}

if (form && window.PublicKeyCredential) {
  const makes = form.dataset.does === "make";
  let waiting = null;
  const ask = async (mediation) => {
    if (waiting) waiting.abort();
    waiting = new AbortController();
    const mine = waiting;
    try {
      const request = { publicKey: question(), signal: mine.signal };
      if (mediation) request.mediation = mediation;
      send(await (makes ? navigator.credentials.create(request) : navigator.credentials.get(request)));
    } catch {
      if (!mine.signal.aborted) said.textContent = form.dataset.failed;
    }
  };
  button.hidden = false;
  if (needs) needs.hidden = true;
  button.addEventListener("click", () => {
    if (makes && !form.reportValidity()) return;
    said.textContent = "";
    ask(null);
  });
  if (!makes && PublicKeyCredential.isConditionalMediationAvailable) {
    PublicKeyCredential.isConditionalMediationAvailable().then((can) => { if (can) ask("conditional"); });
  }
}
