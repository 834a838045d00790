//! Service: the record of one cloud product.

use super::Protocol;

/// One cloud product, whose operations share a state.
///
/// ```
/// let service = taskmock::operation("ehpc.list_tasks").unwrap().service;
/// assert_eq!((service.id, service.name), ("ehpc", "Alibaba E-HPC"));
/// ```
#[derive(Debug)]
#[non_exhaustive]
pub struct Service {
    /// Its id, the first part of the ids of its operations, such as `ehpc`.
    pub id: &'static str,
    /// The vendor's name of it.
    pub name: &'static str,
    /// The version of its API.
    pub version: &'static str,
    /// How it is called.
    pub protocol: &'static Protocol,
    /// The host that its sample requests name; a refusal of Alibaba's gateway repeats it.
    pub host: &'static str,
    /// The region that clients name where they have to name one.
    pub region: &'static str,
    /// The code with which it refuses a user without the right to an operation, if a source says so.
    #[cfg_attr(not(feature = "signatures"), allow(dead_code))]
    pub(crate) not_authorized: Option<&'static str>,
}

impl PartialEq for Service {
    fn eq(&self, other: &Self) -> bool {
        self.id == other.id
    }
}

impl Eq for Service {}
