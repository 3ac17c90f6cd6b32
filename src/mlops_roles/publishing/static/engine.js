// Runs SPARQL in the browser: in a worker, which can be ended, else in the page.
"use strict";
(function (scope) {
  /**
   * Load the engine and the data; returns what answers a query.
   * Its text is handed to a worker: it must use nothing outside of itself.
   */
  async function openEngine(oxigraph, wasm, data) {
    const packed = Uint8Array.from(atob(wasm), (letter) => letter.charCodeAt(0));
    const unpacked = new Blob([packed]).stream().pipeThrough(new DecompressionStream("gzip"));
    const { init, Store } = oxigraph();
    await init({ module_or_path: await new Response(unpacked).arrayBuffer() });
    const store = new Store();
    store.load(data, { format: "application/trig", lenient: true, no_transaction: true });

    /** SELECT, ASK, CONSTRUCT or DESCRIBE: the first such word outside of texts, IRIs and comments. */
    function formOf(text) {
      const bare = text.replace(
        /"""[^]*?"""|'''[^]*?'''|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'|<[^<>"{}|^`\\\s]*>|#[^\n]*/g,
        " ",
      );
      return /(?<![?$:\w])(SELECT|ASK|CONSTRUCT|DESCRIBE)(?![\w:])/i.exec(bare)?.[1].toUpperCase() ?? "";
    }

    /** A term as SPARQL's JSON results write it. */
    function plain(term) {
      const value = term.value;
      if (term.termType === "NamedNode") return { type: "uri", value };
      if (term.termType === "BlankNode") return { type: "bnode", value };
      if (term.termType !== "Literal") return { type: "literal", value: String(term) };
      if (term.language) return { type: "literal", value, "xml:lang": term.language };
      return { type: "literal", value, datatype: term.datatype.value };
    }

    return function answer(text) {
      const options = { use_default_graph_as_union: true };
      if (/CONSTRUCT|DESCRIBE/.test(formOf(text))) {
        const vars = ["subject", "predicate", "object"];
        const quads = store.query(text, options).sort((a, b) => (String(a) < String(b) ? -1 : 1));
        const bindings = quads.map((quad) => Object.fromEntries(vars.map((name) => [name, plain(quad[name])])));
        return { isGraph: true, triples: quads.map(String), head: { vars }, results: { bindings } };
      }
      return JSON.parse(store.query(text, { ...options, results_format: "application/sparql-results+json" }));
    };
  }

  /** What a worker does: open the engine with the first message, answer each further one. */
  function serve(worker, open, oxigraph) {
    let opened = null;
    worker.onmessage = async ({ data: message }) => {
      try {
        opened = opened || open(oxigraph, message.wasm, message.data);
        const answer = await opened;
        worker.postMessage(message.text === undefined ? { ready: true } : { answer: answer(message.text) });
      } catch (error) {
        worker.postMessage({ error: String(error?.message ?? error), broken: error instanceof WebAssembly.RuntimeError });
      }
    };
  }

  /** Load a script of the site once. */
  const scripts = new Map();
  function loadScript(address) {
    if (!scripts.has(address)) {
      const script = document.createElement("script");
      script.src = address;
      const loaded = new Promise((resolve, reject) => {
        script.addEventListener("load", resolve);
        script.addEventListener("error", () => reject(new Error(`${address} could not be loaded`)));
      });
      scripts.set(address, loaded);
      document.head.append(script);
    }
    return scripts.get(address);
  }

  /** The engine of a page; `root` leads to the folder of the site. */
  class Engine {
    constructor(root) {
      this.root = root;
      this.opened = null;
      this.worker = null;
      this.isInPage = false;
    }

    /** Load it, if it is not loaded. */
    open() {
      this.opened = this.opened || this._open();
      return this.opened;
    }

    async _open() {
      const needed = ["vendor/engine.js", "vendor/engine-wasm.js", "data/ontology.js"];
      await Promise.all(needed.map((path) => loadScript(this.root + path)));
      const parts = { wasm: scope.mlopsEngineWasm, data: scope.mlopsOntology };
      try {
        const text = `"use strict";(${serve})(self,${openEngine},${scope.mlopsEngine});`;
        this.worker = new Worker(URL.createObjectURL(new Blob([text], { type: "text/javascript" })));
        await this._send(parts);
      } catch (error) {
        if (error.isAnswer) throw error;
        this.worker = null;
        this.isInPage = true;
        this.answer = await openEngine(scope.mlopsEngine, parts.wasm, parts.data);
      }
    }

    _send(message) {
      const worker = this.worker;
      return new Promise((resolve, reject) => {
        this.reject = reject;
        worker.onmessage = ({ data }) => {
          if (data.broken) this.close();
          if (data.error === undefined) resolve(data.answer);
          else reject(Object.assign(new Error(data.error), { isAnswer: true }));
        };
        worker.onerror = (event) => reject(new Error(event.message || "the browser allows no worker here"));
        worker.postMessage(message);
      });
    }

    /** The answer to a query; it ends after `limit` milliseconds. */
    async run(text, limit) {
      await this.open();
      if (this.isInPage) return this.answer(text);
      const timer = setTimeout(() => this.stop(`stopped after ${limit / 1000} seconds`), limit);
      try {
        return await this._send({ text });
      } finally {
        clearTimeout(timer);
      }
    }

    /** End the query that is running. The next one loads the engine again. */
    stop(why = "stopped") {
      const reject = this.reject;
      if (!this.worker) return;
      this.close();
      reject?.(Object.assign(new Error(why), { isAnswer: true }));
    }

    close() {
      this.worker?.terminate();
      this.worker = null;
      this.opened = null;
    }
  }

  scope.mlopsEngines = { Engine, openEngine, loadScript };
})(globalThis);
