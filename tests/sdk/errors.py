"""The error tables of the documents, copied by hand, and what a refusal looks like on the wire."""

import typing

from request_id import request_id


class Refused(typing.NamedTuple):
    """A refusal as the cloud means it."""

    service: str
    status: int
    code: str
    message: str
    request_id: str
    is_gateway: bool = False

    def envelope(self):
        """The body by its keys; DWS shows its own in no SDK."""
        if self.service == "ack" and not self.is_gateway:
            return {"code": self.code, "message": self.message, "requestId": self.request_id, "status": self.status}
        product = {"ehpc": "ehpc", "ack": "cs"}[self.service]
        host_id = f"{product}.cn-hangzhou.aliyuncs.com"
        return {"RequestId": self.request_id, "HostId": host_id, "Code": self.code, "Message": self.message}


class Row(typing.NamedTuple):
    status: int
    code: str
    message: str
    # What takes the place of %s.
    argument: str = None

    def refused(self, operation, seed, number=0):
        """The refusal of the request of that number, counted from 0, by a mock with that seed."""
        service = operation.split(".")[0]
        fill = lambda text: text.replace("%s", self.argument or "")
        is_gateway = self.code in [row.code for row in GATEWAY[service]]
        id = request_id(service, seed, number)
        return Refused(service, self.status, fill(self.code), fill(self.message), id, is_gateway)


# The API gateway's common error codes.
ALIBABA_GATEWAY = [
    Row(400, "Missing%s", "%s is mandatory for this action.", "ClusterId"),
    Row(404, "InvalidAction.NotFound", "Specified api is not found, please check your url and method."),
    Row(404, "InvalidVersion", "Specified parameter Version is not valid."),
    Row(400, "InvalidParameter.Format", "Specified parameter format is not valid."),
    Row(404, "InvalidAccessKeyId.NotFound", "Specified access key is not found."),
    Row(400, "InvalidAccessKeyId.Inactive", "Specified access key is disabled."),
    Row(400, "SignatureNonceUsed", "Specified signature nonce was used already."),
    Row(400, "InvalidTimeStamp.Format", "Specified time stamp or date value is not well formatted."),
    Row(400, "InvalidTimeStamp.Expired", "Specified time stamp or date value is expired."),
    Row(400, "InvalidSecurityToken.MismatchWithAccessKey", "Specified SecurityToken mismatch with the AccessKey."),
]

# 004 has the statuses only; the codes and texts are the vendor's from elsewhere.
HUAWEI_GATEWAY = [
    Row(401, "APIGW.0301", "Incorrect IAM authentication information: x-auth-token not found"),
    Row(404, "APIGW.0101", "The API does not exist or has not been published in the environment."),
    Row(403, "APIGW.0302", "The IAM user is not allowed to access the API."),
    Row(503, "APIGW.0613", "Service unavailable."),
]

GATEWAY = {"ehpc": ALIBABA_GATEWAY, "ack": ALIBABA_GATEWAY, "dws": HUAWEI_GATEWAY}

TABLES = {
    "ehpc.list_tasks": [
        Row(400, "InvalidParams", "Invalid param: %s", "PageNumber"),
        Row(400, "NotEnabled", "You have not enabled this service"),
        Row(404, "ClusterNotFound", "The specified cluster does not exist."),
        Row(406, "DbError", "A database service error occurred."),
        Row(406, "RedisError", "A Redis service error occurred."),
        Row(407, "NotAuthorized", "You are not authorized by RAM for this request."),
        Row(500, "UnknownError", "An unknown error occurred."),
        Row(503, "ServiceUnavailable", "The request has failed due to a temporary failure of the server"),
    ],
    "ehpc.list_invocation_status": [
        Row(400, "InvalidParams", "The specified parameter %s is invalid.", "CommandId"),
        Row(400, "NotEnabled", "You have not enabled this service"),
        Row(400, "InDebt", "Your account has overdue payments."),
        Row(403, "InvalidClusterStatus", "The operation failed due to invalid cluster status."),
        Row(403, "ConflictOpt", "A conflicting operation is running."),
        Row(404, "ClusterNotFound", "The specified cluster does not exist."),
        Row(404, "ObjectNotFound", "The specified object is not found."),
        Row(407, "NotAuthorized", "You are not authorized by RAM for this request."),
        Row(406, "EcsError", "An error occurred while calling the ECS API operation."),
        Row(406, "AgentError", "The agent service request failed."),
        Row(406, "AliyunError", "An Alibaba Cloud product error occurred."),
        Row(409, "PartFailure", "Part of the batch operation failed."),
        Row(500, "UnknownError", "An unknown error occurred."),
        Row(503, "ServiceUnavailable", "The request has failed due to a temporary failure of the server"),
    ],
    "ack.describe_task_info": [
        Row(400, "400", "the task %s not found", "T-5faa48fb31b6b8078d00****"),
    ],
    "dws.list_logical_cluster_tasks": [
        Row(400, "DWS.0001", "Incorrect parameter."),
        Row(403, "DWS.0015", "Resource not found or permission denied."),
        Row(404, "DWS.0047", "The cluster does not exist."),
        Row(500, "DWS.0005", "Server failure."),
    ],
}


def row(operation, code, argument=None):
    """The row with a code, about something."""
    rows = TABLES[operation] + GATEWAY[operation.split(".")[0]]
    return next(row for row in rows if row.code == code)._replace(argument=argument)
