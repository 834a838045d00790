// Alibaba's current SDK (Tea): CallApi, which the generated clients call.

package main

import (
	"errors"

	openapi "github.com/alibabacloud-go/darabonba-openapi/v2/client"
	openapiutil "github.com/alibabacloud-go/darabonba-openapi/v2/utils"
	"github.com/alibabacloud-go/tea/dara"
	teasdk "github.com/alibabacloud-go/tea/tea"

	"taskmock.test/lines"
)

func tea(signatureAlgorithm string) func(lines.Question) lines.Answer {
	return func(question lines.Question) lines.Answer {
		config := &openapiutil.Config{
			AccessKeyId:     dara.String("testid"),
			AccessKeySecret: dara.String("testsecret"),
			Endpoint:        dara.String(question.Host()),
			// Without it, it asks by https.
			Protocol: dara.String("http"),
			RegionId: dara.String("cn-hangzhou"),
		}
		if signatureAlgorithm != "" {
			config.SignatureAlgorithm = dara.String(signatureAlgorithm)
		}
		client, err := openapi.NewClient(config)
		if err != nil {
			return lines.Crashed("NewClient", err)
		}
		call := &openapiutil.Params{
			Action:      dara.String(question.Action),
			Version:     dara.String(question.Version),
			Protocol:    dara.String("HTTP"),
			Method:      dara.String("GET"),
			AuthType:    dara.String("AK"),
			BodyType:    dara.String("json"),
			ReqBodyType: dara.String("json"),
		}
		request := &openapiutil.OpenApiRequest{Query: map[string]*string{}}
		taskID, isROA := question.Text("task_id")
		if isROA {
			call.Style, call.Pathname = dara.String("ROA"), dara.String("/tasks/"+dara.PercentEncode(taskID))
		} else {
			call.Style, call.Pathname = dara.String("RPC"), dara.String("/")
			for name := range question.Params {
				value, _ := question.Text(name)
				request.Query[name] = dara.String(value)
			}
		}
		answer, err := client.CallApi(call, request, &dara.RuntimeOptions{})
		if err != nil {
			return teaError(err)
		}
		body := answer["body"]
		// As the generated clients take them.
		var around struct {
			Headers    map[string]*string `json:"headers"`
			StatusCode *int32             `json:"statusCode"`
		}
		if err := dara.Convert(answer, &around); err != nil {
			return lines.Crashed("Convert", err)
		}
		ids := map[string]any{"header": around.Headers["x-acs-request-id"]}
		if !isROA {
			ids["body"] = lines.TakeRequestID(body)
		}
		return lines.Body(int(dara.Int32Value(around.StatusCode)), body, ids)
	}
}

func teaError(err error) lines.Answer {
	var sdk *teasdk.SDKError
	if !errors.As(err, &sdk) {
		return lines.Crashed("error", err)
	}
	var data any
	if sdk.Data != nil {
		data, _ = lines.Decode([]byte(*sdk.Data))
	}
	return lines.Raised(map[string]any{
		"type":    "SDKError",
		"status":  sdk.StatusCode,
		"code":    sdk.Code,
		"message": sdk.Message,
		"data":    data,
	})
}
