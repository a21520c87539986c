/* The page of one pair. It works without this: keys are quicker, and nothing is sent twice. */
(() => {
  "use strict";
  const RETRY = 8000; // after so long a silence the expert may press again; the key of the answer makes that harmless
  const question = document.getElementById("question");
  const card = document.querySelector("[data-card]");
  let sent = false;

  // A page that the browser kept shows old answers: read it again.
  window.addEventListener("pageshow", (event) => { if (event.persisted) window.location.reload(); });

  question.addEventListener("submit", (event) => {
    if (event.submitter && event.submitter.formMethod === "dialog") return; // Enter on a side: sends nothing
    if (sent) { event.preventDefault(); return; }
    sent = true;
    window.setTimeout(() => { sent = false; }, RETRY);
    const saved = question.querySelector(".q-saved");
    if (saved) {
      saved.textContent = saved.dataset.sending;
      saved.classList.add("q-saved-waiting");
    }
  });

  function choose(side) {
    const radio = document.getElementById(`side-${side}`);
    radio.checked = true;
    radio.focus();
  }

  // A and B choose the side, 1 to 9 the strength, only while the question has the focus.
  question.addEventListener("keydown", (event) => {
    if (!card || event.ctrlKey || event.altKey || event.metaKey || event.isComposing || event.repeat) return;
    if (event.target.closest(".q-row-view")) return;
    const key = event.key.toLowerCase();
    if (key === "a" || key === "b") choose(key);
    const chosen = key === "1" || card.querySelector(".q-side:checked");
    if (/^[1-9]$/.test(key) && chosen) card.querySelector(`button[name="strength"][value="${key}"]`).click();
  });
})();
