"use strict";
// Sorts and filters the tables of the report. Without it all of the report can be read.
(() => {
  const collator = new Intl.Collator("en", { numeric: true, sensitivity: "base" });
  const value = (row, column) => {
    const cell = row.cells[column];
    const text = cell.dataset.sort ?? cell.textContent.trim();
    return text.replace(/(\d),(?=\d{3})/g, "$1");
  };

  function sort(table, heads, column) {
    const descending = heads[column].getAttribute("aria-sort") === "ascending";
    heads.forEach((head) => head.removeAttribute("aria-sort"));
    heads[column].setAttribute("aria-sort", descending ? "descending" : "ascending");
    const body = table.tBodies[0];
    const keyed = [...body.rows].map((row) => [value(row, column), row]);
    const sign = descending ? -1 : 1;
    keyed.sort(([a], [b]) => (a === "") - (b === "") || sign * collator.compare(a, b));
    body.append(...keyed.map(([, row]) => row));
  }

  for (const table of document.querySelectorAll("table.sortable")) {
    const heads = [...table.tHead.rows[0].cells];
    heads.forEach((head, column) => {
      const button = document.createElement("button");
      button.type = "button";
      button.append(...head.childNodes);
      button.addEventListener("click", () => sort(table, heads, column));
      head.append(button);
    });
  }

  const fold = (text) => text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();

  for (const region of document.querySelectorAll("[data-filter]")) {
    const name = region.dataset.filter;
    const rows = [...region.querySelectorAll("tbody tr")];
    const more = document.querySelectorAll(`[data-filtered="${name}"] > details`);
    const items = [...rows, ...more].map((item) => [item, fold(item.textContent)]);
    const [line, label, input, count] = ["p", "label", "input", "output"].map((tag) =>
      document.createElement(tag),
    );
    line.className = "filter";
    Object.assign(input, { type: "search", id: `filter-${name}`, autocomplete: "off" });
    Object.assign(label, { htmlFor: input.id, textContent: `Filter ${name}` });
    input.addEventListener("input", () => {
      const words = fold(input.value).split(/\s+/).filter(Boolean);
      for (const [item, text] of items) item.hidden = !words.every((word) => text.includes(word));
      count.textContent = `${rows.filter((row) => !row.hidden).length} of ${rows.length}`;
    });
    line.append(label, input, count);
    region.before(line);
  }

  function open() {
    const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
    if (target instanceof HTMLDetailsElement) {
      target.hidden = false;
      target.open = true;
      target.scrollIntoView();
    }
  }
  addEventListener("hashchange", open);
  open();
})();
