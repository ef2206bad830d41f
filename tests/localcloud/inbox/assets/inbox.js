// Keeps the page up to date and handles keys. Messages are rendered by the server; this file never builds
// markup from a message: new items are taken as nodes from a freshly fetched page.
"use strict";

const mount = document.body.dataset.mount;
const zone = document.body.dataset.zone;
const log = document.getElementById("log");
const panel = document.getElementById("json");
const onlyRefused = document.getElementById("only-refused");
const toggleJson = document.getElementById("toggle-json");
const pollEvery = 1500;
let seen = null;
let channel = document.querySelector(".sidebar [aria-pressed=true]")?.dataset.channel ?? null;
let selected = null;

const messages = () => [...log.querySelectorAll("li.message, li.held")].filter((item) => !item.hidden);
const atBottom = () => log.scrollHeight - log.scrollTop - log.clientHeight < 80;

function show() {
  const refused = onlyRefused.getAttribute("aria-pressed") === "true";
  let divider = null;
  for (const item of log.children) {
    if (item.classList.contains("day")) {
      divider = item;
      item.hidden = true;
      continue;
    }
    const elsewhere = channel !== null && item.dataset.channel !== channel;
    item.hidden = elsewhere || (refused && !item.classList.contains("refused"));
    if (!item.hidden && divider) divider.hidden = false;
  }
}

function select(item, focus) {
  selected?.removeAttribute("aria-current");
  selected = item;
  if (!item) return;
  item.setAttribute("aria-current", "true");
  if (focus) item.focus();
  if (!panel.hidden) fillPanel();
}

function fillPanel() {
  const source = selected?.querySelector("details.raw code");
  const stamp = selected?.querySelector("time");
  document.getElementById("json-title").textContent = source
    ? `${selected.id}, ${stamp?.title || stamp?.textContent || ""}`
    : "Choose a message.";
  document.getElementById("json-text").textContent = source?.textContent ?? "";
}

function openPanel(open) {
  panel.hidden = !open;
  document.body.classList.toggle("with-panel", open);
  toggleJson.setAttribute("aria-pressed", String(open));
  if (open) {
    if (!selected) select(messages().at(-1) ?? null, false);
    fillPanel();
  } else {
    selected?.focus();
  }
}

function toggleRefused() {
  onlyRefused.setAttribute("aria-pressed", String(onlyRefused.getAttribute("aria-pressed") !== "true"));
  show();
}

function tick(iso) {
  const clock = document.getElementById("clock");
  const parts = Object.fromEntries(
    new Intl.DateTimeFormat("en-GB", {
      timeZone: zone, weekday: "short", day: "numeric", month: "short", hour: "2-digit", minute: "2-digit",
    }).formatToParts(new Date(iso)).map((part) => [part.type, part.value]));
  clock.dateTime = iso;
  clock.textContent = `${parts.weekday} ${parts.day} ${parts.month}, ${parts.hour}:${parts.minute}`;
}

async function refresh() {
  const answer = await fetch(`${mount}/messages.json`, { cache: "no-store" });
  if (!answer.ok) return;
  const state = await answer.json();
  const records = Array.isArray(state) ? state : state.messages;
  if (state.now) tick(state.now);
  const mark = `${records.length}:${records.at(-1)?.id ?? ""}:${records.at(-1)?.received_at ?? ""}`;
  if (mark === seen) return;
  const page = await fetch(mount, { cache: "no-store" });
  if (!page.ok) return;
  const fresh = new DOMParser().parseFromString(await page.text(), "text/html");
  seen = mark;
  const stick = atBottom();
  const have = new Map([...log.children].map((item) => [item.dataset.key, item]));
  const items = [...fresh.getElementById("log").children].map((item) => {
    const old = have.get(item.dataset.key);
    const kept = old && old.querySelector("details.raw")?.textContent === item.querySelector("details.raw")?.textContent;
    return kept ? old : document.importNode(item, true);
  });
  log.replaceChildren(...items);
  for (const id of ["summary", "empty"]) document.getElementById(id).replaceWith(fresh.getElementById(id));
  for (const count of document.querySelectorAll("[data-count]")) {
    count.textContent = fresh.querySelector(`[data-count="${CSS.escape(count.dataset.count)}"]`)?.textContent ?? "";
  }
  if (selected && !selected.isConnected) select(null, false);
  show();
  if (stick) log.scrollTop = log.scrollHeight;
}

async function poll() {
  try {
    await refresh();
    document.body.classList.remove("offline");
  } catch {
    document.body.classList.add("offline");
  }
  setTimeout(poll, pollEvery);
}

document.querySelector(".sidebar ul").addEventListener("click", (event) => {
  const button = event.target.closest("button[data-channel]");
  if (!button) return;
  channel = button.dataset.channel;
  for (const other of document.querySelectorAll(".sidebar button")) {
    other.setAttribute("aria-pressed", String(other === button));
  }
  document.getElementById("channel-name").textContent = channel;
  show();
});
log.addEventListener("click", (event) => {
  const item = event.target.closest("li.message, li.held");
  if (!item) return;
  const summary = event.target.closest("summary");
  if (summary) event.preventDefault();
  select(item, false);
  if (summary) openPanel(true);
});
onlyRefused.addEventListener("click", toggleRefused);
toggleJson.addEventListener("click", () => openPanel(panel.hidden));
document.getElementById("close-json").addEventListener("click", () => openPanel(false));
document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const list = messages();
  const at = list.indexOf(selected);
  const step = { j: 1, k: -1 }[event.key];
  if (step && list.length) {
    const next = at < 0 ? list.length - 1 : Math.min(Math.max(at + step, 0), list.length - 1);
    select(list[next], true);
  } else if (event.key === "x") {
    openPanel(panel.hidden);
  } else if (event.key === "r") {
    toggleRefused();
  } else if (event.key === "Escape" && !panel.hidden) {
    openPanel(false);
  } else {
    return;
  }
  event.preventDefault();
});

// `#m0` leads to a message, `#m0/json` also opens its JSON: links from docs and from a test's failure.
function follow() {
  const [id, what] = location.hash.slice(1).split("/");
  const item = id && document.getElementById(id);
  if (!item?.matches("li.message, li.held")) return false;
  select(item, true);
  item.scrollIntoView({ block: "start" });
  if (what === "json") openPanel(true);
  return true;
}

show();
if (!follow()) log.scrollTop = log.scrollHeight;
window.addEventListener("hashchange", follow);
poll();
