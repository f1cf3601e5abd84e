;;; mvm-mode.el --- Major mode for mvm plans -*- lexical-binding: t -*-

;; Version: 0.1.0
;; Package-Requires: ((emacs "27.1"))
;; Keywords: languages

;;; Commentary:

;; Colours, indentation, `mvm check' as a compilation, and `mvm lsp' through eglot.

;;; Code:

(defgroup mvm nil
  "Live-migration and maintenance plans."
  :group 'languages)

(defcustom mvm-command "mvm"
  "The program: a name on the path, or a path."
  :type 'string)

(defcustom mvm-indent-offset 2
  "Blanks for each brace that is open."
  :type 'integer)

(defconst mvm-keywords
  '("use" "let" "set" "class" "site" "rack" "switch" "server" "vm" "route" "traffic" "command" "plan"
    "generations" "start" "stop" "migrate" "boot" "shutdown" "sync" "before" "after" "seq"
    "budget" "at" "most" "limit" "freeze" "allow" "spread" "weight" "minimize" "expect" "takes"
    "bandwidth" "slack" "model" "timeout" "retry" "reboot" "run" "pause" "then" "drain" "any"
    "roll" "return" "forward" "empty" "reverse" "keep" "gather" "lonely" "pin" "reserve" "over" "has" "needs" "resource" "overbook"
    "maintenance" "pools" "pool" "disk" "prefer" "on" "in" "of" "with" "like" "except" "and" "for" "by" "into" "from" "to" "until" "via" "as" "all" "vms" "servers"
    "racks" "sites" "switches")
  "Words that begin a sentence or hold it together.")

(defconst mvm-properties
  '("memory" "used" "cpu" "hot" "cold" "idle" "downtime" "copy" "force" "off" "label" "power"
    "hosting" "overhead" "migration" "migrations" "address" "migration-address" "bmc" "link" "capacity" "rate"
    "usable" "bond" "guests" "extra")
  "Words that begin a property.")

(defconst mvm-constants
  '("pre" "post" "either" "never" "suspend" "abort" "wait" "starts" "ends" "uri" "migrating"
    "answers" "free" "defined" "clock" "mttr" "energy" "makespan" "preferences" "balance" "servers"
    "bytes" "filled" "writes" "or" "impossible" "possible"
    "optimal" "moves" "peak" "gap" "end" "time" "max" "choose" "papers" "fluid" "entropy" "cloudsim" "simgrid" "comma" "liu")
  "Words that stand for a choice.")

(defconst mvm-weekdays
  '("Mon" "Tue" "Wed" "Thu" "Fri" "Sat" "Sun")
  "Days, before a time.")

(defvar mvm-mode-syntax-table
  (let ((table (make-syntax-table)))
    (modify-syntax-entry ?/ ". 12" table)
    (modify-syntax-entry ?\n ">" table)
    (modify-syntax-entry ?\" "\"" table)
    (modify-syntax-entry ?\\ "\\" table)
    (modify-syntax-entry ?_ "w" table)
    table)
  "Comments, strings and words.")

(defconst mvm-number
  "\\<[0-9][0-9_]*\\(?:\\.[0-9][0-9_]*\\)?\\(?:%\\|[A-Za-z]+\\(?:[0-9][0-9_.]*[A-Za-z]+\\)*\\(?:/\\(?:s\\|min\\|h\\|MiB\\|GiB\\|MB\\|GB\\)\\>\\)?\\)?"
  "A number with its units: `2GiB', `1h30min'.")

(defconst mvm-time
  (let* ((blank "[ \t\n]+")
         (offset "[+-][0-9]\\{2\\}:[0-9]\\{2\\}")
         (which (concat "\\(?:" blank "\\(?:[A-Z]\\{2,6\\}\\_>\\|" offset "\\)\\)?"))
         (zone (concat "\\(?:" blank "\\(?:[A-Z][A-Za-z0-9_-]*\\(?:/[A-Za-z_][A-Za-z0-9_+-]*\\)*\\|" offset "\\)\\)?")))
    (concat "\\_<[0-9]\\{1,2\\}:[0-9]\\{2\\}\\(?::[0-9]\\{2\\}\\)?" which zone))
  "A time with what may follow it: `02:00 Europe/Paris', `02:30 CEST'.")

(defvar mvm-font-lock-keywords
  `(;; A word behind a dot, or right before a bracket, is part of a name.
    ("\\.[A-Za-z_][A-Za-z0-9_]*" . 'default)
    ("\\(\\<[A-Za-z_][A-Za-z0-9_]*\\)\\[" 1 'default)
    ("\\_<[0-9]\\{4\\}-[0-9]\\{2\\}-[0-9]\\{2\\}\\_>" . font-lock-constant-face)
    (,mvm-time . font-lock-constant-face)
    (,mvm-number . font-lock-constant-face)
    (,(regexp-opt mvm-weekdays 'words) . font-lock-constant-face)
    (,(regexp-opt mvm-keywords 'words) . font-lock-keyword-face)
    (,(regexp-opt mvm-properties 'words) . font-lock-variable-name-face)
    (,(regexp-opt mvm-constants 'words) . font-lock-builtin-face))
  "Colours.")

(defun mvm-indent-line ()
  "Indent the line by the braces that are open."
  (interactive)
  (let* ((depth (save-excursion
                  (beginning-of-line)
                  (let ((open (car (syntax-ppss))))
                    (if (looking-at-p "[ \t]*[]})]") (1- open) open))))
         (column (* mvm-indent-offset (max 0 depth)))
         (behind (> (current-column) (current-indentation))))
    (if behind
        (save-excursion (indent-line-to column))
      (indent-line-to column))))

(defun mvm-format-buffer ()
  "Write the buffer in the one layout; one that cannot be read stays."
  (interactive)
  (let ((formatted (generate-new-buffer " *mvm fmt*")))
    (unwind-protect
        (if (zerop (call-process-region nil nil mvm-command nil (list formatted nil) nil "fmt" "-"))
            (replace-buffer-contents formatted)
          (message "mvm: a file that cannot be read is left as it is"))
      (kill-buffer formatted))))

;;;###autoload
(define-derived-mode mvm-mode prog-mode "mvm"
  "Major mode for mvm plans."
  (setq-local comment-start "// ")
  (setq-local comment-start-skip "//+[ \t]*")
  (setq-local comment-end "")
  (setq-local font-lock-defaults '(mvm-font-lock-keywords))
  (setq-local indent-line-function #'mvm-indent-line)
  (setq-local indent-tabs-mode nil)
  (when buffer-file-name
    (setq-local compile-command
                (format "%s check --message-format short %s" mvm-command
                        (shell-quote-argument (file-relative-name buffer-file-name))))))

;;;###autoload
(add-to-list 'auto-mode-alist '("\\.mvm\\'" . mvm-mode))

(defvar eglot-server-programs)
(with-eval-after-load 'eglot
  (add-to-list 'eglot-server-programs `(mvm-mode . (,mvm-command "lsp"))))

(provide 'mvm-mode)
;;; mvm-mode.el ends here
