; Of Helix and Neovim: a plan is its function, a sentence or property an entry.

(plan body: (_) @function.inside @function.inner) @function.around @function.outer
(declaration body: (_) @class.inside @class.inner) @class.around @class.outer
(class body: (_) @class.inside @class.inner) @class.around @class.outer
[(statement) (property)] @entry.around @statement.outer
[(comment) (doc_comment)] @comment.inside @comment.inner @comment.around @comment.outer
