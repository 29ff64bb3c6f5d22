//! Cursors sealed to their viewer: guests and outside people come back to their place without reading from it how much
//! the organization talks.

use crate::Viewer;
use chacha20poly1305::{
    XChaCha20Poly1305, XNonce,
    aead::{Aead, KeyInit, Payload},
};
use portico_types::{Error, LogPlace, Result, TenantId};
use sha2::{Digest, Sha256};

const NONCE: usize = 24;
/// Bytes of the number, and of the number with a life of the log.
const SEALED: [usize; 2] = [8, 17];
const TAG: usize = 16;
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

/// A member's cursor: the number, and the life of the log it counts in where that is not the first. Cursors from before
/// there were lives are those of the first.
pub(crate) fn text(at: LogPlace) -> String {
    match at.epoch {
        0 => at.seq.to_string(),
        epoch => format!("{}-{epoch:x}", at.seq),
    }
}

/// Reads a member's cursor.
pub(crate) fn plain(text: &str) -> Result<LogPlace> {
    let (seq, epoch) = match text.split_once('-') {
        Some((seq, epoch)) => (seq, hex(epoch).filter(|epoch| *epoch != 0).ok_or_else(refused)?),
        None => (text, 0),
    };
    if seq.is_empty() || !seq.bytes().all(|b| b.is_ascii_digit()) {
        return Err(refused());
    }
    Ok(LogPlace { epoch, seq: seq.parse().map_err(|_| refused())? })
}

fn hex(text: &str) -> Option<i64> {
    let digits = !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b));
    digits.then(|| i64::from_str_radix(text, 16).ok()).flatten()
}

/// What is sealed: the number, and behind it the life of the log where that is not the first.
fn message(at: LogPlace) -> Vec<u8> {
    let mut bytes = at.seq.to_be_bytes().to_vec();
    if at.epoch != 0 {
        bytes.extend_from_slice(&at.epoch.to_be_bytes());
        // Makes it whole characters.
        bytes.push(0);
    }
    bytes
}

impl Sealer {
    pub(crate) fn new(key: &[u8; 32]) -> Self {
        Self {
            cipher: XChaCha20Poly1305::new(&derived(b"portico cursor seal", key).into()),
            nonce_key: derived(b"portico cursor nonce", key),
        }
    }

    /// The nonce is made from all that is sealed: it repeats only where the whole cursor does.
    fn nonce(&self, bound: &[u8; 25], message: &[u8]) -> [u8; NONCE] {
        let hash: [u8; 32] = Sha256::new()
            .chain_update(self.nonce_key)
            .chain_update(bound)
            .chain_update(message)
            .finalize()
            .into();
        let mut nonce = [0; NONCE];
        nonce.copy_from_slice(&hash[..NONCE]);
        nonce
    }

    /// A cursor at a place of the log: 64 characters of base64url, or 76 in a later life of it.
    pub(crate) fn seal(&self, tenant: TenantId, viewer: &Viewer, at: LogPlace) -> String {
        let (bound, message) = (bound(tenant, viewer), message(at));
        let nonce = self.nonce(&bound, &message);
        // Sealing a few bytes in memory cannot fail; were it to, the empty cursor is one that is refused.
        let Ok(sealed) = self.cipher.encrypt(&XNonce::from(nonce), Payload { msg: &message, aad: &bound })
        else {
            return String::new();
        };
        encode(&[&nonce[..], &sealed].concat())
    }

    /// Reads a cursor that came back from `viewer`.
    pub(crate) fn open(&self, tenant: TenantId, viewer: &Viewer, text: &str) -> Result<LogPlace> {
        let bytes = decode(text).ok_or_else(refused)?;
        let (nonce, sealed) = bytes.split_first_chunk::<NONCE>().ok_or_else(refused)?;
        let aad = bound(tenant, viewer);
        let opened = self
            .cipher
            .decrypt(&XNonce::from(*nonce), Payload { msg: sealed, aad: &aad })
            .map_err(|_| refused())?;
        let (seq, rest) = opened.split_first_chunk().ok_or_else(refused)?;
        let epoch = rest.split_first_chunk().map_or(0, |(epoch, _)| i64::from_be_bytes(*epoch));
        Ok(LogPlace { epoch, seq: i64::from_be_bytes(*seq) })
    }
}

fn encode(bytes: &[u8]) -> String {
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

fn decode(text: &str) -> Option<Vec<u8>> {
    if !SEALED.iter().any(|sealed| text.len() == (NONCE + sealed + TAG) / 3 * 4) {
        return None;
    }
    let mut out = Vec::with_capacity(text.len() / 4 * 3);
    for from in text.as_bytes().as_chunks::<4>().0 {
        let mut n = 0;
        for byte in from {
            n = n << 6 | ALPHABET.iter().position(|a| a == byte)? as u32;
        }
        out.extend_from_slice(&n.to_be_bytes()[1..]);
    }
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::*;
    use portico_types::{ContactId, Id, InboxId, MemberId, ReporterId, RoomId};

    fn at(seq: i64, epoch: i64) -> LogPlace {
        LogPlace { epoch, seq }
    }

    fn contact(n: u8) -> Viewer {
        Viewer::Contact { id: ContactId(Id([n; 16])), inbox: InboxId(Id([9; 16])) }
    }

    #[test]
    fn a_cursor_opens_for_its_viewer_only() {
        let sealer = Sealer::new(&[1; 32]);
        for at in [0, 1, 77, i64::MAX].into_iter().flat_map(|n| [at(n, 0), at(n, 1), at(n, i64::MAX)]) {
            let text = sealer.seal(TenantId(1), &contact(1), at);
            assert_eq!(text.len(), if at.epoch == 0 { 64 } else { 76 });
            assert_eq!(sealer.open(TenantId(1), &contact(1), &text).unwrap(), at);
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
        let text = sealer.seal(TenantId(1), &contact(1), at(42, 0));
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
        let (a, b) = (
            sealer.seal(TenantId(1), &contact(1), at(41, 0)),
            sealer.seal(TenantId(1), &contact(1), at(42, 0)),
        );
        let same = a.bytes().zip(b.bytes()).filter(|(a, b)| a == b).count();
        assert!(same < 12, "{same} of 64 characters are equal");
    }

    #[test]
    fn plain_cursors_are_digits_and_the_life_of_their_log() {
        assert_eq!((text(at(42, 0)), text(at(42, 255))), ("42".into(), "42-ff".into()));
        for place in [at(42, 0), at(0, 1), at(i64::MAX, i64::MAX)] {
            assert_eq!(plain(&text(place)).unwrap(), place);
        }
        let bad = [
            "",
            "-1",
            "+1",
            " 1",
            "1x",
            "99999999999999999999",
            "1-",
            "1-0",
            "1-+1",
            "1-1-1",
            "1-FF",
            "1-11111111111111111",
        ];
        for bad in bad {
            assert_eq!(plain(bad).unwrap_err().field(), Some("cursor"), "{bad}");
        }
    }
}
