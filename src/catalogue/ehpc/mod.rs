//! The cases of E-HPC.

mod list_invocation_status;
mod list_tasks;
