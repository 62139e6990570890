/* The reader's script: what is selected on a page can be quoted, asked about,
   linked to; the arrow keys turn pages. Without it the links do the same. */

/* ------------------------------------------------------- selected words -- */

const codePoints = (text) => [...text].length; // the server counts these, not UTF-16 units

/* The offset in the page's text of a place in the document; null outside of it. */
function offsetOf(root, node, offset) {
  const element = node.nodeType === Node.ELEMENT_NODE ? node : node.parentElement;
  if (!root.contains(element)) return null;
  let paragraph = element.closest("[data-at]");
  const range = document.createRange();
  if (paragraph) {
    range.selectNodeContents(paragraph);
    range.setEnd(node, offset);
    return Number(paragraph.dataset.at) + codePoints(range.toString());
  }
  // Between paragraphs, or in the margin: the end of the last one before it.
  range.setStart(node, offset);
  for (const one of root.querySelectorAll("[data-at]")) {
    if (range.comparePoint(one, 0) >= 0) break;
    paragraph = one;
  }
  return paragraph ? Number(paragraph.dataset.at) + codePoints(paragraph.textContent) : 0;
}

function selectedIn(root) {
  const selection = getSelection();
  if (!selection.rangeCount || selection.isCollapsed) return null;
  const range = selection.getRangeAt(0);
  if (!range.intersectsNode(root)) return null;
  const from = root.contains(range.startContainer) ? offsetOf(root, range.startContainer, range.startOffset) : 0;
  let to = root.contains(range.endContainer) ? offsetOf(root, range.endContainer, range.endOffset) : null;
  if (to === null) {
    const last = [...root.querySelectorAll("[data-at]")].at(-1);
    to = last ? Number(last.dataset.at) + codePoints(last.textContent) : 0;
  }
  const [begin, end] = [outward(root, from, -1), outward(root, to, 1)];
  const words = wordsBetween(root, begin, end);
  const foot = Number(root.dataset.notesAt ?? Infinity); // where the footnotes begin
  return words.trim() ? { from: begin, to: end, words, range, atEnd: !wordsBetween(root, end, foot).trim() } : null;
}

function wordsBetween(root, from, to) {
  const parts = [];
  for (const paragraph of root.querySelectorAll("[data-at]")) {
    const text = [...paragraph.textContent];
    const at = Number(paragraph.dataset.at);
    const part = text.slice(Math.max(from - at, 0), Math.max(to - at, 0)).join("");
    if (part.trim()) parts.push(part);
  }
  return parts.join("\n\n");
}

/* A finger or a mouse seldom meets the edge of a word: the place moves outward
   to it. Not in scripts without spaces, where there is none to find. */
const inWord = (sign) => /[\p{L}\p{M}\p{N}]/u.test(sign ?? "")
  && !/[\p{scx=Han}\p{scx=Hira}\p{scx=Kana}\p{scx=Thai}\p{scx=Laoo}\p{scx=Khmr}\p{scx=Mymr}]/u.test(sign);

function outward(root, place, step) {
  for (const paragraph of root.querySelectorAll("[data-at]")) {
    const text = [...paragraph.textContent];
    let at = place - Number(paragraph.dataset.at);
    if (at <= 0 || at >= text.length) continue; // at an edge of the paragraph already
    while (inWord(text[at - 1]) && inWord(text[at])) at += step;
    return Number(paragraph.dataset.at) + at;
  }
  return place;
}

function lemma(words) {
  const all = words.trim().split(/\s+/);
  return all.length <= 7 ? all.join(" ") : `${all.slice(0, 3).join(" ")} … ${all.slice(-2).join(" ")}`;
}

/* The bar comes to the selection; on a phone it stays at the foot of the
   window, clear of the system's own menu. */
function passageBar(bar) {
  const root = document.getElementById(bar.dataset.passageBar);
  const shown = bar.querySelector("[data-passage-words]");
  if (!root) return;
  let pointing = false;

  function place(range) {
    const beside = matchMedia("(min-width: 58rem) and (pointer: fine)").matches;
    bar.classList.toggle("floating", beside);
    if (!beside) { bar.style.removeProperty("top"); return; }
    const boxes = [...range.getClientRects()];
    const host = (bar.offsetParent ?? document.body).getBoundingClientRect().top;
    const height = bar.offsetHeight;
    const under = boxes.at(-1).bottom + 8;
    const over = boxes[0].top - height - 8;
    // Under the words, else over them, else at the foot of the window.
    const top = under + height <= innerHeight ? under : over >= 0 ? over : innerHeight - height - 8;
    bar.style.top = `${top - host}px`;
  }
  function show() {
    if (pointing || bar.contains(document.activeElement)) return;
    const found = selectedIn(root);
    bar.hidden = !found;
    if (!found) return;
    bar.elements.from.value = found.from;
    bar.elements.to.value = found.to;
    bar.elements.words.value = found.words;
    for (const offer of bar.querySelectorAll("[data-at-end]")) offer.hidden = !found.atEnd;
    const text = `“${lemma(found.words)}”`;
    if (shown.textContent !== text) shown.textContent = text;
    place(found.range);
  }
  document.addEventListener("selectionchange", () => { if (!pointing) show(); });
  root.addEventListener("pointerdown", (event) => { pointing = event.pointerType === "mouse"; });
  addEventListener("pointerup", () => { pointing = false; setTimeout(show); });
  addEventListener("pointercancel", () => { pointing = false; });
  // A press on the bar must not take the selection away before it is sent.
  bar.addEventListener("mousedown", (event) => { if (event.target.closest("button")) event.preventDefault(); });
  bar.addEventListener("keydown", (event) => { if (event.key === "Escape") { bar.hidden = true; getSelection().removeAllRanges(); } });
  show();
}

/* --------------------------------------------------------- turning pages -- */

/* Not while something is typed, nor while the caret is in the text, where the
   arrows belong to whoever reads or selects with the keyboard. */
function turn(event) {
  if (event.defaultPrevented || event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return;
  const rel = { ArrowLeft: "prev", ArrowRight: "next" }[event.key];
  if (!rel || event.target.closest?.("input, textarea, select, [contenteditable], .scroll")) return;
  const caret = getSelection().anchorNode;
  if (caret && document.getElementById("page-text")?.contains(caret)) return;
  document.querySelector(`a[rel="${rel}"]`)?.click();
}

for (const bar of document.querySelectorAll("[data-passage-bar]")) passageBar(bar);
document.addEventListener("keydown", turn);
