//! The index of one cluster's tasks: a page of any filter and order is found without a scan.

use std::collections::HashMap;

use crate::clock::Timestamp;
use crate::services::dws::Task;

/// What a list is ordered by: any field of the answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Key {
    Type,
    LogicalClusterName,
    StartTime,
    EndTime,
    Result,
    Log,
}

impl Key {
    /// By the sample's spelling, `startTime`, or by the field's, `start_time`.
    pub(super) fn named(name: &str) -> Option<Key> {
        Some(match name {
            "type" => Key::Type,
            "logicalClusterName" | "logical_cluster_name" => Key::LogicalClusterName,
            "startTime" | "start_time" => Key::StartTime,
            "endTime" | "end_time" => Key::EndTime,
            "result" => Key::Result,
            "log" => Key::Log,
            _ => return None,
        })
    }
}

/// Which tasks are listed, and in which order.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Filter {
    pub(super) logical_cluster_name: Option<String>,
    pub(super) r#type: Option<String>,
    pub(super) order_by: Key,
}

/// The tasks of one cluster.
#[derive(Debug, Default)]
pub(crate) struct Listing {
    /// Positions in the state's tasks, by start, the earliest first.
    by_start: Vec<u32>,
    /// How many of them have started.
    started: usize,
    /// Lists that were asked for, until a task starts or ends.
    lists: HashMap<Filter, Vec<u32>>,
    next_end: Option<Timestamp>,
}

/// Lists are forgotten when there are more, so that no client can make the index grow.
const MOST_LISTS: usize = 64;

impl Listing {
    /// Stable: of two tasks of one instant the earlier in the state comes first.
    pub(crate) fn of(tasks: &[Task], mut by_start: Vec<u32>) -> Self {
        by_start.sort_by_key(|at| tasks[*at as usize].started);
        Listing { by_start, ..Listing::default() }
    }

    /// Takes in a task that starts after all others; false if it does not.
    pub(crate) fn append(&mut self, tasks: &[Task], at: u32) -> bool {
        let latest = self.by_start.last().map(|latest| tasks[*latest as usize].started);
        let is_latest = latest.is_none_or(|latest| latest <= tasks[at as usize].started);
        if is_latest {
            self.by_start.push(at);
        }
        is_latest
    }

    /// Positions of the tasks to list, ascending. `now` is never earlier than at the last call.
    pub(super) fn listed(&mut self, tasks: &[Task], filter: Filter, now: Timestamp) -> &[u32] {
        let task = |at: u32| &tasks[at as usize];
        let fresh = self.by_start[self.started..].partition_point(|at| task(*at).started <= Some(now));
        let ended = self.next_end.is_some_and(|end| end <= now);
        self.started += fresh;
        if fresh > 0 || ended || self.lists.len() >= MOST_LISTS {
            self.lists.clear();
        }
        let started = &self.by_start[..self.started];
        if filter.logical_cluster_name.is_none() && filter.r#type.is_none() && filter.order_by == Key::StartTime {
            return started;
        }
        if self.lists.is_empty() {
            self.next_end = started.iter().filter_map(|at| task(*at).end()).filter(|end| *end > now).min();
        }
        self.lists.entry(filter).or_insert_with_key(|filter| {
            let is_listed = |task: &Task| {
                filter.logical_cluster_name.as_ref().is_none_or(|name| *name == task.logical_cluster_name)
                    && filter.r#type.as_ref().is_none_or(|kind| *kind == task.r#type)
            };
            let mut list: Vec<u32> = started.iter().copied().filter(|at| is_listed(task(*at))).collect();
            // Until a task has ended it shows empty texts there.
            let has_ended = |at: &u32| task(*at).end().is_some_and(|end| end <= now);
            match filter.order_by {
                Key::StartTime => {}
                Key::Type => list.sort_by_key(|at| &task(*at).r#type),
                Key::LogicalClusterName => list.sort_by_key(|at| &task(*at).logical_cluster_name),
                Key::EndTime => list.sort_by_key(|at| task(*at).end().filter(|_| has_ended(at))),
                Key::Result => list.sort_by_key(|at| if has_ended(at) { task(*at).result() } else { "" }),
                Key::Log => {
                    list.sort_by_cached_key(|at| if has_ended(at) { task(*at).shown_log() } else { String::new() })
                }
            }
            list
        })
    }
}
