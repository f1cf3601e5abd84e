//! Clauses in DIMACS.

use std::fmt::Write;

/// A literal as DIMACS writes it: a variable from 1 on, or minus it.
pub type Lit = i32;

/// Always true.
pub const TRUE: Lit = 1;

/// Always false.
pub const FALSE: Lit = -1;

/// Clauses over variables, the first of which is true.
#[derive(Debug, Clone)]
pub struct Cnf {
    variables: Lit,
    literals: Vec<Lit>,
    ends: Vec<usize>,
    notes: Vec<String>,
}

impl Cnf {
    /// Nothing but that the first variable is true.
    pub(super) fn empty() -> Cnf {
        Cnf {
            variables: 1,
            literals: vec![TRUE],
            ends: vec![1],
            notes: vec!["1 is true".to_owned()],
        }
    }

    /// How many clauses there are.
    pub fn count(&self) -> usize {
        self.ends.len()
    }

    /// Variables are numbered from 1 to that.
    pub fn variables(&self) -> usize {
        self.variables as usize
    }

    /// The clauses.
    pub fn clauses(&self) -> impl Iterator<Item = &[Lit]> {
        let begins = std::iter::once(0).chain(self.ends.iter().copied());
        begins
            .zip(&self.ends)
            .map(|(begin, &end)| &self.literals[begin..end])
    }

    /// The text of the clauses, and what the variables mean.
    pub fn dimacs(&self) -> String {
        let mut text = String::new();
        for note in &self.notes {
            let _ = writeln!(text, "c {note}");
        }
        let _ = writeln!(text, "p cnf {} {}", self.variables, self.count());
        for clause in self.clauses() {
            for lit in clause {
                let _ = write!(text, "{lit} ");
            }
            text.push_str("0\n");
        }
        text
    }

    pub(super) fn fresh(&mut self) -> Lit {
        self.variables += 1;
        self.variables
    }

    /// Adds a clause, unless it holds anyway.
    pub(super) fn add(&mut self, clause: &[Lit]) {
        if !clause.contains(&TRUE) {
            self.literals
                .extend(clause.iter().filter(|&&lit| lit != FALSE));
            self.ends.push(self.literals.len());
        }
    }

    /// Says what the last variable means.
    pub(super) fn note(&mut self, meaning: &str) {
        self.notes.push(format!("{} is: {meaning}", self.variables));
    }
}
