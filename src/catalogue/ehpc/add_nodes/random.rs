//! Random cases of AddNodes: what the answer shows is drawn first, and the task that it leaves.

use super::{Input, given, left, output};
use crate::case::{Case, Kind, Simpler, Sketch, fault_refusal};
use crate::draw::Draw;
use crate::format::Format;
use crate::operation::OperationInput;
use crate::services::ehpc::add_nodes::OPERATION;

/// Which cluster is named.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Cluster {
    Known,
    Unknown,
    Unnamed,
}

/// A random case of AddNodes.
#[derive(Clone, Debug)]
pub struct Plan {
    format: Format,
    /// How many tasks run already.
    tasks: u32,
    cluster: Cluster,
    count: Option<u32>,
    /// The code of the error that a fault answers with.
    fault: Option<&'static str>,
}

impl Plan {
    fn when(&self) -> Input {
        let cluster_id = match self.cluster {
            Cluster::Known => "c",
            Cluster::Unknown => "x",
            Cluster::Unnamed => "",
        };
        Input { cluster_id: cluster_id.to_owned(), count: self.count }
    }
}

impl Sketch<Input> for Plan {
    fn draw(draw: &mut Draw, kind: Kind, format: Format) -> Self {
        let count = if draw.one_in(4) { *draw.pick(&[1, 2, 98, 99]) } else { 1 + draw.below(99) as u32 };
        let tasks = draw.below(20) as u32;
        let mut plan = Plan { format, tasks, cluster: Cluster::Known, count: Some(count), fault: None };
        let refused = kind.is_refused(draw, 4);
        let choices = if kind == Kind::Refused { 3 } else { 5 };
        match draw.below(choices) {
            _ if !refused => {}
            0 => plan.cluster = Cluster::Unnamed,
            1 => plan.count = None,
            2 => plan.count = Some(*draw.pick(&[0, 100, 101, 1000, u32::MAX])),
            3 => plan.cluster = Cluster::Unknown,
            _ => plan.fault = Some(draw.pick(OPERATION.errors).code),
        }
        plan
    }

    fn case(&self) -> Case<Input> {
        let given = match self.fault {
            Some(code) => given(self.tasks).refusing(Input::ID, code),
            None => given(self.tasks),
        };
        let case = |fact| Case::named("", self.format, given.clone(), self.when()).with_facts(vec![fact]);
        if let Some((row, refused)) =
            self.fault.and_then(|code| Some((OPERATION.error(code)?, fault_refusal(&OPERATION, code)?)))
        {
            return case(row.fact).refuses(refused.status, &refused.code, &refused.message);
        }
        match (self.cluster, self.count) {
            (Cluster::Unnamed, _) => case("alibaba.gateway.missing").refuses(
                400,
                "MissingClusterId",
                "ClusterId is mandatory for this action.",
            ),
            (_, None) => {
                case("alibaba.gateway.missing").refuses(400, "MissingCount", "Count is mandatory for this action.")
            }
            (_, Some(0 | 100..)) => case("ehpc.add_nodes.input.count").refuses(
                400,
                "InvalidParams",
                "The specified parameter Count is invalid.",
            ),
            (Cluster::Unknown, _) => case("ehpc.add_nodes.error.cluster_not_found").refuses(
                404,
                "ClusterNotFound",
                "The specified cluster does not exist.",
            ),
            (Cluster::Known, Some(count)) => {
                case("ehpc.add_nodes.output.instance_ids").leaves(left(given.clone(), count)).answers(output(count))
            }
        }
    }

    fn simpler(&self) -> Vec<Self> {
        let mut simpler = Simpler::than(self);
        if self.tasks > 0 {
            simpler.add(|plan| plan.tasks = 0);
        }
        if self.tasks > 1 {
            simpler.add(|plan| plan.tasks = 1);
        }
        if self.count.is_some_and(|count| count > 1) {
            simpler.add(|plan| plan.count = Some(1));
        }
        if self.count.is_some_and(|count| count > 2) {
            simpler.add(|plan| plan.count = Some(2));
        }
        if self.count.is_some_and(|count| count > 100) {
            simpler.add(|plan| plan.count = Some(100));
        }
        simpler.made
    }
}
