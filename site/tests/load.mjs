// Load classic scripts as a page does: each leaves its names in one scope, here without a document.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import vm from "node:vm";

const published = join(fileURLToPath(import.meta.url), "../../../src/mlops_roles/publishing");

/** The scope after some scripts of the folder `static`. */
export function load(...names) {
  const scope = vm.createContext({ structuredClone, console });
  for (const name of names) vm.runInContext(readFileSync(join(published, "static", name), "utf8"), scope);
  return scope;
}

/** The text of a file that npm's packages are bundled in; null if it is not there. */
export function vendor(name) {
  try {
    return readFileSync(join(published, "vendor", name), "utf8");
  } catch {
    return null;
  }
}

/** A value of another realm as one of this, for deepEqual. */
export function here(value) {
  return value === undefined ? undefined : JSON.parse(JSON.stringify(value));
}
