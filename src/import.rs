//! From foreign files to the language.
