//! Texts of tests.

use super::Loader;

/// The only file there is, `plan.mvm`.
pub struct OneText(pub &'static str);

impl Loader for OneText {
    fn load(&self, path: &str) -> Result<Vec<u8>, String> {
        match path {
            "plan.mvm" => Ok(self.0.as_bytes().to_vec()),
            _ => Err(String::from("there is no such file")),
        }
    }
}
