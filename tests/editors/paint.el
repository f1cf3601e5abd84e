;;; paint.el --- Paints files -*- lexical-binding: t -*-
;;; Commentary:
;; emacs --batch -L editors/emacs -l paint.el FILE…
;; For each, a line per line of it, with a letter per byte that says what the byte is shown as.
;;; Code:
(require 'mvm-mode)
(defun paint-letter (face)
  "What a byte with FACE is."
  (pcase face
    ((or 'font-lock-keyword-face 'font-lock-builtin-face 'font-lock-variable-name-face 'font-lock-type-face) "k")
    ('font-lock-constant-face "n")
    ('font-lock-string-face "s")
    ((or 'font-lock-comment-face 'font-lock-comment-delimiter-face 'font-lock-doc-face) "c")
    (_ ".")))
(dolist (file command-line-args-left)
  (with-current-buffer (find-file-noselect file)
    (unless (eq major-mode 'mvm-mode) (error "%s is not of mvm-mode" file))
    (font-lock-ensure)
    (goto-char (point-min))
    (while (not (eobp))
      (let ((char (char-after)))
        (princ (if (eq char ?\n) "\n"
                 (apply #'concat (make-list (string-bytes (string char))
                                            (paint-letter (get-text-property (point) 'face)))))))
      (forward-char))
    (princ "=\n")))
(setq command-line-args-left nil)
;;; paint.el ends here
