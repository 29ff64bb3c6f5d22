//! Where a bucket is, as an operator writes it.

use std::fmt;

/// `s3://bucket/prefix?endpoint=https://s3.example.org&region=eu-central-1`. Keys are no part of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Address {
    /// The bucket.
    pub bucket: String,
    /// What every key begins with, without slashes around it; may be empty.
    pub prefix: String,
    /// A store that is not Amazon's.
    pub endpoint: Option<String>,
    /// The region; the environment's (`AWS_REGION`) without it.
    pub region: Option<String>,
}

/// The keys of a bucket's user, where they do not come from the environment.
#[derive(Debug, Clone)]
pub struct Keys {
    /// `AWS_ACCESS_KEY_ID`.
    pub id: String,
    /// `AWS_SECRET_ACCESS_KEY`.
    pub secret: portico_types::Secret<String>,
}

impl Address {
    /// Reads it. The error says how to write it.
    pub fn parse(text: &str) -> Result<Self, String> {
        const FORM: &str = "write s3://bucket/prefix?endpoint=https://s3.example.org&region=eu-central-1";
        let rest = text.strip_prefix("s3://").ok_or_else(|| format!("files cannot be read; {FORM}"))?;
        let (place, query) = rest.split_once('?').unwrap_or((rest, ""));
        let (bucket, prefix) = place.split_once('/').unwrap_or((place, ""));
        let plain = |c: char| c.is_ascii_alphanumeric() || "-._".contains(c);
        if bucket.len() < 3 || bucket.len() > 63 || !bucket.chars().all(plain) {
            return Err(format!("files: a bucket has 3 to 63 letters, digits, dots and dashes; {FORM}"));
        }
        let prefix = prefix.trim_matches('/');
        if !prefix.chars().all(|c| plain(c) || c == '/') || prefix.split('/').any(|p| p == "." || p == "..") {
            return Err(format!("files: a prefix has letters, digits, dots, dashes and slashes; {FORM}"));
        }
        let mut address =
            Self { bucket: bucket.to_owned(), prefix: prefix.to_owned(), endpoint: None, region: None };
        for (name, value) in query
            .split('&')
            .filter(|pair| !pair.is_empty())
            .map(|pair| pair.split_once('=').unwrap_or((pair, "")))
        {
            match name {
                "endpoint" if value.starts_with("http://") || value.starts_with("https://") => {
                    address.endpoint = Some(value.trim_end_matches('/').to_owned());
                }
                "region" if !value.is_empty() => address.region = Some(value.to_owned()),
                _ => return Err(format!("files: {name:?} is no endpoint=http… and no region=…; {FORM}")),
            }
        }
        Ok(address)
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "s3://{}/{}", self.bucket, self.prefix)?;
        match &self.endpoint {
            Some(endpoint) => write!(f, " at {endpoint}"),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_read_in_all_its_forms() {
        let full =
            Address::parse("s3://files.example/a/b/?endpoint=http://127.0.0.1:9000/&region=eu").unwrap();
        assert_eq!(full.to_string(), "s3://files.example/a/b at http://127.0.0.1:9000");
        assert_eq!(full.region.as_deref(), Some("eu"));
        let short = Address::parse("s3://portico").unwrap();
        assert_eq!((short.prefix.as_str(), &short.endpoint, &short.region), ("", &None, &None));
    }

    #[test]
    fn what_is_no_address_is_refused_with_its_form() {
        for wrong in [
            "",
            "portico",
            "http://portico",
            "s3://",
            "s3://a",
            "s3://key:secret@portico",
            "s3://portico/../x",
            "s3://portico/a b",
            "s3://portico?endpoint=s3.example.org",
            "s3://portico?region=",
            "s3://portico?key=x",
        ] {
            assert!(Address::parse(wrong).unwrap_err().contains("s3://bucket/prefix"), "{wrong}");
        }
    }
}
