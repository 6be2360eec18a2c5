// Gives a page its copy buttons, which are hidden where there is no script to answer them.
"use strict";
if (navigator.clipboard) {
  for (const button of document.querySelectorAll("[data-copies]")) {
    const words = button.textContent;
    const say = (text) => {
      button.textContent = text;
      setTimeout(() => { button.textContent = words; }, 4000);
    };
    button.hidden = false;
    button.setAttribute("aria-live", "polite");
    button.addEventListener("click", () => {
      navigator.clipboard.writeText(document.getElementById(button.dataset.copies).textContent).then(
        () => say(button.dataset.done),
        () => say(button.dataset.failed),
      );
    });
  }
}
