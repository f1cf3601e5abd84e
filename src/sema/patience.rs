//! How long actions may take and how often they are tried: `timeout 3x then abort`, `retry 2 after 1min`.

use super::errors::patience as errors;
use super::expr;
use super::world::{Scope, World};
use crate::datacenter::{Limit, Patience, Policy, Retry};
use crate::syntax::ast;

/// An action is given at most that many times its planned length.
const MAX_TIMES: u32 = 1_000;
/// An action is tried again at most that often.
const MAX_RETRIES: u32 = 100;

/// `3x then abort`. None: an error was reported.
pub(super) fn timeout<'a>(
    world: &mut World<'a>,
    scope: &Scope<'_>,
    timeout: &'a ast::Timeout,
) -> Option<Patience> {
    let limit = match &timeout.limit {
        ast::Limit::Time(time) => Limit::Seconds(expr::positive_seconds(world, scope, time)?),
        ast::Limit::Times(times) => match thousandths(times.text.trim_end_matches('x')) {
            Some(value) if (1_000..=MAX_TIMES * 1_000).contains(&value) => Limit::Times(value),
            _ => {
                world.sink.push(errors::bad_factor(times.span, MAX_TIMES));
                return None;
            }
        },
    };
    let policy = timeout.policy.map(|policy| match policy {
        ast::Policy::Abort => Policy::Abort,
        ast::Policy::Suspend => Policy::Suspend,
        ast::Policy::Post => Policy::Post,
        ast::Policy::Wait => Policy::Wait,
    });
    Some(Patience { limit, policy })
}

/// `2 after 1min`. None: an error was reported.
pub(super) fn retry<'a>(
    world: &mut World<'a>,
    scope: &Scope<'_>,
    retry: &'a ast::Retry,
) -> Option<Retry> {
    let times = expr::count(world, scope, &retry.times);
    let pause = match &retry.after {
        Some(after) => expr::seconds(world, scope, after),
        None => Some(0),
    };
    let (times, pause) = (times?, pause?);
    if times > MAX_RETRIES {
        let span = retry.times.span;
        world.sink.push(errors::too_many_retries(span, MAX_RETRIES));
        return None;
    }
    Some(Retry { times, pause })
}

/// Thousandths of a number as it is written; what is finer is cut off. None: it is too large.
fn thousandths(text: &str) -> Option<u32> {
    let digits = text.replace('_', "");
    let (whole, part) = digits.split_once('.').unwrap_or((&digits, ""));
    let part: String = part.chars().chain("000".chars()).take(3).collect();
    let whole: u32 = whole.parse().ok()?;
    whole.checked_mul(1_000)?.checked_add(part.parse().ok()?)
}

#[cfg(test)]
mod tests {
    use super::thousandths;

    #[test]
    fn factors_are_read_to_the_thousandth() {
        assert_eq!(thousandths("3"), Some(3_000));
        assert_eq!(thousandths("2.5"), Some(2_500));
        assert_eq!(thousandths("1_0.12345"), Some(10_123));
        assert_eq!(thousandths("99999999999"), None);
    }
}
