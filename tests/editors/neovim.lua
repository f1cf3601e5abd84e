-- Neovim on two files, with the server of mvm: nvim --headless -c "luafile neovim.lua"
--
-- The clients are installed, and `mvm` is on the path. Works in the current folder, which has inventory.mvm and plan.mvm; says what
-- is not as it should be, a line each, and ends with status 1 where something is.

vim.opt.swapfile = false
vim.opt.hidden = true

-- A watchdog only, far above what any answer takes.
local patience = 120000
local wrong = {}

-- Who is asked takes the first, or says this.
local said
vim.ui.select = function(items, _, done)
  done(items[1], 1)
end
vim.ui.input = function(_, done)
  done(said)
end

local function check(what, holds, shown)
  if not holds then
    table.insert(wrong, what .. ': ' .. vim.inspect(shown))
  end
end

local function wait(what, holds)
  check(what, vim.wait(patience, holds, 20), 'never')
end

local function keys(typed)
  vim.api.nvim_feedkeys(vim.api.nvim_replace_termcodes(typed, true, false, true), 'tx', false)
end

-- What is wrong in the buffer: line and column from 1, code, the first line of the message.
local function shown()
  local lines = vim.tbl_map(function(d)
    return ('%d:%d %s %s'):format(d.lnum + 1, d.col + 1, d.code, d.message:match('[^\n]*'))
  end, vim.diagnostic.get(0))
  table.sort(lines)
  return table.concat(lines, '\n')
end

-- Waits until the server has looked at the text as it is: what is asked about all files waits for that.
local function settle()
  local params = vim.lsp.util.make_position_params()
  params.context = { includeDeclaration = false }
  vim.lsp.buf_request_sync(0, 'textDocument/references', params, patience)
end

local function at(pattern)
  vim.fn.cursor(1, 1)
  check(pattern .. ' is there', vim.fn.search(pattern, 'c') > 0, vim.api.nvim_buf_get_lines(0, 0, -1, false))
end

local function is(what, found, expected)
  check(what .. ' is ' .. vim.inspect(expected), found == expected, found)
end

local function story()
  vim.cmd('edit plan.mvm')
  is('the file type', vim.bo.filetype, 'mvm')
  wait('the server answers', function()
    local client = vim.lsp.buf_get_clients(0)
    return next(client) ~= nil and vim.tbl_values(client)[1].initialized
  end)
  settle()
  is('what is wrong', shown(), '')

  -- A wrong unit is told at its place, and mended by the code action.
  at('2kW')
  keys('cw2 KW<Esc>')
  wait('the unit is told', function()
    return shown() ~= ''
  end)
  is('the unit', shown():match('^%d+:%d+ %S+'), '7:11 E0101')
  keys('gra')
  wait('the blank is taken out', function()
    return vim.fn.search('2KW', 'cw') > 0
  end)
  settle()
  keys('gra')
  wait('the unit is mended', function()
    return vim.fn.search('2kW', 'cw') > 0
  end)
  settle()
  is('what is wrong', shown(), '')

  -- Completion knows the place. Its keys need somebody who waits, as the terminal's test does.
  at('  budget')
  keys('Omigrate web4 to r2.s<Esc>')
  settle()
  local params = vim.lsp.util.make_position_params()
  params.position.character = #vim.api.nvim_get_current_line()
  local answer = vim.lsp.buf_request_sync(0, 'textDocument/completion', params, patience)
  local items = vim.tbl_values(answer)[1].result
  local words = vim.tbl_map(function(item)
    return item.textEdit.newText
  end, items.items or items)
  check('a server is completed', vim.tbl_contains(words, 'r2.s[1..4]'), words)
  keys('dd')
  settle()

  -- What stands under the cursor is explained.
  at('web3')
  local found = vim.lsp.buf_request_sync(0, 'textDocument/hover', vim.lsp.util.make_position_params(), patience)
  local text = vim.tbl_values(found)[1].result.contents.value
  check('the VM is explained', text:match('web3'), text)

  -- The declaration is in the other file.
  keys('<C-]>')
  is('the declaration is in', vim.fn.expand('%:t'), 'inventory.mvm')
  check('it is the line of web', vim.api.nvim_get_current_line():match('^vm web'), vim.api.nvim_get_current_line())
  keys('<C-t>')
  is('the way back', vim.fn.expand('%:t'), 'plan.mvm')

  -- A rename goes through both.
  at('web3')
  said = 'shop'
  keys('grn')
  wait('it is renamed here', function()
    return vim.fn.search('shop3', 'cw') > 0
  end)
  vim.cmd('wall')
  is('it is renamed there', #vim.fn.filter(vim.fn.readfile('inventory.mvm'), 'v:val =~ "^vm shop\\\\["'), 1)
  settle()
  is('what is wrong', shown(), '')

  -- The one layout.
  at('  budget 2kW')
  keys('cc   budget   2kW<Esc>')
  settle()
  vim.cmd('MvmFormat')
  wait('it is laid out', function()
    return vim.fn.search('^  budget 2kW$', 'cw') > 0
  end)
  vim.cmd('wall')
end

local ok, why = xpcall(story, debug.traceback)
if not ok then
  table.insert(wrong, why)
end
io.stdout:write(table.concat(wrong, '\n') .. '\n')
vim.cmd(#wrong == 0 and 'qall!' or 'cquit!')
