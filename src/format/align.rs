//! Like parts of lines in a row stand below each other, as in a table.

use super::line::{Line, Part};

/// Nothing is moved further than that, in columns: what would be stands by itself.
const FAR: usize = 16;

/// Aligns lines that follow one another, of which each has so many columns at most.
pub fn align(lines: &mut [Line], room: usize) {
    part(lines, 0, room);
    for lines in lines.chunk_by_mut(|one, other| one.comment.is_some() && other.comment.is_some()) {
        shift(
            lines,
            |line| line.parts.len(),
            usize::MAX,
            |line| line.comment.as_mut(),
        );
    }
}

/// Aligns the part at `at` of lines whose parts before are aligned.
fn part(lines: &mut [Line], at: usize, room: usize) {
    let alike = |one: &Line, other: &Line| match (one.parts.get(at), other.parts.get(at)) {
        (Some(one), Some(other)) => one.word() == other.word(),
        _ => false,
    };
    for lines in lines.chunk_by_mut(alike).filter(|lines| lines.len() > 1) {
        for lines in shift(lines, |_| at, room, |line| line.parts.get_mut(at)) {
            part(lines, at + 1, room);
        }
    }
}

/// Moves a part of each line below that of the line before, as far as that is near enough and leaves the lines within the
/// room. Returns the rows that are aligned now.
fn shift(
    lines: &mut [Line],
    before: impl Fn(&Line) -> usize,
    room: usize,
    part: impl Fn(&mut Line) -> Option<&mut Part>,
) -> Vec<&mut [Line]> {
    let mut aligned = Vec::new();
    let mut rest = lines;
    while !rest.is_empty() {
        let widths = rest.iter().map(|line| line.width(before(line)));
        let (mut least, mut most) = (usize::MAX, 0);
        let near = widths.take_while(|&width| {
            (least, most) = (least.min(width), most.max(width));
            most - least <= FAR
        });
        let count = near.count();
        let (row, others) = rest.split_at_mut(count);
        rest = others;
        let most = row
            .iter()
            .map(|line| line.width(before(line)))
            .max()
            .unwrap_or(0);
        let fits = |line: &Line| {
            let width = line.width(line.parts.len());
            width > room || width + most - line.width(before(line)) <= room
        };
        if row.iter().all(fits) {
            for line in row.iter_mut() {
                let gap = most - line.width(before(line));
                if let Some(part) = part(line) {
                    part.shift += gap;
                }
            }
            aligned.push(row);
        }
    }
    aligned
}
