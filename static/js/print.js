/* A button that prints the page: <button data-print hidden>. Without a script there is no button; the browser's menu prints too. */
(() => {
  "use strict";
  document.querySelectorAll("[data-print]").forEach((button) => {
    button.hidden = false;
    button.addEventListener("click", () => window.print());
  });
})();
