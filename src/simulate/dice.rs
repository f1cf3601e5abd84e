//! Chance: numbers that follow from a seed and from what they are asked for, in whatever order that happens.

/// What may go wrong.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Trouble {
    /// All chance follows from it.
    pub seed: u64,
    /// How much durations vary: the standard deviation of the logarithm of what each is multiplied by. 0: not at all.
    pub spread: f64,
    /// The chance that a start of an action fails.
    pub failures: f64,
}

impl Trouble {
    /// Nothing goes wrong.
    pub const NONE: Trouble = Trouble {
        seed: 0,
        spread: 0.0,
        failures: 0.0,
    };

    /// What the duration of a start of an action is multiplied by: as often above 1 as below it.
    pub(super) fn factor(&self, action: usize, tries: usize) -> f64 {
        if self.spread <= 0.0 {
            return 1.0;
        }
        let dice = Dice::new(self.seed);
        let of = |what| dice.unit(action as u64, 4 * tries as u64 + what);
        // Box and Muller: two even numbers make a normal one.
        let (one, other) = (of(0), of(1));
        let normal =
            libm::sqrt(-2.0 * libm::log(1.0 - one)) * libm::cos(std::f64::consts::TAU * other);
        libm::exp(self.spread * normal)
    }

    /// After which share of its length a start of an action fails; None: it does not.
    pub(super) fn failure(&self, action: usize, tries: usize) -> Option<f64> {
        let dice = Dice::new(self.seed);
        let of = |what| dice.unit(action as u64, 4 * tries as u64 + what);
        (of(2) < self.failures).then(|| of(3))
    }
}

/// A seed.
#[derive(Debug, Clone, Copy)]
pub(super) struct Dice(u64);

impl Dice {
    pub fn new(seed: u64) -> Self {
        Dice(mixed(seed))
    }

    /// 64 bits for a question about something.
    pub fn bits(self, about: u64, question: u64) -> u64 {
        mixed(mixed(self.0 ^ about).wrapping_add(question))
    }

    /// In [0, 1).
    fn unit(self, about: u64, question: u64) -> f64 {
        (self.bits(about, question) >> 11) as f64 / (1_u64 << 53) as f64
    }
}

/// The step and the finalizer of SplitMix64 (Steele, Lea, Flood: Fast splittable pseudorandom number generators, OOPSLA 2014).
fn mixed(state: u64) -> u64 {
    let mut z = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn factors_have_the_spread_that_is_asked_for() {
        let trouble = Trouble {
            seed: 3,
            spread: 0.1,
            failures: 0.25,
        };
        let logs: Vec<f64> = (0..4000)
            .map(|at| libm::log(trouble.factor(at, 0)))
            .collect();
        let mean = logs.iter().sum::<f64>() / logs.len() as f64;
        let square = |x: f64| x * x;
        let variance = logs.iter().map(|&x| square(x - mean)).sum::<f64>() / logs.len() as f64;
        assert!(mean.abs() < 0.005, "{mean}");
        assert!((variance.sqrt() - 0.1).abs() < 0.005, "{variance}");
        let failed = (0..4000).filter(|&at| trouble.failure(at, 0).is_some());
        assert!((900..1100).contains(&failed.count()));
        assert_eq!(Trouble::NONE.factor(5, 0), 1.0);
        assert_eq!(Trouble::NONE.failure(5, 0), None);
    }
}
