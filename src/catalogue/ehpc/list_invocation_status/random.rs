//! Random cases of ListInvocationStatus: the statuses that the answer shows are drawn first, then a
//! command that has come to them.

use super::{CLOCK, Input, InvokeInstance, InvokeStatus, Output, given, node};
use crate::case::{Case, Class, Kind, Simpler, Sketch, fault_refusal, fewer};
use crate::clock::Timestamp;
use crate::draw::{Draw, Text, host};
use crate::format::Format;
use crate::operation::OperationInput;
use crate::services::State;
use crate::services::ehpc::Command;
use crate::services::ehpc::list_invocation_status::OPERATION;

/// A node as it is to be seen.
#[derive(Clone, Debug, PartialEq)]
struct Seen {
    /// What its id is made of; 0 for a plain one.
    id: u64,
    /// What its id is, if it is one that hurts.
    text: Option<Text>,
    status: InvokeStatus,
}

impl Seen {
    fn draw(draw: &mut Draw) -> Self {
        Seen {
            id: draw.number(),
            text: draw.one_in(8).then(|| draw.text()),
            status: draw.pick(InvokeStatus::KNOWN).clone(),
        }
    }

    fn plain() -> Self {
        Seen { id: 0, text: None, status: InvokeStatus::Finished }
    }

    fn instance_id(&self, place: usize, format: Format) -> String {
        match (self.text, self.id) {
            (Some(text), _) => format!("{}{place}", text.write(format)),
            (None, 0) => format!("i-{place}"),
            (None, id) => format!("i-{}{}", host(id), crate::seed::Seed(id).hex(0)),
        }
    }
}

/// What is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Asked {
    Known,
    UnknownCommand,
    CommandOfAnotherCluster,
    UnknownCluster,
    NoCommand,
    NoCluster,
}

#[derive(Clone, Debug)]
pub struct Plan {
    format: Format,
    nodes: Vec<Seen>,
    /// How many other commands there are.
    others: usize,
    asked: Asked,
    fault: Option<&'static str>,
}

impl Plan {
    fn given(&self) -> State {
        let nodes = (1..).zip(&self.nodes);
        let mut state = given(nodes.map(|(place, seen)| node(&seen.instance_id(place, self.format), &seen.status)));
        for number in 0..self.others {
            let cluster = if number == 0 { "d" } else { "c" };
            let mut other = Command::new(cluster, []).id(&format!("other{number}"));
            other.started = Some(Timestamp::from_unix_millis(CLOCK));
            state.ehpc.commands.push(other);
        }
        match self.fault {
            Some(code) => state.refusing(Input::ID, code),
            None => state,
        }
    }

    fn when(&self) -> Input {
        match self.asked {
            Asked::Known => Input::new("c", "k"),
            Asked::UnknownCommand => Input::new("c", "unknown"),
            Asked::CommandOfAnotherCluster => Input::new("c", "other0"),
            Asked::UnknownCluster => Input::new("x", "k"),
            Asked::NoCommand => Input::new("c", ""),
            Asked::NoCluster => Input::new("", "k"),
        }
    }

    /// The answer, by the words of the documents.
    fn answer(&self) -> Output {
        let all_are = |status: &InvokeStatus| self.nodes.iter().all(|seen| seen.status == *status);
        let some_is = |status: &InvokeStatus| self.nodes.iter().any(|seen| seen.status == *status);
        let invoke_status = if all_are(&InvokeStatus::Finished) {
            InvokeStatus::Finished
        } else if some_is(&InvokeStatus::Running) {
            InvokeStatus::Running
        } else if some_is(&InvokeStatus::Failed) {
            InvokeStatus::Failed
        } else {
            InvokeStatus::Stopped
        };
        let invoke_instances = (1..).zip(&self.nodes).map(|(place, seen)| InvokeInstance {
            instance_id: seen.instance_id(place, self.format),
            instance_invoke_status: seen.status.clone(),
        });
        Output {
            request_id: String::new(),
            command_id: "k".to_owned(),
            invoke_status,
            invoke_instances: invoke_instances.collect(),
        }
    }
}

impl Sketch<Input> for Plan {
    fn draw(draw: &mut Draw, kind: Kind, format: Format) -> Self {
        let length = draw.length(60);
        let nodes = (0..length).map(|_| Seen::draw(draw)).collect();
        let mut plan = Plan { format, nodes, others: draw.below(3), asked: Asked::Known, fault: None };
        let refused = kind.is_refused(draw, 4);
        let choices = if kind == Kind::Refused { 2 } else { 6 };
        match draw.below(choices) {
            _ if !refused => {}
            0 => plan.asked = Asked::NoCommand,
            1 => plan.asked = Asked::NoCluster,
            2 => plan.asked = Asked::UnknownCommand,
            3 => plan.asked = Asked::CommandOfAnotherCluster,
            4 => plan.asked = Asked::UnknownCluster,
            _ => plan.fault = Some(draw.pick(OPERATION.errors).code),
        }
        plan
    }

    fn case(&self) -> Case<Input> {
        let case = |fact| Case::named("", self.format, self.given(), self.when()).with_facts(vec![fact]);
        if let Some((row, refused)) =
            self.fault.and_then(|code| Some((OPERATION.error(code)?, fault_refusal(&OPERATION, code)?)))
        {
            return case(row.fact).refuses(refused.status, &refused.code, &refused.message);
        }
        let missing = "alibaba.gateway.missing";
        match self.asked {
            Asked::Known => {
                let hurts = self.nodes.iter().any(|seen| seen.text.is_some_and(Text::hurts));
                let class = if hurts { Class::Edge } else { Class::Valid };
                case("ehpc.list_invocation_status.invoke_status.overall").class(class).answers(self.answer())
            }
            Asked::UnknownCommand | Asked::CommandOfAnotherCluster => case(
                "ehpc.list_invocation_status.command_id.unknown",
            )
            .refuses(404, "ObjectNotFound", "The specified object is not found."),
            Asked::UnknownCluster => case("ehpc.list_invocation_status.error.cluster_not_found").refuses(
                404,
                "ClusterNotFound",
                "The specified cluster does not exist.",
            ),
            Asked::NoCommand => {
                case(missing).refuses(400, "MissingCommandId", "CommandId is mandatory for this action.")
            }
            Asked::NoCluster => {
                case(missing).refuses(400, "MissingClusterId", "ClusterId is mandatory for this action.")
            }
        }
    }

    fn simpler(&self) -> Vec<Self> {
        let mut simpler = Simpler::than(self);
        for kept in fewer(&self.nodes) {
            simpler.add(|plan| plan.nodes.clone_from(&kept));
        }
        if self.others > 0 {
            simpler.add(|plan| plan.others = 0);
        }
        for (at, seen) in self.nodes.iter().enumerate() {
            if *seen != Seen::plain() {
                simpler.add(|plan| plan.nodes[at] = Seen::plain());
            }
            if seen.id != 0 {
                simpler.add(|plan| plan.nodes[at].id = 0);
            }
            if seen.text.is_some() {
                simpler.add(|plan| plan.nodes[at].text = None);
            }
            if seen.status != InvokeStatus::Finished {
                simpler.add(|plan| plan.nodes[at].status = InvokeStatus::Finished);
            }
        }
        simpler.made
    }
}
