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
    return
  end
  -- Neovim 0.7 has no `vim.lsp.start`: one client for each project.
  local client = clients[folder]
  if not client or not vim.lsp.get_client_by_id(client) then
    client = vim.lsp.start_client(config)
    clients[folder] = client
  end
  if client then
    vim.lsp.buf_attach_client(buffer, client)
  end
end

vim.api.nvim_create_autocmd('FileType', {
  pattern = 'mvm',
  callback = function(event)
    attach(event.buf)
  end,
})
