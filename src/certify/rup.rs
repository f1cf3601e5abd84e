//! Checks a refutation in DRAT by reverse unit propagation: each clause that the proof adds follows from those before
//! it, as setting all its literals to false lets units propagate to a contradiction (Goldberg, Novikov 2003), and
//! the last one is empty. Of DRAT only the steps are accepted that need no more than that.

use std::collections::HashMap;

use super::cnf::{Cnf, Lit};

/// No check visits more clauses than that.
const MOST_VISITS: u64 = 20_000_000_000;

/// Checks a proof; how many steps it has.
///
/// # Errors
/// The first line that is wrong, and why.
pub fn check(cnf: &Cnf, proof: &str) -> Result<usize, (usize, &'static str)> {
    let mut checker = Checker::new(cnf.variables());
    for clause in cnf.clauses() {
        checker.add(clause);
    }
    let mut steps = 0;
    for (line, text) in proof.lines().enumerate() {
        let wrong = |why| (line + 1, why);
        let Some((delete, clause)) = parse(text, cnf.variables()).map_err(wrong)? else {
            continue;
        };
        steps += 1;
        if delete {
            checker.delete(&clause);
            continue;
        }
        if !checker.follows(&clause) {
            return Err(wrong(if checker.visits > MOST_VISITS {
                "the check takes too long"
            } else {
                "the clause does not follow"
            }));
        }
        checker.add(&clause);
        if clause.is_empty() {
            return Ok(steps);
        }
    }
    // A proof may end without the empty clause where units contradict one another already.
    if checker.contradiction {
        Ok(steps)
    } else {
        Err((
            proof.lines().count().max(1),
            "the proof ends without a contradiction",
        ))
    }
}

/// A step: whether it deletes, and the clause. None for a comment or an empty line.
fn parse(text: &str, variables: usize) -> Result<Option<(bool, Vec<Lit>)>, &'static str> {
    let text = text.trim();
    if text.is_empty() || text.starts_with('c') {
        return Ok(None);
    }
    let (delete, text) = match text.strip_prefix("d ") {
        Some(rest) => (true, rest),
        None => (false, text),
    };
    let mut clause = Vec::new();
    let mut numbers = text.split_ascii_whitespace();
    loop {
        let number = numbers.next().ok_or("a step does not end with 0")?;
        let lit: Lit = number.parse().map_err(|_| "this is no literal")?;
        if lit == 0 {
            break;
        }
        if lit.unsigned_abs() as usize > variables {
            return Err("this is no variable of the clauses");
        }
        clause.push(lit);
    }
    if numbers.next().is_some() {
        return Err("a step ends before its line does");
    }
    clause.sort_unstable();
    clause.dedup();
    Ok(Some((delete, clause)))
}

/// Clauses under unit propagation with two watched literals each, the first two.
struct Checker {
    literals: Vec<Lit>,
    /// Where each clause begins and ends among the literals; nowhere once it is deleted.
    clauses: Vec<(usize, usize)>,
    /// Sorted clauses, for deletion.
    places: HashMap<Vec<Lit>, Vec<usize>>,
    /// For each literal the clauses that watch it.
    watches: Vec<Vec<Watch>>,
    /// For each literal whether it is true.
    is_true: Vec<bool>,
    trail: Vec<Lit>,
    propagated: usize,
    contradiction: bool,
    visits: u64,
}

/// A clause that watches a literal.
#[derive(Debug, Clone, Copy)]
struct Watch {
    clause: usize,
    /// Another of its literals: where that is true, the clause need not be looked at.
    other: Lit,
}

fn slot(lit: Lit) -> usize {
    2 * lit.unsigned_abs() as usize + usize::from(lit < 0)
}

impl Checker {
    fn new(variables: usize) -> Checker {
        Checker {
            literals: Vec::new(),
            clauses: Vec::new(),
            places: HashMap::new(),
            watches: vec![Vec::new(); 2 * variables + 2],
            is_true: vec![false; 2 * variables + 2],
            trail: Vec::new(),
            propagated: 0,
            contradiction: false,
            visits: 0,
        }
    }

    /// Adds a clause for good, with all units that follow.
    fn add(&mut self, clause: &[Lit]) {
        let mut sorted = clause.to_vec();
        sorted.sort_unstable();
        sorted.dedup();
        let mut watched = sorted.clone();
        // Those that are not false first: they are watched.
        watched.sort_by_key(|&lit| self.is_true[slot(-lit)]);
        let free = watched
            .iter()
            .take_while(|&&lit| !self.is_true[slot(-lit)])
            .count();
        let clause = self.clauses.len();
        if let [first, second, ..] = watched[..] {
            self.watches[slot(first)].push(Watch {
                clause,
                other: second,
            });
            self.watches[slot(second)].push(Watch {
                clause,
                other: first,
            });
            self.places.entry(sorted).or_default().push(clause);
        }
        match (free, watched.first()) {
            (0, _) => self.contradiction = true,
            (1, Some(&unit)) => self.set(unit),
            _ => {}
        }
        let begin = self.literals.len();
        self.literals.extend(watched);
        self.clauses.push((begin, self.literals.len()));
        self.contradiction |= !self.propagate();
    }

    /// Forgets a clause, unless a unit may have come of it: that it is there can only help.
    fn delete(&mut self, clause: &[Lit]) {
        let holds = clause.iter().any(|&lit| self.is_true[slot(lit)]);
        if !holds
            && let Some(places) = self.places.get_mut(clause)
            && let Some(at) = places.pop()
        {
            self.clauses[at] = (0, 0);
        }
    }

    /// Whether units refute the clause's negation.
    fn follows(&mut self, clause: &[Lit]) -> bool {
        if self.contradiction {
            return true;
        }
        let known = self.trail.len();
        let holds = clause.iter().any(|&lit| {
            let holds = self.is_true[slot(lit)];
            self.set(-lit);
            holds
        });
        let refuted = holds || !self.propagate();
        for lit in self.trail.drain(known..) {
            self.is_true[slot(lit)] = false;
        }
        self.propagated = known;
        refuted && self.visits <= MOST_VISITS
    }

    fn set(&mut self, lit: Lit) {
        if !self.is_true[slot(lit)] {
            self.is_true[slot(lit)] = true;
            self.trail.push(lit);
        }
    }

    /// Sets what follows; false where a clause has become false.
    fn propagate(&mut self) -> bool {
        while let Some(&lit) = self.trail.get(self.propagated) {
            self.propagated += 1;
            let mut watching = std::mem::take(&mut self.watches[slot(-lit)]);
            let (mut kept, mut consistent) = (0, true);
            for next in 0..watching.len() {
                let watch = watching[next];
                if consistent && !self.is_true[slot(watch.other)] {
                    self.visits += 1;
                    match self.visit(watch.clause, -lit) {
                        Visit::Gone => continue,
                        Visit::Stays => {}
                        Visit::False => consistent = false,
                    }
                }
                watching[kept] = watch;
                kept += 1;
            }
            watching.truncate(kept);
            self.watches[slot(-lit)] = watching;
            if !consistent {
                return false;
            }
            if self.visits > MOST_VISITS {
                break;
            }
        }
        true
    }

    /// A watched literal of a clause has become false.
    fn visit(&mut self, at: usize, falsified: Lit) -> Visit {
        let (begin, end) = self.clauses[at];
        let clause = &mut self.literals[begin..end];
        if clause.is_empty() {
            return Visit::Gone;
        }
        if clause[0] == falsified {
            clause.swap(0, 1);
        }
        let other = clause[0];
        if self.is_true[slot(other)] {
            return Visit::Stays;
        }
        for place in 2..clause.len() {
            let lit = clause[place];
            if !self.is_true[slot(-lit)] {
                clause.swap(1, place);
                self.watches[slot(lit)].push(Watch { clause: at, other });
                return Visit::Gone;
            }
        }
        if self.is_true[slot(-other)] {
            return Visit::False;
        }
        self.set(other);
        Visit::Stays
    }
}

/// What became of a watch.
enum Visit {
    /// The clause is deleted, or watches another literal.
    Gone,
    Stays,
    /// All literals are false.
    False,
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Three pigeons in two holes: units alone do not refute it.
    const PIGEONS: &[&[Lit]] = &[
        &[2, 3],
        &[4, 5],
        &[6, 7],
        &[-2, -4],
        &[-2, -6],
        &[-4, -6],
        &[-3, -5],
        &[-3, -7],
        &[-5, -7],
    ];

    fn verdict(proof: &str) -> Result<usize, (usize, &'static str)> {
        let mut cnf = Cnf::empty();
        for _ in 0..6 {
            cnf.fresh();
        }
        for clause in PIGEONS {
            cnf.add(clause);
        }
        check(&cnf, proof)
    }

    #[test]
    fn proofs_are_checked() {
        assert_eq!(verdict("-2 0\n0\n"), Ok(2));
        assert_eq!(verdict("c a comment\n\n-2 0\nd 2 3 0\n0\n"), Ok(3));
        assert_eq!(verdict("2 0\n0\n"), Ok(2));
        // The contradiction is there before it is written.
        assert_eq!(verdict("-2 0\n"), Ok(1));
    }

    #[test]
    fn wrong_proofs_are_rejected() {
        let follows = "the clause does not follow";
        assert_eq!(verdict("0\n"), Err((1, follows)));
        assert_eq!(verdict("-1 0\n0\n"), Err((1, follows)));
        assert_eq!(
            verdict(""),
            Err((1, "the proof ends without a contradiction"))
        );
        assert_eq!(
            verdict("-2 -4 0\n"),
            Err((1, "the proof ends without a contradiction"))
        );
        assert_eq!(verdict("-2\n"), Err((1, "a step does not end with 0")));
        assert_eq!(
            verdict("-2 0 0\n"),
            Err((1, "a step ends before its line does"))
        );
        assert_eq!(verdict("x 0\n"), Err((1, "this is no literal")));
        assert_eq!(
            verdict("-2147483648 0\n"),
            Err((1, "this is no variable of the clauses"))
        );
        assert_eq!(
            verdict("99 0\n"),
            Err((1, "this is no variable of the clauses"))
        );
        // What was deleted does not help any more.
        assert_eq!(verdict("d 6 7 0\n-2 0\n0\n"), Err((2, follows)));
        assert_eq!(verdict("d -3 -5 0\n-2 0\n0\n"), Err((3, follows)));
    }
}
