; What GitHub finds by name.

(plan name: (_) @name) @definition.function
(class name: (_) @name) @definition.class
(declaration name: (name) @name) @definition.module
(let name: (_) @name) @definition.constant
(set name: (_) @name) @definition.constant
(classes (path) @name) @reference.class
