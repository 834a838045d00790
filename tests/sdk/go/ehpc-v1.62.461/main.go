// Command ehpc asks with the typed E-HPC package of Alibaba's classic SDK for Go, in an older version
// than ../current: the package left version 2018-04-12 of the service after v1.62.687.
package main

import (
	"errors"

	sdkerrors "github.com/aliyun/alibaba-cloud-sdk-go/sdk/errors"
	"github.com/aliyun/alibaba-cloud-sdk-go/sdk/requests"
	"github.com/aliyun/alibaba-cloud-sdk-go/services/ehpc"

	"taskmock.test/lines"
)

func main() {
	lines.Serve(map[string]func(lines.Question) lines.Answer{
		"typed-ehpc":     typed("JSON"),
		"typed-ehpc-xml": typed("XML"),
	})
}

func typed(format string) func(lines.Question) lines.Answer {
	return func(question lines.Question) lines.Answer {
		client, err := ehpc.NewClientWithAccessKey("cn-hangzhou", "testid", "testsecret")
		if err != nil {
			return lines.Crashed("NewClientWithAccessKey", err)
		}
		switch question.Action {
		case "ListTasks":
			return listTasks(client, question, format)
		case "ListInvocationStatus":
			return listInvocationStatus(client, question, format)
		case "ListClusters":
			request := ehpc.CreateListClustersRequest()
			request.Domain = question.Host()
			_, err := client.ListClusters(request)
			return raised(err)
		}
		return lines.Unsupported("it has no " + question.Action)
	}
}

func listTasks(client *ehpc.Client, question lines.Question, format string) lines.Answer {
	request := ehpc.CreateListTasksRequest()
	request.Domain, request.AcceptFormat = question.Host(), format
	request.ClusterId, _ = question.Text("ClusterId")
	request.TaskId, _ = question.Text("TaskId")
	// Texts, for the SDK.
	for name, field := range map[string]*requests.Integer{
		"PageNumber": &request.PageNumber,
		"PageSize":   &request.PageSize,
	} {
		text, _ := question.Text(name)
		*field = requests.Integer(text)
	}
	archived, _ := question.Text("Archived")
	request.Archived = requests.Boolean(archived)
	response, err := client.ListTasks(request)
	if err != nil {
		return raised(err)
	}
	tasks := []any{}
	for _, task := range response.Tasks {
		tasks = append(tasks, map[string]any{
			"ClusterId":   task.ClusterId,
			"CurrentStep": task.CurrentStep,
			"Errors":      task.Errors,
			"Request":     task.Request,
			"Result":      task.Result,
			"Status":      task.Status,
			"TaskId":      task.TaskId,
			"TaskType":    task.TaskType,
			"TotalSteps":  task.TotalSteps,
		})
	}
	body := map[string]any{
		"PageNumber": response.PageNumber,
		"PageSize":   response.PageSize,
		"TotalCount": response.TotalCount,
		"Tasks":      tasks,
	}
	return answer(response.GetHttpStatus(), body, response.RequestId, response.GetHttpHeaders())
}

func listInvocationStatus(client *ehpc.Client, question lines.Question, format string) lines.Answer {
	request := ehpc.CreateListInvocationStatusRequest()
	request.Domain, request.AcceptFormat = question.Host(), format
	request.ClusterId, _ = question.Text("ClusterId")
	request.CommandId, _ = question.Text("CommandId")
	response, err := client.ListInvocationStatus(request)
	if err != nil {
		return raised(err)
	}
	instances := []any{}
	for _, instance := range response.InvokeInstances.InvokeInstance {
		instances = append(instances, map[string]any{
			"InstanceId":           instance.InstanceId,
			"InstanceInvokeStatus": instance.InstanceInvokeStatus,
		})
	}
	body := map[string]any{
		"CommandId":       response.CommandId,
		"InvokeStatus":    response.InvokeStatus,
		"InvokeInstances": map[string]any{"InvokeInstance": instances},
	}
	return answer(response.GetHttpStatus(), body, response.RequestId, response.GetHttpHeaders())
}

func answer(status int, body map[string]any, requestID string, headers map[string][]string) lines.Answer {
	return lines.Body(status, body, map[string]any{"body": requestID, "header": header(headers)})
}

func header(headers map[string][]string) any {
	if values := headers["X-Acs-Request-Id"]; len(values) > 0 {
		return values[0]
	}
	return nil
}

func raised(err error) lines.Answer {
	var server *sdkerrors.ServerError
	if errors.As(err, &server) {
		return lines.Raised(map[string]any{
			"type":       "ServerError",
			"status":     server.HttpStatus(),
			"code":       server.ErrorCode(),
			"message":    server.Message(),
			"request_id": server.RequestId(),
			"host_id":    server.HostId(),
			"header":     header(server.RespHeaders),
		})
	}
	var client *sdkerrors.ClientError
	if errors.As(err, &client) {
		return lines.Raised(map[string]any{"type": "ClientError", "code": client.ErrorCode(), "message": client.Error()})
	}
	return lines.Crashed("error", err)
}
