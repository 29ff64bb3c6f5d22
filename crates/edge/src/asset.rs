//! Static assets out of the binary, as they were compressed at build time.

use axum::{
    body::Body,
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};

/// One file of the web app or widget.
#[derive(Clone, Copy, Debug)]
pub struct Asset {
    /// Its path, without a slash in front.
    pub path: &'static str,
    /// Media type.
    pub kind: &'static str,
    /// Hash of its content, for `ETag`.
    pub tag: &'static str,
    /// As it is.
    pub plain: &'static [u8],
    /// Brotli, if that is smaller.
    pub brotli: Option<&'static [u8]>,
    /// Gzip, if that is smaller.
    pub gzip: Option<&'static [u8]>,
}

/// All assets of one application.
#[derive(Clone, Copy, Debug)]
pub struct Assets(pub &'static [Asset]);

impl Assets {
    /// Finds a file.
    pub fn find(&self, path: &str) -> Option<&'static Asset> {
        self.0.iter().find(|a| a.path == path)
    }

    /// Answers with a file, in the best encoding the caller takes. Hashed names live for ever, others are asked again.
    pub fn serve(&self, path: &str, asked: &HeaderMap) -> Option<Response> {
        let asset = self.find(path)?;
        let hashed = path.starts_with("assets/") || path.starts_with("widget-assets/");
        let cache = if hashed { "public, max-age=31536000, immutable" } else { "no-cache" };
        let fresh = asked
            .get(header::IF_NONE_MATCH)
            .and_then(|v| v.to_str().ok())
            .is_some_and(|v| v.contains(asset.tag));
        let mut response = if fresh {
            StatusCode::NOT_MODIFIED.into_response()
        } else {
            let takes = |coding: &str| {
                asked.get(header::ACCEPT_ENCODING).and_then(|v| v.to_str().ok()).is_some_and(|v| {
                    v.split(',').any(|c| c.split(';').next().unwrap_or_default().trim() == coding)
                })
            };
            let (bytes, coding) = match (asset.brotli, asset.gzip) {
                (Some(bytes), _) if takes("br") => (bytes, Some("br")),
                (_, Some(bytes)) if takes("gzip") => (bytes, Some("gzip")),
                _ => (asset.plain, None),
            };
            let mut response = Body::from(bytes).into_response();
            response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(asset.kind));
            if let Some(coding) = coding {
                response.headers_mut().insert(header::CONTENT_ENCODING, HeaderValue::from_static(coding));
            }
            response
        };
        let headers = response.headers_mut();
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(cache));
        headers.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
        if let Ok(tag) = HeaderValue::from_str(&format!("\"{}\"", asset.tag)) {
            headers.insert(header::ETAG, tag);
        }
        Some(response)
    }
}
