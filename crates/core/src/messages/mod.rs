//! Messages, on every desk: one timeline, one way to write into it.

mod compose;
mod delete;
mod draft;
mod edit;
mod page;
mod post;
mod preview;
mod react;
mod save;
mod search;
mod system;
mod thread;
mod typing;

pub use compose::{Composed, compose};
pub use delete::DeleteMessage;
pub use draft::{Drafts, SaveDraft};
pub use edit::EditMessage;
pub use page::{GetMessage, History, Messages, Position, Window};
pub use post::PostMessage;
pub use preview::Preview;
pub use react::React;
pub use save::{SaveMessage, Saved};
pub use search::{Found, Search};
pub(crate) use system::system_message;
pub use thread::{SetThread, Thread, ThreadView, Threads, ThreadsRow};
pub use typing::MayType;
