/* The rows of seventeen: each row is saved by itself when a pointer chose it, or when the keyboard leaves it. Arrows move
   and never save. Without this, the button at the end saves the whole page. */
(() => {
  "use strict";
  const { data, put, waiting, entry, settled, missed, listen } = window.quanheng;
  const PATIENCE = 4000, MIDDLE = 8;
  const question = document.getElementById("question"), form = question.querySelector("[data-rows-form]");
  const section = data.sections.find((other) => other.id === Number(question.dataset.node));
  const opened = performance.now();
  const pairOf = (row) => Number(row.querySelector("[type=radio]").name.slice("pair-".length));
  const rows = [...form.querySelectorAll(".q-scale")];
  const touched = new Set(); // rows on which something was chosen that is not in the queue yet
  let pointed = false;

  // Whoever was quicker than this script has chosen too.
  for (const row of rows) {
    const radio = row.querySelector(":checked");
    if (radio && !radio.defaultChecked) touched.add(row);
  }
  for (const row of missed ? rows : []) remember(pairOf(row), ...(data.said[pairOf(row)] || [""]));
  for (const id of waiting()) {
    const answer = entry(id);
    if (answer) remember(answer.comparison, answer.more_important, answer.strength);
  }

  /* What was said, here or in another tab, stands on its row; only what is chosen on a row is said. */
  function remember(pair, said, strength, revision = data.said[pair] ? data.said[pair][2] : 0) {
    data.said[pair] = [said === "open" ? "" : said, strength, revision];
    const row = document.getElementById(`pair-${pair}`);
    if (!row || touched.has(row)) return;
    for (const radio of row.querySelectorAll("[type=radio]")) radio.checked = radio.value === (strength > 1 ? said + strength : said);
  }

  function read(row) {
    const radio = row.querySelector(":checked");
    if (!radio) return null;
    return /^[ab]\d$/.test(radio.value) ? [radio.value[0], Number(radio.value[1])] : [radio.value, radio.value === "equal" ? 1 : null];
  }

  function save(row) {
    if (!touched.delete(row)) return;
    const pair = pairOf(row), said = read(row), before = data.said[pair] || ["", null, 0];
    if (!said || (said[0] === before[0] && said[1] === before[1])) return;
    const place = section.pairs.findIndex(([other]) => other === pair);
    put({
      comparison: pair, base_revision: before[2], more_important: said[0], strength: said[1], view: "row",
      place: place + 1, swapped: section.pairs[place][1], milliseconds: Math.round(performance.now() - opened),
    });
    data.said[pair] = [...said, before[2]];
    count();
  }

  function count() {
    const given = section.pairs.filter(([pair]) => data.said[pair] && data.said[pair][0] && (data.missing || data.said[pair][0] !== "cannot_judge"));
    const answered = Math.min(given.length, section.planned);
    question.querySelector("[data-count]").textContent = `${answered}/${section.planned}`;
    question.querySelector("progress").value = answered;
  }

  form.addEventListener("pointerdown", () => { pointed = true; });
  form.addEventListener("keydown", (event) => {
    pointed = false;
    const row = event.target.closest(".q-scale");
    if (!row || event.ctrlKey || event.altKey || event.metaKey || event.isComposing || event.keyCode === 229) return;
    const step = { ArrowUp: -1, ArrowDown: 1, Enter: 1 }[event.key];
    if (step) { event.preventDefault(); move(row, step); return; }
    if (data.keys) choose(row, event.key.normalize("NFKC").toLowerCase());
  });
  form.addEventListener("change", (event) => {
    const row = event.target.closest(".q-scale");
    touched.add(row);
    if (pointed) save(row);
  });
  form.addEventListener("focusout", (event) => {
    const row = event.target.closest(".q-scale");
    if (row && !row.contains(event.relatedTarget)) save(row);
  });

  function move(row, step) {
    save(row);
    const next = rows[rows.indexOf(row) + step];
    if (next) (next.querySelector(":checked") || next.querySelectorAll("[type=radio]")[MIDDLE]).focus();
    else if (step > 0) form.querySelector("button[type=submit]").focus();
  }

  /* A or B names the side that stands there; a digit the strength on it. */
  function choose(row, key) {
    const cells = [...row.querySelectorAll(".q-scale-cells [type=radio]")];
    if (key === "a" || key === "b") row.dataset.side = key;
    if (!/^[1-9]$/.test(key)) return;
    const checked = cells.findIndex((cell) => cell.checked);
    const side = row.dataset.side || (checked >= 0 && checked !== MIDDLE ? (checked < MIDDLE ? "a" : "b") : "");
    if (key !== "1" && !side) return;
    const cell = cells[MIDDLE + (side === "b" ? 1 : -1) * (Number(key) - 1)];
    cell.checked = true;
    touched.add(row);
    cell.focus();
  }

  form.addEventListener("submit", async (event) => {
    rows.forEach(save);
    if (!waiting().length) return;
    event.preventDefault();
    if (await settled(PATIENCE)) form.submit();
  });
  window.addEventListener("pagehide", () => rows.forEach(save));

  listen((news) => {
    if (news.refused) { // it must not be said again with the whole page
      const row = document.getElementById(`pair-${news.pair}`);
      if (row) row.disabled = true;
    }
    if (!news.said) return;
    remember(news.pair, ...news.said);
    const seen = form.querySelector(`[name="seen-${news.pair}"]`);
    if (seen) seen.value = news.said[2];
    count();
  });
})();
