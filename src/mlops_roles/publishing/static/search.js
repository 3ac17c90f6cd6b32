// Search as one types, as `mlops-roles search` ranks, and the answers to known job titles.
//
// The index (data/search.js) is loaded when the box gets the focus. Ranking is that of
// ontology/search.py; tests/publishing/test_search_index.py compares both. Of the rules of
// `mlops-roles resolve` only what the index carries is here: each known title with its answer, and
// the words, such as "senior", that change no answer before or after a title.
"use strict";
(function (scope) {
  const MIN_INSIDE = 2; // characters that a word must exceed to be looked for inside of others
  const MIN_SIMILAR = 80; // the least similarity of a word that no text has, of 100
  const MAX_SIMILAR = 5; // words that are similar to one
  const SHOWN = 12; // terms in the list

  /** Text in lower case and without accents. */
  function plain(text) {
    const bare = text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();
    return bare.replaceAll("ß", "ss").replaceAll("ς", "σ");
  }

  /** The words of a text as they are compared. */
  function words(text) {
    return plain(text).match(/[\p{L}\p{N}_+#]+/gu) || [];
  }

  /** An index with the words of each text, ready to be searched. */
  function prepare(data) {
    const texts = data.texts.map((ofTerm) =>
      ofTerm.map(([place, written]) => {
        const [name, language, weight] = data.places[place];
        return { name, language, weight, written, words: words(written) };
      }),
    );
    const all = texts.map((ofTerm) => ofTerm.flatMap((text) => text.words).join(" "));
    const known = [...new Set(texts.flat().flatMap((text) => text.words))].sort();
    return { ...data, texts, all, known, letters: known.map(lettersOf) };
  }

  /** How much a word counts in a text; 0 if it is not in it. */
  function points(word, text, weights, similar) {
    let how = "";
    if (text.words.includes(word)) how = "whole word";
    else if (text.words.some((other) => other.startsWith(word))) how = "beginning";
    else if (word.length > MIN_INSIDE && text.words.some((other) => other.includes(word))) how = "inside";
    else if (similar.get(word)?.some((other) => text.words.includes(other))) how = "similar";
    return how ? weights[how] * text.weight : 0;
  }

  /** The score of a term and the text that counts most; null unless each word is in a text. */
  function score(texts, wanted, weights, similar) {
    const best = wanted.map(() => 0);
    let whole = 0;
    let top = null;
    let most = -1;
    for (const text of texts) {
      const isWhole = text.words.length === wanted.length && text.words.every((w, at) => w === wanted[at]);
      const more = isWhole ? weights["whole text"] * text.weight : 0;
      let total = more;
      wanted.forEach((word, at) => {
        const found = points(word, text, weights, similar);
        best[at] = Math.max(best[at], found);
        total += found;
      });
      whole = Math.max(whole, more);
      if (total > most) [top, most] = [text, total];
    }
    if (best.includes(0)) return null;
    return { score: best.reduce((sum, value) => sum + value, whole), text: top };
  }

  function ranked(index, wanted, similar) {
    const hits = [];
    const isIn = (text) => (word) => text.includes(word) || similar.get(word)?.some((other) => text.includes(other));
    index.texts.forEach((texts, at) => {
      if (!wanted.every(isIn(index.all[at]))) return; // most terms, and quickly
      const hit = score(texts, wanted, index.weights, similar);
      if (hit) hits.push({ ...hit, at });
    });
    return hits.sort((a, b) => b.score - a.score || a.text.words.length - b.text.words.length || a.at - b.at);
  }

  /** How alike two words are, of 100: twice their longest common subsequence by their lengths. */
  function likeness(one, other) {
    let row = new Array(other.length + 1).fill(0);
    for (const letter of one) {
      const next = [0];
      for (let at = 0; at < other.length; at++) {
        next.push(letter === other[at] ? row[at] + 1 : Math.max(row[at + 1], next[at]));
      }
      row = next;
    }
    return (200 * row[other.length]) / (one.length + other.length || 1);
  }

  /** The letters of a word as bits. */
  function lettersOf(word) {
    let bits = 0;
    for (let at = 0; at < word.length; at++) bits |= 1 << (word.charCodeAt(at) % 31);
    return bits;
  }

  /** How many letters of a word are among some letters: no common subsequence is longer. */
  function countIn(word, bits) {
    let count = 0;
    for (let at = 0; at < word.length; at++) count += (bits >> (word.charCodeAt(at) % 31)) & 1;
    return count;
  }

  /** Each word that no text has, to words of texts with a similar spelling. */
  function similarWords(index, wanted) {
    const found = new Map();
    for (const word of wanted.filter((each) => !index.known.some((other) => other.includes(each)))) {
      const bits = lettersOf(word);
      const near = [];
      index.known.forEach((other, at) => {
        const needed = (MIN_SIMILAR * (word.length + other.length)) / 200;
        if (Math.min(word.length, other.length) < needed || countIn(word, index.letters[at]) < needed) return;
        if (countIn(other, bits) < needed) return;
        const alike = likeness(word, other);
        if (alike >= MIN_SIMILAR) near.push([alike, other]);
      });
      near.sort(([a], [b]) => b - a);
      found.set(word, near.slice(0, MAX_SIMILAR).map(([, other]) => other));
    }
    return found;
  }

  /** The terms that have all words of a text, the best first. */
  function search(index, text) {
    const wanted = words(text);
    if (!wanted.length) return [];
    const hits = ranked(index, wanted, new Map());
    const similar = hits.length ? new Map() : similarWords(index, wanted);
    const isMore = [...similar.values()].some((words) => words.length);
    const found = isMore ? ranked(index, wanted, similar) : hits;
    return found.map(({ score, text: best, at }) => {
      const [term, kind, label, href] = index.terms[at];
      const place = best.language && best.language !== "en" ? `${best.name} (${best.language})` : best.name;
      return { term, kind, label, href, score, place, text: best.written };
    });
  }

  /** The answer of `mlops-roles resolve` to a title that the index carries; null for any other. */
  function resolve(index, text) {
    const title = plain(text).split(/\s+/).filter(Boolean).join(" ");
    const own = (name) => (Object.hasOwn(index.titles, name) ? index.titles[name] : null);
    const found = own(title) ?? own(withoutDecoration(index, title));
    if (!found) return null;
    const [roles, similar] = found;
    return {
      status: roles.length > 1 ? "ambiguous" : "certain",
      roles: roles.map((at) => index.terms[at]),
      similar: similar === null ? null : index.terms[similar],
    };
  }

  /** The known title that is left without one word before or after it that changes no answer. */
  function withoutDecoration(index, title) {
    for (const word of index.decorations) {
      const after = title.startsWith(`${word} `) ? title.slice(word.length + 1) : "";
      const before = title.endsWith(` ${word}`) ? title.slice(0, -word.length - 1) : "";
      const known = [after, before].find((rest) => Object.hasOwn(index.titles, rest));
      if (known) return known;
    }
    return "";
  }

  scope.mlopsSearch = { words, prepare, search, resolve };
  if (!scope.document) return;

  // the box in the header ----------------------------------------------------------------------

  const form = document.querySelector("form.search");
  if (!form) return;
  const box = form.querySelector("input");
  const list = form.querySelector("[role=listbox]");
  const status = form.querySelector("[role=status]");
  const root = form.dataset.root;
  let index = null;
  let chosen = -1;
  form.hidden = false;

  /** Load the index once. A script works from a disk, too, where fetch() is refused. */
  function load() {
    if (load.started) return;
    load.started = true;
    const script = document.createElement("script");
    script.src = `${root}data/search.js`;
    script.addEventListener("load", () => {
      index = prepare(scope.mlopsSearchIndex);
      scope.mlopsSearch.index = index;
      show();
    });
    script.addEventListener("error", () => {
      status.textContent = "The search index could not be loaded.";
    });
    document.head.append(script);
  }

  function option(href, className, ...parts) {
    const item = document.createElement("li");
    item.id = `found-${list.children.length}`;
    item.className = className;
    item.setAttribute("role", "option");
    item.setAttribute("aria-selected", "false");
    const link = document.createElement("a");
    link.href = root + href;
    link.tabIndex = -1;
    for (const [name, text] of parts) {
      const part = document.createElement("span");
      part.className = name;
      part.textContent = text;
      link.append(part, " ");
    }
    item.append(link);
    list.append(item);
  }

  /** What `resolve` answers to the text as a job title. */
  function showTitle(text) {
    const found = resolve(index, text);
    if (!found) return;
    for (const [term, , label, href] of found.roles) {
      const similar = found.similar ? `names ${found.similar[2]}, which is similar to this role` : "";
      const why = found.roles.length > 1 ? `one of ${found.roles.length} roles with this title` : similar || "the role with this title";
      option(href, "title", [`mark ${found.status}`, found.status], ["name", label], ["why", `${why} (${term})`]);
    }
  }

  function show() {
    if (!index) return;
    const text = box.value.trim();
    list.replaceChildren();
    choose(-1);
    status.textContent = "";
    open(Boolean(text));
    if (!text) return;
    showTitle(text);
    const hits = search(index, text);
    for (const hit of hits.slice(0, SHOWN)) {
      const why = hit.text === hit.label ? hit.term : `${hit.place}: ${shorten(hit.text)}`;
      option(hit.href, "", ["name", hit.label], ["kind", hit.kind], ["why", why]);
    }
    status.textContent = summary(hits.length, list.children.length - Math.min(hits.length, SHOWN));
    open(true);
  }

  function summary(found, titles) {
    const terms = found === 1 ? "1 term" : found ? `${found} terms` : "No term has all words";
    const more = found > SHOWN ? `, the first ${SHOWN} shown` : "";
    const title = titles ? "" : " Not a known job title; mlops-roles resolve reads others.";
    return found || titles ? `${terms}${more}.${title}` : `Nothing found.${title}`;
  }

  function shorten(text) {
    return text.length > 90 ? `${text.slice(0, 88).trimEnd()} …` : text;
  }

  function open(isOpen) {
    form.classList.toggle("open", isOpen);
    list.hidden = !isOpen || !list.children.length;
    box.setAttribute("aria-expanded", String(!list.hidden));
  }

  function choose(at) {
    list.children[chosen]?.setAttribute("aria-selected", "false");
    chosen = at;
    const item = list.children[chosen];
    item?.setAttribute("aria-selected", "true");
    item?.scrollIntoView({ block: "nearest" });
    if (item) box.setAttribute("aria-activedescendant", item.id);
    else box.removeAttribute("aria-activedescendant");
  }

  function onKey(event) {
    const count = list.children.length;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step && count) {
      event.preventDefault();
      open(true);
      choose((chosen + step + count + (chosen < 0 && step < 0)) % count);
    } else if (event.key === "Escape" && !list.hidden) {
      event.preventDefault(); // the text stays
      open(false);
    }
  }

  box.addEventListener("focus", () => (load(), box.value && open(true)));
  box.addEventListener("input", () => (load(), show()));
  box.addEventListener("keydown", onKey);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    list.children[Math.max(chosen, 0)]?.querySelector("a").click();
  });
  document.addEventListener("click", (event) => form.contains(event.target) || open(false));
  form.addEventListener("focusout", (event) => {
    if (event.relatedTarget && !form.contains(event.relatedTarget)) open(false);
  });
  document.addEventListener("keydown", (event) => {
    const typing = event.target.closest?.("input, textarea, select, [contenteditable]") || event.target.shadowRoot;
    if (event.key === "/" && !typing && !event.ctrlKey && !event.metaKey) {
      event.preventDefault();
      box.focus();
    }
  });
})(globalThis);
