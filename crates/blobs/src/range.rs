//! A part of a blob, as a reader asks for it and as an HTTP `Range` header says it.

use crate::BlobError;

/// Which bytes of a blob are wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ByteRange {
    /// Every byte.
    All,
    /// From this offset to the end.
    From(u64),
    /// From the first offset to the second, both included; an end past the blob's is cut to it.
    Between(u64, u64),
    /// The last so many bytes; more than there are means all.
    Last(u64),
}

impl ByteRange {
    /// Reads the value of a `Range` header. `None` for anything but one well-formed byte range: by RFC 9110 such
    /// a header is ignored and the whole is sent, and several ranges at once are only ever used to cause work.
    pub fn parse(header: &str) -> Option<Self> {
        let (first, last) = header.trim().strip_prefix("bytes=")?.trim().split_once('-')?;
        match (first, last) {
            ("", last) => Some(Self::Last(number(last)?)),
            (first, "") => Some(Self::From(number(first)?)),
            (first, last) => {
                let (first, last) = (number(first)?, number(last)?);
                (first <= last).then_some(Self::Between(first, last))
            }
        }
    }

    /// The offset and the number of bytes this range has in a blob of `size` bytes.
    pub(crate) fn resolve(self, size: u64) -> Result<(u64, u64), BlobError> {
        let (start, end) = match self {
            Self::All => return Ok((0, size)),
            Self::From(start) => (start, size),
            Self::Between(start, last) => (start, last.saturating_add(1).min(size)),
            Self::Last(count) => (size.saturating_sub(count), size),
        };
        if start < end { Ok((start, end - start)) } else { Err(BlobError::Range { size }) }
    }
}

/// Digits only: `u64::from_str` would also take a sign.
fn number(text: &str) -> Option<u64> {
    if text.is_empty() || !text.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    text.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_are_read_strictly() {
        assert_eq!(ByteRange::parse("bytes=0-99"), Some(ByteRange::Between(0, 99)));
        assert_eq!(ByteRange::parse(" bytes=5-"), Some(ByteRange::From(5)));
        assert_eq!(ByteRange::parse("bytes=-7"), Some(ByteRange::Last(7)));
        for bad in
            ["", "bytes=", "bytes=-", "bytes=9-5", "bytes=0-1,3-4", "bytes=+1-2", "lines=0-1", "bytes=a-b"]
        {
            assert_eq!(ByteRange::parse(bad), None, "{bad}");
        }
        assert_eq!(ByteRange::parse("bytes=0-99999999999999999999999"), None);
    }

    #[test]
    fn ranges_are_cut_to_the_blob_or_refused() {
        assert_eq!(ByteRange::All.resolve(0).unwrap(), (0, 0));
        assert_eq!(ByteRange::From(3).resolve(10).unwrap(), (3, 7));
        assert_eq!(ByteRange::Between(3, 3).resolve(10).unwrap(), (3, 1));
        assert_eq!(ByteRange::Between(3, u64::MAX).resolve(10).unwrap(), (3, 7));
        assert_eq!(ByteRange::Last(99).resolve(10).unwrap(), (0, 10));
        for outside in [ByteRange::From(10), ByteRange::Last(0), ByteRange::Between(11, 12)] {
            assert!(matches!(outside.resolve(10), Err(BlobError::Range { size: 10 })), "{outside:?}");
        }
        assert!(matches!(ByteRange::Last(4).resolve(0), Err(BlobError::Range { size: 0 })));
    }
}
