//! Random cases of ListTasks: the tasks that the answer shows are drawn first, then a state that
//! shows them.

use serde::Serialize;

use super::{CLOCK, Input, Output, TaskInfo, TaskType, page};
use crate::case::{Case, Class, Kind, Simpler, Sketch, fault_refusal, fewer};
use crate::clock::Timestamp;
use crate::draw::{Draw, Text, host};
use crate::format::{Format, JsonText};
use crate::operation::OperationInput;
use crate::script::Ending;
use crate::services::State;
use crate::services::ehpc::list_tasks::OPERATION;
use crate::services::ehpc::{Status, Task};

/// A task as it is to be seen.
#[derive(Clone, Debug)]
struct Seen {
    /// What its id is made of; 0 for the first plain one.
    id: u64,
    task_type: TaskType,
    status: Status,
    /// The step that it is at, if it runs.
    step: u32,
    steps: u32,
    /// What its texts are; none for the defaults.
    texts: Option<Text>,
}

impl Seen {
    fn draw(draw: &mut Draw) -> Self {
        let status =
            draw.pick(&[Status::Processing, Status::Processing, Status::Success, Status::Fail, Status::PartialFail]);
        let steps = 1 + draw.below(40) as u32;
        Seen {
            id: draw.number(),
            task_type: draw.pick(TaskType::KNOWN).clone(),
            status: status.clone(),
            step: draw.below(steps as usize) as u32,
            steps,
            texts: (!draw.one_in(3)).then(|| draw.text()),
        }
    }

    fn runs(&self) -> bool {
        self.status == Status::Processing
    }

    fn is_plain(&self) -> bool {
        self.id == 0
            && self.task_type == TaskType::StopCluster
            && self.runs()
            && self.steps == 1
            && self.texts.is_none()
    }

    fn task_id(&self, place: usize) -> String {
        if self.id == 0 { format!("T{place}") } else { crate::seed::Seed(self.id).uuid(0) }
    }

    /// Result fits TaskType: nodes that join for the two types that have them.
    fn has_nodes(&self) -> bool {
        matches!(self.task_type, TaskType::CreateCluster | TaskType::AddComputes)
    }

    fn failed(&self) -> bool {
        matches!(self.status, Status::Fail | Status::PartialFail)
    }

    /// Its Request, Result and Errors, if they are not the defaults.
    fn texts(&self, format: Format) -> Option<Texts> {
        let text = self.texts?.write(format);
        let node = |note| Node { hostname: host(self.id), note };
        Some(Texts {
            request: json(&Request { cluster_id: "c", description: &text }),
            result: if self.has_nodes() { json(&Instances { instances: [node(&text)] }) } else { "{}".to_owned() },
            errors: if self.failed() { json(&[&text]) } else { "[]".to_owned() },
        })
    }

    /// What the answer shows of it.
    fn shown(&self, place: usize, format: Format) -> TaskInfo {
        let default = || Texts {
            request: r#"{"clusterId":"c"}"#.to_owned(),
            result: if self.has_nodes() { r#"{"Instances":[]}"# } else { "{}" }.to_owned(),
            errors: "[]".to_owned(),
        };
        let Texts { request, result, errors } = self.texts(format).unwrap_or_else(default);
        TaskInfo {
            cluster_id: "c".to_owned(),
            current_step: if self.runs() { self.step } else { self.steps },
            errors,
            request,
            result,
            status: self.status.clone(),
            task_id: self.task_id(place),
            task_type: self.task_type.clone(),
            total_steps: self.steps,
        }
    }

    /// A script that shows it: it started `place` hours ago, so the first is the newest.
    fn task(&self, place: usize, format: Format) -> Task {
        let elapsed = 3_600_000 * place as u64;
        // `step` is read off as elapsed × steps / takes, rounded down; the middle of the step is safe.
        let takes = match self.runs() {
            true => 2 * elapsed * u64::from(self.steps) / (2 * u64::from(self.step) + 1),
            false => elapsed / 2,
        };
        let ends = match self.status {
            Status::Fail => Ending::Fail,
            Status::PartialFail => Ending::PartialFail,
            _ => Ending::Success,
        };
        let mut task = Task::new("c", self.task_type.clone())
            .steps(self.steps)
            .takes(std::time::Duration::from_millis(takes))
            .ends(ends);
        task.task_id = self.task_id(place);
        task.started = Some(Timestamp::from_unix_millis(CLOCK - elapsed as i64));
        if let Some(texts) = self.texts(format) {
            task.request = Some(JsonText::from(texts.request.as_str()));
            task.result = Some(JsonText::from(texts.result.as_str()));
        }
        if let Some(text) = self.texts.filter(|_| self.failed()) {
            task = task.reason(&text.write(format));
        }
        task
    }

    /// The same with one thing plainer.
    fn plainer(&self) -> Vec<Seen> {
        let mut simpler = Simpler::than(self);
        if !self.is_plain() {
            simpler.add(|seen| {
                *seen = Seen {
                    id: 0,
                    task_type: TaskType::StopCluster,
                    status: Status::Processing,
                    step: 0,
                    steps: 1,
                    texts: None,
                }
            });
        }
        if self.texts.is_some() {
            simpler.add(|seen| seen.texts = None);
        }
        if let Some(text) = self.texts.and_then(Text::simpler) {
            simpler.add(|seen| seen.texts = Some(text));
        }
        if self.id != 0 {
            simpler.add(|seen| seen.id = 0);
        }
        if self.task_type != TaskType::StopCluster {
            simpler.add(|seen| seen.task_type = TaskType::StopCluster);
        }
        if !self.runs() {
            simpler.add(|seen| seen.status = Status::Processing);
            if self.status != Status::Success {
                simpler.add(|seen| seen.status = Status::Success);
            }
        }
        if self.steps > 1 {
            simpler.add(|seen| (seen.step, seen.steps) = (0, 1));
        }
        if self.steps > 2 {
            simpler.add(|seen| (seen.step, seen.steps) = (1, 2));
        }
        simpler.made
    }
}

struct Texts {
    request: String,
    result: String,
    errors: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Request<'a> {
    cluster_id: &'a str,
    description: &'a str,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Instances<'a> {
    instances: [Node<'a>; 1],
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Node<'a> {
    hostname: String,
    note: &'a str,
}

fn json(value: &impl Serialize) -> String {
    serde_json::to_string(value).expect("texts are JSON")
}

/// Which task is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Which {
    /// The one at a place of the list, if there is one.
    Listed(usize),
    Unknown,
    Elsewhere,
}

/// A random case of ListTasks.
#[derive(Clone, Debug)]
pub struct Plan {
    format: Format,
    /// The tasks of the cluster, the newest first.
    tasks: Vec<Seen>,
    /// Whether another cluster has a task.
    elsewhere: bool,
    cluster: Cluster,
    page_number: Option<u32>,
    page_size: Option<u32>,
    task_id: Option<Which>,
    archived: Option<bool>,
    /// The code of the error that a fault answers with.
    fault: Option<&'static str>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Cluster {
    Known,
    Unknown,
    Unnamed,
}

impl Plan {
    fn task_id(&self) -> Option<String> {
        Some(match self.task_id? {
            Which::Listed(at) => self.tasks.get(at).map_or("unknown".to_owned(), |seen| seen.task_id(at + 1)),
            Which::Unknown => "unknown".to_owned(),
            Which::Elsewhere => "elsewhere".to_owned(),
        })
    }

    fn when(&self) -> Input {
        let cluster_id = match self.cluster {
            Cluster::Known => "c",
            Cluster::Unknown => "x",
            Cluster::Unnamed => "",
        };
        Input {
            cluster_id: cluster_id.to_owned(),
            page_number: self.page_number,
            page_size: self.page_size,
            task_id: self.task_id(),
            archived: self.archived,
        }
    }

    fn given(&self) -> State {
        let mut state = State::at(Timestamp::from_unix_millis(CLOCK));
        state.ehpc.clusters.push("c".to_owned());
        state.ehpc.tasks = (1..).zip(&self.tasks).map(|(place, seen)| seen.task(place, self.format)).collect();
        if self.elsewhere {
            state.ehpc.tasks.push(Task::new("d", TaskType::StopCluster).id("elsewhere"));
        }
        match self.fault {
            Some(code) => state.refusing(Input::ID, code),
            None => state,
        }
    }

    /// The tasks that are listed, with their places, by the words of the documents: a naive reading.
    fn listed(&self) -> Vec<(usize, &Seen)> {
        let task_id = self.task_id();
        let is_listed = |(place, seen): &(usize, &Seen)| match &task_id {
            Some(task_id) => seen.task_id(*place) == *task_id,
            None => seen.runs() || self.archived == Some(true),
        };
        (1..).zip(&self.tasks).filter(is_listed).collect()
    }

    /// Those on the page.
    fn on_page<'a>(&self, listed: &'a [(usize, &'a Seen)]) -> &'a [(usize, &'a Seen)] {
        let (number, size) = (self.page_number.unwrap_or(1).max(1), self.page_size.unwrap_or(10).max(1));
        listed.chunks(size as usize).nth(number as usize - 1).unwrap_or(&[])
    }

    fn answer(&self) -> Output {
        let (number, size) = (self.page_number.unwrap_or(1), self.page_size.unwrap_or(10));
        let listed = self.listed();
        let shown = self.on_page(&listed);
        let shown = shown.iter().map(|(place, seen)| seen.shown(*place, self.format)).collect();
        page(number, size, listed.len() as u32, shown)
    }

    /// The refusal that the input or the state causes, in the order in which they are looked for.
    fn refusal(&self) -> Option<(u16, String, String)> {
        if let Some(code) = self.fault {
            let refused = fault_refusal(&OPERATION, code)?;
            return Some((refused.status, refused.code, refused.message));
        }
        let refuse = |status, code: &str, message: &str| Some((status, code.to_owned(), message.to_owned()));
        if self.cluster == Cluster::Unnamed {
            return refuse(400, "MissingClusterId", "ClusterId is mandatory for this action.");
        }
        if self.page_number.is_some_and(|number| number == 0 || number > 999) {
            return refuse(400, "InvalidParams", "Invalid param: PageNumber");
        }
        if self.page_size.is_some_and(|size| size == 0 || size > 50) {
            return refuse(400, "InvalidParams", "Invalid param: PageSize");
        }
        match self.cluster {
            Cluster::Unknown => refuse(404, "ClusterNotFound", "The specified cluster does not exist."),
            Cluster::Known | Cluster::Unnamed => None,
        }
    }

    /// What an answer shows, or what a refusal is caused by.
    fn facts(&self) -> Vec<&'static str> {
        let (number, size) = (self.page_number.unwrap_or(1), self.page_size.unwrap_or(10));
        if let Some(row) = self.fault.and_then(|code| OPERATION.error(code)) {
            return vec![row.fact];
        }
        match (self.cluster, number, size) {
            (Cluster::Unnamed, ..) => return vec!["alibaba.gateway.missing"],
            (_, 0, _) => return vec!["ehpc.list_tasks.page_number.min", "ehpc.list_tasks.bounds.refusal"],
            (_, 1000.., _) => return vec!["ehpc.list_tasks.page_number.max", "ehpc.list_tasks.bounds.refusal"],
            (_, _, 0) => return vec!["ehpc.list_tasks.page_size.min", "ehpc.list_tasks.bounds.refusal"],
            (_, _, 51..) => return vec!["ehpc.list_tasks.page_size.max", "ehpc.list_tasks.bounds.refusal"],
            (Cluster::Unknown, ..) => return vec!["ehpc.list_tasks.error.cluster_not_found"],
            (Cluster::Known, ..) => {}
        }
        let selection = match (self.task_id, self.archived) {
            (Some(_), _) => "ehpc.list_tasks.task_id.voids_archived",
            (None, Some(true)) => "ehpc.list_tasks.archived.true",
            (None, _) => "ehpc.list_tasks.archived.false",
        };
        vec!["ehpc.list_tasks.output.tasks", "ehpc.list_tasks.output.total_count", selection]
    }
}

impl Sketch<Input> for Plan {
    fn draw(draw: &mut Draw, kind: Kind, format: Format) -> Self {
        let length = draw.length(60);
        let tasks: Vec<Seen> = (0..length).map(|_| Seen::draw(draw)).collect();
        let mut plan = Plan {
            format,
            elsewhere: draw.one_in(4),
            cluster: Cluster::Known,
            page_number: None,
            page_size: match draw.below(4) {
                0 => None,
                1 => Some(*draw.pick(&[1, 49, 50])),
                _ => Some(1 + draw.below(50) as u32),
            },
            task_id: draw.one_in(4).then(|| match draw.below(4) {
                0 => Which::Unknown,
                1 => Which::Elsewhere,
                _ => Which::Listed(draw.below(length.max(1))),
            }),
            archived: *draw.pick(&[None, Some(false), Some(true), Some(true)]),
            fault: None,
            tasks,
        };
        // A page that exists, or now and then the one past the end.
        if !draw.one_in(3) {
            let pages = plan.listed().len().div_ceil(plan.page_size.unwrap_or(10) as usize);
            let last = if draw.one_in(8) { pages + 1 } else { pages.max(1) };
            plan.page_number = Some(1 + draw.below(last) as u32);
        }
        let refused = kind.is_refused(draw, 5);
        // What a state decides is not for inputs that are refused whatever it holds.
        let choices = if kind == Kind::Refused { 3 } else { 5 };
        match draw.below(choices) {
            _ if !refused => {}
            0 => plan.page_number = Some(*draw.pick(&[0, 1000, 1001, 4096, u32::MAX])),
            1 => plan.page_size = Some(*draw.pick(&[0, 51, 52, 100, 1000, u32::MAX])),
            2 => plan.cluster = Cluster::Unnamed,
            3 => plan.cluster = Cluster::Unknown,
            _ => plan.fault = Some(draw.pick(OPERATION.errors).code),
        }
        plan
    }

    fn case(&self) -> Case<Input> {
        let refusal = self.refusal();
        let hurts = self.tasks.iter().any(|seen| seen.texts.is_some_and(Text::hurts));
        let class = if hurts { Class::Edge } else { Class::Valid };
        let case = Case::named("", self.format, self.given(), self.when()).with_facts(self.facts()).class(class);
        match refusal {
            Some((status, code, message)) => case.refuses(status, &code, &message),
            None => case.answers(self.answer()),
        }
    }

    fn simpler(&self) -> Vec<Self> {
        let mut simpler = Simpler::than(self);
        // Only the tasks that the page shows, on the first page.
        let listed = self.listed();
        let on_page: Vec<Seen> = self.on_page(&listed).iter().map(|(_, seen)| (*seen).clone()).collect();
        if on_page.len() < self.tasks.len() {
            simpler.add(|plan| {
                plan.tasks.clone_from(&on_page);
                plan.page_number = None;
                if let Some(Which::Listed(_)) = plan.task_id {
                    plan.task_id = Some(Which::Listed(0));
                }
            });
        }
        for kept in fewer(&self.tasks) {
            simpler.add(|plan| plan.tasks.clone_from(&kept));
        }
        if self.tasks.len() > 1 {
            // What only shows on another page shows past the end of a list of one as well.
            simpler.add(|plan| {
                plan.tasks.truncate(1);
                (plan.page_number, plan.page_size) = (Some(2), None);
            });
        }
        if self.elsewhere {
            simpler.add(|plan| plan.elsewhere = false);
        }
        if self.task_id.is_some() {
            simpler.add(|plan| plan.task_id = None);
        }
        if let Some(Which::Listed(at)) = self.task_id
            && at > 0
        {
            simpler.add(|plan| plan.task_id = Some(Which::Listed(0)));
        }
        if self.archived.is_some() {
            simpler.add(|plan| plan.archived = None);
        }
        if self.page_number.is_some() {
            simpler.add(|plan| plan.page_number = None);
        }
        if self.page_number.is_some_and(|number| number > 2) {
            simpler.add(|plan| plan.page_number = Some(2));
        }
        if self.page_number.is_some_and(|number| number > 1000) {
            simpler.add(|plan| plan.page_number = Some(1000));
        }
        if self.page_size.is_some() {
            simpler.add(|plan| plan.page_size = None);
        }
        if self.page_size.is_some_and(|size| size > 1) {
            simpler.add(|plan| plan.page_size = Some(1));
        }
        if self.page_size.is_some_and(|size| size > 51) {
            simpler.add(|plan| plan.page_size = Some(51));
        }
        for (at, seen) in self.tasks.iter().enumerate() {
            for plainer in seen.plainer() {
                simpler.add(|plan| plan.tasks[at] = plainer.clone());
            }
        }
        simpler.made
    }
}
