//! The seam between our values and the two drivers: five kinds in, four kinds out, no more.

use portico_types::{Error, Id, Millis, Result};
use tokio_postgres::types::{IsNull, ToSql, Type, private::BytesMut};

/// A value bound to a statement. Borrowed, so that binding copies nothing.
#[derive(Clone, Copy, Debug)]
pub enum Value<'a> {
    /// NULL.
    Null,
    /// Every integer, boolean and time.
    Int(i64),
    /// Text.
    Text(&'a str),
    /// Bytes.
    Bytes(&'a [u8]),
    /// An id, sixteen bytes.
    Id(Id),
}

impl From<i64> for Value<'_> {
    fn from(v: i64) -> Self {
        Self::Int(v)
    }
}
impl From<bool> for Value<'_> {
    fn from(v: bool) -> Self {
        Self::Int(i64::from(v))
    }
}
impl From<Millis> for Value<'_> {
    fn from(v: Millis) -> Self {
        Self::Int(v.0)
    }
}
impl From<Id> for Value<'_> {
    fn from(v: Id) -> Self {
        Self::Id(v)
    }
}
impl<'a> From<&'a str> for Value<'a> {
    fn from(v: &'a str) -> Self {
        Self::Text(v)
    }
}
impl<'a> From<&'a String> for Value<'a> {
    fn from(v: &'a String) -> Self {
        Self::Text(v)
    }
}
impl<'a> From<&'a [u8]> for Value<'a> {
    fn from(v: &'a [u8]) -> Self {
        Self::Bytes(v)
    }
}
impl<'a> From<&'a [u8; 32]> for Value<'a> {
    fn from(v: &'a [u8; 32]) -> Self {
        Self::Bytes(v)
    }
}
impl<'a, T: Into<Value<'a>>> From<Option<T>> for Value<'a> {
    fn from(v: Option<T>) -> Self {
        v.map_or(Value::Null, Into::into)
    }
}
macro_rules! id_values {
    ($($name:ident),+) => {$(
        impl From<portico_types::$name> for Value<'_> {
            fn from(v: portico_types::$name) -> Self {
                Self::Id(v.0)
            }
        }
    )+};
}
id_values!(
    OrganizationId,
    MemberId,
    SessionId,
    TokenId,
    InviteId,
    TeamId,
    RoomId,
    MessageId,
    FileId,
    InboxId,
    ContactId,
    ProgramId,
    ReporterId,
    JobId,
    AuditId
);

impl rusqlite::ToSql for Value<'_> {
    fn to_sql(&self) -> rusqlite::Result<rusqlite::types::ToSqlOutput<'_>> {
        use rusqlite::types::{ToSqlOutput::Borrowed, ValueRef as V};
        Ok(Borrowed(match self {
            Self::Null => V::Null,
            Self::Int(i) => V::Integer(*i),
            Self::Text(s) => V::Text(s.as_bytes()),
            Self::Bytes(b) => V::Blob(b),
            Self::Id(id) => V::Blob(&id.0),
        }))
    }
}

impl ToSql for Value<'_> {
    fn to_sql(
        &self,
        ty: &Type,
        out: &mut BytesMut,
    ) -> std::result::Result<IsNull, Box<dyn std::error::Error + Sync + Send>> {
        match self {
            Self::Null => Ok(IsNull::Yes),
            // Where a statement compares with a literal, PostgreSQL infers a narrower integer.
            Self::Int(i) if *ty == Type::INT4 => (*i as i32).to_sql(ty, out),
            Self::Int(i) => i.to_sql(ty, out),
            Self::Text(s) => s.to_sql(ty, out),
            Self::Bytes(b) => b.to_sql(ty, out),
            Self::Id(id) => id.0.as_slice().to_sql(ty, out),
        }
    }
    fn accepts(_: &Type) -> bool {
        true
    }
    tokio_postgres::types::to_sql_checked!();
}

/// A value that waits to be sent.
#[derive(Debug)]
pub(crate) enum Owned {
    Null,
    Int(i64),
    Text(String),
    Bytes(Vec<u8>),
    Id(Id),
}

impl From<&Value<'_>> for Owned {
    fn from(v: &Value<'_>) -> Self {
        match *v {
            Value::Null => Self::Null,
            Value::Int(i) => Self::Int(i),
            Value::Text(s) => Self::Text(s.to_owned()),
            Value::Bytes(b) => Self::Bytes(b.to_owned()),
            Value::Id(id) => Self::Id(id),
        }
    }
}

impl ToSql for Owned {
    fn to_sql(
        &self,
        ty: &Type,
        out: &mut BytesMut,
    ) -> std::result::Result<IsNull, Box<dyn std::error::Error + Sync + Send>> {
        match self {
            Self::Null => Value::Null,
            Self::Int(i) => Value::Int(*i),
            Self::Text(s) => Value::Text(s),
            Self::Bytes(b) => Value::Bytes(b),
            Self::Id(id) => Value::Id(*id),
        }
        .to_sql(ty, out)
    }
    fn accepts(_: &Type) -> bool {
        true
    }
    tokio_postgres::types::to_sql_checked!();
}

/// A row of either engine.
pub enum Row<'r> {
    /// SQLite's.
    Lite(&'r rusqlite::Row<'r>),
    /// PostgreSQL's.
    Pg(&'r tokio_postgres::Row),
}

/// A column type that both drivers can read.
pub trait Column: rusqlite::types::FromSql + for<'a> tokio_postgres::types::FromSql<'a> {}
impl Column for i64 {}
impl Column for String {}
impl Column for Vec<u8> {}
impl Column for Option<i64> {}
impl Column for Option<String> {}
impl Column for Option<Vec<u8>> {}

impl Row<'_> {
    /// Column `i`.
    pub fn get<T: Column>(&self, i: usize) -> Result<T> {
        match self {
            Row::Lite(r) => r.get(i).map_err(|e| Error::internal(format!("column {i}: {e}"))),
            Row::Pg(r) => r.try_get(i).map_err(|e| Error::internal(format!("column {i}: {e}"))),
        }
    }

    /// A number.
    pub fn int(&self, i: usize) -> Result<i64> {
        self.get(i)
    }

    /// A text.
    pub fn text(&self, i: usize) -> Result<String> {
        self.get(i)
    }

    /// A stored 0 or 1.
    pub fn bool(&self, i: usize) -> Result<bool> {
        Ok(self.get::<i64>(i)? != 0)
    }

    /// A time.
    pub fn at(&self, i: usize) -> Result<Millis> {
        self.get(i).map(Millis)
    }

    /// A time or nothing.
    pub fn maybe_at(&self, i: usize) -> Result<Option<Millis>> {
        Ok(self.get::<Option<i64>>(i)?.map(Millis))
    }

    /// An id.
    pub fn id<T: From<Id>>(&self, i: usize) -> Result<T> {
        self.maybe_id(i)?.ok_or_else(|| Error::internal(format!("column {i} is null where an id should be")))
    }

    /// An id or nothing.
    pub fn maybe_id<T: From<Id>>(&self, i: usize) -> Result<Option<T>> {
        self.get::<Option<Vec<u8>>>(i)?
            .map(|bytes| {
                <[u8; 16]>::try_from(bytes)
                    .map(|b| T::from(Id(b)))
                    .map_err(|_| Error::internal(format!("column {i} is no id")))
            })
            .transpose()
    }

    /// A 32-byte hash or nothing.
    pub fn maybe_hash(&self, i: usize) -> Result<Option<[u8; 32]>> {
        self.get::<Option<Vec<u8>>>(i)?
            .map(|b| b.try_into().map_err(|_| Error::internal(format!("column {i} is no hash"))))
            .transpose()
    }

    /// JSON kept as text.
    pub fn json<T: serde::de::DeserializeOwned>(&self, i: usize) -> Result<T> {
        serde_json::from_str(&self.text(i)?).map_err(|e| Error::internal(format!("column {i}: {e}")))
    }
}
