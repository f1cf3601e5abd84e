//! From where a plan starts that comes after another one.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::PlanFile;
use crate::datacenter::{Datacenter, ServerId, VmId};
use crate::since::{self, Stand};

/// What is not as the file declares it when the plan starts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Since {
    /// The plan that it comes after.
    pub after: String,
    /// VMs that are elsewhere, or run or do not.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub vms: Vec<VmSince>,
    /// Servers that are on or off.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub servers: Vec<ServerSince>,
}

/// Where a VM is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct VmSince {
    /// Its name.
    pub vm: String,
    /// Its server.
    pub server: String,
    /// Whether it runs.
    pub running: bool,
}

/// Whether a server is on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ServerSince {
    /// Its name.
    pub server: String,
    /// Whether it is on.
    pub on: bool,
}

impl Since {
    /// As it stands in a file.
    pub(super) fn new(datacenter: &Datacenter, since: &since::Since) -> Self {
        let vms = since.vms.iter().map(|(&vm, stand)| VmSince {
            vm: datacenter[vm].name.clone(),
            server: datacenter[stand.on].name.clone(),
            running: stand.running,
        });
        let servers = since.servers.iter().map(|(&server, &on)| ServerSince {
            server: datacenter[server].name.clone(),
            on,
        });
        Since {
            after: since.after.clone(),
            vms: vms.collect(),
            servers: servers.collect(),
        }
    }
}

impl PlanFile {
    /// From where it starts, in terms of a datacenter.
    ///
    /// # Errors
    /// Names that are not there.
    pub fn since(&self, datacenter: &Datacenter) -> Result<Option<since::Since>, Vec<String>> {
        let Some(told) = &self.since else {
            return Ok(None);
        };
        let servers: BTreeMap<&str, ServerId> = (datacenter.servers.iter())
            .map(|server| server.name.as_str())
            .zip((0..).map(ServerId))
            .collect();
        let vms: BTreeMap<&str, VmId> = (datacenter.vms.iter())
            .map(|vm| vm.name.as_str())
            .zip((0..).map(VmId))
            .collect();
        let unknown = |name: &str| vec![format!("`{name}` is not there")];
        let server = |name: &str| servers.get(name).copied().ok_or_else(|| unknown(name));
        let mut since = since::Since {
            after: told.after.clone(),
            ..since::Since::default()
        };
        for VmSince {
            vm,
            server: on,
            running,
        } in &told.vms
        {
            let id = *vms.get(vm.as_str()).ok_or_else(|| unknown(vm))?;
            let (on, running) = (server(on)?, *running);
            since.vms.insert(id, Stand { on, running });
        }
        for told in &told.servers {
            since.servers.insert(server(&told.server)?, told.on);
        }
        Ok(Some(since))
    }
}
