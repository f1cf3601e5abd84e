//! The repository's own files, cut short or changed here and there.

use std::collections::BTreeMap;

use super::Case;

/// Pieces that upset a parser more than random bytes do.
const PIECES: &[&[u8]] = &[
    b"{",
    b"}",
    b"(",
    b")",
    b"[",
    b"]",
    b"\"",
    b"..",
    b"->",
    b",",
    b":",
    b"*",
    b"/",
    b"//",
    b"\\",
    b"\0",
    b"\r",
    b"\xff",
    b"\xc3",
    "é".as_bytes(),
    "\u{2028}".as_bytes(),
    b"0",
    b"99999999999999999999",
    b"kw",
    b"%",
    b"vm",
    b"on",
    b" to ",
    b"for i in 1..3",
    b"migrate",
    b"use",
    b"plan",
    b"-",
    b"by 0",
];

/// Each file cut off at a few places.
pub fn truncated(files: &BTreeMap<String, Vec<u8>>) -> Vec<Case> {
    const CUTS: usize = 12;
    let mut cases = Vec::new();
    for (path, bytes) in files {
        for cut in 1..=CUTS {
            // Not only at round places: the step is odd for most lengths.
            let length = bytes.len() * cut / (CUTS + 1) + cut % 3;
            cases.push(case(
                path,
                format!("{path}, {length} bytes of it"),
                bytes[..length.min(bytes.len())].to_vec(),
            ));
        }
    }
    cases
}

/// Each file with bytes replaced, inserted and taken away, a few at a time.
pub fn mutated(files: &BTreeMap<String, Vec<u8>>) -> Vec<Case> {
    const VARIANTS: u64 = 12;
    let mut cases = Vec::new();
    for (number, (path, bytes)) in files.iter().enumerate() {
        for variant in 0..VARIANTS {
            let seed = number as u64 * VARIANTS + variant;
            let mut random = Random(seed);
            let mut bytes = bytes.clone();
            for _ in 0..=random.below(4) {
                mutate(&mut bytes, &mut random);
            }
            cases.push(case(
                path,
                format!("{path}, changed with seed {seed}"),
                bytes,
            ));
        }
    }
    cases
}

fn case(path: &str, name: String, bytes: Vec<u8>) -> Case {
    Case {
        name,
        path: path.to_owned(),
        bytes,
        is_wrong: false,
    }
}

fn mutate(bytes: &mut Vec<u8>, random: &mut Random) {
    if bytes.is_empty() {
        return;
    }
    let at = random.below(bytes.len());
    let end = (at + 1 + random.below(12)).min(bytes.len());
    match random.below(5) {
        0 => bytes[at] = random.next() as u8,
        1 => drop(bytes.drain(at..end)),
        2 => {
            let piece = PIECES[random.below(PIECES.len())];
            drop(bytes.splice(at..at, piece.iter().copied()));
        }
        3 => {
            let piece = PIECES[random.below(PIECES.len())];
            drop(bytes.splice(at..end, piece.iter().copied()));
        }
        _ => {
            // A piece of the file once more, somewhere else.
            let copy = bytes[at..end].to_vec();
            let to = random.below(bytes.len());
            drop(bytes.splice(to..to, copy));
        }
    }
}

/// SplitMix64 (Steele, Lea and Flood, OOPSLA 2014).
pub struct Random(pub u64);

impl Random {
    /// The next number.
    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A number below `bound`.
    pub fn below(&mut self, bound: usize) -> usize {
        (self.next() % bound as u64) as usize
    }
}
