//! Diagnostics as text: pictures for people, a line each for editors, JSON for programs.
