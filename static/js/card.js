/* The card of one pair, drawn anew for the next one without asking the server. It works without this: then each answer is
   a page of its own. Nothing is computed here; order, sides, words and addresses come with the page. */
(() => {
  "use strict";
  const { data, words, say, put, waiting, entry, settled, missed, listen } = window.quanheng;
  const question = document.getElementById("question");
  const card = question.querySelector("[data-card]");
  if (!card) return; // two devices differ: the expert chooses on a plain page
  const SHOWN = 400; // milliseconds that an answer stays before the next pair comes
  const PATIENCE = 4000;
  const HASTY = 1500, HASTE = 5; // so many milliseconds for an answer, so many times in a row
  const byPosition = new Map(Object.entries(data.pairs).map(([pair, [, , position]]) => [position, Number(pair)]));
  const find = (hook, inside = question) => inside.querySelector(`[data-${hook}]`);
  const item = (id) => data.items[id];
  const trail = []; // what this page has answered, and what was said before, for undo
  let here = byPosition.get(Number(question.dataset.position)), since = performance.now(), busy = false, quick = 0, hinted = false;
  let touched = false; // a side was chosen on this card: news from another tab must not turn it round
  let cause = card.elements.cause.value;

  // What still waits on the device was said too.
  for (const id of waiting()) {
    const answer = entry(id);
    if (answer) remember(answer.comparison, answer.more_important, answer.strength);
  }

  function remember(pair, said, strength) {
    const revision = data.said[pair] ? data.said[pair][2] : 0;
    data.said[pair] = said === "open" || said === "" ? ["", null, revision] : [said, strength, revision];
  }

  const settledAnswer = (pair) => {
    const said = data.said[pair];
    return Boolean(said && said[0] && (data.missing || said[0] !== "cannot_judge"));
  };

  // --- the way through the questionnaire, as the server orders it ---

  const sectionOf = (pair) => data.sections.find((section) => section.pairs.some(([other]) => other === pair));
  const given = (section) => section.pairs.filter(([pair]) => settledAnswer(pair)).length;
  const complete = (section) => given(section) >= section.planned;
  const openIn = (section) => section.pairs.map(([pair]) => pair).filter((pair) => !settledAnswer(pair));
  const onWay = () => data.sections.flatMap((section) =>
    section.pairs.filter(([pair], at) => at < section.planned || settledAnswer(pair)).map(([pair]) => pair));

  function next(pair, wasComplete, fresh) {
    const section = sectionOf(pair), places = section.pairs.map(([other]) => other);
    const at = places.indexOf(pair);
    if (wasComplete) { // beyond the plan, or an answer that was looked at again
      return fresh && at >= section.planned ? openIn(section)[0] || section : section;
    }
    if (!complete(section)) {
      const open = openIn(section).filter((other) => other !== pair);
      return open.find((other) => places.indexOf(other) > at) || open[0];
    }
    return section.pairs.length > 1 ? section : nextSection(section);
  }

  function nextSection(section) {
    const at = data.sections.indexOf(section);
    const later = [...data.sections.slice(at + 1), ...data.sections.slice(0, at)].find((other) => !complete(other));
    return later ? openIn(later)[0] : null;
  }

  const address = (pair) => data.urls.pair.replace("/0/", `/${data.pairs[pair][2]}/`);

  // --- answering ---

  function answer(said, strength) {
    if (busy) return;
    busy = true;
    const section = sectionOf(here), wasComplete = complete(section);
    const place = section.pairs.findIndex(([pair]) => pair === here);
    const before = data.said[here];
    trail.push([here, before && before[0] ? before.slice(0, 2) : ["open", null]]);
    const revision = before ? before[2] : 0;
    remember(here, said, strength);
    put({
      comparison: here, base_revision: revision, more_important: said, strength, view: "card", place: place + 1,
      swapped: section.pairs[place][1], milliseconds: Math.round(performance.now() - since), cause,
    });
    press(said, strength);
    look(performance.now() - since);
    if (data.advance || said === "open") setTimeout(() => go(next(here, wasComplete, isOpen(before))), SHOWN);
    else { show(here, false); find("forward").focus(); setTimeout(() => { busy = false; }, SHOWN); }
  }

  /* One friendly word after five answers that nobody can have read; never again on this page. */
  function look(milliseconds) {
    quick = milliseconds < HASTY ? quick + 1 : 0;
    find("pace").hidden = quick < HASTE || hinted;
    hinted = hinted || quick >= HASTE;
  }

  const isOpen = (said) => !said || !said[0];

  async function go(to) {
    if (cause && card.dataset.return) return leave(card.dataset.return);
    if (typeof to === "number") {
      show(to);
      busy = false;
      return undefined;
    }
    // The review is computed from what the server has.
    if (await settled(PATIENCE)) return leave(to ? data.urls.section.replace("/0/", `/${to.id}/`) : data.urls.review);
    const onwards = to && nextSection(to);
    busy = false;
    return onwards ? show(onwards) : show(here);
  }

  async function leave(url) {
    if (await settled(PATIENCE)) window.location.assign(url);
    else busy = false; // the bar says that there is no connection
  }

  function undo() {
    const last = trail.pop();
    if (!last || busy) return false;
    const [pair, [said, strength]] = last;
    const before = data.said[pair];
    remember(pair, said, strength);
    put({ comparison: pair, base_revision: before ? before[2] : 0, more_important: said, strength, view: "card", place: null, swapped: null });
    show(pair);
    return true;
  }

  // --- drawing ---

  function spoken(pair) {
    const [said, strength] = data.said[pair] || ["", null];
    if (!said) return "";
    const [a, b] = data.pairs[pair].slice(0, 2).map((id) => item(id)[0]);
    if (said === "cannot_judge") return words(data.words.cannot, { a, b });
    if (said === "equal") return words(data.words.equal, { a, b });
    const [more, less] = said === "a" ? [a, b] : [b, a];
    return words(data.words.more, { more, less, strength, level: data.words.levels[strength] });
  }

  function show(pair, moves = true) {
    const section = sectionOf(pair), last = here;
    here = pair;
    since = performance.now();
    touched = false;
    if (moves) cause = "";
    card.action = address(pair);
    name(find("section"), section.id);
    heading(section.id);
    lay(section);
    const sentence = last !== pair ? spoken(last) : "";
    find("last").hidden = !sentence;
    say(find("last-said"), sentence);
    find("last-link").href = `${address(last)}#question`;
    find("undo").hidden = !trail.length;
    find("familiarity").hidden = last !== pair;
    const language = document.querySelector(".q-language [name=next]"); // it comes back to this pair
    if (language) language.value = address(pair);
    find("rows").href = `${data.urls.rows.replace("/0/", `/${section.id}/`)}#question`;
    document.title = data.pairs[pair].slice(0, 2).map((id) => item(id)[0]).join(" – ");
    if (moves) {
      window.history.pushState(null, "", `${address(pair)}#question`);
      settle();
    }
  }

  /* The two sides and what was said of them; anew also when another tab said something else. */
  function lay(section = sectionOf(here)) {
    const [a, b, position] = data.pairs[here], said = data.said[here] || ["", null, 0];
    const [, swapped] = section.pairs.find(([other]) => other === here);
    fill(card, { comparison: here, base_revision: said[2], cause });
    [["a", swapped ? b : a, swapped ? "b" : "a"], ["b", swapped ? a : b, swapped ? "a" : "b"]].forEach((side) => draw(...side, said));
    press(said[0], said[1]);
    count(section);
    neighbours(here, position);
    find("left-open").hidden = said[0] !== "cannot_judge";
    find("carried").hidden = (data.carried || {})[here] !== said[2];
  }

  function settle() {
    find("question").focus({ preventScroll: true });
    if (question.getBoundingClientRect().top < 0) question.scrollIntoView();
  }

  function draw(place, id, value, said) {
    const box = card.querySelector(`.q-item-${place}`), radio = document.getElementById(`side-${place}`);
    const [, , unit, definition, language] = item(id);
    radio.value = value;
    radio.checked = said[0] === value;
    name(find("name", box), id);
    find("unit", box).textContent = unit;
    find("unit", box).hidden = !unit;
    const define = find("define", box), text = define.querySelector("p");
    define.open = false;
    define.hidden = !definition;
    text.textContent = definition || "";
    text.lang = language || document.documentElement.lang;
    define.querySelector("summary").setAttribute("aria-label", words(data.words.definition, { name: item(id)[0] }));
  }

  function name(place, id) {
    place.textContent = item(id)[0];
    place.lang = item(id)[1] || document.documentElement.lang;
  }

  function heading(id) {
    const run = document.createElement("span");
    name(run, id);
    const [before, after] = data.words.question.split("%(name)s");
    find("question").replaceChildren(before, run, after);
  }

  function press(said, strength) {
    for (const button of card.querySelectorAll("[name=strength]")) {
      const chosen = said === "equal" ? button.value === "1" : (said === "a" || said === "b") && Number(button.value) === strength;
      button.setAttribute("aria-pressed", chosen);
    }
  }

  function count(section) {
    const answered = Math.min(given(section), section.planned), bar = question.querySelector("progress");
    find("count").textContent = `${answered}/${section.planned}`;
    bar.max = section.planned;
    bar.value = answered;
    const total = data.sections.reduce((sum, other) => sum + other.planned, 0);
    const done = data.sections.reduce((sum, other) => sum + Math.min(given(other), other.planned), 0);
    find("left").textContent = words(data.words.left, { done, total, minutes: Math.ceil((total - done) * data.seconds / 60) });
  }

  function neighbours(pair, position) {
    const way = onWay(), at = way.indexOf(pair);
    link("back", at > 0 ? way[at - 1] : null);
    link("forward", at < 0 ? null : way[at + 1]);
    question.dataset.position = position;
  }

  function link(hook, pair) {
    const way = find(hook);
    way.hidden = !pair && hook === "back";
    if (pair) way.href = `${address(pair)}#question`;
    else if (hook === "forward") way.href = data.urls.review;
    way.textContent = hook === "forward" ? (pair ? way.dataset.pair : way.dataset.review) : way.textContent;
  }

  function fill(form, values) {
    for (const [field, value] of Object.entries(values)) form.elements[field].value = value;
  }

  // --- what the expert does ---

  question.addEventListener("submit", (event) => {
    const button = event.submitter;
    if (!button || button.formMethod === "dialog") return; // Enter on a side: sends nothing
    const form = event.target;
    if (form.matches("[data-undo]")) {
      if (undo()) event.preventDefault();
      else if (waiting().length) { event.preventDefault(); settled(PATIENCE).then((all) => { if (all) form.submit(); }); }
      return;
    }
    if (form !== card) return;
    event.preventDefault();
    if (button.value === "cannot_judge") answer("cannot_judge", null);
    else if (button.value === "1") answer("equal", 1);
    else answer(card.querySelector(".q-side:checked").value, Number(button.value));
  });

  question.addEventListener("click", (event) => {
    const way = event.target.closest("[data-back], [data-forward], [data-last-link], [data-circle-look]");
    if (!way || event.ctrlKey || event.metaKey || event.shiftKey) return;
    const found = way.getAttribute("href").match(/pairs\/(\d+)\//);
    if (!found) { event.preventDefault(); leave(way.href); return; }
    event.preventDefault();
    find("circle").hidden = true;
    show(byPosition.get(Number(found[1])));
    if (way.matches("[data-circle-look]")) cause = "circle";
  });
  card.addEventListener("change", () => { touched = true; });
  find("circle-keep").addEventListener("click", () => { find("circle").hidden = true; settle(); });

  window.addEventListener("popstate", () => {
    const found = window.location.pathname.match(/pairs\/(\d+)\/$/);
    const pair = found && byPosition.get(Number(found[1]));
    if (pair) { show(pair, false); settle(); } else window.location.reload();
  });

  listen((news) => {
    if (news.said) {
      data.said[news.pair] = [news.said[0] === "open" ? "" : news.said[0], news.said[1], news.said[2]];
      if (news.pair === here && !touched) lay();
      else count(sectionOf(here));
    }
    if (news.circle) {
      find("circle").hidden = false;
      say(find("circle-text"), news.circle);
      find("circle-look").href = `${address(news.pair)}#question`;
    }
  });

  /* A and B choose the side, 1 to 9 the strength, U takes back, only while the question has the focus. Arrows only move. */
  question.addEventListener("keydown", (event) => {
    if (!data.keys || event.ctrlKey || event.altKey || event.metaKey || event.repeat) return;
    if (event.isComposing || event.keyCode === 229) return; // an input method's own key
    if (event.target.closest("textarea, select, input:not([type=radio])")) return;
    const key = event.key.normalize("NFKC").toLowerCase();
    if (key === "a" || key === "b") {
      const radio = document.getElementById(`side-${key}`);
      radio.checked = touched = true;
      radio.focus();
    } else if (key === "u") {
      if (!undo()) find("undo").requestSubmit();
    } else if (/^[1-9]$/.test(key) && (key === "1" || card.querySelector(".q-side:checked"))) {
      card.querySelector(`button[name="strength"][value="${key}"]`).click();
    }
  });

  if (missed || waiting().length) lay();
})();
