//! What came out, as Markdown and as a page.

use std::fmt::Write;

/// Tables and figures, in order.
#[derive(Default)]
pub struct Page {
    parts: Vec<Part>,
}

enum Part {
    Table {
        title: String,
        heads: Vec<&'static str>,
        rows: Vec<Vec<String>>,
    },
    Figure(String),
    Note(String),
}

impl Page {
    /// Adds a table; its first column has names.
    pub fn table(&mut self, title: &str, heads: &[&'static str], rows: Vec<Vec<String>>) {
        self.parts.push(Part::Table {
            title: title.to_owned(),
            heads: heads.to_vec(),
            rows,
        });
    }

    /// Adds a paragraph.
    pub fn note(&mut self, text: &str) {
        self.parts.push(Part::Note(text.to_owned()));
    }

    /// Adds a picture, as SVG.
    pub fn figure(&mut self, svg: String) {
        self.parts.push(Part::Figure(svg));
    }

    /// The tables and paragraphs as Markdown.
    pub fn markdown(&self) -> String {
        let mut out = String::new();
        for part in &self.parts {
            let (title, heads, rows) = match part {
                Part::Table { title, heads, rows } => (title, heads, rows),
                Part::Note(text) => {
                    let _ = writeln!(out, "\n{text}");
                    continue;
                }
                Part::Figure(_) => continue,
            };
            let rule = heads.iter().skip(1).map(|_| "---:|").collect::<String>();
            let _ = write!(
                out,
                "\n### {title}\n\n| {} |\n|---|{rule}\n",
                heads.join(" | ")
            );
            for row in rows {
                let _ = writeln!(out, "| {} |", row.join(" | "));
            }
        }
        out
    }

    /// Everything as a page that needs nothing else.
    pub fn html(&self) -> String {
        let mut out = String::from(
            "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>mvm and the papers</title>\
             <style>body{font:15px system-ui,sans-serif;max-width:76rem;margin:2rem auto;padding:0 1rem}\
             table{border-collapse:collapse;margin:1rem 0}td,th{padding:.3rem .8rem;border-bottom:1px solid #ddd;text-align:right}\
             td:first-child,th:first-child{text-align:left}svg{max-width:100%;height:auto}</style>\
             <h1>The tables and figures of both papers</h1>\n",
        );
        for part in &self.parts {
            match part {
                Part::Figure(svg) => out += svg,
                Part::Note(text) => {
                    let _ = writeln!(out, "<p>{text}</p>");
                }
                Part::Table { title, heads, rows } => {
                    let _ = write!(out, "<h2>{title}</h2>\n<table><tr>");
                    heads
                        .iter()
                        .for_each(|head| out += &format!("<th>{head}</th>"));
                    out += "</tr>\n";
                    for row in rows {
                        out += "<tr>";
                        row.iter()
                            .for_each(|cell| out += &format!("<td>{cell}</td>"));
                        out += "</tr>\n";
                    }
                    out += "</table>\n";
                }
            }
        }
        out
    }
}
