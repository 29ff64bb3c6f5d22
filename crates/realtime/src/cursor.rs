//! Cursors sealed to their viewer: guests and outside people come back to their place without reading from it how much
//! the organization talks.

use crate::Viewer;
use chacha20poly1305::{
    XChaCha20Poly1305, XNonce,
    aead::{Aead, KeyInit, Payload},
};
use portico_types::{Error, Result, TenantId};
use sha2::{Digest, Sha256};

const NONCE: usize = 24;
/// Nonce, eight bytes of number, tag.
const LEN: usize = NONCE + 8 + 16;
const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

pub(crate) struct Sealer {
    cipher: XChaCha20Poly1305,
    nonce_key: [u8; 32],
}

fn derived(label: &[u8], key: &[u8; 32]) -> [u8; 32] {
    Sha256::new().chain_update(label).chain_update(key).finalize().into()
}

/// What a sealed cursor is bound to.
fn bound(tenant: TenantId, viewer: &Viewer) -> [u8; 25] {
    let mut bytes = [0; 25];
    bytes[..8].copy_from_slice(&tenant.0.to_be_bytes());
    bytes[8..].copy_from_slice(&viewer.seal());
    bytes
}

pub(crate) fn refused() -> Error {
    Error::invalid("cursor", "this cursor is not one of yours; start without a cursor and fetch anew")
}

/// Reads a member's cursor, which is the log's number.
pub(crate) fn plain(text: &str) -> Result<i64> {
    if text.is_empty() || !text.bytes().all(|b| b.is_ascii_digit()) {
        return Err(refused());
    }
    text.parse().map_err(|_| refused())
}

impl Sealer {
    pub(crate) fn new(key: &[u8; 32]) -> Self {
        Self {
            cipher: XChaCha20Poly1305::new(&derived(b"portico cursor seal", key).into()),
            nonce_key: derived(b"portico cursor nonce", key),
        }
    }

    /// The nonce is made from all that is sealed: it repeats only where the whole cursor does.
    fn nonce(&self, bound: &[u8; 25], number: [u8; 8]) -> [u8; NONCE] {
        let hash: [u8; 32] = Sha256::new()
            .chain_update(self.nonce_key)
            .chain_update(bound)
            .chain_update(number)
            .finalize()
            .into();
        let mut nonce = [0; NONCE];
        nonce.copy_from_slice(&hash[..NONCE]);
        nonce
    }

    /// A cursor at `seq`, 64 characters of base64url.
    pub(crate) fn seal(&self, tenant: TenantId, viewer: &Viewer, seq: i64) -> String {
        let (bound, number) = (bound(tenant, viewer), seq.to_be_bytes());
        let nonce = self.nonce(&bound, number);
        // Sealing eight bytes in memory cannot fail; were it to, the empty cursor is one that is refused.
        let Ok(sealed) = self.cipher.encrypt(&XNonce::from(nonce), Payload { msg: &number, aad: &bound })
        else {
            return String::new();
        };
        let mut bytes = [0; LEN];
        bytes[..NONCE].copy_from_slice(&nonce);
        bytes[NONCE..].copy_from_slice(&sealed);
        encode(&bytes)
    }

    /// Reads a cursor that came back from `viewer`.
    pub(crate) fn open(&self, tenant: TenantId, viewer: &Viewer, text: &str) -> Result<i64> {
        let bytes = decode(text).ok_or_else(refused)?;
        let (nonce, sealed) = bytes.split_at(NONCE);
        let nonce: [u8; NONCE] = nonce.try_into().map_err(|_| refused())?;
        let aad = bound(tenant, viewer);
        let number = self
            .cipher
            .decrypt(&XNonce::from(nonce), Payload { msg: sealed, aad: &aad })
            .map_err(|_| refused())?;
        Ok(i64::from_be_bytes(number.try_into().map_err(|_| refused())?))
    }
}

fn encode(bytes: &[u8; LEN]) -> String {
    bytes
        .as_chunks::<3>()
        .0
        .iter()
        .flat_map(|&[a, b, c]| {
            let n = u32::from_be_bytes([0, a, b, c]);
            [18, 12, 6, 0].map(|shift| ALPHABET[(n >> shift & 63) as usize] as char)
        })
        .collect()
}

fn decode(text: &str) -> Option<[u8; LEN]> {
    if text.len() != LEN / 3 * 4 {
        return None;
    }
    let mut out = [0; LEN];
    for (from, to) in text.as_bytes().as_chunks::<4>().0.iter().zip(out.as_chunks_mut::<3>().0) {
        let mut n = 0;
        for byte in from {
            n = n << 6 | ALPHABET.iter().position(|a| a == byte)? as u32;
        }
        to.copy_from_slice(&n.to_be_bytes()[1..]);
    }
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::*;
    use portico_types::{ContactId, Id, InboxId, MemberId, ReporterId, RoomId};

    fn contact(n: u8) -> Viewer {
        Viewer::Contact { id: ContactId(Id([n; 16])), inbox: InboxId(Id([9; 16])) }
    }

    #[test]
    fn a_cursor_opens_for_its_viewer_only() {
        let sealer = Sealer::new(&[1; 32]);
        for seq in [0, 1, 77, i64::MAX] {
            let text = sealer.seal(TenantId(1), &contact(1), seq);
            assert_eq!(text.len(), 64);
            assert_eq!(sealer.open(TenantId(1), &contact(1), &text).unwrap(), seq);
            assert!(sealer.open(TenantId(2), &contact(1), &text).is_err());
            assert!(sealer.open(TenantId(1), &contact(2), &text).is_err());
            let same_id = Viewer::Reporter { id: ReporterId(Id([1; 16])), room: RoomId(Id([9; 16])) };
            assert!(sealer.open(TenantId(1), &same_id, &text).is_err());
            let member = Viewer::Member { id: MemberId(Id([1; 16])), session: None, token: None };
            assert!(sealer.open(TenantId(1), &member, &text).is_err());
            assert!(Sealer::new(&[2; 32]).open(TenantId(1), &contact(1), &text).is_err());
        }
    }

    #[test]
    fn every_changed_character_is_noticed() {
        let sealer = Sealer::new(&[1; 32]);
        let text = sealer.seal(TenantId(1), &contact(1), 42);
        for at in 0..text.len() {
            let mut changed = text.clone().into_bytes();
            changed[at] = if changed[at] == b'A' { b'B' } else { b'A' };
            let changed = String::from_utf8(changed).unwrap();
            assert_eq!(sealer.open(TenantId(1), &contact(1), &changed).unwrap_err().field(), Some("cursor"));
        }
        for bad in ["", "42", &text[1..], &format!("{text}A"), &"ä".repeat(32), &"!".repeat(64)] {
            assert!(sealer.open(TenantId(1), &contact(1), bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn neighbours_look_unrelated() {
        let sealer = Sealer::new(&[1; 32]);
        let (a, b) = (sealer.seal(TenantId(1), &contact(1), 41), sealer.seal(TenantId(1), &contact(1), 42));
        let same = a.bytes().zip(b.bytes()).filter(|(a, b)| a == b).count();
        assert!(same < 12, "{same} of 64 characters are equal");
    }

    #[test]
    fn plain_cursors_are_digits() {
        assert_eq!(plain("42").unwrap(), 42);
        for bad in ["", "-1", "+1", " 1", "1x", "99999999999999999999"] {
            assert_eq!(plain(bad).unwrap_err().field(), Some("cursor"), "{bad}");
        }
    }
}
