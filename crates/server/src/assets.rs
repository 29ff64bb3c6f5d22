//! The web app and the widget, out of the binary.

include!(concat!(env!("OUT_DIR"), "/assets.rs"));

/// The web app.
pub(crate) static APP_FILES: portico_edge::Assets = portico_edge::Assets(APP);
/// The widget's loader.
pub(crate) static WIDGET_FILES: portico_edge::Assets = portico_edge::Assets(WIDGET);
/// The widget's panel.
pub(crate) static PANEL_FILES: portico_edge::Assets = portico_edge::Assets(PANEL);
