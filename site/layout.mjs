// Lay out the picture of the roles with ELK: reads {"boxes", "arrows"}, writes places as JSON.
// Called by docs/layout_roles.py. Run `npm ci` before. The same input gives the same bytes.
import ELK from "elkjs";
import { text } from "node:stream/consumers";

const SIZES = {
  wide: { width: 280, height: 58, whole: 78, between: 14, layers: 130 },
  narrow: { width: 164, height: 54, whole: 92, between: 10, layers: 28 },
};
const { boxes, arrows } = JSON.parse(await text(process.stdin));
const wholes = new Set(arrows.map(([, whole]) => whole));
const linked = new Set(arrows.flat());
const round = (number) => Math.round(number * 10) / 10;

async function place({ width, height, whole, between, layers }) {
  const found = await new ELK().layout({
    id: "roles",
    layoutOptions: {
      "elk.algorithm": "layered",
      "elk.direction": "RIGHT",
      "elk.edgeRouting": "SPLINES",
      "elk.spacing.nodeNode": String(between),
      "elk.spacing.componentComponent": String(between),
      "elk.layered.spacing.nodeNodeBetweenLayers": String(layers),
      "elk.layered.considerModelOrder.strategy": "NODES_AND_EDGES",
      "elk.separateConnectedComponents": "false",
      "elk.padding": "[top=2,left=2,bottom=2,right=2]",
    },
    children: boxes.map((id) => ({
      id,
      width,
      height: wholes.has(id) ? whole : height,
      layoutOptions: linked.has(id) ? {} : { "elk.layered.layering.layerConstraint": "FIRST" },
    })),
    edges: arrows.map(([from, to]) => ({ id: `${from} ${to}`, sources: [from], targets: [to] })),
  });
  const points = ({ startPoint, bendPoints = [], endPoint }) =>
    [startPoint, ...bendPoints, endPoint].map(({ x, y }) => [round(x), round(y)]);
  return {
    width: round(found.width),
    height: round(found.height),
    boxes: Object.fromEntries(found.children.map((b) => [b.id, [b.x, b.y, b.width, b.height].map(round)])),
    arrows: Object.fromEntries(found.edges.map((e) => [e.id, points(e.sections[0])])),
  };
}

const placed = {};
for (const [name, sizes] of Object.entries(SIZES)) placed[name] = await place(sizes);
process.stdout.write(`${JSON.stringify(placed, null, 1)}\n`);
