// Makes the page that shows a secret more comfortable and less talkative; it works without, too.
// Copies without showing; hides in time, even after the machine slept; leaves nothing for the way back.
"use strict";
{
  const page = document.getElementById("hides");
  const secret = document.getElementById("secret");
  const copy = document.getElementById("copy");
  const said = document.getElementById("said");
  const until = Date.now() + Number(page.dataset.seconds) * 1000;

  const forget = () => { secret.textContent = ""; };
  const leave = () => { forget(); location.replace(page.dataset.back); };
  const leaveInTime = () => { if (Date.now() >= until) leave(); };

  setTimeout(leave, until - Date.now());
  document.addEventListener("visibilitychange", leaveInTime);
  window.addEventListener("pagehide", forget);
  window.addEventListener("pageshow", (shown) => { if (shown.persisted) leave(); });

  if (navigator.clipboard) {
    copy.hidden = false;
    copy.addEventListener("click", () => {
      navigator.clipboard.writeText(secret.textContent).then(
        () => { said.textContent = page.dataset.copied; },
        () => { said.textContent = page.dataset.refused; },
      );
    });
  }
}
