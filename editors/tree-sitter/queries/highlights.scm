; The names of captures are those that Neovim, Helix, Zed and GitHub all know. No two patterns are about the same text.

(comment) @comment
(doc_comment) @comment.documentation

(string) @string
(escape) @string.special
(number) @constant.numeric
(unit) @constant.numeric
[(date) (time) (weekday) (zone) (offset)] @constant.numeric

[
  "use" "let" "set" "class" "site" "rack" "switch" "server" "vm" "route" "traffic" "command" "plan" "generations" "resource"
] @keyword

; Sentences of plans, and what holds them together.
[
  "start" "stop" "migrate" "boot" "shutdown" "reboot" "drain" "empty" "roll" "forward" "return" "reverse" "run" "pause" "sync" "starts" "ends" "before" "after" "budget"
  "at" "most" "limit" "freeze" "allow" "spread" "over" "keep" "reserve" "weight" "minimize" "expect" "end" "time" "takes"
  "bandwidth" "slack" "model" "timeout" "then" "retry" "any" "for" "gather" "prefer" "servers" "overbook" "downtime"
] @keyword
(rule) @keyword

["on" "in" "of" "with" "like" "except" "and" "by" "into" "from" "to" "until" "via" "as" "or"] @keyword.operator

; What things have.
["hot" "idle" "copy" "force" "off" "extra" "migration" "migrations" "link" "guests" "label" "maintenance" "pools" "pool" "disk" "filled" "writes"]
@attribute
[(measure) (labelling) (addressing) (share)] @attribute

[(choice) (kind) "bytes"] @constant.builtin
((command kind: (_) @constant.builtin)
  (#any-of? @constant.builtin
    "boot" "shutdown" "start" "stop" "uri" "migrate" "cold" "migrating" "guests" "answers" "power" "free" "abort" "suspend"
    "post" "defined" "clock" "run"))

(plan name: (identifier) @function)
(class name: (identifier) @type)
(classes (path) @type)
(declaration name: (name . (identifier) @variable))
(let name: (identifier) @constant)
(set name: (identifier) @variable)
(binding name: (identifier) @variable.parameter)

["->" "<=" ".." "=" "+" "-" "*" "/"] @operator
["{" "}" "[" "]" "(" ")"] @punctuation.bracket
["," ":" "."] @punctuation.delimiter
