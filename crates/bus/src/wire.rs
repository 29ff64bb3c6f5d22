//! Notes as they travel between machines: sealed, so that whoever else may speak on the same NATS can neither read what
//! people are typing nor say anything in a node's name.
//!
//! `version (1) | nonce (24) | sealed: from (8) | kind (1) | tenant (8) | the rest`. What cannot be opened, is of an
//! unknown version or kind, or is too long, is nobody's note.

use crate::Note;
use bytes::Bytes;
use chacha20poly1305::{
    XChaCha20Poly1305,
    aead::{Aead, KeyInit, Payload},
};
use portico_types::TenantId;
use sha2::{Digest, Sha256};
use std::fmt::Write;

/// The only version so far. Bound into the seal.
const VERSION: u8 = 1;
const NONCE: usize = 24;
const HEAD: usize = 17;
/// Bytes of a message at most: what NATS carries unless it is told otherwise is 1 MiB.
pub(crate) const LIMIT: usize = 1024 * 1024 - 4096;

/// What is in a message.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum Message {
    /// Said by a node to itself: its subscription works.
    Hello,
    Note(Note),
}

/// Seals and opens. One for each run of a node: the nonce is the node's random number and a count.
pub(crate) struct Wire {
    cipher: XChaCha20Poly1305,
    node: u64,
    count: u64,
}

fn derived(label: &[u8], key: &[u8; 32]) -> [u8; 32] {
    Sha256::new().chain_update(label).chain_update(key).finalize().into()
}

/// The subject an installation speaks on.
pub(crate) fn subject(key: &[u8; 32]) -> String {
    let mut text = String::from("portico.");
    for byte in &derived(b"portico bus subject", key)[..8] {
        // Writing to a String cannot fail.
        let _fine = write!(text, "{byte:02x}");
    }
    text
}

impl Wire {
    pub(crate) fn new(key: &[u8; 32], node: u64) -> Self {
        Self { cipher: XChaCha20Poly1305::new(&derived(b"portico bus seal", key).into()), node, count: 0 }
    }

    /// The message of `from`. Nothing when it is too long to travel.
    pub(crate) fn seal(&mut self, from: u64, message: &Message) -> Option<Bytes> {
        let mut plain = Vec::with_capacity(HEAD + 8);
        plain.extend_from_slice(&from.to_be_bytes());
        let mut head = |kind: u8, tenant: TenantId, rest: &[u8]| {
            plain.push(kind);
            plain.extend_from_slice(&tenant.0.to_be_bytes());
            plain.extend_from_slice(rest);
        };
        match message {
            Message::Hello => head(0, TenantId(0), &[]),
            Message::Note(Note::Wake { tenant, seq }) => head(1, *tenant, &seq.to_be_bytes()),
            Message::Note(Note::Signal { tenant, payload }) => head(2, *tenant, payload),
            Message::Note(Note::Forget { tenant }) => head(3, *tenant, &[]),
        }
        if plain.len() > LIMIT - 64 {
            return None;
        }
        self.count += 1;
        let mut nonce = [0; NONCE];
        nonce[..8].copy_from_slice(&self.node.to_be_bytes());
        nonce[8..16].copy_from_slice(&self.count.to_be_bytes());
        let sealed = self.cipher.encrypt(&nonce.into(), Payload { msg: &plain, aad: &[VERSION] }).ok()?;
        let mut bytes = Vec::with_capacity(1 + NONCE + sealed.len());
        bytes.push(VERSION);
        bytes.extend_from_slice(&nonce);
        bytes.extend_from_slice(&sealed);
        Some(bytes.into())
    }

    /// Whether this very node sent it. Said by the part that is not sealed, so it must only ever lead to less.
    pub(crate) fn is_own(&self, bytes: &[u8]) -> bool {
        bytes.get(1..9) == Some(&self.node.to_be_bytes())
    }

    /// What was sealed, and by which peer.
    pub(crate) fn open(&self, bytes: &[u8]) -> Option<(u64, Message)> {
        if bytes.len() > LIMIT || *bytes.first()? != VERSION {
            return None;
        }
        let nonce: [u8; NONCE] = bytes.get(1..=NONCE)?.try_into().ok()?;
        let sealed = Payload { msg: bytes.get(1 + NONCE..)?, aad: &[VERSION] };
        let plain = self.cipher.decrypt(&nonce.into(), sealed).ok()?;
        let (head, rest) = plain.split_at_checked(HEAD)?;
        let from = u64::from_be_bytes(head.get(..8)?.try_into().ok()?);
        let tenant = TenantId(i64::from_be_bytes(head.get(9..)?.try_into().ok()?));
        let message = match (head.get(8)?, rest) {
            (0, []) => Message::Hello,
            (1, seq) => Message::Note(Note::Wake { tenant, seq: i64::from_be_bytes(seq.try_into().ok()?) }),
            (2, payload) => Message::Note(Note::Signal { tenant, payload: Bytes::copy_from_slice(payload) }),
            (3, []) => Message::Note(Note::Forget { tenant }),
            _ => return None,
        };
        Some((from, message))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn notes() -> Vec<Message> {
        let tenant = TenantId(7);
        vec![
            Message::Hello,
            Message::Note(Note::Wake { tenant, seq: 1 << 40 }),
            Message::Note(Note::Signal { tenant, payload: Bytes::from_static(b"{}") }),
            Message::Note(Note::Forget { tenant }),
        ]
    }

    #[test]
    fn what_one_node_seals_another_opens() {
        let (mut a, b) = (Wire::new(&[1; 32], 11), Wire::new(&[1; 32], 22));
        for message in notes() {
            let bytes = a.seal(11, &message).unwrap();
            assert!(a.is_own(&bytes) && !b.is_own(&bytes));
            assert_eq!(b.open(&bytes), Some((11, message)));
        }
    }

    #[test]
    fn what_is_strange_cut_changed_or_too_long_is_nobodys_note() {
        let (mut a, b) = (Wire::new(&[1; 32], 11), Wire::new(&[1; 32], 22));
        let stranger = Wire::new(&[2; 32], 33);
        for message in notes() {
            let bytes = a.seal(11, &message).unwrap();
            assert_eq!(stranger.open(&bytes), None);
            for at in 0..bytes.len() {
                assert_eq!(b.open(&bytes[..at]), None, "cut at {at}");
                let mut changed = bytes.to_vec();
                changed[at] ^= 1;
                assert_eq!(b.open(&changed), None, "changed at {at}");
            }
        }
        assert_eq!(b.open(&[]), None);
        assert_eq!(b.open(&vec![VERSION; LIMIT + 1]), None);
        let long = Note::Signal { tenant: TenantId(1), payload: vec![0; LIMIT].into() };
        assert_eq!(a.seal(11, &Message::Note(long)), None);
    }

    #[test]
    fn a_kind_of_a_later_portico_is_passed_over() {
        let (mut a, b) = (Wire::new(&[1; 32], 11), Wire::new(&[1; 32], 22));
        let empty = Message::Note(Note::Signal { tenant: TenantId(1), payload: Bytes::new() });
        assert!(b.open(&a.seal(11, &empty).unwrap()).is_some());
        let mut nonce = [0; NONCE];
        nonce[23] = 1;
        let mut plain = vec![0; HEAD];
        // A wake-up without its number, and kinds that nobody knows.
        for kind in [1, 4, 255] {
            plain[8] = kind;
            let sealed = a.cipher.encrypt(&nonce.into(), Payload { msg: &plain, aad: &[VERSION] }).unwrap();
            let bytes = [&[VERSION][..], &nonce, &sealed].concat();
            assert_eq!(b.open(&bytes), None, "kind {kind}");
        }
    }

    #[test]
    fn installations_speak_on_subjects_of_their_own() {
        assert_ne!(subject(&[1; 32]), subject(&[2; 32]));
        assert_eq!(subject(&[1; 32]).len(), "portico.".len() + 16);
    }
}
