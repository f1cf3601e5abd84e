//! Levels over time below the bars: power with its budget, the busiest links with what they can carry.

use svg::node::element::path::Data;
use svg::node::element::{Group, Path, Title};

use super::axis::{Axis, line};
use super::paint::{AXIS, GRID, INK, LIMIT, MUTED, fitting, px, text};
use crate::emit::amount;
use crate::emit::clock::Clock;
use crate::emit::text::printable;
use crate::formulation::{Seconds, Unit};
use crate::plan::{Plan, Profile};

/// Of power, the first levels: that of all servers, then those of single budgets.
const POWERS: usize = 3;
/// Of the network's levels, the busiest.
const LINKS: usize = 6;
const GAP: f64 = 14.0;
/// A little air above the highest value.
const AIR: f64 = 1.12;

/// The levels from `top` on, and their height: 0 where there are none.
pub fn draw(plan: &Plan, clock: &Clock, axis: &Axis, top: f64) -> (Group, f64) {
    let mut group = Group::new();
    let mut y = top;
    for profile in chosen(plan) {
        let height = if profile.unit == Unit::Power {
            96.0
        } else {
            40.0
        };
        let panel = Panel::new(profile, axis, y, height, plan.makespan);
        group = group.add(panel.draw(clock));
        y += height + GAP;
    }
    let height = if y > top { y - GAP - top } else { 0.0 };
    (group, height)
}

/// What is shown, in the order of the plan.
fn chosen(plan: &Plan) -> Vec<&Profile> {
    let of = |unit| plan.profiles.iter().filter(move |p| p.unit == unit);
    let mut chosen: Vec<&Profile> = of(Unit::Power).take(POWERS).collect();
    let mut links: Vec<(f64, usize, &Profile)> = of(Unit::Rate)
        .enumerate()
        .map(|(at, profile)| (load(profile, plan.makespan), at, profile))
        .filter(|(load, _, _)| *load > 0.0)
        .collect();
    links.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
    links.truncate(LINKS);
    links.sort_by_key(|(_, at, _)| *at);
    chosen.extend(links.into_iter().map(|(_, _, profile)| profile));
    chosen
}

/// The share of its capacity that a link carries in the mean; 0 where nothing limits it.
fn load(profile: &Profile, end: Seconds) -> f64 {
    let Some(capacity) = profile.capacity.iter().map(|c| c.1).max() else {
        return 0.0;
    };
    let carried: f64 = pieces(&profile.level, end)
        .map(|(from, to, level)| (to - from) as f64 * level as f64)
        .sum();
    carried / (capacity.max(1) as f64 * end.max(1) as f64)
}

/// The pieces `(from, to, level)` of a level up to the end of the plan.
fn pieces(
    level: &[(Seconds, i64)],
    end: Seconds,
) -> impl Iterator<Item = (Seconds, Seconds, i64)> + '_ {
    level
        .iter()
        .enumerate()
        .filter_map(move |(at, &(from, value))| {
            let to = level.get(at + 1).map_or(end, |next| next.0.min(end));
            (from < to).then_some((from, to, value))
        })
}

/// A level, drawn between two heights.
struct Panel<'a> {
    profile: &'a Profile,
    axis: &'a Axis,
    top: f64,
    height: f64,
    end: Seconds,
    highest: i64,
}

impl<'a> Panel<'a> {
    fn new(profile: &'a Profile, axis: &'a Axis, top: f64, height: f64, end: Seconds) -> Self {
        let highest = |levels: &[(Seconds, i64)]| pieces(levels, end).map(|p| p.2).max();
        let level = highest(&profile.level).unwrap_or(0).max(1);
        // A limit far above all that happens would press it to the floor: it is said in words.
        let limit = highest(&profile.capacity).filter(|&limit| limit / 4 <= level);
        Panel {
            profile,
            axis,
            top,
            height,
            end,
            highest: limit.unwrap_or(0).max(level),
        }
    }

    fn y(&self, value: i64) -> f64 {
        let share = value as f64 / (self.highest as f64 * AIR);
        self.top + self.height * (1.0 - share.clamp(0.0, 1.0))
    }

    fn draw(&self, clock: &Clock) -> Group {
        let (left, right) = self.axis.range();
        let bottom = self.top + self.height;
        let colour = match self.profile.unit {
            Unit::Power => "#e69f00",
            _ => "#0072b2",
        };
        let area = Path::new()
            .set("d", self.area())
            .set("fill", colour)
            .set("fill-opacity", 0.22)
            .add(Title::new(self.tooltip(clock)));
        let edge = Path::new()
            .set("d", self.steps(&self.profile.level))
            .set("fill", "none")
            .set("stroke", colour)
            .set("stroke-width", 1.5);
        let limit = Path::new()
            .set("d", self.steps(&self.profile.capacity))
            .set("fill", "none")
            .set("stroke", LIMIT)
            .set("stroke-width", 1.2)
            .set("stroke-dasharray", "5 3");
        self.names(
            Group::new()
                .add(line(left, self.top, right, self.top, GRID))
                .add(line(left, bottom, right, bottom, AXIS))
                .add(area)
                .add(edge)
                .add(limit),
        )
    }

    /// Its name, its highest value, and its limit.
    fn names(&self, group: Group) -> Group {
        let (left, right) = self.axis.range();
        let name = fitting(&self.name(), 12.0, left - 16.0);
        let peak = pieces(&self.profile.level, self.end).map(|p| p.2).max();
        let (first, second) = (self.top + 13.0, self.top + 29.0);
        let peak = format!("peak {}", self.amount(peak.unwrap_or(0)));
        let mut group = group
            .add(text(&name, left - 12.0, first, 12.0, INK).set("text-anchor", "end"))
            .add(text(&peak, left - 12.0, second, 11.0, MUTED).set("text-anchor", "end"));
        let last = pieces(&self.profile.capacity, self.end).last();
        if let Some((_, _, limit)) = last {
            let y = self.y(limit).max(self.top + 8.0) + 4.0;
            group = group.add(text(&self.amount(limit), right + 6.0, y, 11.0, LIMIT));
        }
        group
    }

    /// The profile's name; that it is a link is seen.
    fn name(&self) -> String {
        let name = printable(&self.profile.name).replace("->", "→");
        name.strip_prefix("link ").unwrap_or(&name).to_owned()
    }

    fn tooltip(&self, clock: &Clock) -> String {
        let pieces = pieces(&self.profile.level, self.end);
        let peak = pieces.reduce(|best, next| if next.2 > best.2 { next } else { best });
        let (from, to, level) = peak.unwrap_or((0, 0, 0));
        format!(
            "{}: at most {}, from {} to {}",
            self.name(),
            self.amount(level),
            clock.at(from),
            clock.at(to)
        )
    }

    fn amount(&self, value: i64) -> String {
        let value = u64::try_from(value).unwrap_or(0);
        match self.profile.unit {
            Unit::Power => amount::power(value),
            _ => amount::rate(value),
        }
    }

    /// A line along the level. Where it is above the panel, it has a gap.
    fn steps(&self, level: &[(Seconds, i64)]) -> Data {
        let mut data = Data::new();
        let mut drawn = false;
        for (from, to, value) in pieces(level, self.end) {
            if value > self.highest {
                drawn = false;
                continue;
            }
            let y = px(self.y(value));
            let (x, end) = (px(self.axis.x(from)), px(self.axis.x(to)));
            data = if drawn {
                data.line_to((x, y))
            } else {
                data.move_to((x, y))
            };
            data = data.line_to((end, y));
            drawn = true;
        }
        data
    }

    /// What is below the level.
    fn area(&self) -> Data {
        let floor = px(self.top + self.height);
        let mut data = Data::new().move_to((px(self.axis.x(0)), floor));
        for (from, to, value) in pieces(&self.profile.level, self.end) {
            let y = px(self.y(value));
            data = data.line_to((px(self.axis.x(from)), y));
            data = data.line_to((px(self.axis.x(to)), y));
        }
        data.line_to((px(self.axis.x(self.end)), floor)).close()
    }
}
