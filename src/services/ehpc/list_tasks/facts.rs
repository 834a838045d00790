//! What is stated of ListTasks.

use crate::fact::{Fact, facts};

pub(super) const FACTS: &[Fact] = facts! {
    "ehpc.list_tasks.cluster_id.required", Documented, "000, request parameters: ClusterId", "ClusterId is required.";
    "ehpc.list_tasks.page_number.min", Documented, "000, request parameters: PageNumber; 001, PageNumber", "Pages start from 1.";
    "ehpc.list_tasks.page_number.max", Documented, "000, request parameters: PageNumber; 001, PageNumber", "The last page is 999.";
    "ehpc.list_tasks.page_number.default", Assumed, "the samples show 1; no document states a default", "Without PageNumber the first page is returned.";
    "ehpc.list_tasks.page_size.min", Documented, "000, request parameters: PageSize; 001, PageSize", "A page has at least 1 entry.";
    "ehpc.list_tasks.page_size.max", Documented, "000, request parameters: PageSize; 001, PageSize", "A page has at most 50 entries.";
    "ehpc.list_tasks.page_size.default", Documented, "000, request parameters: PageSize; 001, PageSize", "The default page size is 10.";
    "ehpc.list_tasks.number.syntax", Assumed, "nobody", "A number is decimal digits only; anything else is InvalidParams.";
    "ehpc.list_tasks.archived.default", Documented, "000, request parameters: Archived; 001, Archived", "The default of Archived is false.";
    "ehpc.list_tasks.archived.false", Documented, "001, request parameters: Archived", "false shows running tasks only; when none runs the list is empty.";
    "ehpc.list_tasks.archived.true", Documented, "001, request parameters: Archived", "true shows running tasks and those that ran.";
    "ehpc.list_tasks.archived.letter_case", Sdk, "Python SDKs send True and False", "The letter case of Archived does not matter.";
    "ehpc.list_tasks.archived.syntax", Assumed, "nobody", "Anything but true and false is InvalidParams.";
    "ehpc.list_tasks.task_id.voids_archived", Documented, "000, request parameters: Archived, note; 001, note", "With TaskId, Archived is void, whatever it says.";
    "ehpc.list_tasks.task_id.unknown", Assumed, "nobody", "A TaskId that is unknown or of another cluster gives an empty list with TotalCount 0.";
    "ehpc.list_tasks.total_count", Documented, "000, response parameters: TotalCount; 001, TotalCount", "TotalCount is the number of entries of the list, not of the page.";
    "ehpc.list_tasks.order", Assumed, "nobody; the documents' sample task comes first", "The newest task comes first.";
    "ehpc.list_tasks.page.past_end", Assumed, "nobody", "A page past the end is an empty list with the true TotalCount.";
    "ehpc.list_tasks.tasks.json", Sdk, "001, sample: an array, as in every SDK; 000, sample: an object", "Tasks is a flat array, also of none and of one; an object is a dialect.";
    "ehpc.list_tasks.tasks.xml", Documented, "000, sample: XML", "One <Tasks> element a task, its fields directly inside; none for an empty list.";
    "ehpc.list_tasks.sample.abridged", Assumed, "000, 001, samples: TotalCount 10, one task", "The samples are abridged; an abridged page is a dialect.";
    "ehpc.list_tasks.json_text", Documented, "001, response parameters: Request, Result, Errors", "Request, Result and Errors are strings of JSON.";
    "ehpc.list_tasks.json_text.depth", Assumed, "000, 001, samples: escaped twice", "The string holds valid JSON; the samples' second escape, none, and a truncated text are dialects.";
    "ehpc.list_tasks.result.instances", Documented, "001, response parameters: Result", "Result of CreateCluster and AddComputes is {\"Instances\":[…]}.";
    "ehpc.list_tasks.result.other", Documented, "001, response parameters: Result; the samples of 000 and 001 show Instances on a StopCluster task", "Result of any other type is {}; the sample's task keeps its sample.";
    "ehpc.list_tasks.errors.running", Assumed, "the sample's running task has []", "Errors is [] until the task has ended.";
    "ehpc.list_tasks.status", Documented, "001, response parameters: Status", "Processing, Success, Fail, PartialFail.";
    "ehpc.list_tasks.status.fail", Documented, "001, response parameters: Status; SDK 4.0.0 says Failed", "A task that failed has the Status Fail; Failed is a dialect.";
    "ehpc.list_tasks.task_type", Documented, "001, response parameters: TaskType", "Nine types, each with the API that starts it.";
    "ehpc.list_tasks.task_type.reset", Documented, "001, response parameters: TaskType; SDKs say ResetCompute", "ResetNodes starts a task of the type ResetComputes; ResetCompute is a dialect.";
    "ehpc.list_tasks.steps", Documented, "000, response parameters: CurrentStep, TotalSteps; 001", "CurrentStep is the step that the task is at, TotalSteps their number.";
    "ehpc.list_tasks.steps.ended", Assumed, "nobody", "A task that has ended shows CurrentStep equal to TotalSteps.";
    "ehpc.list_tasks.error.invalid_params", Documented, "001, error codes; absent from 000", "400 InvalidParams `Invalid param: %s`.";
    "ehpc.list_tasks.error.not_enabled", Documented, "000, error codes; 001, error codes", "400 NotEnabled.";
    "ehpc.list_tasks.error.cluster_not_found", Documented, "000, error codes; 001, error codes", "404 ClusterNotFound.";
    "ehpc.list_tasks.error.db_error", Documented, "000, error codes; 001, error codes", "406 DbError.";
    "ehpc.list_tasks.error.redis_error", Documented, "000, error codes; 001, error codes", "406 RedisError.";
    "ehpc.list_tasks.error.not_authorized", Documented, "000, error codes; 001, error codes", "407 NotAuthorized, without Proxy-Authenticate.";
    "ehpc.list_tasks.error.unknown_error", Documented, "000, error codes; 001, error codes", "500 UnknownError.";
    "ehpc.list_tasks.error.service_unavailable", Documented, "000, error codes; 001, error codes", "503 ServiceUnavailable.";
};
