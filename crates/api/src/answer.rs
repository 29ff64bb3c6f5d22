//! Lists and their paging.

use portico_core::Page;
use portico_domain::limits;
use portico_types::{Error, PageCursor, Result};
use serde::{Deserialize, Serialize};

/// A page of a list.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct Listed<T> {
    pub items: Vec<T>,
    /// Pass it as `cursor` for the next page.
    pub next: Option<String>,
}

impl<T> Listed<T> {
    /// A list that is whole.
    pub fn all(items: Vec<T>) -> Self {
        Self { items, next: None }
    }

    /// A page of the application.
    pub fn page(page: Page<T>) -> Self {
        Self { items: page.items, next: page.next.map(|c| c.encode()) }
    }
}

/// Where in a list, and how much of it.
#[derive(Debug, Default, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Paging {
    /// The `next` of the page before.
    pub cursor: Option<String>,
    /// 1 to 200; 50 unless said.
    pub limit: Option<i64>,
}

impl Paging {
    /// The cursor, read.
    pub fn cursor(&self) -> Result<Option<PageCursor>> {
        self.cursor.as_deref().map(PageCursor::decode).transpose()
    }

    /// The limit, checked.
    pub fn limit(&self) -> Result<i64> {
        match self.limit.unwrap_or(50) {
            n if (1..=limits::PAGE).contains(&n) => Ok(n),
            _ => Err(Error::invalid("limit", format!("ask for 1 to {} at a time", limits::PAGE))),
        }
    }
}
