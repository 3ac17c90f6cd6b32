// Bundle what others wrote (the query page's editor and SPARQL engine) into the package:
// node build.mjs. Run `npm ci` before. The same versions give the same bytes.
import { build } from "esbuild";
import { mkdir, readFile, readdir, rm, stat, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";

const here = dirname(fileURLToPath(import.meta.url));
const vendor = join(here, "../src/mlops_roles/publishing/vendor");
const BUDGET = { "editor.js": 420_000, "engine.js": 60_000, "engine-wasm.js": 2_000_000 }; // bytes

/** One classic script that leaves one name: modules do not load from file://. */
async function bundle(entry, globalName) {
  const { outputFiles, metafile } = await build({
    absWorkingDir: here,
    ...entry,
    bundle: true,
    write: false,
    metafile: true,
    format: "iife",
    globalName,
    minify: true,
    legalComments: "none", // LICENSES.txt has them whole
    charset: "utf8",
    target: ["chrome100", "firefox113", "safari16.4"],
    logOverride: { "empty-import-meta": "silent" }, // the engine is given its bytes
    logLevel: "warning",
  });
  const inputs = Object.keys(metafile.inputs).map((path) => /node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(path)?.[1]);
  return { text: outputFiles[0].text, packages: inputs.filter(Boolean) };
}

/** The licence of a package as a text: its own file, or for a name of it the one in this project. */
async function licence(name) {
  const folder = join(here, "node_modules", name);
  const about = JSON.parse(await readFile(join(folder, "package.json"), "utf8"));
  const file = (await readdir(folder)).find((found) => /^licen[cs]e/i.test(found));
  if (!file && !/Apache-2\.0/.test(about.license)) throw new Error(`${name}: no licence file; leave it out`);
  const text = await readFile(file ? join(folder, file) : join(here, "../LICENSE"), "utf8");
  const used = file ? about.license : `${about.license}, used under Apache-2.0`;
  return `${name} ${about.version} (${used})\n\n${text.trim()}\n`;
}

const editor = await bundle({ entryPoints: ["editor.js"] }, "mlopsEditor");
const engine = await bundle(
  { stdin: { contents: 'export { default as init, Store } from "oxigraph/web.js"', resolveDir: here } },
  "engine",
);
const wasm = await readFile(join(here, "node_modules/oxigraph/web_bg.wasm"));
const files = {
  "editor.js": editor.text,
  // a function, so that the page can hand its text to a worker, which file:// gives no address
  "engine.js": `var mlopsEngine=function(){${engine.text.trim()}return engine};\n`,
  "engine-wasm.js": `var mlopsEngineWasm="${gzipSync(wasm, { level: 9 }).toString("base64")}";\n`,
};
const packages = [...new Set([...editor.packages, ...engine.packages])].sort();
const texts = await Promise.all(packages.map(licence));
files["LICENSES.txt"] = texts.join(`\n${"-".repeat(80)}\n\n`);

await rm(vendor, { recursive: true, force: true });
await mkdir(vendor, { recursive: true });
for (const [name, text] of Object.entries(files)) {
  await writeFile(join(vendor, name), text);
  const { size } = await stat(join(vendor, name));
  if (size > (BUDGET[name] ?? Infinity)) throw new Error(`${name}: ${size} bytes; the budget is ${BUDGET[name]}`);
  console.log(`${name}: ${size} bytes, ${gzipSync(text).length} compressed`);
}
