//! Clusters from a seed, as mvm and as Ganeti read them.

use std::fmt::Write;

/// MiB of a server.
pub const SERVER: u64 = 64 * 1024;
/// What hosts keep free when they are filled, so that each has room to lend.
const FULL: u64 = SERVER * 9 / 10;

/// Servers that are all alike, on one switch, with their VMs; both count from 1.
pub struct Cluster {
    pub servers: usize,
    /// `(MiB, server)`
    pub vms: Vec<(u64, usize)>,
}

impl Cluster {
    /// VMs of 2, 4, 8 or 16 GiB on servers drawn by chance, until so many percent of all memory are taken.
    pub fn random(servers: usize, percent: u64, seed: u64) -> Cluster {
        let mut dice = Dice::new(seed);
        let mut free = vec![FULL; servers];
        let mut left = (SERVER * servers as u64 * percent / 100) as i64;
        let mut vms = Vec::new();
        while left > 0 {
            let memory = 2048 << dice.below(4);
            let at = dice.below(servers as u64) as usize;
            if free[at] >= memory {
                free[at] -= memory;
                left -= memory as i64;
                vms.push((memory, at + 1));
            }
        }
        Cluster { servers, vms }
    }

    /// The inventory, in mvm's language.
    pub fn inventory(&self) -> String {
        let mut text = format!(
            "switch core\nserver s[1..{}] {{ memory {SERVER}MiB boot 4min shutdown 1min link 10Gbps to core }}\n",
            self.servers
        );
        for ((memory, at), vm) in self.vms.iter().zip(1..) {
            let _ = writeln!(text, "vm v{vm} {{ memory {memory}MiB idle on s{at} }}");
        }
        text
    }

    /// The text backend of htools: one group, VMs whose disks all servers reach, a policy that forbids nothing. `tag` gives each VM a tag.
    pub fn ganeti(&self, tag: &dyn Fn(usize) -> Option<String>) -> String {
        let mut text = String::from("default|group|preferred||\n\n");
        for server in 1..=self.servers {
            let own = self.vms.iter().filter(|(_, at)| *at == server);
            let free = SERVER - own.map(|(memory, _)| memory).sum::<u64>();
            let _ = writeln!(
                text,
                "s{server}|{SERVER}|0|{free}|1000000|1000000|64|N|group|1||N|0|1|1.0"
            );
        }
        text += "\n";
        for ((memory, at), vm) in self.vms.iter().zip(1..) {
            let tag = tag(vm).unwrap_or_default();
            let _ = writeln!(text, "v{vm}|{memory}|0|1|running|Y|s{at}||ext|{tag}|1|-");
        }
        text + "\n\n|128,1,0,1,1,1|128,1,0,1,1,1;262144,64,1048576,16,8,12|ext|64.0|1024.0\n"
    }

    /// The largest share of a server's memory that its VMs have, in whole percents, rounded up, where these have moved to other servers.
    pub fn peak(&self, moved: impl IntoIterator<Item = (usize, usize)>) -> u64 {
        let mut places: Vec<usize> = self.vms.iter().map(|&(_, at)| at).collect();
        for (vm, to) in moved {
            places[vm - 1] = to;
        }
        let mut taken = vec![0; self.servers + 1];
        for ((memory, _), at) in self.vms.iter().zip(places) {
            taken[at] += memory;
        }
        let most = taken.into_iter().max().unwrap_or(0);
        (100 * most).div_ceil(SERVER)
    }
}

/// A linear congruential generator (Knuth's MMIX), of which the upper bits are used.
pub struct Dice(u64);

impl Dice {
    pub fn new(seed: u64) -> Dice {
        let mut dice = Dice(seed);
        dice.below(1);
        dice
    }

    pub fn below(&mut self, bound: u64) -> u64 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % bound
    }
}
