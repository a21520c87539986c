/* A button that copies a field: <button data-copy="field-id" data-copied="Copied" hidden>. Plain http has no clipboard
   object, so the older way is there too. */
(() => {
  "use strict";
  async function copy(button) {
    const field = document.getElementById(button.dataset.copy);
    field.select();
    try {
      await navigator.clipboard.writeText(field.value);
    } catch {
      document.execCommand("copy");
    }
    button.textContent = button.dataset.copied;
  }
  document.querySelectorAll("[data-copy]").forEach((button) => {
    button.hidden = false;
    button.addEventListener("click", () => copy(button));
  });
})();
