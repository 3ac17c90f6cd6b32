import assert from "node:assert/strict";
import test from "node:test";
import { data } from "./index.mjs";
import { here, load } from "./load.mjs";

const { mlopsSearch } = load("search.js");
const index = mlopsSearch.prepare(data);
const found = (text) => here(mlopsSearch.search(index, text)).map(({ term }) => term);

test("case, accents and signs between words do not matter", () => {
  assert.deepEqual(here(mlopsSearch.words("Ingénieur CI/CD, Straße C++")), ["ingenieur", "ci", "cd", "strasse", "c++"]);
});

test("a term needs all words, in any of its texts", () => {
  assert.deepEqual(found("engineer data"), ["role:data-engineer", "role:ml-engineer", "skill:feature-engineering"]);
  assert.deepEqual(found("engineer nothing-like-it"), []);
});

test("a whole text counts more than a word, a word more than a beginning", () => {
  assert.equal(found("data engineer")[0], "role:data-engineer");
  assert.deepEqual(found("feat"), ["skill:feature-engineering"]);
  assert.equal(found("data")[0], "role:data-engineer");
});

test("a word of another language finds the term and says which language", () => {
  const [hit] = mlopsSearch.search(index, "merkmalsextraktion");
  assert.deepEqual([hit.term, hit.place, hit.text], ["skill:feature-engineering", "name (de)", "Merkmalsextraktion für Modelle"]);
});

test("a word that no text has finds words with a similar spelling", () => {
  assert.deepEqual(found("fature"), ["skill:feature-engineering"]);
  assert.deepEqual(found("zzzz"), []);
});

test("no word finds nothing", () => {
  assert.deepEqual(found("  / "), []);
});

test("a title is certain, ambiguous, or one of a similar role", () => {
  const answer = (text) => {
    const one = mlopsSearch.resolve(index, text);
    return one && [one.status, here(one.roles).map(([term]) => term), one.similar?.[0]];
  };
  assert.deepEqual(answer("  Data  ENGINEER "), ["certain", ["role:data-engineer"], undefined]);
  assert.deepEqual(answer("MLOps Engineer"), ["ambiguous", ["role:devops-engineer", "role:ml-engineer"], undefined]);
  assert.deepEqual(answer("Product Owner"), ["certain", ["role:data-engineer"], "role:product-owner"]);
});

test("one word that changes no answer may be before or after a title", () => {
  assert.equal(mlopsSearch.resolve(index, "Senior Data Engineer").status, "certain");
  assert.equal(mlopsSearch.resolve(index, "data engineer entry level").status, "certain");
});

test("any other title has no answer here", () => {
  for (const title of ["Data Engineer Recruiter", "engineer", "senior", "", "ml data engineer", "constructor", "senior toString"]) {
    assert.equal(mlopsSearch.resolve(index, title), null, title);
  }
});
