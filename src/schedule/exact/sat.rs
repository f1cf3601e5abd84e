//! The SAT solver; this file alone names varisat.

use std::cell::RefCell;
use std::io;

use varisat::{ExtendFormula, ProofFormat};

use super::encode::{Clauses, Lit};
use crate::certify::Cnf;

/// What came of a call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// The values of the variables.
    Sat(Vec<bool>),
    /// These assumptions cannot hold together; empty if no assumption is needed for that.
    Unsat(Vec<Lit>),
    /// The effort was spent.
    Spent,
}

/// An incremental solver that stops after a counted effort: the bytes of the proof that it would write.
///
/// varisat has no interrupt, but its search ends at the first conflict after its proof could not be written.
/// Its state is lost then, so every call after that is answered by [`Verdict::Spent`].
pub struct Solver<'a> {
    inner: varisat::Solver<'a>,
    loaded: usize,
    variables: u32,
    dead: bool,
}

struct Meter<'a> {
    left: u64,
    stop: Option<&'a dyn Fn() -> bool>,
}

impl io::Write for Meter<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.left = self.left.saturating_sub(bytes.len() as u64);
        if self.left == 0 || self.stop.is_some_and(|stop| stop()) {
            return Err(io::Error::other("effort spent"));
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl<'a> Solver<'a> {
    /// A solver that may spend an effort over all its calls.
    #[cfg(test)]
    pub fn new(effort: u64) -> Self {
        Solver::with(effort, None)
    }

    /// A solver that also ends when asked to.
    pub fn stoppable(effort: u64, stop: &'a dyn Fn() -> bool) -> Self {
        Solver::with(effort, Some(stop))
    }

    fn with(effort: u64, stop: Option<&'a dyn Fn() -> bool>) -> Self {
        let mut inner = varisat::Solver::new();
        let meter = Meter { left: effort, stop };
        inner.write_proof(meter, ProofFormat::Varisat);
        Solver {
            inner,
            loaded: 0,
            variables: 0,
            dead: false,
        }
    }

    /// Solves the clauses under assumptions; clauses that were there in an earlier call are not loaded again.
    pub fn solve(&mut self, clauses: &Clauses, assumptions: &[Lit]) -> Verdict {
        if self.dead {
            return Verdict::Spent;
        }
        while self.variables < clauses.variables() {
            self.inner.new_var();
            self.variables += 1;
        }
        let mut buffer = Vec::new();
        for clause in clauses.from(self.loaded) {
            buffer.clear();
            buffer.extend(clause.iter().map(|&lit| external(lit)));
            self.inner.add_clause(&buffer);
        }
        self.loaded = clauses.len();
        let assumed: Vec<_> = assumptions.iter().map(|&lit| external(lit)).collect();
        self.inner.assume(&assumed);
        match self.inner.solve() {
            Ok(true) => {
                let mut bits = vec![false; clauses.variables() as usize];
                for lit in self.inner.model().unwrap_or_default() {
                    bits[lit.var().index()] = lit.is_positive();
                }
                Verdict::Sat(bits)
            }
            Ok(false) => {
                let core = self.inner.failed_core().unwrap_or_default();
                Verdict::Unsat(core.iter().map(|&lit| internal(lit)).collect())
            }
            Err(_) => {
                self.dead = true;
                Verdict::Spent
            }
        }
    }
}

/// What came of the clauses of a certificate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refuted {
    /// They cannot be satisfied: a proof in DRAT.
    Proof(String),
    /// They can.
    Satisfiable,
    /// The effort was spent.
    Spent,
}

/// Refutes clauses from scratch, without assumptions; the proof may have so many bytes.
pub fn refute(cnf: &Cnf, effort: u64, stop: &dyn Fn() -> bool) -> Refuted {
    let proof = RefCell::new(Vec::new());
    let tape = Tape {
        meter: Meter {
            left: effort,
            stop: Some(stop),
        },
        proof: &proof,
    };
    let mut solver = varisat::Solver::new();
    solver.write_proof(tape, ProofFormat::Drat);
    for clause in cnf.clauses() {
        let lits = clause
            .iter()
            .map(|&lit| varisat::Lit::from_dimacs(lit as isize));
        solver.add_clause(&lits.collect::<Vec<_>>());
    }
    let verdict = solver.solve();
    // What is still buffered is written when the proof is closed.
    let closed = solver.close_proof();
    drop(solver);
    match (verdict, closed) {
        (Ok(true), _) => Refuted::Satisfiable,
        (Ok(false), Ok(())) => {
            String::from_utf8(proof.take()).map_or(Refuted::Spent, Refuted::Proof)
        }
        _ => Refuted::Spent,
    }
}

/// Keeps a proof while there is effort left.
struct Tape<'a> {
    meter: Meter<'a>,
    proof: &'a RefCell<Vec<u8>>,
}

impl io::Write for Tape<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.meter.write(bytes)?;
        self.proof.borrow_mut().extend_from_slice(&bytes[..written]);
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn external(lit: Lit) -> varisat::Lit {
    varisat::Lit::from_index(lit.variable() as usize, lit.is_positive())
}

fn internal(lit: varisat::Lit) -> Lit {
    Lit(2 * lit.var().index() as u32 + u32::from(lit.is_negative()))
}
