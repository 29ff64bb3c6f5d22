//! The Security desk: for the teams of programs, for reporters with their link, and the public pages without scripts.

mod gate;
mod programs;
mod reports;
mod track;
mod track_files;

pub(crate) mod pages;

pub(crate) use gate::Gate;

use crate::Api;
use portico_domain::program::Program;
use serde::Serialize;
use utoipa_axum::{router::OpenApiRouter, routes};

/// A program as members get it.
#[derive(Serialize, utoipa::ToSchema)]
#[serde(transparent)]
pub(crate) struct ProgramView(Program);

impl ProgramView {
    /// Its addresses stay paths, as they are in events, so that a client which was told of a change has the same.
    pub(crate) fn of(program: Program, _url: &str) -> Self {
        Self(program)
    }
}

pub(crate) fn routes() -> OpenApiRouter<Api> {
    OpenApiRouter::new()
        .routes(routes!(programs::create, programs::list))
        .routes(routes!(programs::get, programs::edit))
        .routes(routes!(programs::add_member, programs::remove_member))
        .routes(routes!(programs::audit))
        .routes(routes!(reports::submit))
        .routes(routes!(reports::list))
        .routes(routes!(reports::counts))
        .routes(routes!(reports::get, reports::edit))
        .routes(routes!(reports::tracking_link))
        .routes(routes!(track::get))
        .routes(routes!(track::post))
        .routes(routes!(track::close))
        .routes(routes!(track_files::upload))
        .routes(routes!(track_files::file))
}
