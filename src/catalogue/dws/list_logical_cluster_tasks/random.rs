//! Random cases of ListLogicalClusterTasks: the tasks that the answer shows are drawn first, then a
//! state that shows them.

use super::{CLOCK, CLUSTER, Input, LogicalClusterTaskInfo, Order, Output, given, output};
use crate::case::{Case, Class, Kind, Simpler, Sketch, fault_refusal, fewer};
use crate::clock::{Span, Timestamp};
use crate::draw::{Draw, Text, host};
use crate::format::Format;
use crate::operation::OperationInput;
use crate::services::State;
use crate::services::dws::list_logical_cluster_tasks::OPERATION;
use crate::services::dws::{Cluster, TYPES, Task};

const FIELDS: &[&str] = &["startTime", "endTime", "logicalClusterName", "type", "result", "log", "start_time"];

/// A task as it is to be seen.
#[derive(Clone, Debug, PartialEq)]
struct Seen {
    r#type: &'static str,
    /// What its logical cluster is called; 0: `lc`.
    name: u64,
    /// Less than an hour.
    seconds: u16,
    /// How it ended, if it did.
    result: Option<&'static str>,
    log: Text,
}

impl Seen {
    fn draw(draw: &mut Draw, names: u64) -> Self {
        Seen {
            r#type: draw.pick::<&str>(TYPES),
            name: draw.number() % names,
            seconds: draw.below(3600) as u16,
            result: *draw.pick(&[None, Some("success"), Some("failed")]),
            log: draw.text(),
        }
    }

    fn plain() -> Self {
        Seen { r#type: "Grow", name: 0, seconds: 0, result: None, log: Text::Plain }
    }

    /// It was started `place` hours ago, and some seconds before.
    fn started(&self, place: usize) -> Timestamp {
        Timestamp::from_unix_millis(CLOCK - 3_600_000 * place as i64 - 1000 * i64::from(self.seconds))
    }

    fn task(&self, place: usize) -> Task {
        let started = self.started(place);
        let task = Task::new(CLUSTER, &name(self.name), self.r#type);
        let task = match self.result {
            None => task.takes(Span::seconds(3600 * (place as u64 + 1))),
            Some("failed") => task.takes(Span::seconds(90)).fails(&self.log.write(Format::Json)),
            Some(_) => task.takes(Span::seconds(90)).log(&self.log.write(Format::Json)),
        };
        Task { started: Some(started), ..task }
    }

    fn shown(&self, place: usize) -> LogicalClusterTaskInfo {
        let started = self.started(place);
        let ended = |text: String| Some(if self.result.is_some() { text } else { String::new() });
        LogicalClusterTaskInfo {
            r#type: Some(self.r#type.to_owned()),
            logical_cluster_name: Some(name(self.name)),
            start_time: Some(started.datetime_utc()),
            end_time: ended(started.after(Span::seconds(90).duration()).datetime_utc()),
            result: ended(self.result.unwrap_or("").to_owned()),
            log: ended(self.log.write(Format::Json)),
        }
    }
}

fn name(number: u64) -> String {
    if number == 0 { "lc".to_owned() } else { host(number) }
}

#[derive(Clone, Debug)]
pub struct Plan {
    /// The tasks, the newest first.
    tasks: Vec<Seen>,
    has_other_cluster: bool,
    cluster_id: &'static str,
    project_id: &'static str,
    offset: Option<u32>,
    limit: Option<u32>,
    name: Option<u64>,
    r#type: Option<&'static str>,
    order_by: Option<&'static str>,
    order: Option<&'static str>,
    fault: Option<&'static str>,
}

impl Plan {
    fn when(&self) -> Input {
        Input {
            project_id: self.project_id.to_owned(),
            cluster_id: self.cluster_id.to_owned(),
            offset: self.offset,
            limit: self.limit,
            logical_cluster_name: self.name.map(name),
            r#type: self.r#type.map(str::to_owned),
            order_by: self.order_by.map(str::to_owned),
            order: self.order.map(Order::from),
        }
    }

    fn given(&self) -> State {
        let mut state = given((1..).zip(&self.tasks).map(|(place, seen)| seen.task(place)));
        if self.has_other_cluster {
            let cluster_id = "00000000-0000-4000-8000-000000000002";
            state.dws.clusters.push(Cluster { project_id: "p".to_owned(), cluster_id: cluster_id.to_owned() });
            state.dws.tasks.push(Task { started: Some(state.now()), ..Task::new(cluster_id, "lc", "Grow") });
        }
        match self.fault {
            Some(code) => state.refusing(Input::ID, code),
            None => state,
        }
    }

    /// The tasks that are listed, by the words of the document, each with its place in the plan.
    fn listed(&self) -> Vec<(usize, LogicalClusterTaskInfo)> {
        // The oldest first.
        let mut list: Vec<(usize, LogicalClusterTaskInfo)> =
            self.tasks.iter().enumerate().rev().map(|(at, seen)| (at, seen.shown(at + 1))).collect();
        let name = self.name.map(name);
        list.retain(|(_, info)| {
            (name.is_none() || info.logical_cluster_name == name)
                && self.r#type.is_none_or(|r#type| info.r#type.as_deref() == Some(r#type))
        });
        let field = |info: &LogicalClusterTaskInfo| match self.order_by {
            Some("endTime") => info.end_time.clone(),
            Some("logicalClusterName") => info.logical_cluster_name.clone(),
            Some("type") => info.r#type.clone(),
            Some("result") => info.result.clone(),
            Some("log") => info.log.clone(),
            // The order in which they started, to the second and below.
            _ => None,
        };
        list.sort_by_cached_key(|(_, info)| field(info));
        if self.order == Some("DESC") {
            list.reverse();
        }
        list
    }

    /// Those on the page.
    fn on_page<'a>(&self, listed: &'a [(usize, LogicalClusterTaskInfo)]) -> &'a [(usize, LogicalClusterTaskInfo)] {
        let (offset, limit) = (self.offset.unwrap_or(0) as usize, self.limit.unwrap_or(10).max(1) as usize);
        listed.chunks(limit).nth(offset).unwrap_or(&[])
    }

    fn answer(&self) -> Output {
        let listed = self.listed();
        let shown = self.on_page(&listed).iter().map(|(_, info)| info.clone());
        output(listed.len() as u64, shown.collect())
    }

    /// The refusal that the input or the state causes, with the fact that says so.
    fn refusal(&self) -> Option<(&'static str, u16, &'static str, &'static str)> {
        const LARGEST: u32 = 2_147_483_647;
        let incorrect = |fact| Some((fact, 400, "DWS.0001", "Incorrect parameter."));
        if self.cluster_id.is_empty() {
            let message = "The API does not exist or has not been published in the environment.";
            return Some(("huawei.gateway.not_found", 404, "APIGW.0101", message));
        }
        if self.cluster_id.len() != CLUSTER.len() {
            return incorrect("dws.list_logical_cluster_tasks.cluster_id.uuid");
        }
        if self.offset.is_some_and(|offset| offset > LARGEST) || self.limit.is_some_and(|limit| limit > LARGEST) {
            return incorrect("dws.list_logical_cluster_tasks.number.max");
        }
        if self.limit == Some(0) {
            return incorrect("dws.list_logical_cluster_tasks.limit.min");
        }
        if self.order.is_some_and(|order| order != "ASC" && order != "DESC") {
            return incorrect("dws.list_logical_cluster_tasks.order.other");
        }
        if self.order_by.is_some_and(|field| !FIELDS.contains(&field)) {
            return incorrect("dws.list_logical_cluster_tasks.order_by.alias");
        }
        let fact = match (self.cluster_id, self.project_id) {
            (CLUSTER, "p") => return None,
            (CLUSTER, _) => "dws.list_logical_cluster_tasks.cluster_id.project",
            _ => "dws.list_logical_cluster_tasks.error.404",
        };
        Some((fact, 404, "DWS.0047", "The cluster does not exist."))
    }
}

impl Sketch<Input> for Plan {
    fn draw(draw: &mut Draw, kind: Kind, _: Format) -> Self {
        let length = draw.length(60);
        let mut plan = Plan {
            tasks: (0..length).map(|_| Seen::draw(draw, 4)).collect(),
            has_other_cluster: draw.one_in(4),
            cluster_id: CLUSTER,
            project_id: "p",
            offset: None,
            limit: (!draw.one_in(3)).then(|| 1 + draw.length(49) as u32),
            name: draw.one_in(4).then(|| draw.number() % 4),
            r#type: draw.one_in(4).then(|| *draw.pick::<&str>(TYPES)),
            order_by: draw.one_in(2).then(|| *draw.pick::<&str>(FIELDS)),
            order: draw.one_in(2).then(|| *draw.pick(&["ASC", "DESC"])),
            fault: None,
        };
        // A page that exists, or now and then the one past the end.
        if !draw.one_in(3) {
            let pages = plan.listed().len().div_ceil(plan.limit.unwrap_or(10) as usize);
            let last = if draw.one_in(8) { pages + 1 } else { pages.max(1) };
            plan.offset = Some(draw.below(last) as u32);
        }
        let refused = kind.is_refused(draw, 4);
        let choices = if kind == Kind::Refused { 6 } else { 9 };
        match draw.below(choices) {
            _ if !refused => {}
            0 => plan.offset = Some(*draw.pick(&[2_147_483_648, u32::MAX])),
            1 => plan.limit = Some(*draw.pick(&[0, 2_147_483_648, u32::MAX])),
            2 => plan.order = Some(draw.pick::<&str>(&["asc", "desc", "Asc", "UP"])),
            3 => plan.order_by = Some(draw.pick::<&str>(&["count", "StartTime", "start time", "1"])),
            4 => plan.cluster_id = draw.pick::<&str>(&["c", "cluster", "0"]),
            5 => plan.cluster_id = "",
            6 => plan.cluster_id = "00000000-0000-4000-8000-000000000009",
            7 => plan.project_id = "q",
            _ => plan.fault = Some(draw.pick(OPERATION.errors).code),
        }
        plan
    }

    fn case(&self) -> Case<Input> {
        let case = |fact| Case::named("", Format::Json, self.given(), self.when()).with_facts(vec![fact]);
        if let Some((row, refused)) =
            self.fault.and_then(|code| Some((OPERATION.error(code)?, fault_refusal(&OPERATION, code)?)))
        {
            return case(row.fact).refuses(refused.status, &refused.code, &refused.message);
        }
        match self.refusal() {
            Some((fact, status, code, message)) => case(fact).refuses(status, code, message),
            None => {
                let hurts = self.tasks.iter().any(|seen| seen.result.is_some() && seen.log.hurts());
                let class = if hurts { Class::Edge } else { Class::Valid };
                case("dws.list_logical_cluster_tasks.output.count").class(class).answers(self.answer())
            }
        }
    }

    fn simpler(&self) -> Vec<Self> {
        let mut simpler = Simpler::than(self);
        // Only the tasks that the page shows, on the first page.
        let listed = self.listed();
        let mut places: Vec<usize> = self.on_page(&listed).iter().map(|(at, _)| *at).collect();
        places.sort_unstable();
        if places.len() < self.tasks.len() {
            let on_page: Vec<Seen> = places.iter().map(|at| self.tasks[*at].clone()).collect();
            simpler.add(|plan| {
                plan.tasks.clone_from(&on_page);
                plan.offset = None;
            });
        }
        for kept in fewer(&self.tasks) {
            simpler.add(|plan| plan.tasks.clone_from(&kept));
        }
        if self.tasks.len() > 1 {
            // What only shows on another page shows past the end of a list of one as well.
            simpler.add(|plan| {
                plan.tasks.truncate(1);
                (plan.offset, plan.limit) = (Some(1), None);
            });
        }
        if self.has_other_cluster {
            simpler.add(|plan| plan.has_other_cluster = false);
        }
        if self.name.is_some() {
            simpler.add(|plan| plan.name = None);
        }
        if self.r#type.is_some() {
            simpler.add(|plan| plan.r#type = None);
        }
        if self.order_by.is_some() {
            simpler.add(|plan| plan.order_by = None);
        }
        if self.order.is_some() {
            simpler.add(|plan| plan.order = None);
        }
        if self.offset.is_some() {
            simpler.add(|plan| plan.offset = None);
        }
        if self.offset.is_some_and(|offset| offset > 1) {
            simpler.add(|plan| plan.offset = Some(1));
        }
        if self.limit.is_some() {
            simpler.add(|plan| plan.limit = None);
        }
        if self.limit.is_some_and(|limit| limit > 1) {
            simpler.add(|plan| plan.limit = Some(1));
        }
        for (at, seen) in self.tasks.iter().enumerate() {
            let plain = Seen::plain();
            if *seen != plain {
                simpler.add(|plan| plan.tasks[at] = Seen::plain());
            }
            for plainer in [
                Seen { name: 0, ..seen.clone() },
                Seen { seconds: 0, ..seen.clone() },
                Seen { r#type: plain.r#type, ..seen.clone() },
                Seen { result: None, ..seen.clone() },
                Seen { log: plain.log, ..seen.clone() },
            ] {
                if plainer != *seen {
                    simpler.add(|plan| plan.tasks[at] = plainer.clone());
                }
            }
        }
        simpler.made
    }
}
