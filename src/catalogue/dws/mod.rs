//! The cases of GaussDB(DWS).

mod list_logical_cluster_tasks;
