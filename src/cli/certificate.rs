//! Certificates in a folder, beside plans.

use std::fs;
use std::path::{Path, PathBuf};

use super::Status;
use super::disk;
use super::output;
use super::terminal::Terminal;
use crate::certify::{self, Certificate, Rejection};
use crate::compile::Checked;
use crate::emit::json::PlanFile;
use crate::plan::Plan;
use crate::schedule::Written;
use crate::show::show_count;

/// No file of a certificate may have more bytes.
const LARGEST: u64 = 1 << 30;

/// Writes a certificate into a folder, which is made where it is not there; says where it shows less than the plan says.
///
/// # Errors
/// In words.
pub fn write(
    folder: &Path,
    plan: &Plan,
    written: &Written,
    terminal: &Terminal,
) -> Result<(), String> {
    fs::create_dir_all(folder)
        .map_err(|e| format!("`{}` cannot be made: {}", folder.display(), disk::why(&e)))?;
    let text = certify::write(&written.certificate);
    output::write(Some(&path(folder, &plan.name)), &text)?;
    for (name, text) in &written.files {
        output::write(Some(&folder.join(name)), text)?;
    }
    for (proof, achieved) in written.certificate.objectives.iter().zip(&plan.objectives) {
        if proof.lower_bound < achieved.lower_bound {
            terminal.say(&format!(
                "note: the certificate of `{}` does not show the bound of {} within this effort",
                plan.name, proof.name
            ));
        }
    }
    Ok(())
}

/// Where the certificate of a plan lies.
fn path(folder: &Path, plan: &str) -> PathBuf {
    folder.join(format!("{}.certificate.json", output::stem(plan)))
}

/// Checks the certificate of a plan that holds, and says what it shows.
///
/// # Errors
/// In words, where it cannot be read.
pub fn check(
    folder: &Path,
    file: &PlanFile,
    checked: &Checked,
    terminal: &Terminal,
) -> Result<Status, String> {
    let path = path(folder, &file.plan);
    let certificate = read(&path)?;
    // A certificate names files beside it, never elsewhere.
    let load = |name: &str| {
        if Path::new(name).file_name().is_none_or(|own| own != name) {
            return Err(String::from("it is not a file beside the certificate"));
        }
        load(&folder.join(name))
    };
    match checked.check_certificate(file, &certificate, &load) {
        Ok(shown) => {
            for checked in shown {
                terminal.say(&words(&checked));
            }
            Ok(Status::Done)
        }
        Err(rejected) => {
            let mut status = Status::WrongInput;
            for (objective, why) in rejected {
                if !matches!(why, Rejection::Unreadable(..)) {
                    status = Status::DoesNotHold;
                }
                terminal.say(&format!("error: certificate of {objective}: {why}"));
            }
            Ok(status)
        }
    }
}

fn words(checked: &certify::Checked) -> String {
    let mut by = show_count(checked.numbers, "multiplier");
    if let Some((clauses, steps)) = checked.clauses {
        by += &format!(
            "; {} refuted in {}",
            show_count(clauses, "clause"),
            show_count(steps, "step")
        );
    }
    format!("{}: the bound holds ({by})", checked.objective)
}

fn read(path: &Path) -> Result<Certificate, String> {
    let text = load(path).map_err(|why| format!("`{}` cannot be read: {why}", path.display()))?;
    certify::read(&text).map_err(|why| format!("`{}` is not a certificate: {why}", path.display()))
}

fn load(path: &Path) -> Result<String, String> {
    let meta = fs::metadata(path).map_err(|e| disk::why(&e))?;
    if !meta.is_file() {
        return Err(String::from("it is not a file"));
    }
    if meta.len() > LARGEST {
        return Err(format!("it has {} MiB", meta.len() >> 20));
    }
    fs::read_to_string(path).map_err(|e| disk::why(&e))
}
