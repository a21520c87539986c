/* Asks again and again how a piece of the page has got on: <div data-poll="/address/">. The answer replaces the piece;
   an answer that no longer asks means that the result is there, and the page is loaded anew. */
(() => {
  "use strict";
  const PAUSE = 1500, LONGEST = 15000;

  async function ask(piece, pause) {
    let answer = null;
    try {
      const response = await fetch(piece.dataset.poll, { credentials: "same-origin", redirect: "error" });
      if (response.ok) answer = await response.text();
    } catch { /* the network is away: ask again a little later */ }
    if (answer === null) return later(piece, Math.min(2 * pause, LONGEST));
    const holder = document.createElement("div");
    holder.innerHTML = answer;
    const next = holder.querySelector("[data-poll]");
    if (!next) return window.location.reload();
    piece.replaceWith(next);
    later(next, PAUSE);
  }

  function later(piece, pause) {
    window.setTimeout(() => ask(piece, pause), pause);
  }

  document.querySelectorAll("[data-poll]").forEach((piece) => later(piece, PAUSE));
})();
