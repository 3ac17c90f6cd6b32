// The editor of the query page: CodeMirror with SPARQL, completion by a function of the page.
// It lives in a shadow root, where CodeMirror's styles are a constructed style sheet: the page's
// Content-Security-Policy forbids <style> elements.
import { autocompletion, completionKeymap, startCompletion } from "@codemirror/autocomplete";
import { defaultKeymap, history, historyKeymap } from "@codemirror/commands";
import { HighlightStyle, StreamLanguage, bracketMatching, syntaxHighlighting } from "@codemirror/language";
import { sparql } from "@codemirror/legacy-modes/mode/sparql";
import { EditorState } from "@codemirror/state";
import { EditorView, highlightSpecialChars, keymap } from "@codemirror/view";
import { tags } from "@lezer/highlight";

const colours = HighlightStyle.define([
  { tag: tags.keyword, color: "var(--accent)", fontWeight: "600" },
  { tag: tags.comment, color: "var(--muted)" },
  { tag: [tags.string, tags.literal], color: "var(--code-text)" },
  { tag: [tags.variableName, tags.special(tags.variableName)], color: "var(--code-variable)" },
  { tag: tags.atom, color: "var(--code-iri)" },
  { tag: tags.standard(tags.variableName), color: "var(--accent)" },
]);

const theme = EditorView.theme({
  "&": { color: "var(--ink)", backgroundColor: "var(--soft)", fontSize: "0.9rem" },
  "&.cm-focused": { outline: "2px solid var(--accent)" },
  ".cm-content": { fontFamily: "ui-monospace, Menlo, Consolas, monospace", caretColor: "var(--ink)", minHeight: "9rem" },
  ".cm-scroller": { maxHeight: "28rem", overflow: "auto" },
  ".cm-cursor": { borderLeftColor: "var(--ink)" },
  ".cm-tooltip": { color: "var(--ink)", backgroundColor: "var(--paper)", borderColor: "var(--line)" },
  ".cm-tooltip-autocomplete ul li[aria-selected]": { color: "var(--paper)", background: "var(--accent)" },
  ".cm-completionDetail": { fontStyle: "normal", opacity: "0.8" },
  "&.cm-focused .cm-matchingBracket": { backgroundColor: "var(--line)" },
});

/** Put an editor into an element. `complete(word)` gives the options for the word being written. */
export function createEditor(host, { text, label, complete, onRun, onChange }) {
  const root = host.attachShadow({ mode: "open" });
  const source = (context) => {
    const word = context.matchBefore(/[\w?:<-]+/);
    if (!context.explicit && (!word || word.to - word.from < 2)) return null;
    const from = word ? word.from : context.pos;
    const options = complete(context.state.sliceDoc(from, context.pos), context.state.doc.toString());
    return options.length ? { from, options, filter: false } : null;
  };
  // the browser would style what is typed over a selection, which the page's policy forbids
  const overwrite = (event, view) => {
    if (event.inputType !== "insertText" || view.composing || view.state.selection.main.empty) return false;
    event.preventDefault();
    view.dispatch(view.state.replaceSelection(event.data), { userEvent: "input.type" });
    return true;
  };
  const run = { key: "Mod-Enter", run: () => (onRun(), true), preventDefault: true };
  const view = new EditorView({
    root,
    parent: root,
    state: EditorState.create({
      doc: text,
      extensions: [
        keymap.of([run, ...completionKeymap, ...defaultKeymap, ...historyKeymap]),
        history(),
        highlightSpecialChars(),
        bracketMatching(),
        StreamLanguage.define(sparql),
        syntaxHighlighting(colours),
        autocompletion({ override: [source], icons: false }),
        EditorView.lineWrapping,
        EditorView.domEventHandlers({ beforeinput: overwrite }),
        EditorView.contentAttributes.of({ "aria-label": label, spellcheck: "false" }),
        EditorView.updateListener.of((update) => update.docChanged && onChange()),
        theme,
      ],
    }),
  });
  return {
    get text() {
      return view.state.doc.toString();
    },
    set text(value) {
      view.dispatch({ changes: { from: 0, to: view.state.doc.length, insert: value } });
    },
    focus: () => view.focus(),
    complete: () => startCompletion(view),
  };
}
