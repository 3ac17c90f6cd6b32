// A picture of triples: things in columns from left to right, each statement a line between two.
"use strict";
(function (scope) {
  const MAX_NODES = 40;
  const WIDTH = 190; // of a thing
  const HEIGHT = 30;
  const BETWEEN = 170; // columns; the name of the property is there
  const APART = 14; // things of a column
  const LETTERS = 25; // of a name

  /** The column of each node: the longest way to it over lines that close no circle. */
  function columns(nodes, edges) {
    const out = new Map(nodes.map((node) => [node, []]));
    for (const { from, to } of edges) out.get(from).push(to);
    const column = new Map();
    const open = new Set();
    const order = [];
    const visit = (node) => {
      open.add(node);
      for (const next of out.get(node)) if (!open.has(next) && !column.has(next)) visit(next);
      open.delete(node);
      column.set(node, 0);
      order.unshift(node);
    };
    const entered = new Set(edges.map(({ to }) => to));
    const starts = [...nodes.filter((node) => !entered.has(node)), ...nodes];
    for (const node of starts) if (!column.has(node)) visit(node);
    const place = new Map(order.map((node, at) => [node, at]));
    for (const node of order) {
      for (const next of out.get(node)) {
        if (place.get(next) > place.get(node)) column.set(next, Math.max(column.get(next), column.get(node) + 1));
      }
    }
    return column;
  }

  /** Order each column by the mean place of what its things are connected with. */
  function arrange(byColumn, edges) {
    const at = new Map();
    const number = () => byColumn.forEach((column) => column.forEach((node, place) => at.set(node, place / column.length)));
    const around = new Map();
    for (const { from, to } of edges) {
      around.set(from, [...(around.get(from) ?? []), to]);
      around.set(to, [...(around.get(to) ?? []), from]);
    }
    for (let round = 0; round < 8; round++) {
      number();
      for (const column of round % 2 ? [...byColumn].reverse() : byColumn) {
        const mean = new Map(
          column.map((node) => {
            const places = (around.get(node) ?? []).map((other) => at.get(other));
            return [node, places.length ? places.reduce((sum, place) => sum + place, 0) / places.length : at.get(node)];
          }),
        );
        column.sort((a, b) => mean.get(a) - mean.get(b));
      }
    }
  }

  function shorten(text) {
    return text.length > LETTERS ? `${text.slice(0, LETTERS - 1)}…` : text;
  }

  /**
   * Places of things and lines. `triples` are {from, property, to}: texts that identify them;
   * `name` gives the text to show. Of more than 40 things the first ones are drawn.
   */
  function layout(triples, name) {
    const all = [...new Set(triples.flatMap(({ from, to }) => [from, to]))];
    const nodes = all.slice(0, MAX_NODES);
    const shown = new Set(nodes);
    const edges = triples.filter(({ from, to }) => shown.has(from) && shown.has(to) && from !== to);
    const column = columns(nodes, edges);
    const byColumn = [];
    for (const node of nodes) (byColumn[column.get(node)] ??= []).push(node);
    const property = new Map(edges.map((edge) => [edge.to, edge.property])); // its things together
    const filled = byColumn.filter(Boolean);
    for (const each of filled) each.sort((a, b) => (property.get(a) ?? "").localeCompare(property.get(b) ?? ""));
    arrange(filled, edges);
    const tallest = Math.max(1, ...filled.map((each) => each.length)) * (HEIGHT + APART);
    const boxes = new Map();
    filled.forEach((each, x) => {
      const top = (tallest - each.length * (HEIGHT + APART)) / 2;
      each.forEach((node, y) => {
        const text = shorten(name(node));
        boxes.set(node, { node, text, x: x * (WIDTH + BETWEEN) + 1, y: top + y * (HEIGHT + APART) + APART / 2 });
      });
    });
    const lines = edges.map(({ from, property, to }) => ({ a: boxes.get(from), b: boxes.get(to), text: shorten(name(property)) }));
    const width = filled.length * WIDTH + Math.max(0, filled.length - 1) * BETWEEN + 2;
    return { boxes: [...boxes.values()], lines, width, height: tallest, left: all.length - nodes.length };
  }

  function element(name, attributes, ...children) {
    const made = document.createElementNS("http://www.w3.org/2000/svg", name);
    for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
    made.append(...children);
    return made;
  }

  /** A line, and the name of its property at its end, below those of `before` other lines. */
  function line({ a, b, text }, before) {
    const forward = b.x > a.x;
    const [x1, x2] = forward ? [a.x + WIDTH, b.x] : [a.x, b.x + WIDTH];
    const [y1, y2] = [a.y + HEIGHT / 2, b.y + HEIGHT / 2];
    const bend = forward ? BETWEEN / 2 : -BETWEEN / 2;
    const path = element("path", { d: `M${x1} ${y1} C${x1 + bend} ${y1} ${x2 - bend} ${y2} ${x2} ${y2}`, "marker-end": "url(#arrow)" });
    path.append(element("title", {}, `${a.text} ${text} ${b.text}`));
    const place = { x: x2 - (forward ? 12 : -12), y: y2 - 4 + 15 * before };
    return [path, element("text", { ...place, class: forward ? "property" : "property back" }, text)];
  }

  /** The picture as SVG, and where most lines meet. `link` gives the address of a thing, or null. */
  function draw(triples, name, link) {
    const { boxes, lines, width, height, left } = layout(triples, name);
    const arrow = element("path", { d: "M0 0 L8 4 L0 8 z" });
    const marker = element("marker", { id: "arrow", viewBox: "0 0 8 8", refX: 8, refY: 4, markerWidth: 7, markerHeight: 7, orient: "auto" }, arrow);
    const svg = element("svg", { viewBox: `0 0 ${width} ${height}`, width, height, role: "group", class: "picture", "aria-label": `Things: ${boxes.length}; statements: ${lines.length}` });
    svg.append(element("defs", {}, marker));
    const names = new Map(); // of the lines that end at a thing: each name once
    for (const each of lines) {
      const known = names.get(each.b) ?? new Set();
      const [path, text] = line(each, known.size);
      svg.append(path, ...(known.has(each.text) ? [] : [text]));
      names.set(each.b, known.add(each.text));
    }
    for (const { node, text, x, y } of boxes) {
      const box = element("rect", { x, y, width: WIDTH, height: HEIGHT, rx: 5 });
      const label = element("text", { x: x + WIDTH / 2, y: y + HEIGHT / 2 + 4, "text-anchor": "middle" }, text);
      const title = element("title", {}, name(node));
      const address = link(node);
      svg.append(address ? element("a", { href: address }, title, box, label) : element("g", {}, title, box, label));
    }
    const count = (box) => lines.filter(({ a, b }) => a === box || b === box).length;
    const most = boxes.reduce((best, box) => (count(box) > count(best) ? box : best));
    return { svg, left, centre: { x: most.x + WIDTH, y: most.y + HEIGHT / 2 } };
  }

  scope.mlopsPicture = { layout, draw };
})(globalThis);
