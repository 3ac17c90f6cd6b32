// The query page: the catalogue as a menu with a form, an editor, and the answer as a table, CSV,
// JSON or a picture. Needs search.js, engine.js and picture.js, data/search.js and
// data/catalogue.js; vendor/editor.js if it is there.
"use strict";
(function (scope) {
  const LIMIT = 15_000; // milliseconds of a query
  const SHOWN = 300; // rows of the table at first
  const COMPLETED = 40; // options of the editor
  const WORDS =
    "SELECT CONSTRUCT DESCRIBE ASK WHERE DISTINCT FILTER OPTIONAL UNION MINUS EXISTS VALUES BIND GRAPH PREFIX ORDER GROUP HAVING LIMIT OFFSET COUNT";
  const STRING_OR_IRI = /"""[^]*?"""|'''[^]*?'''|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'|<[^<>"{}|^`\\\s]*>|#[^\n]*/g;

  /** Terms by CURIE, IRI and name, and what names them. */
  class Terms {
    constructor(index, prefixes) {
      this.prefixes = prefixes;
      this.all = index.terms.map(([curie, kind, label, href], at) => {
        const names = index.texts[at].filter(({ name }) => ["name", "notation", "slug"].includes(name));
        return { curie, kind, label, href, iri: this.expand(curie), names: names.map(({ written }) => fold(written)) };
      });
      this.byIri = new Map(this.all.map((term) => [term.iri, term]));
    }

    /** The IRI of a CURIE or of an IRI in brackets; "" for anything else. */
    expand(text) {
      if (/^<[^<>\s]+>$/.test(text)) return text.slice(1, -1);
      if (/^https?:\/\/\S+$/.test(text)) return text;
      const [, prefix, local] = /^([\w.-]*):([\w./-]+)$/.exec(text) ?? [];
      return prefix in this.prefixes ? this.prefixes[prefix] + local : "";
    }

    /** The CURIE of an IRI, else the IRI in brackets. */
    shorten(iri) {
      if (this.byIri.has(iri)) return this.byIri.get(iri).curie;
      let best = "";
      for (const [prefix, space] of Object.entries(this.prefixes)) {
        const fits = iri.startsWith(space) && /^[\w-]+$/.test(iri.slice(space.length));
        if (fits && (!best || space.length > this.prefixes[best].length)) best = prefix;
      }
      return best ? `${best}:${iri.slice(this.prefixes[best].length)}` : `<${iri}>`;
    }

    ofKinds(kinds) {
      return this.all.filter(({ kind }) => !kinds.length || kinds.some((one) => kind.endsWith(one)));
    }

    /** The terms that a text can mean where one of some kinds is wanted, as SPARQL. */
    meanings(text, kinds) {
      const iri = this.expand(text);
      if (iri) return [`<${iri}>`];
      const wanted = fold(text);
      const own = this.ofKinds(kinds).filter((term) => kinds.length && term.names.includes(wanted));
      if (own.length) return [`<${own[0].iri}>`];
      if (kinds.length && this.ofKinds(kinds).length) throw new Error(`no ${kinds.join(" or ")} is called "${text}"`);
      return [JSON.stringify(text), ...(/^-?\d{1,18}$/.test(text) ? [text] : [])];
    }
  }

  function fold(text) {
    return scope.mlopsSearch.words(text).join(" ");
  }

  /** The SPARQL of a question with some parameters fixed: VALUES at the end, or around it. */
  function fixed(question, given) {
    const names = Object.keys(given);
    if (!names.length) return question.text;
    const rows = names.reduce((all, name) => all.flatMap((row) => given[name].map((term) => [...row, term])), [[]]);
    const values = `VALUES (${names.map((name) => `?${name}`).join(" ")}) { ${rows.map((row) => `(${row.join(" ")})`).join(" ")} }`;
    const joins = question.parameters.filter(({ name }) => names.includes(name)).every((parameter) => parameter.joins);
    if (joins) return `${question.text}\n${values}`;
    const [prologue, body, order] = question.parts;
    return `${prologue}SELECT *\nWHERE {\n{\n${body.trim()}\n}\n${values}\n}\n${order}`.trimEnd();
  }

  /** A query with the prefixes that it uses and does not declare; line numbers stay. */
  function withPrefixes(text, prefixes) {
    const bare = text.replace(STRING_OR_IRI, " ");
    const declared = new Set([...bare.matchAll(/\bPREFIX\s+([\w.-]*):/gi)].map((found) => found[1]));
    const used = new Set([...bare.matchAll(/(?<![\w?$:.-])([\w-]*):(?=[\w-])/g)].map((found) => found[1]));
    const missing = [...used].filter((prefix) => prefix in prefixes && !declared.has(prefix));
    return missing.map((prefix) => `PREFIX ${prefix}: <${prefixes[prefix]}> `).join("") + text;
  }

  /** What can be written next: variables of the query, words of SPARQL, our terms. */
  function completions(before, text, terms) {
    const word = /[\w?:-]+$/.exec(before)?.[0] ?? "";
    if (word.startsWith("?")) {
      const found = new Set(text.match(/\?\w+/g) ?? []);
      found.delete(word);
      return [...found].filter((name) => name.startsWith(word)).sort().map((label) => ({ label, type: "variable" }));
    }
    if (!word) return [];
    const wanted = word.toLowerCase();
    const words = WORDS.split(" ").filter((each) => each.startsWith(word.toUpperCase()));
    const begins = terms.all.filter(({ curie }) => curie.toLowerCase().startsWith(wanted));
    const inside = terms.all.filter(
      ({ curie, label }) =>
        !curie.toLowerCase().startsWith(wanted) && (curie.toLowerCase().includes(wanted) || label.toLowerCase().includes(wanted)),
    );
    const ours = [...begins, ...inside].map(({ curie, label }) => ({ label: curie, detail: label, type: "type" }));
    return [...words.map((label) => ({ label, type: "keyword" })), ...ours].slice(0, COMPLETED);
  }

  /** The rows of an answer as texts. */
  function table(answer, terms) {
    if (answer.boolean !== undefined) return { columns: ["answer"], rows: [[String(answer.boolean)]] };
    const columns = answer.head.vars;
    const text = (term) => (term === undefined ? "" : term.type === "uri" ? terms.shorten(term.value) : valueOf(term));
    return { columns, rows: answer.results.bindings.map((row) => columns.map((column) => text(row[column]))) };
  }

  function valueOf(term) {
    if (term.type !== "triple") return term.type === "bnode" ? `_:${term.value}` : term.value;
    const { subject, predicate, object } = term.value;
    return `<<( ${[subject, predicate, object].map((part) => part.value).join(" ")} )>>`;
  }

  /** CSV as RFC 4180 has it. A cell that a spreadsheet would compute begins with an apostrophe. */
  function csv({ columns, rows }) {
    const cell = (text) => {
      const safe = /^[=+\-@\t\r]/.test(text) && !/^-?[\d.]+$/.test(text) ? `'${text}` : text;
      return /[",\n\r]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
    };
    return [columns, ...rows].map((row) => row.map(cell).join(",")).join("\r\n") + "\r\n";
  }

  /** The rows as `mlops-roles ask --format json` writes them. */
  function json({ columns, rows }) {
    const named = rows.map((row) => Object.fromEntries(columns.map((column, at) => [column, row[at] === "" ? null : row[at]])));
    return JSON.stringify(named, null, 1) + "\n";
  }

  /** The statements of N-Triples as bindings, as the engine gives them. */
  function readTriples(text) {
    const term = String.raw`(<[^>]*>|_:\S+|"(?:\\.|[^"\\])*"(?:@[\w-]+|\^\^<[^>]*>)?)`;
    const statement = new RegExp(`^${term} ${term} ${term} \\.$`);
    const vars = ["subject", "predicate", "object"];
    const triples = text.split("\n").filter(Boolean);
    const bindings = triples.map((line) => {
      const found = statement.exec(line);
      return Object.fromEntries(vars.map((name, at) => [name, readTerm(found?.[at + 1] ?? JSON.stringify(line))]));
    });
    return { isGraph: true, triples: triples.map((line) => line.replace(/ \.$/, "")), head: { vars }, results: { bindings } };
  }

  function readTerm(text) {
    if (text.startsWith("<")) return { type: "uri", value: text.slice(1, -1) };
    if (text.startsWith("_:")) return { type: "bnode", value: text.slice(2) };
    const [, value] = /^("(?:\\.|[^"\\])*")/.exec(text);
    return { type: "literal", value: JSON.parse(value.replaceAll(/\\U([0-9A-F]{8})/g, (_, code) => String.fromCodePoint(parseInt(code, 16))).replaceAll("\\'", "'")) };
  }

  scope.mlopsQuery = { Terms, fixed, withPrefixes, completions, table, csv, json, readTriples };
  if (!scope.document) return;

  // the page -------------------------------------------------------------------------------------

  const page = document.getElementById("query-page");
  if (!page) return;
  const part = (name) => page.querySelector(`[data-part=${name}]`);
  const root = page.dataset.root;
  const catalogue = scope.mlopsCatalogue;
  const index = scope.mlopsSearch.prepare(scope.mlopsSearchIndex);
  const terms = new Terms(index, catalogue.prefixes);
  const questions = new Map(catalogue.questions.map((question) => [question.name, question]));
  const engine = new scope.mlopsEngines.Engine(root);
  const hasEngine = Boolean(page.dataset.engine);
  const menu = part("question");
  const area = part("text");
  const status = part("status");
  const run = part("run");
  const stop = part("stop");
  let written = ""; // what the form or a link wrote into the editor
  let subject = null; // the term that a link asks about
  let shown = null; // the answer on the page
  let editor = {
    get text() {
      return area.value;
    },
    set text(value) {
      area.value = value;
    },
  };

  function make(name, attributes = {}, ...children) {
    const made = document.createElement(name);
    for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
    made.append(...children);
    return made;
  }

  // the form of a question -----------------------------------------------------------------------

  function field({ name, about, kinds, values }) {
    const id = `parameter-${name}`;
    const label = make("label", { for: id }, make("b", {}, name), ` ${about}`);
    const any = make("option", { value: "" }, "any");
    const input = values.length
      ? make("select", { id, name }, any, ...values.map((value) => make("option", { value }, value)))
      : make("input", { id, name, list: `${id}-list`, autocomplete: "off", placeholder: "any" });
    if (values.length) return make("div", {}, label, input);
    const options = terms.ofKinds(kinds).map(({ curie, label: text }) => make("option", { value: curie }, text));
    return make("div", {}, label, input, make("datalist", { id: `${id}-list` }, ...(kinds.length ? options : [])));
  }

  function showForm(given = {}) {
    const question = questions.get(menu.value);
    part("about").textContent = question ? question.summary : "";
    part("parameters").replaceChildren(...(question ? question.parameters.map(field) : []));
    for (const input of inputs()) input.value = given[input.name] ?? "";
    if (question) writeQuestion();
  }

  function inputs() {
    return [...part("parameters").querySelectorAll("input, select")];
  }

  function filled() {
    return inputs().filter((input) => input.value.trim());
  }

  /** Write the SPARQL of the form into the editor; says what is wrong with a value. */
  function writeQuestion() {
    const question = questions.get(menu.value);
    const given = {};
    for (const input of filled()) {
      const { kinds, values } = question.parameters.find(({ name }) => name === input.name);
      try {
        given[input.name] = values.length ? [JSON.stringify(input.value)] : terms.meanings(input.value.trim(), kinds);
        input.removeAttribute("aria-invalid");
      } catch (error) {
        input.setAttribute("aria-invalid", "true");
        say(`?${input.name}: ${error.message}`, true);
        return false;
      }
    }
    written = editor.text = fixed(question, given);
    return true;
  }

  // links ----------------------------------------------------------------------------------------

  /** The state of the page for a link: a question and its values, or the query as it is. */
  function state() {
    const found = new URLSearchParams();
    if (menu.value && editor.text === written) {
      found.set("question", menu.value);
      for (const input of filled()) found.set(input.name, input.value.trim());
    } else if (subject && editor.text === written) {
      found.set("about", subject);
    } else {
      found.set("query", editor.text);
    }
    return `#${found.toString().replaceAll("%3A", ":").replaceAll("%2F", "/")}`;
  }

  /** Show and run what a link says. */
  function restore() {
    const found = new URLSearchParams(location.hash.slice(1));
    subject = found.get("about");
    menu.value = questions.has(found.get("question")) ? found.get("question") : "";
    showForm(Object.fromEntries(found));
    if (subject !== null) aboutTerm(subject);
    else if (found.has("query")) editor.text = found.get("query");
    else if (found.has("question") && !menu.value) return say(`There is no question ${found.get("question")}.`, true);
    suggest(subject);
    if (found.size && editor.text && !page.querySelector("[aria-invalid]")) execute();
  }

  /** The statements about a term. */
  function aboutTerm(name) {
    const iri = terms.expand(name);
    written = editor.text = catalogue.about.replace("<>", iri ? `<${iri}>` : "<>");
  }

  /** Links to the questions that take a term. */
  function suggest(name) {
    const term = name && terms.byIri.get(terms.expand(name));
    const takes = ({ kinds }) => kinds.length && kinds.some((kind) => term.kind.endsWith(kind));
    const found = term ? catalogue.questions.filter(({ parameters }) => parameters.some(takes)) : [];
    part("suggested").hidden = !found.length;
    if (!term) return;
    part("suggested-of").textContent = term.label;
    const links = found.map((question) => {
      const { name: parameter } = question.parameters.find(takes);
      const href = `#question=${question.name}&${parameter}=${encodeURIComponent(term.curie)}`;
      return make("li", {}, make("a", { href, title: question.summary }, question.name));
    });
    part("suggested").querySelector("ul").replaceChildren(...links);
  }

  // running --------------------------------------------------------------------------------------

  function say(text, isError = false) {
    status.textContent = text;
    status.classList.toggle("error", isError);
  }

  function isRemote() {
    return Boolean(page.querySelector("[name=where][value=endpoint]:checked"));
  }

  let running = 0;
  async function execute() {
    const turn = ++running;
    const text = editor.text;
    if (!text.trim()) return say("There is no query: choose a question, or write one.", true);
    if (!hasEngine && !scope.mlopsEndpoint) return say("This site has no engine and no endpoint.", true);
    history.replaceState(null, "", state());
    part("link").href = location.hash;
    part("link").hidden = false;
    stop.disabled = false;
    if (!isRemote() && engine.busy) engine.stop();
    say(isRemote() ? "Asking the endpoint …" : engine.opened ? "Running …" : "Loading the engine and the ontology …");
    try {
      if (!isRemote()) await engine.open();
      const begun = performance.now();
      const whole = withPrefixes(text, catalogue.prefixes);
      engine.busy = !isRemote();
      const answer = await (isRemote() ? askEndpoint(whole) : engine.run(whole, LIMIT));
      if (turn === running) show(answer, performance.now() - begun);
    } catch (error) {
      if (turn !== running) return;
      clear();
      say(`${error.message}`, true);
    } finally {
      if (turn === running) {
        engine.busy = false;
        stop.disabled = true;
      }
    }
  }

  let request = null;
  async function askEndpoint(query) {
    request = new AbortController();
    const headers = { Accept: "application/sparql-results+json, application/n-triples" };
    const body = new URLSearchParams({ query });
    const response = await fetch(scope.mlopsEndpoint, { method: "POST", headers, body, signal: request.signal });
    const text = await response.text();
    if (!response.ok) throw new Error(text.trim() || `the endpoint answers ${response.status}`);
    return response.headers.get("Content-Type").includes("n-triples") ? readTriples(text) : JSON.parse(text);
  }

  // the answer -----------------------------------------------------------------------------------

  function clear() {
    shown = null;
    part("answer").hidden = true;
    part("table").replaceChildren();
    part("picture").replaceChildren();
  }

  function show(answer, milliseconds) {
    clear();
    shown = { ...table(answer, terms), answer };
    const count = shown.rows.length;
    const rows = count === 1 ? "1 row" : `${count.toLocaleString("en")} rows`;
    const where = isRemote() ? " from the endpoint" : engine.isInPage ? " (this browser allows no worker here: a query cannot be stopped)" : "";
    say(`${rows} in ${Math.max(1, Math.round(milliseconds))} ms${where}.${count ? "" : " Nothing fits; what is not stated is unknown."}`);
    part("answer").hidden = !count;
    if (!count) return;
    drawTable(SHOWN);
    part("triples").hidden = !answer.isGraph;
    if (answer.isGraph) drawPicture(answer);
  }

  function cell(term) {
    if (term === undefined) return make("td");
    if (term.type !== "uri") return make("td", {}, valueOf(term));
    const known = terms.byIri.get(term.value);
    const text = make("code", known ? { title: known.label } : {}, terms.shorten(term.value));
    const address = linkOf(term.value);
    return make("td", {}, address ? make("a", { href: address }, text) : text);
  }

  function linkOf(iri) {
    const known = terms.byIri.get(iri);
    return known ? root + known.href : /^https?:/.test(iri) ? iri : null;
  }

  function drawTable(limit) {
    const { columns, rows, answer } = shown;
    const body = answer.results
      ? answer.results.bindings.slice(0, limit).map((row) => make("tr", {}, ...columns.map((column) => cell(row[column]))))
      : rows.map((row) => make("tr", {}, ...row.map((text) => make("td", {}, text))));
    const head = make("tr", {}, ...columns.map((column) => make("th", { scope: "col" }, column)));
    const parts = [make("thead", {}, head), make("tbody", {}, ...body)];
    part("table").replaceChildren(make("table", { "aria-label": "Rows of the answer" }, ...parts));
    const left = rows.length - body.length;
    part("more").hidden = left <= 0;
    part("more").textContent = `Show ${left.toLocaleString("en")} more`;
  }

  function drawPicture({ results }) {
    const key = ({ type, value }) => (type === "bnode" ? `_:${value}` : value);
    const things = results.bindings.filter(({ object }) => object.type !== "literal");
    const statements = things.map(({ subject, predicate, object }) => ({ from: key(subject), property: key(predicate), to: key(object) }));
    if (!statements.length) return;
    const name = (iri) => terms.byIri.get(iri)?.label ?? (iri.startsWith("_:") ? iri : terms.shorten(iri));
    const { svg, left, centre } = scope.mlopsPicture.draw(statements, name, (iri) => (iri.startsWith("_:") ? null : linkOf(iri)));
    const note = left ? [make("p", { class: "note" }, `In the table only: ${left} more.`)] : [];
    const picture = part("picture");
    picture.replaceChildren(svg, ...note);
    picture.scrollTo(centre.x - picture.clientWidth / 2, centre.y - picture.clientHeight / 2);
  }

  function download(name, type, text) {
    const link = make("a", { href: URL.createObjectURL(new Blob([text], { type })), download: name });
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 1000);
  }

  // start ----------------------------------------------------------------------------------------

  run.addEventListener("click", execute);
  stop.addEventListener("click", () => {
    running++;
    request?.abort();
    engine.stop();
    engine.busy = false;
    stop.disabled = true;
    say("Stopped.");
  });
  menu.addEventListener("change", () => (suggest((subject = null)), showForm()));
  part("parameters").addEventListener("change", () => writeQuestion() && say(""));
  part("form").addEventListener("submit", (event) => {
    event.preventDefault();
    if (!menu.value || editor.text !== written || writeQuestion()) execute();
  });
  part("more").addEventListener("click", () => drawTable(Infinity));
  part("csv").addEventListener("click", () => download("answer.csv", "text/csv", csv(shown)));
  part("json").addEventListener("click", () => download("answer.json", "application/json", json(shown)));
  part("triples").addEventListener("click", () => {
    download("answer.nt", "application/n-triples", shown.answer.triples.map((triple) => `${triple} .\n`).join(""));
  });
  scope.addEventListener("hashchange", restore);
  area.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) execute();
  });
  if (scope.mlopsEndpoint) part("where").hidden = false;
  if (scope.mlopsEditor) {
    editor = scope.mlopsEditor.createEditor(part("editor"), {
      text: area.value,
      label: area.getAttribute("aria-label"),
      complete: (before, text) => completions(before, text, terms),
      onRun: execute,
      onChange: () => {},
    });
    part("editor").classList.add("made");
    area.hidden = true;
  }
  page.hidden = false;
  restore();
})(globalThis);
