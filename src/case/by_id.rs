//! By id: code that is generic over an operation, for one that is known only when it runs.

use super::Catalogue;
use crate::operation::OperationInput;

/// What is to be done for an operation, whichever it is.
///
/// ```
/// use taskmock::Format;
/// use taskmock::case::{Catalogue, ForOperation, catalogue, for_operation};
/// struct Count;
/// impl ForOperation for Count {
///     type Output = usize;
///     fn run<I: Catalogue>(self) -> usize {
///         catalogue::<I>(Format::Json).len()
///     }
/// }
/// assert!(for_operation("ehpc.list_tasks", Count).unwrap() > 100);
/// assert!(for_operation("ehpc.list_clusters", Count).is_none());
/// ```
pub trait ForOperation {
    /// What comes of it.
    type Output;

    /// Does it, for the operation with this Input.
    fn run<I: Catalogue>(self) -> Self::Output;
}

macro_rules! by_id {
    ($($service:ident / $operation:ident,)+) => {
        /// Does something for the operation with an id; none if there is no such operation.
        ///
        /// ```
        /// use taskmock::case::{Catalogue, ForOperation, for_operation};
        /// use taskmock::operations;
        /// struct Id;
        /// impl ForOperation for Id {
        ///     type Output = &'static str;
        ///     fn run<I: Catalogue>(self) -> &'static str {
        ///         I::ID
        ///     }
        /// }
        /// assert!(operations().all(|operation| for_operation(operation.id, Id) == Some(operation.id)));
        /// ```
        pub fn for_operation<F: ForOperation>(id: &str, what: F) -> Option<F::Output> {
            $(if id == crate::services::$service::$operation::Input::ID {
                return Some(what.run::<crate::services::$service::$operation::Input>());
            })+
            None
        }
    };
}

crate::services::for_each_operation!(by_id);
