; Neovim, Helix and Zed each have their own words, and leave those of the others alone.

[(body) (plan_body) (roll_body)] @indent.begin @indent

"}" @indent.branch @indent.end @outdent

(body "}" @end)
(plan_body "}" @end)
(roll_body "}" @end)
