//! Stocks: what servers have so much of, and VMs take a part of while they run there.

use super::{At, Datacenter, Server, ServerId, Vm, VmId};
use crate::show::{show_bytes, show_cpus};
use crate::source::Span;

/// Something that servers have so much of and VMs take a part of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Stock {
    /// Bytes of memory.
    Memory,
    /// Thousandths of a CPU.
    Cpu,
    /// A resource of one's own: index into [`Datacenter::resources`].
    Own(u32),
}

/// A resource that a file declares: `resource hugepages in bytes`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OwnResource {
    /// Its name.
    pub name: String,
    /// What amounts of it are.
    pub measure: Measure,
    /// Its declaration.
    pub origin: Option<Span>,
}

/// What amounts of a stock are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Measure {
    /// Bytes.
    Bytes,
    /// Thousandths of a CPU.
    Cpus,
    /// Things.
    Count,
}

impl Measure {
    /// An amount as people read it: `4 GiB`, `2 CPUs`, `3`.
    pub fn show(self, amount: u64) -> String {
        match self {
            Measure::Bytes => show_bytes(amount),
            Measure::Cpus => show_cpus(amount),
            Measure::Count => amount.to_string(),
        }
    }
}

/// A factor of 1, in millionths.
pub const ONCE: u32 = 1_000_000;

impl Server {
    /// How much of a stock it really has; None: not limited.
    pub fn has_of(&self, stock: Stock) -> Option<At<u64>> {
        match stock {
            Stock::Memory => self.memory,
            Stock::Cpu => self.cpu,
            Stock::Own(own) => amount(&self.own, own),
        }
    }

    /// The same, to be changed.
    pub fn has_of_mut(&mut self, stock: Stock) -> Option<&mut At<u64>> {
        match stock {
            Stock::Memory => self.memory.as_mut(),
            Stock::Cpu => self.cpu.as_mut(),
            Stock::Own(own) => {
                let own = self.own.iter_mut().find(|(known, _)| *known == own);
                own.map(|(_, amount)| amount)
            }
        }
    }

    /// Millionths of what it has that it gives its VMs.
    pub fn overbooked(&self, stock: Stock) -> u32 {
        let given = self.overbook.iter().find(|(of, _)| *of == stock);
        given.map_or(ONCE, |&(_, factor)| factor)
    }

    /// What it gives its VMs of a stock, overbooked so many millionths times; None: not limited.
    pub fn gives(&self, stock: Stock, factor: u32) -> Option<At<u64>> {
        let has = self.has_of(stock)?;
        let value = u128::from(has.value) * u128::from(factor) / u128::from(ONCE);
        Some(At {
            value: u64::try_from(value).unwrap_or(u64::MAX),
            ..has
        })
    }
}

impl Vm {
    /// What it takes of a stock while it runs.
    pub fn takes_of(&self, stock: Stock) -> u64 {
        match stock {
            Stock::Memory => self.memory.value,
            Stock::Cpu => self.cpu.value,
            Stock::Own(own) => amount(&self.own, own).map_or(0, |at| at.value),
        }
    }
}

fn amount(own: &[(u32, At<u64>)], of: u32) -> Option<At<u64>> {
    let found = own.iter().find(|(known, _)| *known == of);
    found.map(|&(_, amount)| amount)
}

impl Datacenter {
    /// Memory, CPUs, and the resources of its own.
    pub fn stocks(&self) -> impl Iterator<Item = Stock> + use<> {
        let own = (0..self.resources.len() as u32).map(Stock::Own);
        [Stock::Memory, Stock::Cpu].into_iter().chain(own)
    }

    /// The name of a stock in messages: `memory`, `CPU`, `hugepages`.
    pub fn stock_name(&self, stock: Stock) -> &str {
        match stock {
            Stock::Memory => "memory",
            Stock::Cpu => "CPU",
            Stock::Own(own) => &self.resources[own as usize].name,
        }
    }

    /// What its amounts are.
    pub fn measure(&self, stock: Stock) -> Measure {
        match stock {
            Stock::Memory => Measure::Bytes,
            Stock::Cpu => Measure::Cpus,
            Stock::Own(own) => self.resources[own as usize].measure,
        }
    }

    /// A resource of its own that a VM takes some of and a server has none of.
    pub(super) fn lacks_own(&self, server: ServerId, vm: VmId) -> Option<(String, String)> {
        let has = |own: u32| self[server].has_of(Stock::Own(own)).is_some();
        let taken = self[vm].own.iter();
        let mut lacking = taken.filter(|(own, amount)| amount.value > 0 && !has(*own));
        lacking.next().map(|(own, amount)| {
            let resource = &self.resources[*own as usize];
            let shown = resource.measure.show(amount.value);
            (resource.name.clone(), shown)
        })
    }
}
