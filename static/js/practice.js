/* The practice card by keyboard: A or B, then a digit. The same keys as on the real one; it works without this. */
(() => {
  "use strict";
  const practice = document.querySelector("[data-practice=on]");
  if (!practice) return;
  practice.querySelector("[data-keys-tip]").hidden = false;
  practice.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey || event.isComposing || event.repeat) return;
    const key = event.key.toLowerCase();
    const side = (key === "a" || key === "b") && document.getElementById(`side-${key}`);
    if (side) {
      side.checked = true;
      side.focus();
    }
    const chosen = key === "1" || practice.querySelector(".q-side:checked");
    if (/^[1-9]$/.test(key) && chosen) practice.querySelector(`button[name=strength][value="${key}"]`).click();
  });
})();
