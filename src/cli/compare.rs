//! `mvm compare`

use super::Status;
use super::args::{Compare as Args, CompareFormat};
use super::disk::Disk;
use super::outcome;
use super::output;
use super::progress::Line;
use super::terminal::Terminal;
use crate::baseline::{Row, json, picture, table};
use crate::compile::{self, Checked};
use crate::emit::text::printable;
use crate::request::show_moment;
use crate::schedule::Options;

/// Plans as others do as well, and says what comes of each plan.
pub fn run(args: &Args, terminal: &Terminal) -> Status {
    let wrong = |status: Status, why: String| {
        terminal.say(&format!("error: {why}"));
        status
    };
    let (disk, entry) = match Disk::project_of(&args.file) {
        Ok(found) => found,
        Err(why) => {
            let why = format!("`{}` cannot be read: {why}", args.file.display());
            return wrong(Status::WrongInput, why);
        }
    };
    let checked = compile::check(&entry, &disk);
    terminal.show(&checked.map, &checked.diagnostics);
    if checked.has_errors() {
        return Status::WrongInput;
    }
    let requests = checked.analysis.requests.iter().enumerate();
    let is_asked = |name: &String| args.name.as_ref().is_none_or(|asked| asked == name);
    let chosen = requests.filter(|(_, request)| is_asked(&request.name));
    let chosen: Vec<usize> = chosen.map(|(index, _)| index).collect();
    match chosen.as_slice() {
        [] => return wrong(Status::WrongUsage, String::from("there is no such plan")),
        [_, _, ..] if args.emit != CompareFormat::Table => {
            let why = "several plans do not go into one output: choose with `--plan`";
            return wrong(Status::WrongUsage, String::from(why));
        }
        _ => {}
    }
    let (mut texts, mut worst) = (Vec::new(), Status::Done);
    for index in chosen {
        match compared(&checked, index, args, terminal) {
            Ok(text) => texts.push(text),
            Err(status) => worst = worst.max(status),
        }
    }
    match output::write(args.output.as_deref(), &texts.join("\n")) {
        Ok(()) => worst,
        Err(why) => wrong(Status::WrongUsage, why),
    }
}

fn compared(
    checked: &Checked,
    index: usize,
    args: &Args,
    terminal: &Terminal,
) -> Result<String, Status> {
    let options = Options {
        effort: args.effort.into(),
        time_limit: None,
    };
    let mut line = Line::new();
    let rows = match args.models {
        true => checked.compare_models(index, args.by, &options, &mut line),
        false => checked.compare(index, args.seed, &options, &mut line),
    };
    let rows: Vec<Row> = rows
        .map_err(|failure| outcome::failed(checked, index, failure, &options, &line, terminal))?;
    drop(line);
    let request = &checked.analysis.requests[index];
    let name = printable(&request.name);
    let title = match args.models {
        true => format!(
            "{name}: planned by each model, carried out by `{}`",
            args.by.name()
        ),
        false => format!("{name}: planned by each planner, carried out with shared bandwidth"),
    };
    Ok(match args.emit {
        CompareFormat::Table => table(&title, &rows),
        CompareFormat::Json => json(&request.name, &rows),
        CompareFormat::Svg => {
            let moment = |at| show_moment(request.start.as_ref(), at);
            picture(&title, &rows, &moment)
        }
    })
}
