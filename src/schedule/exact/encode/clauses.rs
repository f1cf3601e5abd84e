//! Literals, and where clauses are collected.

use std::ops::Not;

/// A literal: variable `v` is `2 v`, its negation `2 v + 1`. Variable 0 is true.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Lit(pub u32);

impl Lit {
    /// Always true.
    pub const TRUE: Lit = Lit(0);
    /// Always false.
    pub const FALSE: Lit = Lit(1);

    /// Its variable.
    pub fn variable(self) -> u32 {
        self.0 / 2
    }

    /// Whether it is the variable itself.
    pub fn is_positive(self) -> bool {
        self.0.is_multiple_of(2)
    }

    /// Its value where the variables have these.
    pub fn value(self, bits: &[bool]) -> bool {
        bits[self.variable() as usize] == self.is_positive()
    }
}

impl Not for Lit {
    type Output = Lit;
    fn not(self) -> Lit {
        Lit(self.0 ^ 1)
    }
}

/// Clauses in the order in which they were added.
#[derive(Debug, Clone)]
pub struct Clauses {
    variables: u32,
    literals: Vec<Lit>,
    ends: Vec<usize>,
}

impl Default for Clauses {
    fn default() -> Self {
        let mut clauses = Clauses {
            variables: 1,
            literals: Vec::new(),
            ends: Vec::new(),
        };
        clauses.literals.push(Lit::TRUE);
        clauses.ends.push(1);
        clauses
    }
}

impl Clauses {
    /// A new variable.
    pub fn fresh(&mut self) -> Lit {
        self.variables += 1;
        Lit(2 * (self.variables - 1))
    }

    /// Adds a clause, unless it holds anyway.
    pub fn add(&mut self, clause: &[Lit]) {
        if clause.contains(&Lit::TRUE) {
            return;
        }
        self.literals
            .extend(clause.iter().filter(|&&lit| lit != Lit::FALSE));
        self.ends.push(self.literals.len());
    }

    /// How many variables there are, the constant one included.
    pub fn variables(&self) -> u32 {
        self.variables
    }

    /// How many clauses there are.
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// The clauses from one on.
    pub fn from(&self, first: usize) -> impl Iterator<Item = &[Lit]> {
        (first..self.ends.len()).map(|at| {
            let begin = if at == 0 { 0 } else { self.ends[at - 1] };
            &self.literals[begin..self.ends[at]]
        })
    }
}
