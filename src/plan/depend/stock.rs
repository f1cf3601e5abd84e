//! The free tokens of a resource.

use std::collections::VecDeque;

use super::Ended;
use crate::formulation::{ActionId, Seconds};

/// What must have happened before a token is there. By default it is free from the beginning.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Token {
    /// It exists only if this action succeeds.
    pub maker: Option<ActionId>,
    /// This action had it last and gives it back however it ends.
    pub holder: Option<ActionId>,
    /// It exists from then on, as the capacity rises.
    pub moment: Option<Seconds>,
}

impl Token {
    pub fn made_by(action: ActionId) -> Self {
        Token {
            maker: Some(action),
            ..Token::default()
        }
    }

    pub fn given_at(moment: Seconds) -> Self {
        Token {
            moment: Some(moment),
            ..Token::default()
        }
    }
}

/// Tokens and how many of each, those that were given first in front.
#[derive(Default)]
pub(super) struct Stock {
    tokens: VecDeque<(Token, i128)>,
}

impl Stock {
    pub fn put(&mut self, token: Token, amount: i128) {
        if amount > 0 {
            self.tokens.push_back((token, amount));
        }
    }

    /// Puts back so many of what an action had taken. Where it keeps some, it keeps those that depend on
    /// others' success.
    pub fn put_back(&mut self, action: ActionId, mut taken: Vec<(Token, i128)>, mut amount: i128) {
        taken.sort_by_key(|(token, _)| token.maker);
        let mut last: Option<(Token, i128)> = None;
        for (mut token, held) in taken {
            let back = held.min(amount);
            amount -= back;
            token.holder = Some(action);
            match &mut last {
                Some((known, sum)) if *known == token => *sum += back,
                _ => {
                    if let Some((known, sum)) = last.replace((token, back)) {
                        self.put(known, sum);
                    }
                }
            }
        }
        if let Some((token, sum)) = last {
            self.put(token, sum);
        }
    }

    /// Takes an amount and says which tokens these were: free ones first, then those that are waited for
    /// anyway, then those that depend on no more actions' success, and of these the ones that were given longest
    /// ago.
    pub fn take(
        &mut self,
        mut amount: i128,
        known: impl Fn(ActionId) -> Option<Ended>,
    ) -> Vec<(Token, i128)> {
        let rank = |token: &Token| {
            let is_new = |action: Option<ActionId>, how| {
                action.is_some_and(|action| known(action) < Some(how))
            };
            match token {
                token if *token == Token::default() => 0,
                token if is_new(token.maker, Ended::Done) => 3,
                token if is_new(token.holder, Ended::Over) || token.moment.is_some() => 2,
                _ => 1,
            }
        };
        let mut taken = Vec::new();
        for wanted in 0..=3 {
            for (token, left) in &mut self.tokens {
                if amount == 0 {
                    break;
                }
                if *left > 0 && rank(token) == wanted {
                    let part = amount.min(*left);
                    *left -= part;
                    amount -= part;
                    taken.push((*token, part));
                }
            }
        }
        self.tokens.retain(|&(_, left)| left > 0);
        taken
    }
}
