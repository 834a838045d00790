//! Submitting: a task or a command enters the state as if a client had started it just now.

use super::{State, ack, dws, ehpc};
use crate::clock::Timestamp;
use crate::operation::Fresh;

/// Lets a task or a command enter a state as if a client had started it just now.
///
/// ```
/// use taskmock::{Backend, ehpc};
/// let mut backend = Backend::documents();
/// let task_id = backend.submit(ehpc::Task::new("ehpc-hz-FYUr32****", ehpc::TaskType::AddComputes));
/// assert_eq!(task_id.len(), 36);
/// ```
pub trait Submit {
    /// What the call that starts it answers with.
    type Id;

    /// Puts it into a state, at the time of the state's clock. An earlier one with the same id is
    /// replaced.
    ///
    /// # Panics
    ///
    /// A DWS task panics if the state has no such cluster: nobody could see it.
    ///
    /// ```
    /// use taskmock::{State, Submit, dws};
    /// let mut state = State::documents();
    /// dws::Task::new("9b7ff56b-47b3-4d00-a1fd-4c023d34404b", "lc", "Create").submit(&mut state);
    /// assert_eq!(state.dws.tasks[2].started, Some(state.now()));
    /// ```
    fn submit(self, state: &mut State) -> Self::Id;
}

impl State {
    /// The ids of the next submission.
    pub(crate) fn fresh(&self) -> Fresh {
        Fresh::new(self.seed, self.submissions)
    }

    /// Gives an empty id a fresh value and a missing time the clock's.
    fn stamp(&mut self, id: &mut String, time: &mut Option<Timestamp>, shape: fn(Fresh) -> String) {
        time.get_or_insert(self.now());
        if id.is_empty() {
            *id = shape(self.fresh());
            self.submissions = self.submissions.wrapping_add(1);
        }
    }
}

impl Submit for ehpc::Task {
    /// The TaskId: a UUID in upper case, as in `000`.
    type Id = String;

    fn submit(mut self, state: &mut State) -> String {
        if !self.task_id.is_empty() {
            state.ehpc.tasks.retain(|task| task.task_id != self.task_id || task.cluster_id != self.cluster_id);
        }
        state.stamp(&mut self.task_id, &mut self.started, Fresh::uuid);
        let id = self.task_id.clone();
        state.ehpc.tasks.push(self);
        id
    }
}

impl Submit for ehpc::Command {
    /// The CommandId, of the shape in `003`.
    type Id = String;

    fn submit(mut self, state: &mut State) -> String {
        if !self.command_id.is_empty() {
            let is_other = |other: &Self| other.command_id != self.command_id || other.cluster_id != self.cluster_id;
            state.ehpc.commands.retain(is_other);
        }
        state.stamp(&mut self.command_id, &mut self.started, |fresh| format!("c-hz{}", fresh.digits(0, 13)));
        let id = self.command_id.clone();
        state.ehpc.commands.push(self);
        id
    }
}

impl Submit for ack::Task {
    /// The task's id, of the shape in `002`.
    type Id = String;

    fn submit(mut self, state: &mut State) -> String {
        if !self.task_id.is_empty() {
            state.ack.tasks.retain(|task| task.task_id != self.task_id);
        }
        state.stamp(&mut self.task_id, &mut self.started, |fresh| format!("T-{}", fresh.digits(0, 24)));
        let id = self.task_id.clone();
        state.ack.tasks.push(self);
        id
    }
}

impl Submit for dws::Task {
    /// Nothing: no call that starts a DWS task answers with an id.
    type Id = ();

    #[track_caller]
    fn submit(mut self, state: &mut State) {
        assert!(
            state.dws.has_cluster(&self.cluster_id),
            "the state has no DWS cluster `{}`; add it to dws.clusters first",
            self.cluster_id
        );
        self.started.get_or_insert(state.now());
        state.dws.tasks.push(self);
    }
}
