/* Answers on their way to the server. Each is kept on the device before the page says anything, sent one at a time with a
   key of its own, and forgotten only when the server has said what became of it: it may be sent twice, never lost. */
(() => {
  "use strict";
  const CHINESE = /([\u3400-\u9fff\uf900-\ufaff][\u3400-\u9fff\uf900-\ufaff\u3000-\u303f\uff00-\uffefA-Za-z0-9]*)/;
  const FIRST_PAUSE = 1000, LONGEST_PAUSE = 30000, PATIENCE = 20000, QUIET = 10000, LATELY = 20;

  function read(id) {
    const piece = document.getElementById(id);
    return piece ? JSON.parse(piece.textContent) : {};
  }

  const data = { ...read("edition"), ...read("questionnaire") };
  const prefix = `quanheng:${data.queue}:`;
  const listeners = [];
  const memory = new Map(); // where the browser keeps nothing (private windows, full disks)
  const heard = new Map(); // pair → the newest revision that this page knows of
  let sending = false, pause = FIRST_PAUSE, timer = 0, state = "saved", toldAt = 0;
  let holding = false; // the bar says that answers wait
  let lastSaved = ""; // words, with the time
  let notice = null; // what else it has to say: it comes back when nothing waits any more

  const words = (sentence, values) => sentence.replace(/%\((\w+)\)[sd]/g, (_, name) => values[name]);
  const find = (hook) => document.querySelector(`[data-${hook}]`);

  /* Chinese names inside a sentence of another language say that they are Chinese, as the filter `marked` does. */
  function say(place, sentence) {
    const plain = document.documentElement.lang.startsWith("zh");
    place.replaceChildren(...sentence.split(CHINESE).map((run, at) => {
      if (plain || at % 2 === 0) return run;
      const chinese = document.createElement("span");
      chinese.lang = "zh-Hans";
      chinese.textContent = run;
      return chinese;
    }));
  }

  // --- what waits ---

  function store(id, entry) {
    try {
      localStorage.setItem(prefix + id, JSON.stringify(entry));
      memory.delete(id);
      return true;
    } catch {
      memory.set(id, entry);
      return false;
    }
  }

  function kept() {
    try {
      return Object.keys(localStorage).filter((key) => key.startsWith(prefix)).map((key) => key.slice(prefix.length));
    } catch {
      return [];
    }
  }

  function entry(id) {
    if (memory.has(id)) return memory.get(id);
    try {
      return JSON.parse(localStorage.getItem(prefix + id));
    } catch {
      return null;
    }
  }

  function forget(id) {
    memory.delete(id);
    try { localStorage.removeItem(prefix + id); } catch { /* it was in memory */ }
  }

  /* A page may be drawn by the server just before an answer is stored whose reply the page before it hears. */
  function lately(news) {
    const place = `quanheng-news:${data.queue}`;
    try {
      const known = JSON.parse(localStorage.getItem(place)) || [];
      if (news) localStorage.setItem(place, JSON.stringify([...known, news].slice(-LATELY)));
      return known;
    } catch {
      return [];
    }
  }

  const waiting = () => [...new Set([...kept(), ...memory.keys()])].sort();

  // crypto.randomUUID is for https only; offices run plain http inside the house.
  function uuid() {
    const bytes = crypto.getRandomValues(new Uint8Array(16));
    bytes[6] = (bytes[6] & 15) | 64;
    bytes[8] = (bytes[8] & 63) | 128;
    return [...bytes].map((byte, at) => ([4, 6, 8, 10].includes(at) ? "-" : "") + byte.toString(16).padStart(2, "0")).join("");
  }

  // What is said later sorts later, also where the clock was set back; two tabs may tap in the same millisecond.
  function put(answer) {
    const newest = waiting().pop(), key = uuid();
    const moment = Math.max(Date.now(), newest ? Number(newest.split("-")[0]) + 1 : 0);
    if (!store(`${String(moment).padStart(15, "0")}-${key}`, { ...answer, client_key: key })) announce(data.words.memory);
    send();
  }

  // --- sending ---

  async function send() {
    if (sending) return;
    sending = true;
    clearTimeout(timer);
    if (state !== "out") show(waiting().length ? "sending" : "saved");
    for (let id = waiting()[0]; id; id = waiting()[0]) {
      if (!await sent(id)) break;
    }
    sending = false;
    if (!waiting().length) show("saved");
  }

  /* True when the entry is done with; else it stays, and is tried again later. */
  async function sent(id, again = false) {
    const answer = entry(id);
    if (!answer) { forget(id); return true; }
    let response, reply;
    try {
      response = await post(answer);
      reply = await response.json() || {};
    } catch {
      return later();
    }
    if (response.status === 403 && reply.csrf && !again) {
      document.querySelectorAll("[name=csrfmiddlewaretoken]").forEach((field) => { field.value = reply.csrf; });
      return sent(id, true);
    }
    if (response.status === 401) { show("out"); return false; }
    // Whatever stands between may answer in the server's place: only its own words let an answer go.
    if (response.status === 200 && Number.isInteger(reply.revision)) done(id, answer, reply);
    else if ([409, 410, 422].includes(response.status) && reply.error) refused(id, answer, reply, response.status);
    else return later();
    pause = FIRST_PAUSE;
    return true;
  }

  function post(answer) {
    const stop = new AbortController();
    const patience = setTimeout(() => stop.abort(), PATIENCE);
    const fields = Object.entries(answer).filter(([, value]) => value !== null && value !== undefined);
    return fetch(data.urls.save, {
      method: "POST", body: new URLSearchParams(fields), credentials: "same-origin", redirect: "error", keepalive: true, signal: stop.signal,
      headers: { "Accept": "application/json", "X-CSRFToken": document.querySelector("[name=csrfmiddlewaretoken]").value },
    }).finally(() => clearTimeout(patience));
  }

  function later() {
    show("waiting");
    timer = setTimeout(send, pause);
    pause = Math.min(2 * pause, LONGEST_PAUSE);
    return false;
  }

  function done(id, answer, reply) {
    const pair = answer.comparison, seen = answer.more_important === "open" ? 0 : reply.revision;
    let said = [answer.more_important, answer.strength];
    // What was said of the same pair afterwards was said knowing this one, and is still what was said last.
    for (const other of isOld(pair, reply.revision) ? [] : waiting()) {
      const next = other === id ? null : entry(other);
      if (!next || next.comparison !== pair) continue;
      store(other, { ...next, base_revision: seen });
      said = [next.more_important, next.strength];
    }
    forget(id);
    const news = { pair, said: [...said, seen], revision: reply.revision };
    lately(news);
    if (channel) channel.postMessage(news);
    show(waiting().length ? "sending" : "saved", reply.saved);
    tell({ ...news, circle: reply.circle });
  }

  function refused(id, answer, reply, status) {
    forget(id);
    notice = [`${status === 409 ? "" : `${data.words.refused} `}${reply.error}`, reply.url, data.words.choose];
    announce(...notice);
    tell({ pair: answer.comparison, refused: true });
  }

  const newestOf = (pair) => heard.get(pair) || (data.said && data.said[pair] ? data.said[pair][2] : 0);
  const isOld = (pair, revision) => revision < newestOf(pair);

  /* Another tab may send the same answer, and hear of it when it is long changed. */
  function tell(news) {
    if (news.said && isOld(news.pair, news.revision)) return;
    if (news.said) heard.set(news.pair, news.revision);
    listeners.forEach((listener) => listener(news));
  }

  // --- what the page says ---

  function show(now, time = "") {
    const count = waiting().length;
    const bar = find("waiting"), mark = find("saved");
    const held = now === "waiting" || now === "out";
    if (time) lastSaved = words(data.words.saved, { time });
    if (mark) {
      mark.classList.toggle("q-saved-waiting", now !== "saved");
      mark.hidden = held || (now === "saved" && !lastSaved);
      mark.textContent = now === "sending" ? data.words.sending : lastSaved;
    }
    if (held) {
      announce(words(now === "out" ? data.words.signed_out : data.words.waiting, { count }), now === "out" ? data.urls.contents : "", data.words.back_in);
      holding = true;
    } else if (now === "saved" && holding) {
      if (notice) announce(...notice);
      else if (bar) bar.hidden = true;
      holding = false;
    }
    if (now !== state && Date.now() - toldAt > QUIET) {
      toldAt = Date.now();
      const told = find("told");
      if (told) told.textContent = (bar && !bar.hidden ? find("waiting-text") : mark || bar || told).textContent;
    }
    state = now;
    document.querySelectorAll("[data-when-saved]").forEach((button) => { button.disabled = count > 0; });
  }

  function announce(text, link = "", label = "") {
    const bar = find("waiting");
    holding = false;
    if (!bar) return;
    bar.hidden = false;
    say(find("waiting-text"), text);
    const way = find("waiting-link");
    way.hidden = !link;
    way.href = link;
    way.textContent = label;
  }

  const channel = "BroadcastChannel" in window ? new BroadcastChannel(prefix) : null;
  if (channel) channel.addEventListener("message", ({ data: news }) => tell(news));

  // A page that the browser kept shows old answers: read it again. What waits is safe on the device.
  window.addEventListener("pageshow", (event) => { if (event.persisted) window.location.reload(); });
  window.addEventListener("online", () => { pause = FIRST_PAUSE; send(); });
  document.addEventListener("visibilitychange", () => { pause = FIRST_PAUSE; send(); });
  window.addEventListener("beforeunload", (event) => { if (memory.size) event.preventDefault(); });

  /* Resolves when nothing waits, or with false after so many milliseconds. */
  async function settled(patience) {
    const end = Date.now() + patience;
    while (waiting().length && Date.now() < end) await new Promise((go) => setTimeout(go, 50));
    return !waiting().length;
  }

  const missed = data.said ? lately().filter(({ revision }) => revision > data.revision) : [];
  for (const { pair, said, revision } of missed) {
    data.said[pair] = [said[0] === "open" ? "" : said[0], said[1], said[2]];
    heard.set(pair, revision);
  }
  if (find("saved")) lastSaved = find("saved").textContent.trim();
  window.quanheng = { data, words, say, put, waiting, entry, settled, missed: missed.length > 0, listen: (listener) => listeners.push(listener) };
  if (waiting().length) send();
})();
