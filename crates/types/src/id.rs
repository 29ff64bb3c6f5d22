//! 128-bit identifiers (UUIDv7) shown as 26 lower-case base-32 characters (Crockford's alphabet, so text sorts as
//! the bytes do and every character is a letter or a digit, which Mattermost clients require of an id).

use crate::{Error, Millis, Rng};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::{fmt, str::FromStr};

/// The row key of one organization inside this server. Never shown to anyone; what outsiders see is
/// [`OrganizationId`].
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug, Serialize, Deserialize)]
pub struct TenantId(pub i64);

/// Sixteen bytes. The first 48 bits of a made id are its time in ms, so newer ids sort last.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub struct Id(pub [u8; 16]);

const ALPHABET: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";

impl Id {
    /// A UUIDv7 (RFC 9562 5.7) of the given time and random source.
    pub fn new(now: Millis, rng: &mut dyn Rng) -> Self {
        let mut bytes = [0; 16];
        rng.fill(&mut bytes);
        let at = (now.0.max(0) as u64).to_be_bytes();
        bytes[..6].copy_from_slice(&at[2..]);
        bytes[6] = 0x70 | (bytes[6] & 0x0f);
        bytes[8] = 0x80 | (bytes[8] & 0x3f);
        Self(bytes)
    }

    /// A stable small number for choosing a lane or a shard.
    pub fn shard(&self) -> u64 {
        u64::from_be_bytes([
            self.0[8], self.0[9], self.0[10], self.0[11], self.0[12], self.0[13], self.0[14], self.0[15],
        ])
    }
}

impl fmt::Display for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let number = u128::from_be_bytes(self.0);
        let mut text = [0_u8; 26];
        for (i, slot) in text.iter_mut().enumerate() {
            let shift = 125 - 5 * i as u32;
            *slot = ALPHABET[((number >> shift) & 31) as usize];
        }
        f.write_str(std::str::from_utf8(&text).unwrap_or_default())
    }
}

impl fmt::Debug for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for Id {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        let bad = || Error::invalid("id", "an id is 26 lower-case base-32 characters");
        if text.len() != 26 {
            return Err(bad());
        }
        let mut number: u128 = 0;
        for (i, byte) in text.bytes().enumerate() {
            let digit = ALPHABET.iter().position(|a| *a == byte).ok_or_else(bad)? as u128;
            // 26 characters hold 130 bits: the first may only use three of its five.
            if i == 0 && digit > 7 {
                return Err(bad());
            }
            number = (number << 5) | digit;
        }
        Ok(Self(number.to_be_bytes()))
    }
}

impl Serialize for Id {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Id {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = <std::borrow::Cow<'de, str>>::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident),+ $(,)?) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub Id);
        impl $name {
            /// A new id of this moment.
            pub fn new(now: Millis, rng: &mut dyn Rng) -> Self {
                Self(Id::new(now, rng))
            }
        }
        impl From<Id> for $name {
            fn from(id: Id) -> Self {
                Self(id)
            }
        }
        impl From<$name> for Id {
            fn from(id: $name) -> Id {
                id.0
            }
        }
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }
        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }
        impl FromStr for $name {
            type Err = Error;
            fn from_str(text: &str) -> Result<Self, Error> {
                text.parse().map(Self)
            }
        }
    )+};
}

ids! {
    /// An organization as the outside knows it.
    OrganizationId,
    /// A person or bot of an organization.
    MemberId,
    /// A signed-in device.
    SessionId,
    /// A personal access token.
    TokenId,
    /// An invitation.
    InviteId,
    /// A named group of members.
    TeamId,
    /// Any timeline: channel, direct, conversation or report.
    RoomId,
    /// One message of a room.
    MessageId,
    /// One uploaded file.
    FileId,
    /// Where conversations come in.
    InboxId,
    /// A person outside who writes to an inbox.
    ContactId,
    /// A published security policy.
    ProgramId,
    /// A person outside who writes to a program.
    ReporterId,
    /// A piece of durable background work.
    JobId,
    /// An entry of the audit record.
    AuditId,
    /// A draft: the room or the thread it belongs to.
    DraftKey,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::SeededRng;

    #[test]
    fn text_and_bytes_are_one_to_one_and_sort_alike() {
        let mut rng = SeededRng::new(7);
        let mut ids: Vec<Id> = (0..500).map(|i| Id::new(Millis(i * 3_600_000), &mut rng)).collect();
        ids.push(Id([0xff; 16]));
        ids.push(Id([0; 16]));
        ids.sort();
        let texts: Vec<String> = ids.iter().map(ToString::to_string).collect();
        assert!(texts.windows(2).all(|w| w[0] < w[1]));
        for (id, text) in ids.iter().zip(&texts) {
            assert_eq!(text.len(), 26);
            assert_eq!(&text.parse::<Id>().unwrap(), id);
        }
    }

    #[test]
    fn what_is_no_id_is_refused() {
        for bad in [
            "",
            "0",
            "8zzzzzzzzzzzzzzzzzzzzzzzzz",
            "0000000000000000000000000U",
            "00000000000000000000000000x",
        ] {
            assert!(bad.parse::<Id>().is_err(), "{bad}");
        }
    }
}
