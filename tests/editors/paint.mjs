// Paints files as Visual Studio Code does, with its own engine: node paint.mjs GRAMMAR FILE…
//
// For each, a line per line of it, with a letter per byte that says what the byte is shown as.

import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import textmate from "vscode-textmate";
import oniguruma from "vscode-oniguruma";

const [path, ...files] = process.argv.slice(2);
const wasm = await readFile(createRequire(import.meta.url).resolve("vscode-oniguruma/release/onig.wasm"));
await oniguruma.loadWASM(wasm.buffer.slice(wasm.byteOffset, wasm.byteOffset + wasm.byteLength));
const registry = new textmate.Registry({
  onigLib: Promise.resolve({
    createOnigScanner: (patterns) => new oniguruma.OnigScanner(patterns),
    createOnigString: (text) => new oniguruma.OnigString(text),
  }),
  loadGrammar: async () => textmate.parseRawGrammar(await readFile(path, "utf8"), path),
});
const grammar = await registry.loadGrammar("source.mvm");

const letters = [
  [/^comment\./, "c"],
  [/^(string\.|constant\.character\.escape)/, "s"],
  [/^(constant\.numeric|keyword\.other\.unit)/, "n"],
  [/^keyword\.operator\.mvm$/, "."],
  [/^(keyword|storage|support|constant\.language)\./, "k"],
];
for (const file of files) {
  let stack = textmate.INITIAL;
  const lines = (await readFile(file, "utf8")).split("\n");
  if (lines.at(-1) === "") lines.pop();
  for (const line of lines) {
    const { tokens, ruleStack } = grammar.tokenizeLine(line, stack);
    stack = ruleStack;
    console.log(tokens.map(({ startIndex, endIndex, scopes }) => {
      const [, letter = "."] = letters.find(([scope]) => scope.test(scopes.at(-1))) ?? [];
      return letter.repeat(Buffer.byteLength(line.slice(startIndex, endIndex)));
    }).join("").slice(0, Buffer.byteLength(line)));
  }
  console.log("=");
}
