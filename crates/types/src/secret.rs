//! Values that must not be printed, and the hash under which a bearer secret is stored.

use crate::Rng;
use serde::{Deserialize, Deserializer};
use std::fmt;
use zeroize::Zeroize;

/// A value whose `Debug` says nothing and whose memory is wiped when it goes.
pub struct Secret<T: Zeroize>(T);

impl<T: Zeroize> Secret<T> {
    /// Takes a secret into care.
    pub fn new(value: T) -> Self {
        Self(value)
    }

    /// The value itself. Call it where it is used, never where it is passed on.
    pub fn expose(&self) -> &T {
        &self.0
    }
}

impl Secret<String> {
    /// A bearer secret: `prefix` and 128 random bits in base 32.
    pub fn random(prefix: &str, rng: &mut dyn Rng) -> Self {
        let mut bytes = [0; 16];
        rng.fill(&mut bytes);
        Self(format!("{prefix}{}", crate::Id(bytes)))
    }
}

impl<T: Zeroize + Clone> Clone for Secret<T> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl<T: Zeroize> Drop for Secret<T> {
    fn drop(&mut self) {
        self.0.zeroize();
    }
}

impl<T: Zeroize> fmt::Debug for Secret<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[secret]")
    }
}

impl<'de> Deserialize<'de> for Secret<String> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer).map(Self)
    }
}

/// SHA-256 of a bearer secret of at least 128 random bits: what is stored instead of it. (A password is no such
/// secret; passwords go through argon2.)
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct SecretHash(pub [u8; 32]);
