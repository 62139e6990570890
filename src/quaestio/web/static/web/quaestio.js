/* Quaestio's script. Every page works without it; it looks for the data-
   attributes that docs/look.md lists and for nothing else. */

const PAUSE_DRAFT = 1500; // after the last key, before a draft is sent
const PAUSE_KEEP = 250; // … before it is kept in the browser
const PAUSE_CHECK = 500; // … before quotations are checked
const PAUSE_RETRY = 10000; // between attempts while there is no connection
const SHELF = "quaestio:draft:"; // what our keys in localStorage begin with

/* ------------------------------------------------------------- helpers -- */

const woken = new WeakMap();

/* Call `setUp` once for every element under `root` that matches. */
function each(root, selector, setUp) {
  const found = [...root.querySelectorAll(selector)];
  if (root.matches?.(selector)) found.unshift(root);
  for (const element of found) {
    const done = woken.get(element) ?? new Set();
    if (done.has(setUp)) continue;
    woken.set(element, done.add(setUp));
    setUp(element);
  }
}

/* The page's own words, translated by the server: data-… of #script-words. */
function words(name, values = {}) {
  const text = document.getElementById("script-words")?.dataset[name] ?? "";
  return text.replace(/\{(\w+)\}/g, (whole, key) => values[key] ?? whole);
}

function later(pause, act) {
  let timer = 0;
  const call = () => { clearTimeout(timer); timer = setTimeout(act, pause); };
  call.cancel = () => clearTimeout(timer);
  return call;
}

function make(tag, attributes, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children);
  return element;
}

function send(url, fields, form, options = {}) {
  const token = form?.querySelector("[name=csrfmiddlewaretoken]")?.value ?? "";
  const headers = { "X-CSRFToken": token, "X-Requested-With": "fetch" };
  return fetch(url, { method: "POST", body: fields, headers, credentials: "same-origin", ...options });
}

/* localStorage can be full, switched off or forbidden: then there is none. */
const shelf = {
  closed: false, // signing out: nothing more is put on it
  keep(key, copy) { if (this.closed) return true; try { localStorage.setItem(SHELF + key, JSON.stringify(copy)); return true; } catch { return false; } },
  drop(key) { try { localStorage.removeItem(SHELF + key); } catch { /* there is none */ } },
  // What this tab has sent last: the server's answer to it is at least as new.
  sent(key) { try { const last = sessionStorage.getItem(SHELF); if (key) sessionStorage.setItem(SHELF, key); else sessionStorage.removeItem(SHELF); return last; } catch { return null; } },
  keys(start = "") { try { return Object.keys(localStorage).filter((key) => key.startsWith(SHELF + start)).map((key) => key.slice(SHELF.length)); } catch { return []; } },
  take(key) { try { return JSON.parse(localStorage.getItem(SHELF + key)); } catch { return null; } },
};

/* ------------------------------------------------------- formatted text -- */

/* A text field with a bar (data-editor-for) becomes an editor once its script
   has come; until then, and where it never comes, it is plain. The form's
   `format` says what the field's value is. */
const rich = new WeakMap(); // text field → { begin, editor, kept }

function holdsHtml(control) {
  return Boolean(rich.get(control)?.editor) && control.form.elements.format.value === "html";
}

function plainOf(html) {
  const { body } = new DOMParser().parseFromString(html, "text/html");
  for (const line of body.querySelectorAll("br")) line.replaceWith("\n");
  for (const block of body.querySelectorAll("p, h3, li, blockquote")) block.append("\n\n");
  return body.textContent.replace(/\n{3,}/g, "\n\n").trim();
}

function htmlOf(plain) {
  const { body } = new DOMParser().parseFromString("", "text/html");
  for (const part of plain.split(/\n\s*\n/)) body.append(make("p", {}, part.trim()));
  return body.innerHTML;
}

/* What a field holds: { plain, html }, the latter where there is an editor. */
function textOf(control) {
  const html = rich.get(control)?.editor?.html();
  return html === undefined ? { plain: control.value } : { plain: plainOf(html), html };
}

function putText(control, text) {
  const field = rich.get(control);
  if (field?.editor) return field.editor.put(text.html ?? htmlOf(text.plain));
  control.value = text.plain;
  if (field && text.html) { // the editor is to show it, formatted
    field.kept = text.html;
    field.begin();
  }
  control.dispatchEvent(new Event("input", { bubbles: true }));
}

/* The script is large, so it comes when the field is near or is entered. */
function bringEditor(bar) {
  const control = document.getElementById(bar.dataset.editorFor);
  if (!control?.form?.elements.format) return;
  const field = { editor: null, kept: null };
  const near = new IntersectionObserver((seen) => { if (seen.some((one) => one.isIntersecting)) field.begin(); }, { rootMargin: "50%" });
  let composing = Promise.resolve(); // letters put together from several keys are not torn apart
  let composed = () => {};
  control.addEventListener("compositionstart", () => { composing = new Promise((done) => { composed = done; }); });
  control.addEventListener("compositionend", () => setTimeout(composed));

  /* The text for the editor; null where a writer has begun to use the marks
     of plain text, which are left as they are. */
  function content() {
    if (field.kept !== null) return field.kept;
    if (control.value === control.defaultValue) return control.dataset.html || htmlOf(control.value);
    return /[*_[\]<>\\]|^\s*([-+]|\d+[.)])\s/m.test(control.value) ? null : htmlOf(control.value);
  }
  field.begin = async () => {
    field.begin = () => {};
    near.disconnect();
    try {
      const [{ edit }, library] = await Promise.all([import(bar.dataset.editor), import(bar.dataset.library)]);
      await composing;
      const html = content();
      if (html === null) return;
      const typed = field.kept !== null || control.value !== control.defaultValue;
      field.editor = edit(control, bar, library, html);
      if (typed) field.editor.write();
      control.dispatchEvent(new Event("editor-here"));
    } catch { /* the plain field is there */ }
  };
  rich.set(control, field);
  control.addEventListener("focus", () => field.begin());
  if (document.activeElement === control) field.begin();
  near.observe(control);
}

/* -------------------------------------------------------------- drafts -- */

const page = Math.random().toString(36).slice(2); // tells two tabs apart

/* Kept texts belong to one person: computers are shared. */
function shelfName(key) {
  return `${document.body.dataset.person ?? ""}/${key}#`;
}

function fieldsOf(form) {
  const fields = new URLSearchParams();
  for (const [name, value] of new FormData(form)) {
    const secret = form.elements[name]?.type === "password";
    if (typeof value === "string" && name !== "csrfmiddlewaretoken" && name !== "draft_version" && !secret) fields.append(name, value);
  }
  return fields;
}

/* Put kept fields back into the form. Hidden fields belong to the server. */
function putBack(form, kept) {
  const fields = new URLSearchParams(kept);
  for (const control of form.elements) {
    if (!control.name || ["hidden", "submit", "button", "file", "password"].includes(control.type)) continue;
    if (control.type === "checkbox" || control.type === "radio") control.checked = fields.getAll(control.name).includes(control.value);
    else if (rich.has(control) && fields.get("format") === "html") { putText(control, copyOf(fields, control)); continue; }
    else if (fields.has(control.name)) control.value = fields.get(control.name);
    else continue;
    control.dispatchEvent(new Event("input", { bubbles: true }));
  }
}

function textControl(form) {
  return form.querySelector("textarea[data-check-url], textarea[name=body], textarea");
}

/* The text among kept fields, as textOf has it. */
function copyOf(fields, control) {
  const value = fields.get(control?.name) ?? "";
  return fields.get("format") === "html" ? { plain: plainOf(value), html: value } : { plain: value };
}

/* Kept fields in a shape in which two of them can be compared: without what
   each page has of its own, formatted text as the browser writes it. */
function level(kept, control) {
  const fields = new URLSearchParams(kept);
  for (const name of ["key", "version"]) fields.delete(name);
  if (rich.has(control) && control.dataset.html !== undefined) {
    const html = fields.get("format") === "html" ? fields.get(control.name) : fields.get(control.name) === control.defaultValue ? control.dataset.html : htmlOf(fields.get(control.name) ?? "");
    const { body } = new DOMParser().parseFromString(html, "text/html");
    for (const link of body.querySelectorAll("a")) link.removeAttribute("rel");
    fields.set(control.name, body.innerHTML.replace(/\s+/g, " ").replace(/> </g, "><").trim());
    fields.delete("format");
  }
  fields.sort();
  return fields.toString();
}

/* Whether a form holds all of some kept fields, and more text behind theirs:
   a quotation was added to the draft from a reading. */
function grown(kept, fields, control) {
  const name = control?.name;
  const old = new URLSearchParams(kept);
  const now = new URLSearchParams(fields);
  const words = (text) => text.replace(/\s+/g, " ").trim();
  const before = words(copyOf(old, control).plain);
  const after = words(control.dataset.html ? plainOf(control.dataset.html) : control.value);
  for (const each of [old, now]) for (const other of ["key", "version", "format", name]) each.delete(other);
  old.sort();
  now.sort();
  return before !== "" && after.startsWith(before) && old.toString() === now.toString();
}

/* Two texts in two columns: as the server compared them, what differs marked;
   else paragraph by paragraph. The markup is web/parts/both_texts.html. */
function beside(theirs, mine) {
  const region = make("div", { class: "scroll wide", tabindex: "0", role: "region" });
  if (theirs.compared) region.innerHTML = new DOMParser().parseFromString(theirs.compared, "text/html").querySelector("div").innerHTML;
  else {
    const [left, right] = [theirs.plain, mine].map((text) => text.split(/\n\s*\n/));
    const rows = Array.from({ length: Math.max(left.length, right.length) }, (_, row) => make("tr", {},
      make("td", { "data-side": words("other") }, left[row] ?? ""), make("td", { "data-side": words("mine") }, right[row] ?? "")));
    region.append(make("table", { class: "both" },
      make("thead", {}, make("tr", {}, make("th", { scope: "col" }, words("other")), make("th", { scope: "col" }, words("mine")))), make("tbody", {}, ...rows)));
  }
  region.setAttribute("aria-label", words("bothTexts"));
  return region;
}

/* The text that was beside is now in the form: the columns stay, their names change places. */
function swapSides(region) {
  const other = (name) => (name === words("other") ? words("mine") : words("other"));
  for (const head of region.querySelectorAll("thead th")) head.textContent = other(head.textContent);
  for (const cell of region.querySelectorAll("td")) cell.dataset.side = other(cell.dataset.side);
}

function keepDraft(form) {
  const name = shelfName(form.dataset.draftKey);
  const key = name + page;
  const said = form.querySelector("[data-draft-state]");
  const version = () => form.elements.draft_version?.value ?? "";
  // What the server is known to hold: the form as it came, unless it came back refused.
  let stored = form.hasAttribute("data-draft-unsaved") ? "" : fieldsOf(form).toString();
  let flight = null;
  let stopped = false; // after a conflict, or once the form is on its way

  function say(state, text) {
    if (!said) return;
    said.dataset.state = state;
    if (said.textContent !== text) said.textContent = text;
  }

  function keep() {
    if (fieldsOf(form).toString() === stored) return shelf.drop(key);
    return shelf.keep(key, { version: version(), at: Date.now(), fields: fieldsOf(form).toString() });
  }

  function setVersion(value) {
    if (value === undefined) return;
    if (!form.elements.draft_version) form.append(make("input", { type: "hidden", name: "draft_version" }));
    form.elements.draft_version.value = value;
  }

  async function save(options = {}) {
    const fields = fieldsOf(form);
    const sent = fields.toString();
    if (stopped || flight || sent === stored) return;
    fields.set("draft_version", version());
    flight = new AbortController();
    try {
      const answer = await send(form.dataset.draftUrl, fields, form, { signal: flight.signal, redirect: "manual", ...options });
      flight = null;
      if (answer.status === 409) return conflict(await answer.json());
      if (answer.type === "opaqueredirect" || answer.status === 401) return kept(words("signedOut"));
      // Without a sentence of its own, a refusal comes from a token that has run out.
      if ([403, 404, 413].includes(answer.status)) return kept((await answer.json().catch(() => ({}))).error ?? words("signedOut"));
      if (!answer.ok) throw new Error(answer.status);
      const saved = await answer.json();
      setVersion(saved.version);
      stored = sent;
      keep();
      if (fieldsOf(form).toString() !== sent) return saveSoon(); // typed on meanwhile
      say("saved", words("saved", { time: saved.saved_at ?? new Date().toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" }) }));
    } catch (error) {
      flight = null;
      if (error.name === "AbortError") return;
      kept(words("offline"));
      retry();
    }
  }

  function kept(sentence) {
    say("offline", keep() === false ? words("unsaved") : sentence);
  }

  /* Somebody, perhaps the same person elsewhere, saved another text. Show it
     beside this one; the writer decides, nothing is written over unasked. */
  function conflict(other) {
    stopped = true;
    kept(words("choose"));
    offer({ plain: other.body ?? "", html: other.html, compared: other.compared }, () => { setVersion(other.version); stopped = false; stored = ""; save(); });
  }

  function offer(theirs, settle) {
    form.querySelector(".both-texts")?.remove();
    const control = textControl(form);
    const copy = make("textarea", { readonly: "", rows: "8", "aria-label": words("other") });
    copy.value = theirs.plain;
    const mine = make("button", { type: "button" }, words("keepMine"));
    const swap = make("button", { type: "button" }, words("swap"));
    const table = beside(theirs, textOf(control).plain);
    const whole = make("details", {}, make("summary", {}, words("copyOther")), make("div", { class: "field" }, copy));
    const box = make("div", { class: "both-texts full", role: "group", "aria-label": words("conflict") },
      make("p", { role: "alert" }, words("conflict")), table, make("div", { class: "buttons" }, mine, swap), whole);
    mine.addEventListener("click", () => { box.remove(); settle(); });
    // Swapping leaves both texts on the page, so it can be swapped back.
    swap.addEventListener("click", () => {
      const ours = textOf(control);
      putText(control, theirs);
      theirs = ours;
      copy.value = ours.plain;
      swapSides(table);
    });
    (control?.closest(".para") ?? control?.closest(".field") ?? form).after?.(box);
  }

  /* What an earlier page kept and the server never acknowledged. */
  function recover() {
    const control = textControl(form);
    if (form.hasAttribute("data-draft-unsaved")) shelf.drop(shelf.sent());
    const copies = shelf.keys(name).filter((other) => other !== key)
      .map((other) => [other, shelf.take(other)]).filter(([, copy]) => copy)
      .sort(([, a], [, b]) => b.at - a.at);
    for (const [index, [other, copy]] of copies.entries()) {
      if (stored && (level(copy.fields, control) === level(fieldsOf(form), control) || grown(copy.fields, fieldsOf(form), control))) shelf.drop(other);
      else if (index === 0 && copy.version === version()) {
        putBack(form, copy.fields); // written on top of the text the server holds
        keep();
        shelf.drop(other);
        say("kept", words("back"));
        saveSoon();
      } else {
        offer(copyOf(new URLSearchParams(copy.fields), control), () => shelf.drop(other));
        break;
      }
    }
  }

  const keepSoon = later(PAUSE_KEEP, keep);
  const saveSoon = later(PAUSE_DRAFT, () => save());
  const retry = later(PAUSE_RETRY, () => save());
  const changed = (event) => {
    if (event.target.closest(".both-texts")) return;
    keepSoon();
    saveSoon();
  };
  form.addEventListener("input", changed);
  form.addEventListener("change", changed);
  form.addEventListener("submit", (event) => {
    if (event.defaultPrevented) return;
    if (!navigator.onLine) { // the browser would leave the page for nothing
      event.preventDefault();
      form.removeAttribute("aria-busy");
      return kept(words("offline"));
    }
    keep(); // until the server acknowledges the post
    shelf.sent(key);
    stopped = true;
    saveSoon.cancel();
    flight?.abort();
  });
  addEventListener("online", () => save());
  addEventListener("pageshow", (event) => { if (event.persisted) stopped = false; });
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState !== "hidden") return;
    keep();
    save({ keepalive: fieldsOf(form).toString().length < 60000 });
  });
  if (!stored) saveSoon();
  recover();
}

/* ------------------------------------- what a guest has begun to write -- */

/* For somebody without an account there is no draft on the server: the browser
   keeps the text, for a day, without the name and the address. Computers are
   shared, so only the same tab puts it back by itself; in another one the page
   says that there is something, and shows none of it unasked. */
const KEPT_FOR_GUESTS = 24 * 60 * 60 * 1000;

function tab() {
  try {
    const known = sessionStorage.getItem(`${SHELF}tab`) ?? page;
    sessionStorage.setItem(`${SHELF}tab`, known);
    return known;
  } catch { return page; }
}

/* Texts of several lines, ticks and choices: what is no name and no address. */
function wordsOf(form) {
  const fields = new URLSearchParams();
  for (const control of form.elements) {
    const kept = control.type === "textarea" || (["checkbox", "radio"].includes(control.type) && control.checked);
    if (kept && control.name) fields.append(control.name, control.value);
  }
  return fields;
}

function sweepForGuests() {
  const theirs = shelf.keys().filter((key) => key.includes("/guest:")); // of signed-in strangers too
  for (const key of theirs) if (!(shelf.take(key)?.at > Date.now() - KEPT_FOR_GUESTS)) shelf.drop(key);
}

function keepForGuest(form) {
  const name = shelfName(form.dataset.keepKey);
  const key = name + page;
  const control = textControl(form);
  const said = form.querySelector("[data-keep-state]");
  const say = (text) => { if (said && said.textContent !== text) said.textContent = text; };

  let last = ""; // so that the day begins with the last change
  function keep() {
    const fields = wordsOf(form).toString();
    if (fields === last) return;
    last = fields;
    if (!control.value.trim()) { say(""); return shelf.drop(key); }
    say(shelf.keep(key, { tab: tab(), at: Date.now(), fields }) ? words("keptHere") : "");
  }

  function take(other, copy) {
    const text = copyOf(new URLSearchParams(copy.fields), control).plain;
    if (control.value.trim()) control.value += `\n\n${text}`; // nothing is written over
    else putBack(form, copy.fields);
    keep();
    shelf.drop(other);
    say(words("back"));
  }

  function ask(other, copy) {
    const at = new Date(copy.at).toLocaleString(document.documentElement.lang, { weekday: "long", hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
    const show = make("button", { type: "button" }, words("showIt"));
    const forget = make("button", { type: "button" }, words("deleteIt"));
    const box = make("div", { class: "notice begun" }, make("p", {}, words("begun", { time: at })), make("div", { class: "buttons" }, show, forget));
    show.addEventListener("click", () => { take(other, copy); box.remove(); control.focus(); });
    forget.addEventListener("click", () => { shelf.drop(other); box.remove(); control.focus(); });
    (control.closest(".field") ?? form).before(box);
  }

  const copies = shelf.keys(name).filter((other) => other !== key).map((other) => [other, shelf.take(other)]).sort(([, a], [, b]) => b.at - a.at);
  for (const [other, copy] of copies) {
    const same = copyOf(new URLSearchParams(copy.fields), control).plain === control.value;
    if (same) shelf.drop(other);
    else if (copy.tab === tab() && !control.value.trim()) take(other, copy);
    else ask(other, copy);
  }
  if (control.value.trim()) keep();
  const soon = later(PAUSE_KEEP, keep);
  form.addEventListener("input", soon);
  form.addEventListener("change", soon);
  document.addEventListener("visibilitychange", () => { if (document.visibilityState === "hidden") keep(); });
  form.addEventListener("submit", (event) => {
    if (event.defaultPrevented) return;
    keep(); // until the server says that it has it
    if (!navigator.onLine) { // the browser would leave the page for nothing
      event.preventDefault();
      form.removeAttribute("aria-busy");
      return say(words("offline"));
    }
    soon.cancel();
    shelf.sent(key);
  });
}

/* ------------------------------------------------- quotations as typed -- */

/* The answer is a fragment for the panel. Each `.card` in it says where its
   quotation stands (data-start, data-end: characters of what was sent, for
   the editor of its flattened text) and may offer edits. */
function checkLive(control) {
  const panel = document.getElementById(control.dataset.checkPanel);
  if (!panel) return;
  let flight = null;
  let asked = "";
  const editor = () => rich.get(control)?.editor;
  async function check() {
    const html = editor()?.html();
    const text = html ?? control.value;
    if (text === asked) return;
    asked = text;
    flight?.abort();
    flight = new AbortController();
    try {
      const fields = new URLSearchParams({ [control.name]: text, format: html === undefined ? "text" : "html" });
      const answer = await send(control.dataset.checkUrl, fields, control.form, { signal: flight.signal });
      if (!answer.ok || answer.redirected) throw new Error(answer.status);
      const fragment = await answer.text();
      if (text !== asked) return; // a later text is on its way
      panel.innerHTML = fragment; // our own server's fragment, sanitized there
      wake(panel);
      if (text === editor()?.html()) editor().mark(cards());
      takeWanted();
    } catch (error) {
      if (error.name !== "AbortError") asked = "";
    }
  }
  const cards = () => [...panel.querySelectorAll(".card")].map((card) => ({ start: Number(card.dataset.start), end: Number(card.dataset.end), verdict: card.dataset.verdict, words: card.dataset.words }));

  /* An offer that the text has outgrown waits for the next answer, and is
     taken there if it is made again. */
  let wanted = null;
  function take(button) {
    wanted = null;
    if ((editor()?.html() ?? control.value) !== asked) {
      wanted = { words: button.closest(".card").dataset.words, label: button.textContent };
      return check();
    }
    const edits = JSON.parse(button.dataset.edits);
    if (editor()) editor().mend(edits);
    else mendPlain(control, edits);
  }
  function takeWanted() {
    const card = wanted && [...panel.querySelectorAll(".card")].find((one) => one.dataset.words === wanted.words);
    const button = card && [...card.querySelectorAll("[data-edits]")].find((one) => one.textContent === wanted.label);
    wanted = null;
    if (button) take(button);
  }
  panel.addEventListener("click", ({ target }) => { if (target.closest("[data-edits]")) take(target.closest("[data-edits]")); });
  // The quotation that the caret stands in has its card marked.
  const stand = (number) => { for (const [index, card] of panel.querySelectorAll(".card").entries()) card.toggleAttribute("aria-current", index === number); };
  control.addEventListener("editor-caret", ({ detail }) => stand(detail));
  document.addEventListener("selectionchange", () => {
    if (document.activeElement !== control || control.value !== asked) return;
    const caret = [...control.value.slice(0, control.selectionStart)].length;
    stand(cards().findIndex((card) => card.start < caret && caret < card.end));
  });

  const soon = later(PAUSE_CHECK, check);
  control.addEventListener("input", () => { wanted = null; soon(); });
  control.addEventListener("editor-here", check);
  if (control.value.trim() && !panel.childElementCount) check();
}

/* Edits [start, end, text] of a plain field, as one step that can be undone. */
function mendPlain(control, edits) {
  const signs = [...control.value];
  const [from, to] = [edits[0][0], edits.at(-1)[1]];
  let text = "";
  let at = from;
  for (const [start, end, words] of edits) {
    text += signs.slice(at, start).join("") + words;
    at = end;
  }
  const start = signs.slice(0, from).join("").length;
  control.focus();
  control.setSelectionRange(start, start + signs.slice(from, to).join("").length);
  // Not only the old way: the one that the browser's own undo knows.
  if (!document.execCommand(text ? "insertText" : "delete", false, text)) {
    control.setRangeText(text, control.selectionStart, control.selectionEnd, "end");
    control.dispatchEvent(new Event("input", { bubbles: true }));
  }
}

/* ------------------------------------------------ replying to some words -- */

/* The signs one sees: the server leaves the same ones out (web/spans.py). */
const UNSEEN = /[\s\u0085\u00ad\u180e\u200b-\u200f\u2028-\u202e\u2060\ufeff]/gu;

/* What was written in a piece of a page, without the notes beside it and what
   our own marks say. */
function writtenIn(range) {
  const piece = range.cloneContents();
  for (const ours of piece.querySelectorAll("aside, .answered-by")) ours.remove();
  return piece.textContent;
}

function signs(text) {
  return [...text.replace(UNSEEN, "")].length;
}

/* Words selected in a post bring a button; it stands behind the post, so that
   the Tab key finds it. On a thread it leads to the page for replying, on that
   page it chooses the words in the form. */
function replyToWords() {
  const button = make("button", { type: "button", class: "reply-these" }, words("replyThese"));
  let chosen = null;
  button.addEventListener("mousedown", (event) => event.preventDefault()); // the words stay selected
  button.addEventListener("click", () => {
    button.remove();
    if (chosen.field) chooseWords(chosen.field, chosen.words);
    else location.href = `${chosen.reply.href}?from=${chosen.from}&to=${chosen.to}`;
  });
  const look = () => {
    chosen = chosenWords();
    if (!chosen) return document.activeElement !== button && button.remove();
    if (button.previousElementSibling !== chosen.text) chosen.text.after(button);
    const last = [...chosen.range.getClientRects()].at(-1);
    const box = button.offsetParent.getBoundingClientRect();
    button.style.top = `${last.bottom - box.top + 6}px`;
    button.style.left = `${Math.max(0, Math.min(last.right - box.left, box.width) - button.offsetWidth)}px`;
  };
  document.addEventListener("selectionchange", later(200, look));
}

/* The words selected in one post that may be replied to, and from which of
   its signs to which they reach. */
function chosenWords() {
  const selection = getSelection();
  if (!selection.rangeCount || selection.isCollapsed) return null;
  const range = selection.getRangeAt(0);
  const start = range.startContainer.nodeType === Node.TEXT_NODE ? range.startContainer.parentElement : range.startContainer;
  const text = start.closest(".post-text, [data-words-for]");
  if (!text?.contains(range.endContainer) || start.closest("aside")) return null;
  const field = document.getElementById(text.dataset.wordsFor ?? "");
  const reply = text.parentElement.querySelector(":scope > .post-actions [data-reply]");
  const before = document.createRange();
  before.setStart(text, 0);
  before.setEnd(range.startContainer, range.startOffset);
  const said = writtenIn(range).trim();
  const from = signs(writtenIn(before));
  const to = from + signs(said);
  return to > from && (field || reply) ? { text, range, field, reply, from, to, words: said } : null;
}

/* The words become one more choice in the form, and are chosen. */
function chooseWords(field, said) {
  const radio = make("input", { type: "radio", name: "quotes", value: `0:${said}` });
  const label = make("label", {}, radio, make("span", {}, said));
  field.querySelector("label").after(label);
  field.closest("details").open = true;
  radio.click();
  radio.focus();
}

/* ------------------------------------------------------------- the rest -- */

/* A form is sent once; a second press while it is under way does nothing. */
function sendOnce(form) {
  const free = () => { form.removeAttribute("aria-busy"); };
  form.addEventListener("submit", (event) => {
    if (event.defaultPrevented) return;
    if (form.getAttribute("aria-busy") === "true") return event.preventDefault();
    form.setAttribute("aria-busy", "true");
    setTimeout(free, 20000); // a download leaves the page standing
  });
  addEventListener("pageshow", free);
}

/* As the server counts (web/richtext.py). */
const CJK = /[\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]/g;
const WORD = /[\p{L}\p{N}_][\p{L}\p{M}\p{N}_\u00ad\u200c\u200d\u2060'’-]*/gu;

function countOf(text, sign) {
  return (text.match(sign) ?? []).length;
}

function countWords(control) {
  const place = document.getElementById(control.dataset.count);
  if (!place) return;
  const { min, max } = place.dataset;
  const count = () => {
    const text = holdsHtml(control) ? plainOf(control.value) : control.value;
    const n = countOf(text, CJK) + countOf(text.replace(CJK, " "), WORD);
    const told = words(n === 1 ? "word" : "words", { n });
    const beside = n && n < min ? words("short", { n: min - n, min }) : n > max ? words("over", { n: n - max, max }) : min && max ? words("range", { min, max }) : "";
    place.textContent = beside ? `${told}: ${beside}` : told;
    place.classList.toggle("outside", n > 0 && Boolean((max && n > Number(max)) || (min && n < Number(min))));
  };
  control.addEventListener("input", count);
  count();
}

/* A stand taken on a question answers it; a question no longer answered has
   no stand. */
function tickWithPosition(pick) {
  const tick = pick.querySelector(":scope > input[type=checkbox]");
  if (!tick) return;
  pick.addEventListener("change", ({ target }) => {
    if (target.type === "radio" && target.checked) tick.checked = true;
    else if (target === tick && !tick.checked) for (const radio of pick.querySelectorAll("input[type=radio]")) radio.checked = false;
  });
}

async function copyText(text, control) {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    return; // not allowed: the text is on the page to be selected
  }
  const label = control.textContent;
  const name = control.getAttribute("aria-label"); // would be read out in place of the word
  const done = words("copied") || "✓"; // who is not signed in has no words
  if (label === done) return;
  control.setAttribute("aria-live", "polite");
  control.removeAttribute("aria-label");
  control.textContent = done;
  setTimeout(() => {
    control.textContent = label;
    if (name) control.setAttribute("aria-label", name);
  }, 2000);
}

function copyField(button) {
  const field = document.getElementById(button.dataset.copy);
  button.addEventListener("click", () => {
    field.select?.();
    copyText(field.value ?? field.textContent.replace(/\s+/g, " ").trim(), button);
  });
}

function copyLink(link) {
  link.addEventListener("click", () => copyText(link.href, link));
}

/* Work in the background: ask now and then, more rarely as it takes longer. */
function refresh(element) {
  askAgain(element, 2500);
}

function askAgain(element, pause) {
  setTimeout(async () => {
    if (!element.isConnected) return;
    try {
      if (document.visibilityState === "visible") {
        const answer = await fetch(element.dataset.refresh, { credentials: "same-origin", headers: { "X-Requested-With": "fetch" } });
        if (!answer.ok || answer.redirected) throw new Error(answer.status);
        const got = new DOMParser().parseFromString(await answer.text(), "text/html");
        const next = (element.id && got.getElementById(element.id)) || got.body.firstElementChild;
        if (next && next.innerHTML !== element.innerHTML) {
          takeOver(element, next);
          for (const also of got.querySelectorAll("body > [id]")) {
            const there = also !== next && document.getElementById(also.id);
            if (there) takeOver(there, also);
          }
        }
        if (!next?.dataset.refresh) return element.removeAttribute("data-refresh");
      }
    } catch { /* ask again later */ }
    askAgain(element, Math.min(pause * 1.3, 20000));
  }, pause);
}

function takeOver(element, next) {
  element.replaceChildren(...next.childNodes);
  wake(element);
}

/* Signing out leaves nothing behind on a shared computer; text that was never
   saved is not thrown away unasked. */
function forgetOnSignOut(form) {
  form.addEventListener("submit", (event) => {
    const keys = shelf.keys();
    const mine = keys.filter((key) => !key.startsWith("/")); // others are a guest's
    if (mine.length && !confirm(words("forget"))) return event.preventDefault();
    shelf.closed = true;
    for (const key of keys) shelf.drop(key);
  });
}

/* From one new post to the next, or back, wherever on the page one is. */
function goToNew(step) {
  const posts = [...document.querySelectorAll(".post.new")];
  const here = posts.findIndex((post) => post.matches(":target"));
  const top = (post) => post.getBoundingClientRect().top;
  let next = posts[here + step];
  if (here < 0) next = step > 0 ? posts.find((post) => top(post) > 40) : posts.findLast((post) => top(post) < 0);
  next ??= step > 0 ? document.getElementById("new-end") : null;
  if (!next) return;
  location.hash = next.id;
  next.scrollIntoView();
}

/* A link to a post that this page leaves out leads to the page that has it. */
function findPost() {
  const away = location.search && location.hash.startsWith("#p-") && !document.getElementById(location.hash.slice(1));
  if (away) location.replace(location.pathname + location.hash);
}

function draftDone(element) {
  // What another tab has kept is perhaps another text, and stays to be offered.
  const sent = shelf.sent();
  const posted = shelf.take(sent)?.fields;
  for (const key of shelf.keys(shelfName(element.dataset.draftDone))) {
    if (key === sent || !sent || shelf.take(key)?.fields === posted) shelf.drop(key);
  }
}

/* The zone of a time is told to those alone whose clock shows another then. */
function leaveOwnZone(mark) {
  const [, sign, hours, minutes] = mark.dataset.zone.match(/([+-])(\d\d):(\d\d)$/) ?? [];
  const east = (sign === "-" ? -1 : 1) * (Number(hours) * 60 + Number(minutes));
  if (new Date(mark.dataset.zone).getTimezoneOffset() + east === 0) mark.remove();
}

function wake(root) {
  each(root, "[data-draft-done]", draftDone);
  each(root, "form[data-once]", sendOnce);
  each(root, "[data-editor-for]", bringEditor);
  each(root, "form[data-draft-url][data-draft-key]", keepDraft);
  each(root, "form[data-keep-key]", keepForGuest);
  each(root, "[data-check-url]", checkLive);
  each(root, "[data-count]", countWords);
  each(root, ".pick", tickWithPosition);
  each(root, "[data-copy]", copyField);
  each(root, "[data-copy-link]", copyLink);
  each(root, "[data-refresh]", refresh);
  each(root, "[data-zone]", leaveOwnZone);
  each(root, "form[data-sign-out]", forgetOnSignOut);
}

sweepForGuests();
wake(document);
replyToWords();
if (document.querySelector(".posts")) findPost();
document.addEventListener("keydown", (event) => {
  const menu = event.key === "Escape" && document.querySelector("details.menu[open]");
  if (menu) { menu.open = false; menu.querySelector("summary").focus(); }
  const step = event.altKey && !event.ctrlKey && !event.metaKey && { KeyN: 1, KeyP: -1 }[event.code];
  if (step && document.querySelector("[data-next-new]")) { event.preventDefault(); goToNew(step); }
});
document.addEventListener("click", (event) => {
  for (const menu of document.querySelectorAll("details.menu[open]")) if (!menu.contains(event.target)) menu.open = false;
});
