// Sorts and filters tables, and filters lists. Without it, they are whole and in their first order.
"use strict";

(function () {
  const collator = new Intl.Collator(undefined, { numeric: true, sensitivity: "base" });

  /** What a cell is sorted by; empty cells come last. */
  function key(row, column) {
    const cell = row.cells[column];
    return cell ? cell.dataset.value || cell.textContent.trim() : "";
  }

  function sorted(rows, column, descending) {
    const sign = descending ? -1 : 1;
    return rows
      .map((row, place) => ({ row, place, key: key(row, column) }))
      .sort((a, b) => {
        if (!a.key !== !b.key) return a.key ? -1 : 1;
        return sign * collator.compare(a.key, b.key) || a.place - b.place;
      })
      .map(({ row }) => row);
  }

  function sortable(table) {
    const body = table.tBodies[0];
    const first = [...body.rows];
    [...table.tHead.rows[0].cells].forEach((head, column) => {
      const button = document.createElement("button");
      button.type = "button";
      button.className = "sort";
      const name = (head.querySelector(".full") || head).textContent.trim();
      button.setAttribute("aria-label", `Sort by ${name}`);
      button.addEventListener("click", () => {
        const before = head.getAttribute("aria-sort");
        for (const other of table.tHead.rows[0].cells) other.removeAttribute("aria-sort");
        const next = { ascending: "descending", descending: "" }[before] ?? "ascending";
        if (next) head.setAttribute("aria-sort", next);
        body.append(...(next ? sorted(first, column, next === "descending") : first));
      });
      head.append(" ", button);
    });
  }

  /** A box that hides what does not have all its words, and says how many are left. */
  function filterBox(place, what, items, after) {
    const label = document.createElement("label");
    label.className = "filter";
    const box = document.createElement("input");
    box.type = "search";
    const left = document.createElement("output");
    label.append(`Filter ${what} `, box, " ", left);
    const texts = items.map((item) => item.textContent.toLocaleLowerCase());
    box.addEventListener("input", () => {
      const words = box.value.toLocaleLowerCase().split(/\s+/).filter(Boolean);
      items.forEach((item, at) => {
        item.hidden = !words.every((word) => texts[at].includes(word));
      });
      const shown = new Set(texts.filter((_, at) => !items[at].hidden)); // each in one group or more
      left.textContent = words.length ? `${shown.size} of ${new Set(texts).size}` : "";
      if (after) after(words.length > 0);
    });
    place.before(label);
  }

  function filterList(list) {
    const items = [...list.querySelectorAll("dl.list > div, ul.tree > li")];
    const details = [...list.querySelectorAll("details")];
    const open = details.map((one) => one.open);
    filterBox(list, list.dataset.filter, items, (filtering) => {
      details.forEach((one, at) => {
        one.open = filtering || open[at];
        const rest = one.classList.contains("group") && filtering;
        one.hidden = rest && !one.querySelector("dl.list > div:not([hidden])");
      });
    });
  }

  for (const table of document.querySelectorAll("table[data-sort]")) {
    sortable(table);
    const place = table.closest(".scroll") || table;
    filterBox(place, table.dataset.filter, [...table.tBodies[0].rows]);
  }
  for (const list of document.querySelectorAll("div[data-filter]")) {
    if (list.querySelectorAll("dl.list > div, ul.tree > li").length > 12) filterList(list);
  }
})();
