autocmd BufRead,BufNewFile *.mvm setfiletype mvm
