// Lets Allow be pressed only by somebody who has had time to see what it allows. The page works without, too.
// Whoever is made to double-click elsewhere, while this page slips under the pointer, presses a button that waits.
"use strict";
{
  const PAUSE = 700; // milliseconds; a double click takes less
  const allow = document.getElementById("allow");
  if (allow) {
    let timer = 0;
    const wait = () => {
      allow.disabled = true;
      clearTimeout(timer);
      timer = setTimeout(() => { allow.disabled = false; }, PAUSE);
    };
    wait();
    window.addEventListener("focus", wait);
    window.addEventListener("pageshow", wait);
    document.addEventListener("visibilitychange", wait);
    // A key that was held down on the page before must not go on to press something here.
    allow.addEventListener("keydown", (pressed) => { if (pressed.repeat) pressed.preventDefault(); });
  }
}
