//! Parts of addresses as an operator writes them. No parsing of addresses.

/// What stands percent-encoded (RFC 3986, 2.1) in a part of an address. What is no escape stays as it is; bytes that are no
/// UTF-8 become replacement characters.
pub fn percent_decoded(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let [first, after @ ..] = rest {
        rest = after;
        let hex = after.get(..2).filter(|_| *first == b'%').and_then(|two| std::str::from_utf8(two).ok());
        if let Some(byte) = hex.and_then(|two| u8::from_str_radix(two, 16).ok()) {
            bytes.push(byte);
            rest = &after[2..];
        } else {
            bytes.push(*first);
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_are_read_and_what_is_none_stays() {
        assert_eq!(percent_decoded("a%40b%25%zz%2"), "a@b%%zz%2");
        assert_eq!(percent_decoded("%C3%A4%"), "ä%");
    }
}
