//! What an editor asks about files: plain data in and out, with places in bytes. The protocol is `cli::lsp`'s matter.
//!
//! A [`View`] is what is known of a file and all that it uses, as of one moment. It answers in time that does not grow with
//! the size of the files. What was typed since is another text: [`Carry`] brings places from one to the other, so that no
//! answer waits for an analysis.

mod carry;
mod colour;
mod complete;
mod declarations;
mod hover;
mod manual;
mod navigate;
mod outline;
mod rename;
mod view;

pub use carry::Carry;
pub use colour::{Colour, colours};
pub use complete::{Candidate, CandidateKind, Completion};
pub use declarations::{Declaration, DeclarationKind};
pub use outline::{Hint, Outline};
pub use rename::{Edit, NoRename};
pub use view::View;
