//! Simulated annealing over orders: jobs change their places in the order in which all are placed, each as early as those before it
//! allow (serial generation, Kolisch 1996), so that those behind may use what that sets free.
//!
//! The neighbourhood search beside it leaves all but a few jobs where they are. Where a power budget or memory decides who can
//! come next, one job that comes sooner helps only if all behind it are placed anew.

use super::{Annealed, Best, unit};
use crate::schedule::construct::list;
use crate::schedule::construct::partial::{Partial, Place};
use crate::schedule::instance::{Instance, Placed};
use crate::schedule::random::Random;

/// Jobs that are placed anew at once, at most; what is further behind stays.
const LONGEST: usize = 512;

/// A job changes its place by this share of the order at most.
const REACH: usize = 8;

/// A search over orders from one schedule on.
pub struct Orders<'a> {
    instance: &'a Instance,
    random: Random,
    partial: Partial<'a>,
    order: Vec<usize>,
    values: Vec<i64>,
    unit: f64,
    best: Best,
}

impl<'a> Orders<'a> {
    /// From the order in which jobs start in a feasible schedule.
    pub fn new(instance: &'a Instance, from: &Placed, seed: u64) -> Self {
        let mut order: Vec<usize> = (0..instance.jobs.len()).collect();
        order.sort_by_key(|&job| from.start[job]);
        Orders {
            instance,
            random: Random::new(seed),
            partial: Partial::from_placed(instance, from),
            order,
            values: instance.values(from),
            unit: unit(instance, from),
            best: Best::new(instance, from),
        }
    }

    /// Places jobs anew in an order, if what comes of it is accepted.
    fn place(&mut self, order: &[usize], slack: i64) -> bool {
        let instance = self.instance;
        let mut old: Vec<(usize, Place)> = Vec::with_capacity(order.len());
        for &job in order {
            old.extend(self.partial.remove(job).map(|place| (job, place)));
        }
        let costs = old
            .iter()
            .map(|&(job, place)| list::cost(instance, job, place));
        let most = costs.sum::<i64>().saturating_add(slack);
        let placed = list::place_all(&mut self.partial, instance, order, most);
        if placed {
            list::shift_late(&mut self.partial, instance, order);
        }
        let found = placed.then(|| self.partial.finish()).flatten();
        let found = found.map(|placed| (instance.values(&placed), placed));
        let accepted = found.filter(|(values, _)| {
            *values <= self.values || values[0] < self.values[0].saturating_add(slack)
        });
        let Some((values, placed)) = accepted else {
            self.partial.restore(&old);
            return false;
        };
        self.values = values;
        if self.values < self.best.values {
            self.best.values.clone_from(&self.values);
            self.best.placed = placed;
        }
        true
    }
}

impl Annealed for Orders<'_> {
    fn best(&self) -> &Best {
        &self.best
    }

    fn unit(&self) -> f64 {
        self.unit
    }

    /// Moves a job to another place in the order, or two to the places of each other. The work is how many jobs were placed for that.
    fn anneal(&mut self, temperature: f64) -> usize {
        let count = self.order.len();
        let reach = (count / REACH).max(2);
        let from = self.random.below(count);
        let to = (from + count + self.random.below(2 * reach + 1)).saturating_sub(reach) % count;
        let is_swap = self.random.below(2) == 0;
        let slack = (-temperature * libm::log(1.0 - self.random.unit())) as i64;
        if from == to {
            return 1;
        }
        let first = from.min(to);
        let last = count.min((first + LONGEST).max(from.max(to) + 1));
        let mut order = self.order[first..last].to_vec();
        match (is_swap, from < to) {
            (true, _) => order.swap(from - first, to - first),
            (false, true) => order[..=to - first].rotate_left(1),
            (false, false) => order[..=from - first].rotate_right(1),
        }
        if self.place(&order, slack) {
            self.order[first..last].copy_from_slice(&order);
        }
        order.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schedule::improve::tests::long;
    use crate::schedule::tests::holds;

    /// Whatever order is tried, the best schedule holds, is as good as it says, and is never worse than the first.
    #[test]
    fn orders_lead_to_better_schedules() {
        let mut random = Random::new(5);
        let mut better = 0;
        for _ in 0..60 {
            let formulation = long(&mut random);
            let Ok(instance) = Instance::new(&formulation, &|_| true) else {
                continue;
            };
            let order: Vec<usize> = (0..instance.jobs.len()).collect();
            let Some(from) = list::generate(&instance, &order, false) else {
                continue;
            };
            let first = instance.values(&from);
            let mut search = Orders::new(&instance, &from, 1);
            for step in 0..60 {
                let work = search.anneal(f64::from(60 - step) / 20.0);
                assert!((1..=instance.jobs.len()).contains(&work));
            }
            let best = instance.expand(&search.best().placed);
            assert!(holds(&formulation, &best), "{formulation:#?}");
            assert_eq!(instance.values(&search.best().placed), search.best().values);
            assert!(search.best().values <= first);
            better += usize::from(search.best().values < first);
        }
        assert!(better > 20, "{better} better");
    }
}
