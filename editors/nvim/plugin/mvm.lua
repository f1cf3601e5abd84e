-- The language server of mvm for each of its files. Neovim 0.7 and later.
if vim.g.loaded_mvm then
  return
end
vim.g.loaded_mvm = true

-- The project of a file: the nearest folder above it with a `.git`, as for `mvm check`; its own folder where there is none.
local function root(file)
  local folder = vim.fn.fnamemodify(file, ':p:h')
  local git = vim.fn.finddir('.git', folder .. ';')
  return git ~= '' and vim.fn.fnamemodify(git, ':p:h:h') or folder
end

-- What Neovim 0.11 sets by itself, for those before it: the same keys, where they are free.
local function older(buffer)
  if vim.fn.has('nvim-0.11') == 1 then
    return
  end
  if vim.fn.has('nvim-0.8') == 0 then
    vim.bo[buffer].omnifunc = 'v:lua.vim.lsp.omnifunc'
    vim.bo[buffer].tagfunc = 'v:lua.vim.lsp.tagfunc'
  end
  local keys = {
    K = vim.lsp.buf.hover,
    grn = vim.lsp.buf.rename,
    gra = vim.lsp.buf.code_action,
    grr = vim.lsp.buf.references,
    gO = vim.lsp.buf.document_symbol,
  }
  for key, action in pairs(keys) do
    if vim.fn.mapcheck(key, 'n') == '' then
      vim.keymap.set('n', key, function()
        action()
      end, { buffer = buffer })
    end
  end
end

local function format()
  if vim.lsp.buf.format then
    vim.lsp.buf.format()
  else
    vim.lsp.buf.formatting_sync()
  end
end

local clients = {}

local function attach(buffer)
  local file = vim.api.nvim_buf_get_name(buffer)
  if file == '' then
    return
  end
  local folder = root(file)
  local config = {
    name = 'mvm',
    cmd = vim.g.mvm_command or { 'mvm', 'lsp' },
    root_dir = folder,
    workspace_folders = { { uri = vim.uri_from_fname(folder), name = folder } },
  }
  if vim.lsp.start then
    vim.lsp.start(config, { bufnr = buffer })
  else
    -- Neovim 0.7 has no `vim.lsp.start`: one client for each project.
    local client = clients[folder]
    if not client or not vim.lsp.get_client_by_id(client) then
      client = vim.lsp.start_client(config)
      clients[folder] = client
    end
    if not client then
      return
    end
    vim.lsp.buf_attach_client(buffer, client)
  end
  older(buffer)
  vim.api.nvim_buf_create_user_command(buffer, 'MvmFormat', format, { desc = 'Write the file in the one layout' })
end

vim.api.nvim_create_autocmd('FileType', {
  pattern = 'mvm',
  callback = function(event)
    attach(event.buf)
  end,
})
