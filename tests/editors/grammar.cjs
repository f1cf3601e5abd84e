// What a grammar of tree-sitter says, as its generator writes it down: node grammar.cjs GRAMMAR.js
//
// The generator need not be here for that: these are its words.

const rule = (value) => {
  if (typeof value === "string") return { type: "STRING", value };
  if (value instanceof RegExp) return { type: "PATTERN", value: value.source };
  return value;
};
const members = (type) => (...rules) => ({ type, members: rules.map(rule) });
const around = (type) => (content) => ({ type, content: rule(content) });
const precedence = (type) => (value, content) =>
  content === undefined ? { type, value: 0, content: rule(value) } : { type, value, content: rule(content) };

const choice = members("CHOICE");
const token = Object.assign(around("TOKEN"), { immediate: around("IMMEDIATE_TOKEN") });
const prec = Object.assign(precedence("PREC"), {
  left: precedence("PREC_LEFT"),
  right: precedence("PREC_RIGHT"),
  dynamic: precedence("PREC_DYNAMIC"),
});
const names = new Proxy({}, { get: (_, name) => ({ type: "SYMBOL", name }) });

Object.assign(globalThis, {
  seq: members("SEQ"),
  choice,
  repeat: around("REPEAT"),
  repeat1: around("REPEAT1"),
  optional: (content) => choice(content, { type: "BLANK" }),
  field: (name, content) => ({ type: "FIELD", name, content: rule(content) }),
  alias: (content, { name }) => ({ type: "ALIAS", content: rule(content), named: true, value: name }),
  token,
  prec,
  grammar: ({ rules, extras, conflicts, word }) => ({
    word: word(names).name,
    rules: Object.fromEntries(Object.entries(rules).map(([name, of]) => [name, rule(of(names))])),
    extras: extras(names).map(rule),
    conflicts: conflicts(names).map((names) => names.map(({ name }) => name)),
  }),
});

console.log(JSON.stringify(require(require("node:path").resolve(process.argv[2]))));
