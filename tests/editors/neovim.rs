//! Neovim with `mvm lsp`, both installed as `editors/README.md` says.

use std::fs;
use std::path::Path;
use std::process::Command;

use crate::{output, program, support};

const INVENTORY: &str = "\
use std.server.x3440
use std.link.ethernet10

switch core
rack r[1..2] link 40Gbps to core {
  server s[1..4] : x3440 { memory 64GiB link : ethernet10 }
}

/// What customers see.
vm web[1..8] { memory 2GiB idle on r1.s[1..4] label tier front }
vm db        { memory 16GiB idle on r1.s1 label tier gold }
";

const PLAN: &str = "\
use \"inventory.mvm\"

plan away {
  migrate web[1..2], db to r2.s[1..3]
  migrate web3          to r2.s4
  before db -> web3
  budget 2kW
}
";

/// A home with the clients in it, each where its editor looks for it.
pub fn install(home: &Path) {
    let packages = home.join(".local/share/nvim/site/pack/mvm/start");
    fs::create_dir_all(&packages).expect("a folder can be made");
    for (client, package) in [("vim", "mvm"), ("nvim", "mvm-lsp")] {
        let client = support::root().join("editors").join(client);
        std::os::unix::fs::symlink(client, packages.join(package)).expect("a link can be made");
    }
}

/// A program that finds `mvm` and has that home.
pub fn at_home(mut command: Command, home: &Path) -> Command {
    let mvm = Path::new(env!("CARGO_BIN_EXE_mvm"));
    let folder = mvm.parent().expect("it is in a folder");
    let path = std::env::var_os("PATH").unwrap_or_default();
    let path = std::iter::once(folder.to_owned()).chain(std::env::split_paths(&path));
    command
        .env("PATH", std::env::join_paths(path).expect("paths"))
        .env("HOME", home);
    for name in [
        "XDG_CONFIG_HOME",
        "XDG_DATA_HOME",
        "XDG_STATE_HOME",
        "XDG_CACHE_HOME",
        "VIMINIT",
    ] {
        command.env_remove(name);
    }
    command
}

#[test]
fn it_tells_mends_completes_explains_jumps_renames_and_formats() {
    let Some(neovim) = program("nvim") else {
        return;
    };
    let folder = tempfile::tempdir().expect("a folder can be made");
    let home = folder.path().join("home");
    install(&home);
    for (name, text) in [("inventory.mvm", INVENTORY), ("plan.mvm", PLAN)] {
        fs::write(folder.path().join(name), text).expect("a file can be written");
    }
    let script = support::root().join("tests/editors/neovim.lua");
    let mut neovim = at_home(neovim, &home);
    neovim
        .current_dir(folder.path())
        .args(["--headless", "-c"])
        .arg(format!("luafile {}", script.display()));
    output(&mut neovim);
    let read = |name: &str| fs::read_to_string(folder.path().join(name)).expect("it is there");
    assert_eq!(read("plan.mvm"), PLAN.replace("web", "shop"));
    assert_eq!(
        read("inventory.mvm"),
        INVENTORY.replace("web[1..8]", "shop[1..8]")
    );
}
