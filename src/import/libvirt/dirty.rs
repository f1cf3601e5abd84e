//! How a VM rewrites its memory, from its dirty rate over several windows of time.
//!
//! A window counts each page once. Of hot pages (H MiB, all of them rewritten in D seconds) and cold ones (C MiB each second), a
//! window of t seconds sees H min(1, t / D) + C t, thus a rate of H min(1 / t, 1 / D) + C: for each D a straight line, fitted by
//! least squares with no negative part. The best D is searched between the shortest and the longest window.

/// A measurement, as `virsh domdirtyrate-calc` makes it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Window {
    pub seconds: u32,
    /// MiB/s, in whole numbers.
    pub rate: u32,
}

/// What is rewritten.
#[derive(Debug, Clone, PartialEq)]
pub struct Fit {
    /// Bytes that are rewritten again and again, and the milliseconds that once takes.
    pub hot: Option<(u64, u64)>,
    /// Bytes per second besides.
    pub cold: u64,
    /// How well it fits.
    pub words: String,
}

const MIB: f64 = (1 << 20) as f64;

/// Lengths that are tried from one window to twice as long.
const STEPS: i32 = 12;

/// The best fit; None where nothing was measured.
pub fn fit(windows: &[Window]) -> Option<Fit> {
    let shortest = windows.iter().map(|window| window.seconds).min()?;
    let longest = windows.iter().map(|window| window.seconds).max()?;
    if shortest == longest {
        let sum: f64 = windows.iter().map(|window| f64::from(window.rate)).sum();
        return Some(Fit {
            hot: None,
            cold: quarters(sum / windows.len() as f64),
            words: format!(
                "dirty rate from windows of {shortest} s alone: hot pages are not told from cold ones"
            ),
        });
    }
    let mut best: Option<Line> = None;
    let mut step = 0;
    loop {
        let length = f64::from(shortest) * libm::pow(2.0, f64::from(step) / f64::from(STEPS));
        if length >= f64::from(longest) {
            break;
        }
        let line = line(windows, length);
        // Where the measurements do not tell lengths apart, the shortest holds.
        if best
            .as_ref()
            .is_none_or(|best| line.squares < best.squares - 1e-9)
        {
            best = Some(line);
        }
        step += 1;
    }
    let best = best?;
    let hot = best.hot.round();
    let off = windows
        .iter()
        .map(|window| (best.rate(window) - f64::from(window.rate)).abs())
        .fold(0.0, f64::max);
    let at_once = match hot > 0.0 && best.length <= f64::from(shortest) {
        true => ", hot pages within the shortest",
        false => "",
    };
    let words = format!(
        "dirty rate from {} windows of {shortest} to {longest} s, at most {off:.1} MiB/s off{at_once}",
        windows.len()
    );
    let hot_ms = ((best.length * 10.0).round() * 100.0) as u64;
    Some(Fit {
        hot: (hot > 0.0).then_some(((hot * MIB) as u64, hot_ms)),
        cold: quarters(best.cold),
        words,
    })
}

/// A fit for one length.
struct Line {
    length: f64,
    hot: f64,
    cold: f64,
    /// The sum of the squares of what it is off.
    squares: f64,
}

impl Line {
    fn rate(&self, window: &Window) -> f64 {
        self.hot / f64::from(window.seconds).max(self.length) + self.cold
    }
}

fn line(windows: &[Window], length: f64) -> Line {
    let points: Vec<(f64, f64)> = windows
        .iter()
        .map(|window| {
            (
                1.0 / f64::from(window.seconds).max(length),
                f64::from(window.rate),
            )
        })
        .collect();
    let count = points.len() as f64;
    let mean = |of: fn(&(f64, f64)) -> f64| points.iter().map(of).sum::<f64>() / count;
    let (x, y, xx, xy) = (
        mean(|p| p.0),
        mean(|p| p.1),
        mean(|p| p.0 * p.0),
        mean(|p| p.0 * p.1),
    );
    let spread = xx - x * x;
    let slope = if spread > 1e-12 {
        (xy - x * y) / spread
    } else {
        0.0
    };
    let (hot, cold) = match (slope, y - slope * x) {
        (slope, _) if slope <= 0.0 => (0.0, y),
        (_, cold) if cold < 0.0 => (xy / xx, 0.0),
        both => both,
    };
    let mut line = Line {
        length,
        hot,
        cold,
        squares: 0.0,
    };
    let off = |window: &Window| line.rate(window) - f64::from(window.rate);
    line.squares = windows.iter().map(|window| off(window) * off(window)).sum();
    line
}

/// Bytes of a number of MiB, in quarters: finer is not measured.
fn quarters(mib: f64) -> u64 {
    (mib * 4.0).round() as u64 * ((1 << 20) / 4)
}

#[cfg(test)]
mod tests {
    use super::*;

    const LENGTHS: [u32; 6] = [1, 2, 5, 10, 30, 60];

    /// What whole numbers show of a VM with hot pages of so many MiB in so many seconds, and MiB/s of cold ones.
    fn measured(hot: f64, seconds: f64, cold: f64) -> Vec<Window> {
        let rate = |t: f64| (hot / t.max(seconds) + cold).round() as u32;
        LENGTHS
            .iter()
            .map(|&seconds| Window {
                seconds,
                rate: rate(f64::from(seconds)),
            })
            .collect()
    }

    #[test]
    fn what_was_rewritten_is_found_again() {
        for (hot, seconds, cold) in [
            (96.0, 2.0, 3.0),
            (200.0, 1.0, 0.0),
            (500.0, 5.0, 20.0),
            (64.0, 4.0, 2.0),
        ] {
            let found = fit(&measured(hot, seconds, cold)).expect("it was measured");
            let (bytes, ms) = found.hot.expect("there are hot pages");
            let off = |found: f64, true_one: f64| (found - true_one).abs() / true_one.max(1.0);
            assert!(off(bytes as f64 / MIB, hot) < 0.1, "{hot}: {found:?}");
            assert!(off(ms as f64 / 1e3, seconds) < 0.15, "{seconds}: {found:?}");
            assert!(
                (found.cold as f64 / MIB - cold).abs() < 0.6,
                "{cold}: {found:?}"
            );
        }
    }

    #[test]
    fn without_hot_pages_there_are_none() {
        let found = fit(&measured(0.0, 1.0, 7.0)).expect("it was measured");
        assert_eq!((found.hot, found.cold), (None, 7 << 20));
        let found = fit(&measured(0.0, 1.0, 0.0)).expect("it was measured");
        assert_eq!((found.hot, found.cold), (None, 0));
    }

    #[test]
    fn one_length_does_not_tell_hot_from_cold() {
        let window = Window {
            seconds: 1,
            rate: 18,
        };
        let found = fit(&[window, Window { rate: 20, ..window }]).expect("it was measured");
        assert_eq!((found.hot, found.cold), (None, 19 << 20));
        assert_eq!(fit(&[]), None);
    }
}
