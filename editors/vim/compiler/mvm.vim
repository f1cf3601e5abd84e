" `:make` checks the file and fills the quickfix list.
if exists("current_compiler")
  finish
endif
let current_compiler = "mvm"

CompilerSet makeprg=mvm\ check\ --message-format\ short\ %:S
CompilerSet errorformat=%f:%l:%c:\ %trror[%m,%f:%l:%c:\ %tarning[%m,%-G%.%#
