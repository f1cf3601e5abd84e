use super::grammar::{self, Rule};
use super::*;

const EVERYTHING: &str = include_str!("testdata/everything.mvm");

#[test]
fn every_construct_is_read() {
    let (ast, diagnostics) = parse(FileId(0), EVERYTHING);
    assert_eq!(diagnostics, []);
    grammar::parse(Rule::file, EVERYTHING).expect("the whole grammar accepts what the pieces do");
    assert_eq!(ast.items.len(), 23);
}
