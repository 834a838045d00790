// Huawei's SDK: GaussDB(DWS).

package main

import (
	"errors"
	"strconv"

	"github.com/huaweicloud/huaweicloud-sdk-go-v3/core/auth/basic"
	"github.com/huaweicloud/huaweicloud-sdk-go-v3/core/sdkerr"
	dws "github.com/huaweicloud/huaweicloud-sdk-go-v3/services/dws/v2"
	"github.com/huaweicloud/huaweicloud-sdk-go-v3/services/dws/v2/model"

	"taskmock.test/lines"
)

func huawei(question lines.Question) lines.Answer {
	project, _ := question.Text("project_id")
	credentials, err := basic.NewCredentialsBuilder().WithAk("testak").WithSk("testsk").WithProjectId(project).SafeBuild()
	if err != nil {
		return lines.Crashed("SafeBuild", err)
	}
	client, err := dws.DwsClientBuilder().WithEndpoint(question.Endpoint).WithCredential(credentials).SafeBuild()
	if err != nil {
		return lines.Crashed("SafeBuild", err)
	}
	if question.Action == "ListLogicalClusters" {
		cluster, _ := question.Text("cluster_id")
		_, err := dws.NewDwsClient(client).ListLogicalClusters(&model.ListLogicalClustersRequest{ClusterId: cluster})
		return huaweiError(err)
	}
	request := &model.ListLogicalClusterTasksRequest{}
	request.ClusterId, _ = question.Text("cluster_id")
	for name, field := range map[string]**int32{"offset": &request.Offset, "limit": &request.Limit} {
		if text, found := question.Text(name); found {
			number, err := strconv.ParseInt(text, 10, 32)
			if err != nil {
				return lines.Unsupported(name + " is an int32")
			}
			value := int32(number)
			*field = &value
		}
	}
	for name, field := range map[string]**string{
		"logical_cluster_name": &request.LogicalClusterName,
		"type":                 &request.Type,
		"order_by":             &request.OrderBy,
		"order":                &request.Order,
	} {
		if text, found := question.Text(name); found {
			*field = &text
		}
	}
	response, err := dws.NewDwsClient(client).ListLogicalClusterTasks(request)
	if err != nil {
		return huaweiError(err)
	}
	var tasks []any
	if response.LogicalClusterTasks != nil {
		tasks = []any{}
		for _, task := range *response.LogicalClusterTasks {
			tasks = append(tasks, map[string]any{
				"type":                 task.Type,
				"logical_cluster_name": task.LogicalClusterName,
				"start_time":           task.StartTime,
				"end_time":             task.EndTime,
				"result":               task.Result,
				"log":                  task.Log,
			})
		}
	}
	body := map[string]any{"logical_cluster_tasks": tasks, "count": response.Count}
	return lines.Body(response.HttpStatusCode, body, map[string]any{})
}

func huaweiError(err error) lines.Answer {
	var service *sdkerr.ServiceResponseError
	if errors.As(err, &service) {
		return lines.Raised(map[string]any{
			"type":       "ServiceResponseError",
			"status":     service.StatusCode,
			"code":       service.ErrorCode,
			"message":    service.ErrorMessage,
			"request_id": service.RequestId,
		})
	}
	return lines.Crashed("error", err)
}
