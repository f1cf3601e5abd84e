//! The results as JUnit's XML, which CI systems read.

use quick_xml::Writer;
use quick_xml::events::{BytesDecl, BytesText, Event};

use super::{Case, Outcome};
use crate::emit::text::printable;

/// A suite for each file, a case for each plan.
///
/// # Errors
/// In words.
pub fn report(cases: &[Case]) -> Result<String, String> {
    let mut writer = Writer::new_with_indent(Vec::new(), b' ', 2);
    let done = write(&mut writer, cases);
    done.map_err(|e| format!("the report cannot be written: {e}"))?;
    let mut text = String::from_utf8(writer.into_inner()).map_err(|e| e.to_string())?;
    text.push('\n');
    Ok(text)
}

fn write(writer: &mut Writer<Vec<u8>>, cases: &[Case]) -> std::io::Result<()> {
    writer.write_event(Event::Decl(BytesDecl::new("1.0", Some("UTF-8"), None)))?;
    let suites = writer
        .create_element("testsuites")
        .with_attribute(("name", "mvm"));
    suites.write_inner_content(|writer| {
        for suite in cases.chunk_by(|a, b| a.file == b.file) {
            let failed = suite
                .iter()
                .filter(|case| matches!(case.outcome, Outcome::Failed(..)));
            let (file, tests) = (printable(&suite[0].file), suite.len().to_string());
            let failures = failed.count().to_string();
            let attributes = [
                ("name", file.as_str()),
                ("tests", tests.as_str()),
                ("failures", failures.as_str()),
            ];
            let element = writer
                .create_element("testsuite")
                .with_attributes(attributes);
            element.write_inner_content(|writer| {
                suite.iter().try_for_each(|case| one(writer, case))
            })?;
        }
        Ok(())
    })?;
    Ok(())
}

fn one(writer: &mut Writer<Vec<u8>>, case: &Case) -> std::io::Result<()> {
    let (file, plan) = (printable(&case.file), printable(&case.plan));
    let time = format!("{:.3}", case.time.as_secs_f64());
    let attributes = [
        ("classname", file.as_str()),
        ("name", plan.as_str()),
        ("time", time.as_str()),
    ];
    let element = writer
        .create_element("testcase")
        .with_attributes(attributes);
    match &case.outcome {
        Outcome::Failed(_, why) => {
            let lines: Vec<String> = why.lines().map(printable).collect();
            let first = lines.first().cloned().unwrap_or_default();
            element.write_inner_content(|writer| {
                let failure = writer
                    .create_element("failure")
                    .with_attribute(("message", first.as_str()));
                failure.write_text_content(BytesText::new(&lines.join("\n")))?;
                Ok(())
            })?;
        }
        Outcome::Same | Outcome::Accepted => {
            element.write_empty()?;
        }
    }
    Ok(())
}
