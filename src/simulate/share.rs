//! Max-min fairness: nobody can have more without somebody who has as much or less having less.

/// What wants bandwidth.
#[derive(Debug, Clone, PartialEq)]
pub struct Flow<'a> {
    /// The most that it takes, in bit/s.
    pub cap: f64,
    /// The channels that it crosses, as indices, each as often as it crosses it.
    pub path: &'a [usize],
}

/// The bit/s of each flow, where no channel carries more than its capacity: progressive filling (Bertsekas and Gallager, Data
/// Networks, section 6.5).
pub fn share(capacity: &[f64], flows: &[Flow]) -> Vec<f64> {
    let mut rate: Vec<f64> = flows.iter().map(|flow| flow.cap).collect();
    let mut wanted = vec![0.0; capacity.len()];
    let mut open: Vec<u32> = vec![0; capacity.len()];
    for flow in flows {
        for &channel in flow.path {
            wanted[channel] += flow.cap;
            open[channel] += 1;
        }
    }
    // Where all that is wanted fits, everybody has it, exactly.
    if wanted
        .iter()
        .zip(capacity)
        .all(|(wanted, has)| wanted <= has)
    {
        return rate;
    }
    let mut left = capacity.to_vec();
    let mut waiting: Vec<usize> = (0..flows.len()).collect();
    while !waiting.is_empty() {
        let fair = |channel: usize| left[channel].max(0.0) / f64::from(open[channel].max(1));
        let level = |at: usize| {
            let path = flows[at].path.iter();
            let fair = path.map(|&channel| fair(channel));
            fair.fold(flows[at].cap, f64::min)
        };
        let least = waiting.iter().map(|&at| level(at));
        let least = least.fold(f64::INFINITY, f64::min);
        // All that get no more now: at least one each time.
        let (done, rest): (Vec<usize>, Vec<usize>) =
            waiting.iter().partition(|&&at| level(at) <= least);
        for at in done {
            rate[at] = least;
            for &channel in flows[at].path {
                left[channel] -= least;
                open[channel] -= 1;
            }
        }
        waiting = rest;
    }
    rate
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::simulate::dice::Dice;

    fn shared(capacity: &[f64], flows: &[(f64, &[usize])]) -> Vec<f64> {
        let flows: Vec<Flow> = flows
            .iter()
            .map(|&(cap, path)| Flow { cap, path })
            .collect();
        share(capacity, &flows)
    }

    #[test]
    fn what_one_cannot_use_is_the_others() {
        assert_eq!(shared(&[10.0], &[(10.0, &[0]), (10.0, &[0])]), [5.0, 5.0]);
        assert_eq!(shared(&[10.0], &[(2.0, &[0]), (10.0, &[0])]), [2.0, 8.0]);
        // The first one is held to 1 by its other channel.
        assert_eq!(
            shared(&[10.0, 1.0], &[(9.0, &[0, 1]), (10.0, &[0])]),
            [1.0, 9.0]
        );
        assert_eq!(shared(&[10.0], &[(4.0, &[0]), (6.0, &[0])]), [4.0, 6.0]);
    }

    /// Each flow has all that it wants, or crosses a full channel on which nobody has more.
    #[test]
    fn nobody_can_have_more_without_another_one_having_less() {
        let dice = Dice::new(7);
        for round in 0..500 {
            let pick = |what: u64, below: u64| dice.bits(round, what) % below;
            let channels = 1 + pick(0, 6) as usize;
            let capacity: Vec<f64> = (0..channels as u64)
                .map(|at| (1 + pick(10 + at, 20)) as f64)
                .collect();
            let paths: Vec<Vec<usize>> = (0..1 + pick(1, 9))
                .map(|flow| {
                    let all = 0..channels;
                    all.filter(|&channel| pick(100 + 10 * flow + channel as u64, 2) == 0)
                        .collect()
                })
                .collect();
            let flows: Vec<Flow> = (0u64..)
                .zip(&paths)
                .map(|(at, path)| Flow {
                    cap: (1 + pick(500 + at, 12)) as f64,
                    path,
                })
                .collect();
            let rates = share(&capacity, &flows);
            let load = |channel: usize| -> f64 {
                let on = flows.iter().zip(&rates);
                on.filter(|(flow, _)| flow.path.contains(&channel))
                    .map(|(_, rate)| rate)
                    .sum()
            };
            for (channel, &has) in capacity.iter().enumerate() {
                assert!(load(channel) <= has + 1e-9, "{round}: {flows:?} {rates:?}");
            }
            for (flow, &rate) in flows.iter().zip(&rates) {
                let is_most = |channel: usize| {
                    let mut on = flows.iter().zip(&rates);
                    on.all(|(other, &of)| !other.path.contains(&channel) || of <= rate + 1e-9)
                };
                let is_held = |&channel: &usize| {
                    load(channel) >= capacity[channel] - 1e-9 && is_most(channel)
                };
                let fair = (rate - flow.cap).abs() < 1e-9 || flow.path.iter().any(is_held);
                assert!(fair, "{round}: {flow:?} has {rate} of {rates:?}");
            }
        }
    }
}
