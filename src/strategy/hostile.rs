//! Hostile: requests for servers, from right ones over wrong ones to rubbish.

use crate::case::{Catalogue, Kind, sketched};
use crate::draw::{ADVERSARIAL, Draw};
use crate::format::Format;
use crate::http::{Request, encode};
use crate::seed::Seed;
use crate::services::operations;

/// Values that have broken servers.
const VALUES: &[&str] = &[
    "",
    "0",
    "1",
    "-1",
    "50",
    "51",
    "999",
    "1000",
    "2147483647",
    "2147483648",
    "99999999999999999999",
    "true",
    "TRUE",
    "maybe",
    "null",
    "NaN",
    "%",
    "%4",
    "%zz",
    "%00",
    "%ff%fe",
    "%2F..%2F",
    "../../etc/passwd",
    "' OR 1=1 --",
    "<script>",
    "${jndi:ldap://x}",
    "{}",
    "[]",
];

const HEADERS: &[(&str, &str)] = &[
    ("accept", "application/xml"),
    ("accept", "application/json"),
    ("accept", "*/*;q=0.1,,"),
    ("x-acs-action", "ListTasks"),
    ("x-acs-action", ""),
    ("x-acs-version", "2018-04-12"),
    ("x-acs-version", "2015-12-15"),
    ("x-acs-version", ""),
    ("authorization", ""),
    ("authorization", "ACS3-HMAC-SHA256 Credential="),
    ("content-type", "application/x-www-form-urlencoded"),
    ("content-type", "application/json"),
    ("content-type", "multipart/form-data"),
    ("x-project-id", "p"),
    ("transfer-encoding", "chunked"),
    ("expect", "100-continue"),
];

const METHODS: &[&str] = &["GET", "GET", "GET", "POST", "POST", "PUT", "DELETE", "HEAD", "OPTIONS", "BREW"];

/// The request of a seed: that of a random case, changed in up to four places.
pub(super) fn request<I: Catalogue>(seed: Seed) -> Request {
    let mut draw = Draw::new(seed);
    let format = *draw.pick(Format::ALL);
    let mut request = sketched::<I>(Seed(draw.number()), Kind::Any, format).case().request();
    for _ in 0..draw.below(5) {
        bend(&mut request, &mut draw);
    }
    request
}

fn bend(request: &mut Request, draw: &mut Draw) {
    match draw.below(8) {
        0 => *request.method_mut() = draw.pick(METHODS).parse().expect("a method"),
        1 => {
            let (name, value) = *draw.pick(HEADERS);
            request.headers_mut().insert(name, http::HeaderValue::from_static(value));
        }
        2 => {
            let name = http::HeaderName::from_static("x-acs-signature");
            let bytes: Vec<u8> = (0..draw.below(20)).map(|_| 0x80 | draw.number() as u8).collect();
            request.headers_mut().insert(name, bytes.try_into().expect("a header may hold these"));
        }
        3 | 4 => {
            let operation = *draw.pick(&operations().collect::<Vec<_>>());
            let parameters = ["Action", "Version", "Format"].into_iter();
            let names: Vec<&str> =
                parameters.chain(operation.parameters.iter().map(|parameter| parameter.name)).collect();
            let (name, value) = (*draw.pick(&names), value(draw));
            let target = request.uri().to_string();
            let mark = if target.contains('?') { '&' } else { '?' };
            retarget(request, &format!("{target}{mark}{name}={value}"));
        }
        5 => {
            let (path, query) = (draw.pick(PATHS), request.uri().query().unwrap_or("").to_owned());
            retarget(request, &format!("{path}?{query}"));
        }
        6 => {
            let cut = request.uri().to_string();
            let cut = &cut[..draw.below(cut.len() + 1)];
            retarget(request, &format!("/{}", cut.trim_start_matches('/')));
        }
        _ => {
            let length = draw.below(200);
            *request.body_mut() = match draw.below(3) {
                0 => request.uri().query().unwrap_or("").to_owned().into_bytes(),
                1 => format!("{}={}", "PageSize", value(draw)).into_bytes(),
                _ => (0..length).map(|_| draw.number() as u8).collect(),
            }
            .into();
        }
    }
}

const PATHS: &[&str] = &[
    "/",
    "//",
    "/tasks/T-1",
    "/tasks/",
    "/tasks/T-1/..",
    "/tasks/%2A%zz",
    "/tasks/%00",
    "/v2/p/clusters/c/logical-clusters/tasks",
    "/v2//clusters//logical-clusters/tasks",
    "/v1/x",
    "/nowhere",
];

fn value(draw: &mut Draw) -> String {
    match draw.below(3) {
        0 => encode(draw.pick(ADVERSARIAL).1).to_string(),
        1 => "x".repeat(draw.below(5000)),
        _ => (*draw.pick(VALUES)).to_owned(),
    }
}

/// Sets a target; what the `http` crate cannot hold is encoded, and what is still too much left out.
fn retarget(request: &mut Request, target: &str) {
    let encoded: String = target
        .chars()
        .map(|character| match character {
            '!'..='~' if !matches!(character, '"' | '<' | '>' | '`' | '#') => character.to_string(),
            other => encode(other.encode_utf8(&mut [0; 4])).to_string(),
        })
        .collect();
    if let Ok(uri) = encoded.parse() {
        *request.uri_mut() = uri;
    }
}
