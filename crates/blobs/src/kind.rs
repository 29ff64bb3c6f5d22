//! What a file is, by its first bytes.
//!
//! A declared type is never trusted. The table names only what Portico treats specially; the rest is
//! `text/plain` or `application/octet-stream`. SVG, HTML and XML are documents with scripts in them, so here they
//! are text at best and never pictures.

/// How many first bytes [`sniff`] wants to see. Fewer are fine when the file has no more.
pub const SNIFF_BYTES: usize = 1024;

/// Names the type of a file from its first bytes.
pub fn sniff(head: &[u8]) -> &'static str {
    let head = &head[..head.len().min(SNIFF_BYTES)];
    for (magic, kind) in PREFIXES {
        if head.starts_with(magic) {
            return kind;
        }
    }
    match head {
        [b'R', b'I', b'F', b'F', _, _, _, _, rest @ ..] if rest.starts_with(b"WEBP") => "image/webp",
        [b'R', b'I', b'F', b'F', _, _, _, _, rest @ ..] if rest.starts_with(b"WAVE") => "audio/wav",
        [_, _, _, _, b'f', b't', b'y', b'p', rest @ ..] => iso_media(rest),
        [0x1a, 0x45, 0xdf, 0xa3, rest @ ..] if is_webm(rest) => "video/webm",
        [b'O', b'g', b'g', b'S', rest @ ..] => ogg(rest),
        [0xff, second, third, ..] if is_mp3_frame(*second, *third) => "audio/mpeg",
        _ if is_text(head) => "text/plain",
        _ => "application/octet-stream",
    }
}

/// Whether a file of this kind may be shown inside a page. Everything else, PDF too, is a download.
pub fn inline_safe(kind: &str) -> bool {
    is_picture(kind)
        || matches!(kind, "audio/mpeg" | "audio/ogg" | "audio/wav" | "audio/mp4" | "video/mp4" | "video/webm")
}

/// Whether this is a kind the image worker takes, and therefore one that may have a thumbnail.
pub fn is_picture(kind: &str) -> bool {
    matches!(kind, "image/png" | "image/jpeg" | "image/gif" | "image/webp")
}

/// Types known by how they begin.
const PREFIXES: &[(&[u8], &str)] = &[
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
    (b"%PDF-", "application/pdf"),
    (b"PK\x03\x04", "application/zip"),
    (b"PK\x05\x06", "application/zip"),
    (b"\x1f\x8b\x08", "application/gzip"),
    (b"ID3\x02", "audio/mpeg"),
    (b"ID3\x03", "audio/mpeg"),
    (b"ID3\x04", "audio/mpeg"),
];

/// MP4 by its brand. Pictures in the same container (HEIC, AVIF) are not decoded here, so they are plain bytes.
fn iso_media(rest: &[u8]) -> &'static str {
    match rest.get(..4) {
        Some(b"M4A " | b"M4B ") => "audio/mp4",
        Some(
            b"isom" | b"iso2" | b"iso4" | b"iso5" | b"iso6" | b"mp41" | b"mp42" | b"avc1" | b"dash" | b"M4V "
            | b"mp71" | b"MSNV",
        ) => "video/mp4",
        _ => "application/octet-stream",
    }
}

/// WebM says its document type in the first element; Matroska at large plays in no browser and is not special.
fn is_webm(rest: &[u8]) -> bool {
    let header = &rest[..rest.len().min(64)];
    header.windows(7).any(|window| window == b"\x42\x82\x84webm")
}

/// Ogg with a sound codec in its first page; Ogg video is rare and stays a download.
fn ogg(rest: &[u8]) -> &'static str {
    // "OggS" is cut off already; the page header has 23 more bytes, then one for each of its segments.
    let first_packet = rest.get(22).and_then(|segments| rest.get(23 + usize::from(*segments)..));
    match first_packet {
        Some(packet)
            if packet.starts_with(b"OpusHead")
                || packet.starts_with(b"\x01vorbis")
                || packet.starts_with(b"\x7fFLAC") =>
        {
            "audio/ogg"
        }
        _ => "application/octet-stream",
    }
}

/// An MPEG audio frame of layer III with a bit rate and a sampling rate that exist.
fn is_mp3_frame(second: u8, third: u8) -> bool {
    let sync = second & 0xe0 == 0xe0;
    let version_known = second & 0x18 != 0x08;
    let layer_three = second & 0x06 == 0x02;
    let bit_rate = third >> 4;
    let rate_known = third & 0x0c != 0x0c;
    sync && version_known && layer_three && bit_rate != 0 && bit_rate != 15 && rate_known
}

/// UTF-8 without control characters other than those of text. A character cut at the end of `head` is fine.
fn is_text(head: &[u8]) -> bool {
    if head.is_empty() {
        return false;
    }
    let text = match std::str::from_utf8(head) {
        Ok(text) => text,
        Err(error) if error.error_len().is_none() && head.len() == SNIFF_BYTES => {
            std::str::from_utf8(&head[..error.valid_up_to()]).unwrap_or_default()
        }
        Err(_) => return false,
    };
    text.chars().all(|c| !c.is_control() || matches!(c, '\t' | '\n' | '\r' | '\x0c' | '\x1b'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_kinds_are_recognised() {
        let mut ogg = b"OggS".to_vec();
        ogg.extend_from_slice(&[0; 22]);
        ogg.extend_from_slice(&[1, 19]);
        ogg.extend_from_slice(b"OpusHead");
        let table: &[(&[u8], &str)] = &[
            (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "image/png"),
            (b"\xff\xd8\xff\xe0\0\x10JFIF", "image/jpeg"),
            (b"GIF89a\x01\0\x01\0", "image/gif"),
            (b"RIFF\x10\0\0\0WEBPVP8 ", "image/webp"),
            (b"RIFF\x10\0\0\0WAVEfmt ", "audio/wav"),
            (b"%PDF-1.7\n", "application/pdf"),
            (b"\0\0\0\x20ftypisom\0\0", "video/mp4"),
            (b"\0\0\0\x20ftypM4A \0\0", "audio/mp4"),
            (b"\x1a\x45\xdf\xa3\x9fB\x86\x81\x01\x42\x82\x84webmB", "video/webm"),
            (b"ID3\x04\0\0", "audio/mpeg"),
            (b"\xff\xfb\x90\x64\0", "audio/mpeg"),
            (&ogg, "audio/ogg"),
            (b"PK\x03\x04\x14\0", "application/zip"),
            (b"\x1f\x8b\x08\0", "application/gzip"),
            ("grüß dich\n".as_bytes(), "text/plain"),
        ];
        for (bytes, kind) in table {
            assert_eq!(sniff(bytes), *kind, "{bytes:?}");
        }
    }

    #[test]
    fn documents_with_scripts_are_text_and_never_shown_inline() {
        for document in [
            &b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>"[..],
            b"<?xml version='1.0'?><svg/>",
            b"<!doctype html><script>alert(1)</script>",
            b"\xef\xbb\xbf<html>",
        ] {
            assert_eq!(sniff(document), "text/plain");
        }
        for kind in
            ["text/plain", "text/html", "image/svg+xml", "application/pdf", "application/octet-stream", ""]
        {
            assert!(!inline_safe(kind), "{kind}");
        }
        assert!(inline_safe("image/webp") && inline_safe("video/mp4") && inline_safe("audio/ogg"));
    }

    #[test]
    fn look_alikes_are_plain_bytes() {
        for bytes in [
            &b""[..],
            b"\0\0\0\x18ftypheic\0\0",
            b"\0\0\0\x18ftypavif\0\0",
            b"\x1a\x45\xdf\xa3\x42\x82\x88matroska",
            b"OggS",
            b"OggS\0\x02\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\xff",
            b"\xff\xff\xff\xff",
            b"\x7fELF\x02",
            b"MZ\x90\0",
            b"text with a \0 in it",
            b"\xfe\xff\0<\0h",
        ] {
            assert_eq!(sniff(bytes), "application/octet-stream", "{bytes:?}");
        }
    }

    #[test]
    fn text_cut_inside_a_character_is_still_text() {
        let mut long = "a".repeat(SNIFF_BYTES - 1);
        long.push_str("üüü");
        assert_eq!(sniff(long.as_bytes()), "text/plain");
        // A short file that ends inside a character is not cut by us: it is not text.
        assert_eq!(sniff(b"abc\xc3"), "application/octet-stream");
    }
}
