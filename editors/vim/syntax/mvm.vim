" Vim syntax file for mvm plans.
if exists("b:current_syntax")
  finish
endif

syntax case match

syntax keyword mvmDeclaration use let set class site rack switch server vm route traffic command plan
syntax keyword mvmStatement start stop migrate boot shutdown sync before after seq budget at most
syntax keyword mvmStatement limit freeze allow spread weight minimize expect takes bandwidth slack model
syntax keyword mvmStatement timeout retry reboot run pause then drain any keep gather lonely pin reserve over has needs generations resource overbook maintenance pools pool disk prefer roll return forward empty reverse
syntax keyword mvmJoin on in of with like except and for by into from to until via as
syntax keyword mvmSet all vms servers racks sites switches
syntax keyword mvmProperty memory used cpu hot cold idle downtime copy force off label power hosting overhead
syntax keyword mvmProperty address bmc link capacity rate usable bond guests extra
syntax keyword mvmProperty migrations
syntax keyword mvmConstant pre post either never suspend abort wait starts ends uri
syntax keyword mvmConstant migrating guests answers free defined clock mttr energy makespan moves preferences balance servers bytes filled writes or
syntax keyword mvmConstant impossible possible optimal peak gap end time max choose papers fluid entropy cloudsim simgrid comma liu
syntax keyword mvmTime Mon Tue Wed Thu Fri Sat Sun

" A word behind a dot, or right before a bracket, is part of a name. That has to begin before the word, which would be a keyword.
syntax match mvmName "\.\h\w*"
syntax match mvmName "[[:blank:],(]\h\w*\ze\["

syntax match mvmNumber "\<\d[0-9_]*\(\.\d[0-9_]*\)\?\(%\|\a\+\(\d[0-9_.]*\a\+\)*\(/\(s\|min\|h\|MiB\|GiB\|MB\|GB\)\>\)\?\)\?"
syntax match mvmTime "\<\d\{1,2}:\d\d\(:\d\d\)\?\>"
syntax match mvmTime "\<\d\{4}-\d\d-\d\d\>"
" `UTC`, `CEST`, `Europe/Paris`, `+01:00`, behind a time.
syntax match mvmTime "\(\<\d\{1,2}:\d\d\(:\d\d\)\?\s\+\(\u\{2,6}\s\+\|[+-]\d\d:\d\d\s\+\)\?\)\@40<=\(\u[A-Za-z0-9_-]*\(/\h[A-Za-z0-9_+-]*\)*\|[+-]\d\d:\d\d\)\>"

" A word with a hyphen, and the one that it begins with.
syntax match mvmProperty "\<migration\(-address\)\?\>"

syntax match mvmEscape contained "\\\(["\\nt]\|u{\x\{1,6}}\)"
syntax region mvmString start=+"+ skip=+\\\\\|\\"+ end=+"+ oneline contains=mvmEscape

syntax keyword mvmTodo contained TODO FIXME
syntax match mvmComment "//.*$" contains=mvmTodo,@Spell
syntax match mvmDoc "///.*$" contains=mvmTodo,@Spell

highlight default link mvmDeclaration Structure
highlight default link mvmStatement Statement
highlight default link mvmJoin Operator
highlight default link mvmSet Special
highlight default link mvmProperty Identifier
highlight default link mvmConstant Constant
highlight default link mvmNumber Number
highlight default link mvmTime Number
highlight default link mvmEscape SpecialChar
highlight default link mvmString String
highlight default link mvmTodo Todo
highlight default link mvmComment Comment
highlight default link mvmDoc SpecialComment

let b:current_syntax = "mvm"
