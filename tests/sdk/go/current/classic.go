// Alibaba's classic SDK: CommonRequest, and the typed package of Container Service.

package main

import (
	"errors"
	"reflect"
	"strings"

	"github.com/aliyun/alibaba-cloud-sdk-go/sdk"
	sdkerrors "github.com/aliyun/alibaba-cloud-sdk-go/sdk/errors"
	"github.com/aliyun/alibaba-cloud-sdk-go/sdk/requests"
	"github.com/aliyun/alibaba-cloud-sdk-go/services/cs"

	"taskmock.test/lines"
)

func classicCommon(question lines.Question) lines.Answer {
	client, err := sdk.NewClientWithAccessKey("cn-hangzhou", "testid", "testsecret")
	if err != nil {
		return lines.Crashed("NewClientWithAccessKey", err)
	}
	request := requests.NewCommonRequest()
	request.Method = "GET"
	request.Version = question.Version
	host, port, _ := strings.Cut(question.Host(), ":")
	if taskID, isROA := question.Text("task_id"); isROA {
		// The port of a domain becomes "invalid port" here.
		request.Domain, request.Port = host, port
		request.PathPattern = "/tasks/[task_id]"
		request.PathParams["task_id"] = taskID
	} else {
		request.Domain = question.Host()
		request.ApiName = question.Action
		for name := range question.Params {
			request.QueryParams[name], _ = question.Text(name)
		}
	}
	response, err := client.ProcessCommonRequest(request)
	if err != nil {
		return classicError(err)
	}
	// The SDK hands on the bytes; its user reads them.
	body, err := lines.Decode(response.GetHttpContentBytes())
	if err != nil {
		return lines.Crashed("json", err)
	}
	ids := map[string]any{"header": header(response.GetHttpHeaders())}
	if request.PathPattern == "" {
		ids["body"] = lines.TakeRequestID(body)
	}
	return lines.Body(response.GetHttpStatus(), body, ids)
}

func classicTyped(format string) func(lines.Question) lines.Answer {
	return func(question lines.Question) lines.Answer {
		client, err := cs.NewClientWithAccessKey("cn-hangzhou", "testid", "testsecret")
		if err != nil {
			return lines.Crashed("NewClientWithAccessKey", err)
		}
		request := cs.CreateDescribeTaskInfoRequest()
		host, port, _ := strings.Cut(question.Host(), ":")
		request.Domain, request.Port = host, port
		request.AcceptFormat = format
		request.TaskId, _ = question.Text("task_id")
		response, err := client.DescribeTaskInfo(request)
		if err != nil {
			return classicError(err)
		}
		body := map[string]any{
			"cluster_id": response.ClusterId,
			"created":    response.Created,
			"task_id":    response.TaskId,
			"state":      response.State,
			"task_type":  response.TaskType,
			"updated":    response.Updated,
		}
		// The model has one result where the document has a list.
		if result := response.TaskResult; !reflect.ValueOf(result).IsZero() {
			body["task_result"] = result
		}
		return lines.Body(response.GetHttpStatus(), body, map[string]any{"header": header(response.GetHttpHeaders())})
	}
}

func classicError(err error) lines.Answer {
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

func header(headers map[string][]string) any {
	if values := headers["X-Acs-Request-Id"]; len(values) > 0 {
		return values[0]
	}
	return nil
}
