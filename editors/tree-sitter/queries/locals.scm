; Loop variables live in their statement, whose `for` stands at its end.

(statement) @local.scope
(binding name: (identifier) @local.definition)
(name . (identifier) @local.reference)
