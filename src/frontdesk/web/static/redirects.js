// Checks addresses while they are typed, as the button beside them does; the page works without, too.
// The server says what is wrong, in the reader's language: here nothing is judged.
"use strict";
{
  const PAUSE = 600; // milliseconds without a key
  const said = document.getElementById("verdicts");
  const form = said.closest("form");
  const fields = [form.elements.redirect_uris, form.elements.probe];
  let timer = 0;
  let asking = new AbortController();

  const check = async () => {
    asking.abort();
    asking = new AbortController();
    const sent = new URLSearchParams({ form_token: said.dataset.token, kind: form.elements.kind ? form.elements.kind.value : said.dataset.kind });
    for (const field of fields) sent.set(field.name, field.value);
    const answer = await fetch(said.dataset.action, { method: "POST", body: sent, signal: asking.signal, redirect: "error" });
    if (!answer.ok) return;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    said.replaceChildren(...page.body.children);
    if (said.children.length) document.getElementById("checking").open = true;
  };
  const soon = () => {
    clearTimeout(timer);
    timer = setTimeout(() => { check().catch(() => {}); }, PAUSE); // an answer that never came changes nothing
  };
  for (const field of fields) field.addEventListener("input", soon);
  form.addEventListener("change", (event) => { if (event.target.name === "kind") soon(); });
}
