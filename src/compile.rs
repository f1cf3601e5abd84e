//! The driver: from sources to plans and diagnostics, for the command line, tests and editors.
