import assert from "node:assert/strict";
import test from "node:test";
import { load } from "./load.mjs";

const { layout } = load("picture.js").mlopsPicture;
const arrows = (...pairs) => pairs.map(([from, to]) => ({ from, property: "p", to }));

test("each statement goes to the right, and no thing covers another", () => {
  const { boxes, lines } = layout(arrows(["a", "b"], ["b", "c"], ["a", "c"], ["a", "d"]), String);
  for (const { a, b } of lines) assert.ok(a.x < b.x, `${a.text} ${b.text}`);
  assert.equal(new Set(boxes.map(({ x, y }) => `${x} ${y}`)).size, 4);
});

test("a circle is drawn, too", () => {
  const { boxes, lines } = layout(arrows(["a", "b"], ["b", "c"], ["c", "a"], ["a", "a"]), String);
  assert.deepEqual([boxes.length, lines.length], [3, 3]);
});

test("of many things the first are drawn, and the others counted", () => {
  const { boxes, left, lines } = layout(arrows(...Array.from({ length: 100 }, (_, at) => ["a", `b${at}`])), String);
  assert.deepEqual([boxes.length, left, lines.length], [40, 61, 39]);
});
