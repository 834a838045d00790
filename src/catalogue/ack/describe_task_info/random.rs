//! Random cases of DescribeTaskInfo: how far the task is to be seen is drawn first, then a script
//! that is so far.

use super::{CLOCK, Error, Event, Input, Output, ResultStatus, Stage, TaskResult, TaskState, given, output, task};
use crate::case::{Case, Class, Kind, Simpler, Sketch, fault_refusal, fewer};
use crate::clock::{Span, Timestamp};
use crate::draw::{Draw, Text, host};
use crate::format::Format;
use crate::operation::OperationInput;
use crate::script::Ending;
use crate::services::ack::describe_task_info::OPERATION;
use crate::services::{State, ack};

/// A stage: half of its seconds, and what is said of it.
#[derive(Clone, Debug, PartialEq)]
struct StagePlan {
    half: u64,
    text: Text,
}

/// Something that happens at a moment: a thousandth of what has passed, or after all of it.
#[derive(Clone, Debug, PartialEq)]
struct Moment {
    thousandths: u64,
    to_come: bool,
    text: Text,
    status: ResultStatus,
}

impl Moment {
    fn draw(draw: &mut Draw) -> Self {
        Moment {
            thousandths: draw.below(1001) as u64,
            to_come: draw.one_in(4),
            text: draw.text(),
            status: draw.pick(&[ResultStatus::Success, ResultStatus::Failed]).clone(),
        }
    }

    fn plain() -> Self {
        Moment { thousandths: 0, to_come: false, text: Text::Plain, status: ResultStatus::Success }
    }
}

/// How far the task is.
#[derive(Clone, Debug, PartialEq)]
enum Progress {
    /// In the middle of a stage, by its place; without stages just begun.
    Running(usize),
    Ended(TaskState),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Asked {
    Known,
    Unknown,
    Unnamed,
}

#[derive(Clone, Debug)]
pub struct Plan {
    format: Format,
    stages: Vec<StagePlan>,
    events: Vec<Moment>,
    results: Vec<Moment>,
    progress: Progress,
    error: Option<Text>,
    has_target: bool,
    parameter: Option<Text>,
    others: usize,
    asked: Asked,
    fault: Option<&'static str>,
}

/// How long a task without stages takes, in seconds.
const ALONE: u64 = 300;

impl Plan {
    fn total(&self) -> u64 {
        if self.stages.is_empty() { ALONE } else { self.stages.iter().map(|stage| 2 * stage.half).sum() }
    }

    /// How many seconds of the task have passed, its end included.
    fn passed(&self) -> u64 {
        match self.progress {
            Progress::Ended(_) => self.total(),
            Progress::Running(_) if self.stages.is_empty() => ALONE / 2,
            Progress::Running(at) => {
                let at = at.min(self.stages.len() - 1);
                self.stages[..at].iter().map(|stage| 2 * stage.half).sum::<u64>() + self.stages[at].half
            }
        }
    }

    /// An ended task ended ten seconds ago.
    fn created(&self) -> Timestamp {
        let since = if matches!(self.progress, Progress::Ended(_)) { 10 } else { 0 };
        Timestamp::from_unix_millis(CLOCK - 1000 * (self.passed() + since) as i64)
    }

    fn instant(&self, seconds: u64) -> Timestamp {
        self.created().after(Span::seconds(seconds).duration())
    }

    fn seconds(&self, moment: &Moment) -> u64 {
        if moment.to_come { self.total() + 1000 } else { moment.thousandths * self.passed() / 1000 }
    }

    fn data(&self, place: usize, moment: &Moment) -> String {
        match moment.text {
            Text::Human(number) => host(number),
            _ => format!("i-{place}"),
        }
    }

    fn task(&self) -> ack::Task {
        let mut script = ack::Task { started: Some(self.created()), ..task() }.takes(Span::seconds(self.total()));
        for (place, stage) in (1..).zip(&self.stages) {
            let takes = Span::seconds(2 * stage.half);
            let message = stage.text.write(self.format);
            script = script.stage(ack::Stage { message, ..ack::Stage::new(&format!("Stage{place}"), takes) });
        }
        for moment in &self.events {
            let after = Span::seconds(self.seconds(moment));
            script = script.event(ack::Event::new(after, "Reason", &moment.text.write(self.format)));
        }
        for (place, moment) in (1..).zip(&self.results) {
            let after = Span::seconds(self.seconds(moment));
            script = script.result(ack::TaskResult::new(&self.data(place, moment), after, moment.status.clone()));
        }
        if let Progress::Ended(state) = &self.progress {
            script = script.ends(Ending::from(state.as_str()));
        }
        if let Some(text) = self.error {
            script = script.reason(&text.write(self.format));
        }
        if self.has_target {
            script = script.target("c", "cluster");
        }
        if let Some(text) = self.parameter {
            script = script.parameter("note", text.write(self.format));
        }
        script
    }

    fn given(&self) -> State {
        let mut state = given(self.task());
        for number in 0..self.others {
            state.ack.tasks.push(ack::Task::new("d", "cluster_scaleout").id(&format!("T-other{number}")));
        }
        match self.fault {
            Some(code) => state.refusing(Input::ID, code),
            None => state,
        }
    }

    /// The answer, by the words of the documents.
    fn answer(&self) -> Output {
        let passed = self.passed();
        let ended = matches!(self.progress, Progress::Ended(_));
        let mut changes = vec![0];
        if ended {
            changes.push(passed);
        }
        let (mut stages, mut begins, mut current_stage) = (Vec::new(), 0, None);
        for (place, stage) in (1..).zip(&self.stages) {
            let ends = begins + 2 * stage.half;
            if begins > passed || (begins == passed && ended) {
                break;
            }
            let is_over = ends <= passed;
            let is_last = place == self.stages.len();
            stages.push(Stage {
                state: match &self.progress {
                    Progress::Ended(state) if is_last => state.clone(),
                    _ if is_over => TaskState::Success,
                    _ => TaskState::Running,
                },
                start_time: self.instant(begins).datetime_china(),
                end_time: is_over.then(|| self.instant(ends).datetime_china()),
                message: stage.text.write(self.format),
                outputs: serde_json::Map::new(),
            });
            changes.push(if is_over { ends } else { begins });
            current_stage = Some(format!("Stage{place}"));
            begins = ends;
        }
        let mut events: Vec<(u64, &Moment)> =
            self.events.iter().filter(|moment| !moment.to_come).map(|moment| (self.seconds(moment), moment)).collect();
        events.sort_by_key(|(seconds, _)| *seconds);
        changes.extend(events.iter().map(|(seconds, _)| *seconds));
        changes.extend(self.results.iter().filter(|moment| !moment.to_come).map(|moment| self.seconds(moment)));
        let updated = changes.into_iter().max().unwrap_or(0);
        let mut shown = output();
        shown.created = self.created().rfc3339_china();
        shown.updated = self.instant(updated).rfc3339_china();
        if let Progress::Ended(state) = &self.progress {
            shown.state = state.clone();
        }
        shown.current_stage = current_stage;
        shown.stages = stages;
        shown.events = events
            .into_iter()
            .map(|(seconds, moment)| Event {
                action: "start".to_owned(),
                level: "Normal".to_owned(),
                message: moment.text.write(self.format),
                reason: "Reason".to_owned(),
                source: "ACK".to_owned(),
                timestamp: self.instant(seconds).unix_millis().to_string(),
            })
            .collect();
        shown.task_result = (1..)
            .zip(&self.results)
            .map(|(place, moment)| TaskResult {
                data: self.data(place, moment),
                status: if moment.to_come { ResultStatus::Initial } else { moment.status.clone() },
            })
            .collect();
        if ended {
            shown.error = self.error.map(|text| Error { code: "400".to_owned(), message: text.write(self.format) });
        }
        if self.has_target {
            shown.target = Some(super::Target { id: "c".to_owned(), r#type: "cluster".to_owned() });
        }
        if let Some(text) = self.parameter {
            shown.parameters.insert("note".to_owned(), text.write(self.format).into());
        }
        shown
    }
}

impl Sketch<Input> for Plan {
    fn draw(draw: &mut Draw, kind: Kind, format: Format) -> Self {
        let (stages, events, results) = (draw.length(8), draw.length(12), draw.length(30));
        let stages: Vec<StagePlan> =
            (0..stages).map(|_| StagePlan { half: 1 + draw.below(1000) as u64, text: draw.text() }).collect();
        let progress = match draw.below(3) {
            0 => Progress::Ended(TaskState::Success),
            1 => Progress::Ended(TaskState::Fail),
            _ => Progress::Running(draw.below(stages.len().max(1))),
        };
        let mut plan = Plan {
            format,
            stages,
            events: (0..events).map(|_| Moment::draw(draw)).collect(),
            results: (0..results).map(|_| Moment::draw(draw)).collect(),
            error: (progress == Progress::Ended(TaskState::Fail)).then(|| draw.text()),
            progress,
            has_target: draw.one_in(2),
            parameter: draw.one_in(2).then(|| draw.text()),
            others: draw.below(3),
            asked: Asked::Known,
            fault: None,
        };
        let refused = kind.is_refused(draw, 4);
        let choices = if kind == Kind::Refused { 1 } else { 3 };
        match draw.below(choices) {
            _ if !refused => {}
            0 => plan.asked = Asked::Unnamed,
            1 => plan.asked = Asked::Unknown,
            _ => plan.fault = Some(draw.pick::<&str>(&["400", "InvalidVersion", "InvalidAction.NotFound"])),
        }
        plan
    }

    fn case(&self) -> Case<Input> {
        let id = match self.asked {
            Asked::Known => "T-1",
            Asked::Unknown => "T-unknown",
            Asked::Unnamed => "",
        };
        let case = |fact| Case::named("", self.format, self.given(), Input::new(id)).with_facts(vec![fact]);
        if let Some((row, refused)) =
            self.fault.and_then(|code| Some((OPERATION.error(code)?, fault_refusal(&OPERATION, code)?)))
        {
            return case(row.fact).refuses(refused.status, &refused.code, &refused.message);
        }
        match self.asked {
            Asked::Known => {
                let texts =
                    self.stages.iter().map(|stage| stage.text).chain(self.events.iter().map(|event| event.text));
                let hurts = texts.chain(self.error).chain(self.parameter).any(Text::hurts);
                let class = if hurts { Class::Edge } else { Class::Valid };
                case("ack.describe_task_info.purpose").class(class).answers(self.answer())
            }
            Asked::Unknown => {
                case("ack.describe_task_info.error.not_found").refuses(400, "400", "the task T-unknown not found")
            }
            Asked::Unnamed => case("alibaba.roa.route.unknown").refuses(
                404,
                "InvalidAction.NotFound",
                "Specified api is not found, please check your url and method.",
            ),
        }
    }

    fn simpler(&self) -> Vec<Self> {
        let mut simpler = Simpler::than(self);
        for kept in fewer(&self.stages) {
            simpler.add(|plan| plan.stages.clone_from(&kept));
        }
        for kept in fewer(&self.events) {
            simpler.add(|plan| plan.events.clone_from(&kept));
        }
        for kept in fewer(&self.results) {
            simpler.add(|plan| plan.results.clone_from(&kept));
        }
        if self.progress != Progress::Running(0) {
            simpler.add(|plan| (plan.progress, plan.error) = (Progress::Running(0), None));
        }
        if self.progress == Progress::Ended(TaskState::Fail) {
            simpler.add(|plan| (plan.progress, plan.error) = (Progress::Ended(TaskState::Success), None));
        }
        if self.error.is_some() {
            simpler.add(|plan| plan.error = None);
        }
        if self.has_target {
            simpler.add(|plan| plan.has_target = false);
        }
        if self.parameter.is_some() {
            simpler.add(|plan| plan.parameter = None);
        }
        if self.others > 0 {
            simpler.add(|plan| plan.others = 0);
        }
        let plain = StagePlan { half: 1, text: Text::Plain };
        for (at, stage) in self.stages.iter().enumerate() {
            if *stage != plain {
                simpler.add(|plan| plan.stages[at] = plain.clone());
            }
            if stage.text != Text::Plain {
                simpler.add(|plan| plan.stages[at].text = Text::Plain);
            }
        }
        for (at, moment) in self.events.iter().enumerate() {
            if *moment != Moment::plain() {
                simpler.add(|plan| plan.events[at] = Moment::plain());
            }
            if moment.text != Text::Plain {
                simpler.add(|plan| plan.events[at].text = Text::Plain);
            }
        }
        for (at, moment) in self.results.iter().enumerate() {
            if *moment != Moment::plain() {
                simpler.add(|plan| plan.results[at] = Moment::plain());
            }
        }
        simpler.made
    }
}
