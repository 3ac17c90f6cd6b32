"use strict";
// Decides on proposals, by mouse or keyboard, and writes them as SSSOM. The page stays in the browser.
(() => {
  const data = JSON.parse(document.getElementById("data").textContent);
  const form = document.getElementById("review");
  const table = document.querySelector("table");
  const rows = [...table.tBodies[0].rows];
  const reviewer = document.getElementById("reviewer");
  const state = document.getElementById("state");
  const decisions = rows.map(() => "");
  let saved = true;

  const element = (tag, properties) => Object.assign(document.createElement(tag), properties);
  const place = (row) => rows.indexOf(row.closest("tr"));

  function predicates(index) {
    const select = element("select", { className: "predicate", ariaLabel: "Relation" });
    const own = data.rows[index].predicate_id;
    for (const name of new Set([own, ...data.predicates])) select.append(new Option(name, name));
    return select;
  }

  function decide(index, decision) {
    decisions[index] = decision;
    rows[index].dataset.decision = decision;
    for (const button of rows[index].querySelectorAll("button"))
      button.setAttribute("aria-pressed", String(button.value === decision));
    saved = false;
    count();
  }

  function count() {
    const decided = decisions.filter(Boolean).length;
    state.textContent = `${decided} of ${rows.length} decided`;
  }

  function changed(index) {
    const find = (name) => rows[index].querySelector(`.${name}`).value.trim();
    return { predicate_id: find("predicate"), object_id: find("object") };
  }

  rows.forEach((row, index) => {
    row.tabIndex = index ? -1 : 0;
    const cell = (name) => row.querySelector(`[data-column="${name}"]`);
    cell("predicate_id").replaceChildren(predicates(index));
    const input = element("input", { className: "object", value: data.rows[index].object_id });
    input.setAttribute("aria-label", "Our term");
    input.setAttribute("list", "objects");
    cell("object_id").querySelector("small").replaceWith(input);
    const column = element("td", { className: "decision" });
    for (const name of ["accept", "refuse"]) {
      const button = element("button", { type: "button", value: name, textContent: name });
      button.setAttribute("aria-pressed", "false");
      const other = () => (decisions[index] === name ? "" : name);
      button.addEventListener("click", () => decide(index, other()));
      column.append(button);
    }
    row.append(column);
    row.addEventListener("change", () => decide(index, decisions[index] || "accept"));
  });
  table.tHead.rows[0].append(element("th", { scope: "col", textContent: "Decision" }));

  function go(index) {
    const row = rows[Math.max(0, Math.min(rows.length - 1, index))];
    rows.forEach((other) => (other.tabIndex = other === row ? 0 : -1));
    row.focus();
    row.scrollIntoView({ block: "nearest" });
  }

  table.addEventListener("keydown", (event) => {
    const row = event.target.closest("tbody tr");
    if (!row || event.ctrlKey || event.metaKey || event.altKey) return;
    const index = place(row);
    if (/^(INPUT|SELECT)$/.test(event.target.tagName)) {
      if (event.key === "Escape" || event.key === "Enter") go(index), event.preventDefault();
      return;
    }
    const keys = {
      j: () => go(index + 1),
      ArrowDown: () => go(index + 1),
      k: () => go(index - 1),
      ArrowUp: () => go(index - 1),
      a: () => (decide(index, "accept"), go(index + 1)),
      r: () => (decide(index, "refuse"), go(index + 1)),
      u: () => decide(index, ""),
      c: () => row.querySelector(".predicate").focus(),
    };
    if (keys[event.key]) keys[event.key](), event.preventDefault();
  });

  const quoted = (text) => (/["\t\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);

  function written() {
    const lines = data.rows.map((cells, index) => {
      const own = { ...cells };
      if (decisions[index]) {
        Object.assign(own, changed(index), { reviewer_label: reviewer.value.trim() });
        if (own.object_id !== cells.object_id) own.object_label = "";
      }
      own.predicate_modifier = decisions[index] === "refuse" ? "Not" : "";
      return data.columns.map((column) => quoted(own[column] ?? "")).join("\t");
    });
    return `${data.header}${[data.columns.join("\t"), ...lines].join("\n")}\n`;
  }

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const file = new Blob([written()], { type: "text/tab-separated-values" });
    const link = element("a", { href: URL.createObjectURL(file), download: data.file });
    link.click();
    URL.revokeObjectURL(link.href);
    saved = true;
  });
  addEventListener("beforeunload", (event) => saved || event.preventDefault());
  form.hidden = false;
  count();
})();
