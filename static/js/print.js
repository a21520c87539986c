/* A button that prints the page: <button data-print hidden>. The browser's own menu does the same without it. */
(() => {
  "use strict";
  document.querySelectorAll("[data-print]").forEach((button) => {
    button.hidden = false;
    button.addEventListener("click", () => window.print());
  });
})();
