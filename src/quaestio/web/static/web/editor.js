/* The editor for formatted text. quaestio.js brings it when a field that may
   hold such text is near, and hands it that field, its bar of buttons
   (web/parts/editor.html) and the library it stands on (ProseMirror and
   Tiptap, as django-prose-editor packs them). The text field stays what is
   sent: every change is written back into it. No style is put into the page:
   the look is in quaestio.css. */

const PLACES = ["http:", "https:", "mailto:"]; // where a link may lead
const LINE = 110; // characters; pasted lines no longer than this are lines, not paragraphs

/* Put an editor over `control`; answers what quaestio.js may ask of it. */
export function edit(control, bar, library, content) {
  const format = control.form.elements.format;
  const note = document.getElementById(bar.dataset.note);
  const say = (what) => { note.textContent = what ? note.dataset[what] : ""; };
  const caret = document.activeElement === control ? letters(control.value.slice(0, control.selectionStart)) : null;

  const editor = new library.Editor({
    element: null, // not in the page before it is whole
    extensions: extensions(library, () => link.open()),
    content,
    injectCSS: false,
    enablePasteRules: false, // a quotation's own asterisks stay
    editorProps: {
      attributes: attributesFrom(control),
      transformPastedHTML(html) {
        const pasted = tidy(html);
        say(pasted.pictures ? "pictures" : pasted.tables ? "tables" : "");
        return pasted.html;
      },
      clipboardTextParser: (text, context, plain, view) => linesOf(text, view.state.schema, library),
      handlePaste: (view, event) => pastedAlone(event.clipboardData, editor, say),
      handleDrop(view, event) {
        if (!event.dataTransfer?.files.length) return false;
        event.preventDefault(); // else the browser leaves the page for the file
        say("pictures");
        return true;
      },
    },
  });
  const box = document.createElement("div");
  editor.mount(box);
  const write = () => {
    control.value = editor.isEmpty ? "" : editor.getHTML();
    format.value = "html";
    control.dispatchEvent(new Event("input", { bubbles: true }));
  };
  const link = linkRow(bar, editor, say);
  toolbar(bar, editor, link);
  const quotations = marks(editor, library, (number) => control.dispatchEvent(new CustomEvent("editor-caret", { detail: number })));

  // From here on the person sees the editor.
  control.before(bar, box);
  control.hidden = true;
  control.closest(".field")?.classList.add("editing");
  bar.hidden = false;
  control.autocomplete = format.autocomplete = "off"; // the browser gives back no half of the two
  for (const label of control.labels) label.addEventListener("click", (event) => { event.preventDefault(); editor.commands.focus(); });
  if (caret !== null) editor.chain().setTextSelection(placeAfter(editor.state.doc, caret)).focus().run();

  editor.on("update", write);
  control.form.addEventListener("submit", (event) => { if (!event.defaultPrevented) write(); }, { capture: true });
  return {
    write,
    html: () => (editor.isEmpty ? "" : editor.getHTML()),
    put(html) { editor.commands.setContent(html, { emitUpdate: true }); },
    ...quotations, // mark, mend
  };
}

/* -------------------------------------------------------- what it knows -- */

/* The elements that a post may hold, and no other (web/richtext.py). */
function extensions(library, openLink) {
  const { Document, Paragraph, Text, Bold, Italic, Strike, Superscript, Blockquote, Heading } = library;
  const { BulletList, OrderedList, ListItem, HardBreak, HorizontalRule, UndoRedo } = library;
  return [
    Document, Paragraph, Text, HardBreak, HorizontalRule, UndoRedo,
    Bold, Italic, Strike, Superscript, Blockquote,
    Heading.configure({ levels: [3] }),
    BulletList,
    // Only the first number of a list is kept, no kind of numbering.
    OrderedList.extend({
      addAttributes: () => ({ start: { default: 1, parseHTML: (list) => Number.parseInt(list.getAttribute("start"), 10) || 1 } }),
      renderHTML: ({ node }) => ["ol", node.attrs.start === 1 ? {} : { start: node.attrs.start }, 0],
      addNodeView: null,
    }),
    // The Tab key leads out of the editor, from a list too.
    ListItem.extend({ addKeyboardShortcuts() { return { Enter: () => this.editor.commands.splitListItem("listItem") }; } }),
    library.Mark.create({
      name: "link",
      inclusive: false,
      addAttributes: () => ({ href: { default: null } }),
      parseHTML: () => [{ tag: "a[href]", getAttrs: (a) => (address(a.getAttribute("href")) ? null : false) }],
      renderHTML: ({ HTMLAttributes }) => ["a", { href: HTMLAttributes.href }, 0],
      addKeyboardShortcuts: () => ({ "Mod-k": () => { openLink(); return true; } }),
    }),
  ];
}

/* What a screen reader is told of the text field, it is told of the editor. */
function attributesFrom(control) {
  const [label] = control.labels;
  if (label) label.id ||= `${control.id}-label`;
  const attributes = { id: `${control.id}-editor`, class: "editor prose", role: "textbox", "aria-multiline": "true", "aria-labelledby": label?.id ?? "" };
  for (const name of ["aria-describedby", "aria-invalid", "lang", "dir", "spellcheck"]) {
    if (control.hasAttribute(name)) attributes[name] = control.getAttribute(name);
  }
  return attributes;
}

/* ---------------------------------------------------------- the buttons -- */

const ACTS = {
  bold: [(chain) => chain.toggleBold(), (editor) => editor.isActive("bold")],
  italic: [(chain) => chain.toggleItalic(), (editor) => editor.isActive("italic")],
  quotation: [(chain) => chain.toggleBlockquote(), (editor) => editor.isActive("blockquote")],
  heading: [(chain) => chain.toggleHeading({ level: 3 }), (editor) => editor.isActive("heading")],
  list: [(chain) => chain.toggleBulletList(), (editor) => listAround(editor) === "bulletList"],
  numbers: [(chain) => chain.toggleOrderedList(), (editor) => listAround(editor) === "orderedList"],
};

/* The kind of the innermost list that the caret stands in. */
function listAround({ state: { selection: { $from } } }) {
  for (let depth = $from.depth; depth > 0; depth--) {
    const { name } = $from.node(depth).type;
    if (name.endsWith("List")) return name;
  }
  return "";
}

/* One stop of the Tab key; the arrow keys go from button to button. */
function toolbar(bar, editor, link) {
  const buttons = [...bar.querySelectorAll("[role=toolbar] button")];
  const show = () => {
    for (const button of buttons) {
      const active = button.dataset.act === "link" ? editor.isActive("link") : ACTS[button.dataset.act][1](editor);
      if (button.getAttribute("aria-pressed") !== String(active)) button.setAttribute("aria-pressed", active);
    }
  };
  const stopAt = (button) => { for (const one of buttons) one.tabIndex = one === button ? 0 : -1; };
  for (const [index, button] of buttons.entries()) {
    button.addEventListener("mousedown", (event) => event.preventDefault()); // the text stays selected
    button.addEventListener("click", () => {
      if (button.dataset.act === "link") link.open();
      else ACTS[button.dataset.act][0](editor.chain().focus()).run();
    });
    button.addEventListener("focus", () => stopAt(button));
    button.addEventListener("keydown", (event) => {
      const forward = getComputedStyle(bar).direction === "rtl" ? "ArrowLeft" : "ArrowRight";
      const back = forward === "ArrowLeft" ? "ArrowRight" : "ArrowLeft";
      const to = { [forward]: index + 1, [back]: index - 1, Home: 0, End: -1 }[event.key];
      if (to === undefined) return;
      event.preventDefault();
      buttons.at(to % buttons.length).focus();
    });
  }
  stopAt(buttons[0]);
  bar.querySelector("[role=toolbar]").setAttribute("aria-controls", editor.view.dom.id);
  editor.on("transaction", show);
  show();
}

/* Where a link is set, changed, taken away: a row under the buttons. */
function linkRow(bar, editor, say) {
  const row = bar.querySelector("[data-link-row]");
  const field = row.querySelector("input");
  const remove = row.querySelector("[data-act=unlink]");
  const close = () => { row.hidden = true; say(""); editor.commands.focus(); };
  const set = () => {
    const href = address(field.value);
    field.setAttribute("aria-invalid", !href);
    if (!href) { say("address"); return field.focus(); }
    const chain = editor.chain().extendMarkRange("link");
    if (editor.state.selection.empty && !editor.isActive("link")) {
      chain.insertContent({ type: "text", text: field.value.trim(), marks: [{ type: "link", attrs: { href } }] });
    } else chain.setMark("link", { href });
    chain.command(({ tr, commands }) => commands.setTextSelection(tr.selection.to)).run(); // to go on behind it
    close();
  };
  row.querySelector("[data-act=set-link]").addEventListener("click", set);
  remove.addEventListener("click", () => { editor.chain().extendMarkRange("link").unsetMark("link").run(); close(); });
  row.addEventListener("keydown", (event) => {
    if (event.key === "Escape") { event.preventDefault(); close(); }
    if (event.key === "Enter" && event.target === field) { event.preventDefault(); set(); } // else the form is sent
  });
  return {
    open() {
      field.value = editor.getAttributes("link").href ?? "";
      field.removeAttribute("aria-invalid");
      remove.hidden = !editor.isActive("link");
      row.hidden = false;
      field.focus();
      field.select();
    },
  };
}

/* The address that somebody meant, or nothing. */
function address(typed) {
  let text = (typed ?? "").trim();
  if (/^[^\s@/:]+@[^\s@/]+\.[^\s@/]+$/.test(text)) text = `mailto:${text}`;
  else if (/^[\p{L}\p{N}-]+(\.[\p{L}\p{N}-]+)+(:\d+)?([/?#]\S*)?$/u.test(text)) text = `https://${text}`;
  try {
    return PLACES.includes(new URL(text).protocol) && !/\s/.test(text) ? text : "";
  } catch {
    return "";
  }
}

/* ------------------------------------------------------------ the caret -- */

function letters(text) {
  return (text.match(/[\p{L}\p{N}]/gu) ?? []).length;
}

/* The place behind the first `count` letters: the same in both kinds of text. */
function placeAfter(doc, count) {
  let left = count;
  let place = null;
  doc.descendants((node, start) => {
    if (place !== null || !node.isText) return place === null;
    let at = start;
    for (const sign of node.text) {
      if (left === 0) break;
      at += sign.length;
      left -= letters(sign);
    }
    if (left === 0) place = at;
    return false;
  });
  return place ?? doc.content.size;
}

/* -------------------------------------------------- quotations in place -- */

/* The document as the server flattens it (web/richtext.py): its text, and the
   place of each character in the document. */
function flattened(doc) {
  const signs = [];
  const places = [];
  doc.descendants((block, start) => {
    if (!block.isTextblock) return true;
    const inside = [];
    block.forEach((child, offset) => {
      let at = start + 1 + offset;
      for (const sign of child.isText ? child.text : "\n") {
        inside.push([sign, at]);
        at += sign.length;
      }
    });
    if (!inside.some(([sign]) => sign.trim())) return false;
    if (signs.length) { signs.push("\n", "\n"); places.push(null, null); }
    for (const [sign, at] of inside) { signs.push(sign); places.push(at); }
    return false;
  });
  return { signs, places };
}

/* Marks quotations with their verdicts: decorations over the text, no part of
   it, so that neither the caret nor undo nor what is sent knows of them.
   `onCaret` is told the number of the quotation that the caret stands in. */
function marks(editor, library, onCaret) {
  const { state: { Plugin, PluginKey }, view: { Decoration, DecorationSet } } = library.pm;
  const key = new PluginKey("quotations");
  editor.registerPlugin(new Plugin({
    key,
    state: {
      init: () => DecorationSet.empty,
      apply: (change, set) => change.getMeta(key) ?? set.map(change.mapping, change.doc),
    },
    props: { decorations: (state) => key.getState(state) },
  }));
  editor.on("selectionUpdate", () => {
    const { from } = editor.state.selection;
    onCaret(key.getState(editor.state).find(from, from)[0]?.spec.number ?? -1);
  });
  const after = (flat, number) => flat.places[number - 1] + flat.signs[number - 1].length;
  return {
    mark(cards) {
      if (editor.view.composing) return; // the next answer comes when the letters are whole
      const flat = flattened(editor.state.doc);
      const found = cards.flatMap(({ start, end, verdict, words }, number) => (
        start >= 0 && flat.signs.slice(start, end).join("") === words
          ? [Decoration.inline(flat.places[start], after(flat, end), { class: `quote ${verdict}` }, { number })]
          : []));
      editor.view.dispatch(editor.state.tr.setMeta(key, DecorationSet.create(editor.state.doc, found)).setMeta("addToHistory", false));
    },
    /* Edits [start, end, text], as one step that can be undone. */
    mend(edits) {
      const flat = flattened(editor.state.doc);
      const change = editor.state.tr;
      for (const [start, end, text] of edits.toReversed()) {
        const from = start === end ? after(flat, start) : flat.places[start];
        const to = start === end ? from : after(flat, end);
        if (Number.isInteger(from) && Number.isInteger(to)) change.insertText(text, from, to);
      }
      editor.view.dispatch(change.scrollIntoView());
      editor.commands.focus();
    },
  };
}

/* -------------------------------------------------------------- pasting -- */

/* A picture by itself, and an address over selected words. */
function pastedAlone(data, editor, say) {
  if (data.getData("text/html")) return false; // tidied, and said what was left out
  const text = data.getData("text/plain").trim();
  say(data.files.length && !text ? "pictures" : "");
  if (!text) return data.files.length > 0;
  if (editor.state.selection.empty || !/^(https?:\/\/|mailto:)\S+$/i.test(text) || !address(text)) return false;
  editor.chain().setMark("link", { href: text }).run();
  return true;
}

/* Plain text: a blank line parts paragraphs. Without blank lines, long lines
   are paragraphs; short ones are lines, as copied from a page or a poem. */
function linesOf(text, schema, { pm }) {
  const whole = text.replace(/\r\n?/g, "\n").replace(/^\n+|\n+$/g, "");
  const blank = /\n[ \t]*\n\s*/;
  const lines = blank.test(whole) || whole.split("\n").every((line) => line.length <= LINE);
  const parts = whole.split(lines ? blank : /\n/);
  const paragraphs = parts.map((part) => {
    const inside = part.split("\n").flatMap((line, index) => [
      ...(index ? [schema.nodes.hardBreak.create()] : []), ...(line ? [schema.text(line)] : []),
    ]);
    return schema.nodes.paragraph.create(null, inside);
  });
  return new pm.model.Slice(pm.model.Fragment.from(paragraphs), 1, 1);
}

const KEPT = { p: "p", br: "br", hr: "hr", blockquote: "blockquote", ul: "ul", ol: "ol", li: "li", h1: "h3", h2: "h3", h3: "h3", h4: "h3", h5: "h3", h6: "h3" };
const GONE = new Set(["head", "style", "script", "title", "meta", "link", "xml", "template", "noscript", "object", "iframe", "audio", "select", "input", "button", "textarea"]);
const PICTURES = new Set(["img", "picture", "svg", "canvas", "video", "imagedata"]);
const BLOCKS = "p, div, section, article, main, header, footer, aside, ul, ol, li, blockquote, table, h1, h2, h3, h4, h5, h6, hr, pre, dl, dt, dd, address, figure, figcaption";

/* A word processor's or a web page's HTML as the few elements that a post may
   hold: { html, pictures, tables }, the last two telling what was left out. */
export function tidy(html) {
  const source = new DOMParser().parseFromString(disarm(html), "text/html");
  const sheet = document.implementation.createHTMLDocument("");
  const found = { pictures: false, tables: false };
  walk(source.body, sheet.body, { sheet, found });
  return { html: sheet.body.innerHTML, ...found };
}

/* Styles and handlers under another name: the page's policy forbids them even
   in a document that is only read, and says so in the console. */
function disarm(html) {
  return html
    .replace(/<style\b[\s\S]*?<\/style\s*>/gi, "")
    .replace(/<[a-z](?:"[^"]*"|'[^']*'|[^"'>])*>/gi, (tag) => tag.replace(/(["'\s/])(style|on[a-z]+)(?=\s*=)/gi, "$1data-$2"));
}

function walk(from, into, place) {
  let items = null; // the list that a word processor's paragraphs make up
  for (const child of from.childNodes) {
    if (child.nodeType === Node.TEXT_NODE) {
      if (child.data.trim()) items = null;
      into.append(child.data);
    } else if (child.nodeType === Node.ELEMENT_NODE && !isGone(child)) {
      if (isItem(child)) items = addItem(child, into, place, items);
      else {
        items = null;
        take(child, into, place);
      }
    }
  }
}

function take(element, into, place) {
  const name = element.localName.replace(/^\w+:/, "");
  const blocks = element.querySelector(BLOCKS);
  if (PICTURES.has(name)) place.found.pictures = true;
  else if (name === "table") takeTable(element, into, place);
  else if (name === "br") {
    const between = [...element.parentElement.children].some((one) => one !== element && one.matches(BLOCKS));
    if (!between && !element.classList.contains("Apple-interchange-newline")) into.append(place.sheet.createElement("br"));
  } else if (KEPT[name]) takeBlock(element, KEPT[name], into, place);
  else if (element.matches(BLOCKS) && !blocks) takeBlock(element, "p", into, place);
  else if (element.matches(BLOCKS) || blocks) walk(element, into, place);
  else takeInline(element, name, into, place);
}

function takeBlock(element, name, into, place) {
  const made = place.sheet.createElement(name);
  // Where a copied piece was open, as the editor itself notes it.
  if (element.dataset.pmSlice) made.dataset.pmSlice = element.dataset.pmSlice;
  if (name === "ol" && /^\d{1,4}$/.test(element.getAttribute("start") ?? "")) made.setAttribute("start", element.getAttribute("start"));
  walk(element, made, { ...place, heading: name === "h3", quoted: place.quoted || name === "blockquote" || name === "li" });
  const said = made.textContent.replace(/\u00a0/g, " ").trim();
  if (!said && name !== "hr" && !made.dataset.pmSlice) return;
  if (name === "p" && !place.quoted && isSetIn(element)) {
    const quotation = into.lastElementChild?.localName === "blockquote" ? into.lastElementChild : into.appendChild(place.sheet.createElement("blockquote"));
    quotation.append(made);
  } else into.append(made);
}

function takeInline(element, name, into, place) {
  let inner = into;
  for (const mark of marksOf(element, name)) {
    if (mark === "strong" && place.heading) continue;
    inner = inner.appendChild(place.sheet.createElement(mark));
  }
  const href = name === "a" && /^(https?|mailto):/i.test(element.getAttribute("href") ?? "") && address(element.getAttribute("href"));
  if (href) {
    inner = inner.appendChild(place.sheet.createElement("a"));
    inner.setAttribute("href", href);
  }
  if (name === "q") inner.append("“");
  walk(element, inner, place);
  if (name === "q") inner.append("”");
}

/* A row of a table becomes a paragraph, its cells parted by bars. */
function takeTable(table, into, place) {
  place.found.tables = true;
  for (const row of table.rows) {
    const paragraph = place.sheet.createElement("p");
    for (const cell of row.cells) {
      const inside = place.sheet.createElement("div");
      walk(cell, inside, { ...place, quoted: true });
      if (!inside.textContent.trim()) continue;
      if (paragraph.hasChildNodes()) paragraph.append(" | ");
      for (const block of inside.querySelectorAll("p, h3, li, ul, ol, blockquote")) block.replaceWith(...block.childNodes, " ");
      paragraph.append(...inside.childNodes);
    }
    if (paragraph.hasChildNodes()) into.append(paragraph);
  }
}

/* -- What a word processor writes into styles and classes ------------------ */

function styleOf(element) {
  const pairs = (element.dataset.style ?? "").split(";").map((pair) => pair.split(":"));
  return Object.fromEntries(pairs.filter((pair) => pair.length > 1).map(([name, ...value]) => [name.trim().toLowerCase(), value.join(":").trim().toLowerCase()]));
}

/* Comments of a word processor, marks of its lists, what is not shown. */
function isGone(element) {
  if (GONE.has(element.localName) || /\bmsocom/i.test(element.className)) return true;
  const style = styleOf(element);
  return style.display === "none" || style["mso-hide"] === "all" || style["mso-list"] === "ignore" || /^comment/.test(style["mso-element"] ?? "");
}

function marksOf(element, name) {
  const style = styleOf(element);
  const weight = style["font-weight"] ?? (name === "b" || name === "strong" ? "bold" : "");
  const slant = style["font-style"] ?? (name === "i" || name === "em" || name === "cite" ? "italic" : "");
  const line = `${style["text-decoration"] ?? ""} ${style["text-decoration-line"] ?? ""}`;
  return [
    (/^bold/.test(weight) || Number(weight) >= 600) && "strong",
    /^(italic|oblique)/.test(slant) && "em",
    (["s", "strike", "del"].includes(name) || line.includes("line-through")) && "s",
    (name === "sup" || style["vertical-align"] === "super") && "sup",
  ].filter(Boolean);
}

/* A paragraph set in from the margin is how a word processor's writer sets a
   block quotation; one with a hanging first line is an entry of a list. */
function isSetIn(element) {
  if (/^(mso(intense)?quote|quot)/i.test(element.className)) return true;
  const style = styleOf(element);
  const left = style["margin-left"] ?? style.margin?.split(/\s+/)[3] ?? "";
  return points(left) >= 20 && !(style["text-indent"] ?? "").startsWith("-");
}

function points(length) {
  const [, number, unit] = /^([\d.]+)(pt|in|cm|mm|px|em)$/.exec(length) ?? [];
  return number ? Number(number) * { pt: 1, in: 72, cm: 28.35, mm: 2.835, px: 0.75, em: 12 }[unit] : 0;
}

function isItem(element) {
  return element.localName === "p" && /\blevel\d/.test(styleOf(element)["mso-list"] ?? "");
}

/* An item of a list that is a paragraph with a mark typed in front of it. */
function addItem(paragraph, into, place, lists) {
  const level = Number(/\blevel(\d)/.exec(styleOf(paragraph)["mso-list"])[1]);
  const mark = [...paragraph.querySelectorAll("span")].find((span) => styleOf(span)["mso-list"] === "ignore")?.textContent.trim() ?? "";
  const kind = /^\(?([0-9]{1,3}|[a-z]{1,4})[.)]/i.test(mark) ? "ol" : "ul";
  const open = (lists ?? []).filter((list) => list.level < level || (list.level === level && list.element.localName === kind));
  if (open.at(-1)?.level !== level) {
    const element = place.sheet.createElement(kind);
    const first = Number.parseInt(mark, 10);
    if (kind === "ol" && first > 1) element.setAttribute("start", first);
    (open.at(-1)?.element.lastElementChild ?? into).append(element);
    open.push({ level, element });
  }
  const item = open.at(-1).element.appendChild(place.sheet.createElement("li"));
  walk(paragraph, item.appendChild(place.sheet.createElement("p")), { ...place, quoted: true });
  return open;
}
