//! What every HTTP adapter shares: serving connections, who is asking, limits, the guard of cookies, headers that keep browsers safe, static
//! assets, and how an error becomes a response.
//!
//! Has no routes and decides nothing: it turns a request into a `Ctx`, and the application decides.

mod asset;
mod cache;
mod headers;
mod input;
mod limit;
mod listen;
mod once;
mod origin;
mod problem;
mod site;
mod sockets;
mod who;

pub use asset::{Asset, Assets};
pub use cache::Known;
pub use headers::{APP_POLICY, harden};
pub use input::{Input, Words};
pub use limit::Limiter;
pub use listen::{Patience, listen};
pub use once::once;
pub use origin::{RequestId, request_id};
pub use problem::Problem;
pub use site::Site;
pub use sockets::{Seat, Sockets};
pub use who::{Anyone, Edge, Member, Once, Outsider, Peer, SESSION_COOKIE, agent, session_cookie};
