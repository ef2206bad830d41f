//! Tokens by which people say yes: bound to one plan's content, and over when
//! the plan is.
//!
//! A token can be used once because the journal leaves `planned` once.

use std::fmt;

use hmac::{Hmac, KeyInit, Mac};
use jiff::Timestamp;
use nightshift_core::printable;
use sha2::Sha256;

use super::plan::Plan;
use super::refusal::Refusal;

/// The fewest characters that a key may have.
const KEY_LENGTH: usize = 32;

/// The key that tokens are signed with.
#[derive(Clone)]
pub struct Key(Vec<u8>);

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Key(..)")
    }
}

impl Key {
    /// Takes a parameter's value.
    ///
    /// # Errors
    /// When it is so short that it could be guessed.
    pub fn new(text: &str) -> Result<Self, Refusal> {
        let text = text.trim();
        if text.len() < KEY_LENGTH {
            return Err(Refusal::Key {
                problem: format!("the key has {} characters", text.len()),
            });
        }
        Ok(Self(text.as_bytes().to_vec()))
    }

    /// The token of a plan.
    ///
    /// # Errors
    /// When the key cannot be used.
    pub fn token(&self, plan: &Plan) -> Result<String, Refusal> {
        Ok(hex::encode(self.signer(plan)?.finalize().into_bytes()))
    }

    /// Whether a token is this plan's, and the plan may still be approved. The
    /// comparison takes the same time wherever the two differ.
    ///
    /// # Errors
    /// When the token is another one's, or too late.
    pub fn check(&self, plan: &Plan, token: &str, now: Timestamp) -> Result<(), Refusal> {
        let wrong = || Refusal::Token {
            plan: printable(&plan.id, 80),
        };
        let token = hex::decode(token.trim()).map_err(|_| wrong())?;
        // What was stored might have been changed where it lay.
        if !plan.is_sealed() {
            return Err(wrong());
        }
        self.signer(plan)?
            .verify_slice(&token)
            .map_err(|_| wrong())?;
        if now >= plan.expires {
            return Err(Refusal::Expired {
                plan: plan.id.clone(),
                expires: plan.expires,
            });
        }
        Ok(())
    }

    fn signer(&self, plan: &Plan) -> Result<Hmac<Sha256>, Refusal> {
        let mut signer = Hmac::<Sha256>::new_from_slice(&self.0).map_err(|error| Refusal::Key {
            problem: error.to_string(),
        })?;
        // The hash covers the id and the expiry; the words keep this use of the
        // key apart from any other.
        signer.update(b"nightshift approve ");
        signer.update(plan.hash.as_bytes());
        Ok(signer)
    }
}
