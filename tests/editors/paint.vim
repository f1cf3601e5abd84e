" Paints files: for each, a line per line of it, with a letter per byte that says what the byte is shown as.
" The files are the arguments; the result goes to the file that $PAINTED names.
syntax on
let letters = {
      \ 'mvmDeclaration': 'k', 'mvmStatement': 'k', 'mvmJoin': 'k', 'mvmSet': 'k', 'mvmProperty': 'k', 'mvmConstant': 'k',
      \ 'mvmNumber': 'n', 'mvmTime': 'n', 'mvmZone': 'n', 'mvmString': 's', 'mvmEscape': 's', 'mvmComment': 'c', 'mvmDoc': 'c',
      \ 'mvmTodo': 'c' }
let painted = []
for file in argv()
  execute 'edit' fnameescape(file)
  syntax sync fromstart
  for line in range(1, line('$'))
    let columns = range(1, col([line, '$']) - 1)
    let names = map(columns, "get(letters, synIDattr(synID(line, v:val, 1), 'name'), '.')")
    call add(painted, join(names, ''))
  endfor
  call add(painted, '=')
endfor
call writefile(painted, $PAINTED)
qall!
