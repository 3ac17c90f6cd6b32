import assert from "node:assert/strict";
import test from "node:test";
import { data } from "./index.mjs";
import { here, load } from "./load.mjs";

const scope = load("search.js", "query.js");
const { Terms, fixed, withPrefixes, completions, table, csv, json, readTriples } = scope.mlopsQuery;
const prefixes = { role: "https://w3id.org/mlops-roles/role/", skill: "https://w3id.org/mlops-roles/skill/", skos: "http://www.w3.org/2004/02/skos/core#" };
const terms = new Terms(scope.mlopsSearch.prepare(data), prefixes);
const ML = "<https://w3id.org/mlops-roles/role/ml-engineer>";
const question = { text: "SELECT ?role { ?role ?p ?o }\nORDER BY ?role", parts: ["PREFIX a: <b> ", "SELECT ?role { ?role ?p ?o }\n", "ORDER BY ?role"] };

test("a value may be a CURIE, an IRI, a notation, a label or a slug", () => {
  for (const name of ["role:ml-engineer", ML, ML.slice(1, -1), "R7", "ml engineer", "ML-Engineer"]) {
    assert.deepEqual(here(terms.meanings(name, ["role"])), [ML], name);
  }
  assert.equal(terms.meanings("product owner", ["role"])[0], "<https://w3id.org/mlops-roles/role/product-owner>");
});

test("a value of a kind that has no such term is refused with its name", () => {
  assert.throws(() => terms.meanings("R99", ["role"]), /no role is called "R99"/);
  assert.throws(() => terms.meanings("ML Engineer", ["skill"]), /no skill/);
});

test("a value of no kind is a text, and a number if it is one", () => {
  assert.deepEqual(here(terms.meanings('say "so"', [])), ['"say \\"so\\""']);
  assert.deepEqual(here(terms.meanings("3", [])), ['"3"', "3"]);
});

test("a value is joined at the end, or around a query that takes no values", () => {
  const [joins, not] = [true, false].map((each) => ({ ...question, parameters: [{ name: "role", joins: each }] }));
  assert.equal(fixed(joins, { role: [ML] }), `${question.text}\nVALUES (?role) { (${ML}) }`);
  assert.equal(fixed(not, { role: ["1", "2"] }), "PREFIX a: <b> SELECT *\nWHERE {\n{\nSELECT ?role { ?role ?p ?o }\n}\nVALUES (?role) { (1) (2) }\n}\nORDER BY ?role");
  assert.equal(fixed(not, {}), question.text);
});

test("prefixes that a query uses are declared before it, on its first line", () => {
  const text = 'SELECT ?x { ?x skos:prefLabel "role:no" . # skill:no\n ?x ?y role:ml-engineer, <skill:no> }';
  const whole = withPrefixes(text, prefixes);
  assert.equal(whole, `PREFIX skos: <${prefixes.skos}> PREFIX role: <${prefixes.role}> ${text}`);
  assert.equal(withPrefixes(whole, prefixes), whole);
});

test("completion knows variables, words of SPARQL, CURIEs and labels", () => {
  const labels = (before, text = before) => here(completions(before, text, terms)).map(({ label }) => label);
  assert.deepEqual(labels("?ro", "?role ?root ?x ?ro"), ["?role", "?root"]);
  assert.deepEqual(labels("SELECT ?x { ?x role:ml"), ["role:ml-engineer"]);
  assert.deepEqual(labels("opt"), ["OPTIONAL"]);
  assert.ok(labels("?x a feature").includes("skill:feature-engineering"));
  assert.deepEqual(labels("SELECT "), []);
});

const answer = {
  head: { vars: ["role", "text"] },
  results: { bindings: [{ role: { type: "uri", value: ML.slice(1, -1) }, text: { type: "literal", value: 'a "b", c' } }, { text: { type: "literal", value: "=1+1" } }] },
};

test("rows have CURIEs; CSV quotes, and disarms what a spreadsheet would compute", () => {
  assert.equal(csv(table(answer, terms)), 'role,text\r\nrole:ml-engineer,"a ""b"", c"\r\n,\'=1+1\r\n');
  assert.deepEqual(JSON.parse(json(table(answer, terms)))[1], { role: null, text: "=1+1" });
  assert.deepEqual(here(table({ boolean: false }, terms)).rows, [["false"]]);
});

test("IRIs of no prefix stay in brackets", () => {
  assert.equal(terms.shorten("https://example.org/x"), "<https://example.org/x>");
  assert.equal(terms.shorten(`${prefixes.role}a/b`), `<${prefixes.role}a/b>`);
});

test("the triples of an endpoint are read", () => {
  const { results } = readTriples('<a:b> <c:d> "e \\"f\\" \\u00E9"@en .\n_:x <c:d> <g:h> .\n');
  assert.deepEqual(here(results.bindings.map(({ object }) => object)), [{ type: "literal", value: 'e "f" é' }, { type: "uri", value: "g:h" }]);
  assert.equal(results.bindings[1].subject.type, "bnode");
});
