//! The cases of E-HPC.

mod add_nodes;
mod list_invocation_status;
mod list_tasks;
