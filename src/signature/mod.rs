//! Signatures: who signed a request, with which algorithm, and whether it is right.

mod canonical;
mod gate;
mod sign;

pub use canonical::Algorithm;
pub(crate) use canonical::{Claim, parameters};
pub(crate) use gate::{
    Authenticate, Denial, Denied, Gate, is_fresh, not_verified, out_of_time, read_claim, same_token,
};

use std::fmt;
use std::str::FromStr;

/// The credentials of a user: an access key with its secret, and a security token if they are
/// temporary. One set is for all services.
///
/// The secret never reaches a log, a `Debug` output, a state or an answer; the token only where the
/// request that carried it is shown.
///
/// ```
/// use taskmock::Credentials;
/// let credentials: Credentials = "testid:testsecret".parse()?;
/// assert_eq!(credentials.access_key(), "testid");
/// assert_eq!(format!("{credentials:?}"), "Credentials(testid)");
/// # Ok::<(), taskmock::CredentialsError>(())
/// ```
// Not `PartialEq`: comparing two would compare their secrets, in a time that tells how much is alike.
#[derive(Clone)]
pub struct Credentials {
    access_key: String,
    pub(crate) secret: String,
    pub(crate) security_token: Option<String>,
    pub(crate) is_inactive: bool,
    /// Ids of operations that the user is not authorised for.
    pub(crate) not_authorized: Vec<String>,
}

impl Credentials {
    /// An access key (Alibaba: AccessKeyId, Huawei: AK) with its secret.
    ///
    /// ```
    /// assert_eq!(taskmock::Credentials::new("testak", "testsk").access_key(), "testak");
    /// ```
    pub fn new(access_key: &str, secret: &str) -> Self {
        Credentials {
            access_key: access_key.to_owned(),
            secret: secret.to_owned(),
            security_token: None,
            is_inactive: false,
            not_authorized: Vec::new(),
        }
    }

    /// Makes them temporary, unless the token is empty: a request must carry the token too. The token alone is accepted as
    /// Alibaba's bearer token and as Huawei's `X-Auth-Token`.
    ///
    /// ```
    /// let temporary = taskmock::Credentials::new("testid", "testsecret").with_security_token("STSTOKEN");
    /// assert_eq!(format!("{temporary:?}"), "Credentials(testid)");
    /// ```
    #[must_use]
    pub fn with_security_token(mut self, token: &str) -> Self {
        self.security_token = Some(token.to_owned()).filter(|token| !token.is_empty());
        self
    }

    /// Makes them exist but be disabled: `InvalidAccessKeyId.Inactive`.
    ///
    /// ```
    /// let disabled = taskmock::Credentials::new("testid", "testsecret").inactive();
    /// assert_eq!(disabled.access_key(), "testid");
    /// ```
    #[must_use]
    pub fn inactive(mut self) -> Self {
        self.is_inactive = true;
        self
    }

    /// Takes the right to an operation: E-HPC answers 407 `NotAuthorized`, DWS 403 `DWS.0015`.
    ///
    /// ```
    /// let user = taskmock::Credentials::new("testid", "testsecret").not_authorized("ehpc.list_tasks");
    /// assert_eq!(user.access_key(), "testid");
    /// ```
    #[must_use]
    pub fn not_authorized(mut self, operation: &str) -> Self {
        self.not_authorized.push(operation.to_owned());
        self
    }

    /// The access key, which is no secret.
    ///
    /// ```
    /// assert_eq!(taskmock::Credentials::new("testid", "testsecret").access_key(), "testid");
    /// ```
    pub fn access_key(&self) -> &str {
        &self.access_key
    }
}

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Credentials({})", self.access_key)
    }
}

impl FromStr for Credentials {
    type Err = CredentialsError;

    /// Reads `AK:SECRET` or `AK:SECRET:TOKEN`.
    fn from_str(text: &str) -> Result<Self, CredentialsError> {
        let mut pieces = text.splitn(3, ':');
        match (pieces.next(), pieces.next(), pieces.next()) {
            (Some(access_key), Some(secret), token) if !access_key.is_empty() && !secret.is_empty() => {
                let credentials = Credentials::new(access_key, secret);
                Ok(match token.filter(|token| !token.is_empty()) {
                    Some(token) => credentials.with_security_token(token),
                    None => credentials,
                })
            }
            _ => Err(CredentialsError),
        }
    }
}

/// A text that is no credentials. It does not repeat the text, which may hold a secret.
///
/// ```
/// let error = "testid".parse::<taskmock::Credentials>().unwrap_err();
/// assert_eq!(error.to_string(), "credentials are AK:SECRET or AK:SECRET:TOKEN");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CredentialsError;

impl fmt::Display for CredentialsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("credentials are AK:SECRET or AK:SECRET:TOKEN")
    }
}

impl std::error::Error for CredentialsError {}
