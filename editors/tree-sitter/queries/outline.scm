; The outline of Zed.

(plan "plan" @context name: (_) @name) @item
(class "class" @context name: (_) @name) @item
(declaration . _ @context name: (name) @name) @item
(let "let" @context name: (_) @name) @item
(set "set" @context name: (_) @name) @item
