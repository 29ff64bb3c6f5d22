//! The statements, by area. One file an area; each method is one or a few statements, and nothing decides here.

mod access;
mod attention;
mod audit;
mod contacts;
mod conversations;
mod files;
mod groups;
mod inboxes;
mod keeping;
mod messages;
mod once;
mod organization;
mod page;
mod people;
mod programs;
mod reactions;
mod reports;
mod rooms;
mod search;
mod teams;
mod threads;

pub use access::{NewInvite, NewSession, NewToken, SessionRow};
pub use audit::NewAudit;
pub use conversations::{Assignee, OpenCounts, VisitorPlace};
pub use files::{FileRow, NewFile};
pub use inboxes::Desk;
pub use messages::{Index, MessageRow, NewMessage, Posted, tag};
pub use once::Replay;
pub use page::Page;
pub use people::{NewMember, ProfileChange};
pub use programs::{NewProgram, ProgramChange, ProgramRow, ProgramSettings};
pub use reports::{NewReport, ReportChange, ReportFilter};
pub use rooms::{NewRoom, RoomChange, RoomRow};
pub use search::{Hit, Wanted};
pub use threads::ThreadRow;
