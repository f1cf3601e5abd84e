//! Pools: the equal parts into which a server divides what it has, of which a VM has one whole, as the nodes of a NUMA machine are.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use super::{Datacenter, ServerId, VmId};

/// A pool of a server, counted from 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Pool(pub u32);

impl Datacenter {
    /// The pools of a server; none where it is not divided.
    pub fn pools(&self, server: ServerId) -> impl Iterator<Item = Pool> + use<> {
        let pools = self[server].pools.value;
        (0..pools).map(Pool).filter(move |_| pools > 1)
    }

    /// Whether a server is divided into pools.
    pub fn is_divided(&self, server: ServerId) -> bool {
        self[server].pools.value > 1
    }

    /// Whether it is a guess in which pool a VM is.
    pub fn is_pool_guessed(&self, vm: VmId) -> bool {
        self[vm].running && self[vm].pool.is_none() && self.is_divided(self[vm].host.value)
    }

    /// The pool in which each VM is before the plan starts; None where its server is not divided. What nobody says is guessed: the largest
    /// first, each where most memory is left.
    pub fn first_pools(&self) -> Vec<Option<Pool>> {
        let is_divided = |vm: &VmId| self.is_divided(self[*vm].host.value);
        let mut vms: Vec<VmId> = (0..self.vms.len() as u32).map(VmId).collect();
        vms.retain(is_divided);
        // Those of whom it is said take first.
        vms.sort_by_key(|&vm| (self[vm].pool.is_none(), Reverse(self[vm].memory.value)));
        let mut pools = vec![None; self.vms.len()];
        let mut taken: BTreeMap<(ServerId, Pool), u128> = BTreeMap::new();
        for vm in vms {
            let host = self[vm].host.value;
            let of = |pool: &Pool| taken.get(&(host, *pool)).copied().unwrap_or(0);
            let guess = || self.pools(host).min_by_key(of);
            let Some(pool) = self[vm].pool.map(|pool| pool.value).or_else(guess) else {
                continue;
            };
            pools[vm.0 as usize] = Some(pool);
            if self[vm].running {
                *taken.entry((host, pool)).or_default() += u128::from(self[vm].memory.value);
            }
        }
        pools
    }
}
