//! One row as bytes: a tag and a value a column. The form is a backup's and must not change.

use super::shape::{Column, Kind};
use crate::value::Value;
use portico_types::{Error, Result};

/// A value of a row, owned.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Field {
    /// NULL.
    Null,
    /// Every integer, boolean and time.
    Int(i64),
    /// Text.
    Text(String),
    /// Bytes.
    Bytes(Vec<u8>),
}

impl Field {
    /// Whether a column of this kind may hold it.
    pub fn fits(&self, kind: Kind) -> bool {
        matches!(
            (self, kind),
            (Self::Null, _)
                | (Self::Int(_), Kind::Int)
                | (Self::Text(_), Kind::Text)
                | (Self::Bytes(_), Kind::Bytes)
        )
    }

    pub(crate) fn value(&self) -> Value<'_> {
        match self {
            Self::Null => Value::Null,
            Self::Int(i) => Value::Int(*i),
            Self::Text(s) => Value::Text(s),
            Self::Bytes(b) => Value::Bytes(b),
        }
    }
}

/// Appends a row.
pub fn encode(row: &[Field], out: &mut Vec<u8>) {
    for field in row {
        match field {
            Field::Null => out.push(0),
            Field::Int(i) => {
                out.push(1);
                out.extend_from_slice(&i.to_be_bytes());
            }
            Field::Text(s) => sized(2, s.as_bytes(), out),
            Field::Bytes(b) => sized(3, b, out),
        }
    }
}

fn sized(tag: u8, bytes: &[u8], out: &mut Vec<u8>) {
    out.push(tag);
    out.extend_from_slice(&(bytes.len() as u64).to_be_bytes());
    out.extend_from_slice(bytes);
}

/// Takes a row off the front of `bytes`. What does not fit the columns is refused: the bytes come from outside.
pub fn decode(bytes: &mut &[u8], columns: &[Column]) -> Result<Vec<Field>> {
    let mut row = Vec::with_capacity(columns.len());
    for column in columns {
        let wrong = || Error::invalid("backup", format!("a row is damaged at its column {}", column.name));
        let [tag] = *take::<1>(bytes).ok_or_else(wrong)?;
        let field = match tag {
            0 => Field::Null,
            1 => Field::Int(i64::from_be_bytes(*take::<8>(bytes).ok_or_else(wrong)?)),
            2 | 3 => {
                let length = u64::from_be_bytes(*take::<8>(bytes).ok_or_else(wrong)?);
                // A length beyond what is there is refused before anything is made of it.
                let length = usize::try_from(length).ok().filter(|n| *n <= bytes.len()).ok_or_else(wrong)?;
                let (value, rest) = bytes.split_at(length);
                *bytes = rest;
                if tag == 2 {
                    Field::Text(std::str::from_utf8(value).map_err(|_| wrong())?.to_owned())
                } else {
                    Field::Bytes(value.to_vec())
                }
            }
            _ => return Err(wrong()),
        };
        if !field.fits(column.kind) {
            return Err(wrong());
        }
        row.push(field);
    }
    Ok(row)
}

fn take<'a, const N: usize>(bytes: &mut &'a [u8]) -> Option<&'a [u8; N]> {
    let (first, rest) = bytes.split_first_chunk()?;
    *bytes = rest;
    Some(first)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn columns() -> Vec<Column> {
        let column = |name: &str, kind| Column { name: name.into(), kind };
        vec![
            column("a", Kind::Int),
            column("b", Kind::Text),
            column("c", Kind::Bytes),
            column("d", Kind::Text),
        ]
    }

    fn row() -> Vec<Field> {
        vec![Field::Int(-7), Field::Text("lämp".into()), Field::Bytes(vec![0, 255]), Field::Null]
    }

    #[test]
    fn a_row_comes_back_as_it_went() {
        let mut bytes = Vec::new();
        encode(&row(), &mut bytes);
        encode(&row(), &mut bytes);
        let mut rest = &bytes[..];
        assert_eq!(decode(&mut rest, &columns()).unwrap(), row());
        assert_eq!(decode(&mut rest, &columns()).unwrap(), row());
        assert!(rest.is_empty());
    }

    #[test]
    fn bytes_cut_short_or_of_another_kind_are_refused() {
        let mut bytes = Vec::new();
        encode(&row(), &mut bytes);
        for cut in 0..bytes.len() {
            assert!(decode(&mut &bytes[..cut], &columns()).is_err(), "{cut}");
        }
        let mut endless = vec![0, 2];
        endless.extend_from_slice(&u64::MAX.to_be_bytes());
        assert!(decode(&mut &endless[..], &columns()).is_err());
        let mut swapped = columns();
        swapped.swap(0, 1);
        assert!(decode(&mut &bytes[..], &swapped).is_err());
        assert!(decode(&mut &[9_u8][..], &columns()).is_err());
    }
}
