import assert from "node:assert/strict";
import test from "node:test";
import vm from "node:vm";
import { load, vendor } from "./load.mjs";

const skip = vendor("engine.js") === null && "npm was not run: site/build.mjs bundles the engine";

test("the bundled engine answers each form of query over all graphs", { skip }, async () => {
  const { mlopsEngines } = load("engine.js");
  // its text runs in the realm of a worker; here in this one, which has atob and WebAssembly
  const openEngine = vm.runInThisContext(`(${mlopsEngines.openEngine})`);
  const engine = vm.runInThisContext(`(() => { ${vendor("engine.js")} return mlopsEngine; })()`);
  const wasm = /"(.*)"/s.exec(vendor("engine-wasm.js"))[1];
  const answer = await openEngine(engine, wasm, "<a:b> <c:d> 'x'@en . <g:g> { <a:b> <c:e> _:f }");
  assert.equal(answer("SELECT * { ?s ?p ?o }").results.bindings.length, 2);
  assert.equal(answer("# CONSTRUCT\nASK { ?construct <c:d> 'CONSTRUCT' }").boolean, false);
  const graph = answer("PREFIX select: <c:> CONSTRUCT WHERE { ?s ?p ?o }");
  assert.deepEqual(graph.triples.length, 2);
  assert.deepEqual(graph.results.bindings[0].object, { type: "literal", value: "x", "xml:lang": "en" });
  assert.throws(() => answer("SELECT {"), /expected/i);
});
