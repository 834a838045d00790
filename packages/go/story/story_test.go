// Package story waits for tasks with official SDKs and Terraform's waiter, all unmodified, in virtual time.
package story

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log"
	"os"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	openapi "github.com/alibabacloud-go/darabonba-openapi/v2/client"
	openapiutil "github.com/alibabacloud-go/darabonba-openapi/v2/utils"
	"github.com/alibabacloud-go/tea/dara"
	"github.com/aliyun/alibaba-cloud-sdk-go/sdk"
	"github.com/aliyun/alibaba-cloud-sdk-go/sdk/auth/credentials"
	"github.com/aliyun/alibaba-cloud-sdk-go/sdk/requests"
	"github.com/hashicorp/terraform-plugin-sdk/v2/helper/retry"
	"github.com/huaweicloud/huaweicloud-sdk-go-v3/core/auth/basic"
	"github.com/huaweicloud/huaweicloud-sdk-go-v3/core/config"
	dws "github.com/huaweicloud/huaweicloud-sdk-go-v3/services/dws/v2"
	"github.com/huaweicloud/huaweicloud-sdk-go-v3/services/dws/v2/model"

	"github.com/taskmock/taskmock/packages/go/taskmocktest"
)

const (
	ehpcCluster = "ehpc-hz-FYUr32****"
	dwsCluster  = "9b7ff56b-47b3-4d00-a1fd-4c023d34404b"
	dwsProject  = "9b06d044ea4f49f1a58b2bed2b0084bd"
	takes       = 29*time.Minute + 10*time.Second
)

// seen is what one call shows: no state means that there is no such task.
type seen struct{ state, reason string }

// An official is an SDK and a call of it that asks how a task is doing.
type official struct {
	name      string
	operation string
	task      func(ends string, reasons []string) taskmocktest.Task
	// succeeded and failed are the words that it shows.
	succeeded, failed string
	client            func(t *testing.T, m *taskmocktest.Mock) func(taskmocktest.Key) (seen, error)
}

var officials = []official{
	{
		name:      "classic",
		operation: "ack.describe_task_info",
		task: func(ends string, reasons []string) taskmocktest.Task {
			return taskmocktest.AckTask{ClusterID: "c-1", TaskType: "cluster_scaleout", Takes: takes, Ends: ends, Reasons: reasons}
		},
		succeeded: "success", failed: "fail",
		client: classic,
	},
	{
		name:      "tea",
		operation: "ehpc.list_tasks",
		task: func(ends string, reasons []string) taskmocktest.Task {
			return taskmocktest.EhpcTask{ClusterID: ehpcCluster, TaskType: "AddComputes", Takes: takes, Ends: ends, Reasons: reasons}
		},
		succeeded: "Success", failed: "Fail",
		client: tea,
	},
	{
		name:      "huawei",
		operation: "dws.list_logical_cluster_tasks",
		task: func(ends string, reasons []string) taskmocktest.Task {
			return taskmocktest.DwsTask{ClusterID: dwsCluster, LogicalClusterName: "story", Type: "Create", Takes: takes, Ends: ends, Reasons: reasons}
		},
		succeeded: "success", failed: "failed",
		client: huawei,
	},
}

// classic asks by Alibaba's classic SDK, a CommonRequest in ROA style.
func classic(t *testing.T, m *taskmocktest.Mock) func(taskmocktest.Key) (seen, error) {
	config := sdk.NewConfig().WithTimeout(10 * time.Second)
	config.Transport = m.RoundTripper()
	client, err := sdk.NewClientWithOptions("cn-hangzhou", config, credentials.NewAccessKeyCredential("testid", "testsecret"))
	if err != nil {
		t.Fatal(err)
	}
	return func(task taskmocktest.Key) (seen, error) {
		request := requests.NewCommonRequest()
		request.Method, request.Version, request.Domain = "GET", "2015-12-15", m.Host()
		request.PathPattern = "/tasks/[task_id]"
		request.PathParams["task_id"] = task.ID
		response, err := client.ProcessCommonRequest(request)
		if err != nil {
			return seen{}, err
		}
		var answer struct {
			State string
			Error struct{ Message string }
		}
		err = json.Unmarshal(response.GetHttpContentBytes(), &answer)
		return seen{answer.State, answer.Error.Message}, err
	}
}

// tea asks by Alibaba's current SDK, whose generated clients call CallApi.
func tea(t *testing.T, m *taskmocktest.Mock) func(taskmocktest.Key) (seen, error) {
	client, err := openapi.NewClient(&openapiutil.Config{
		AccessKeyId:     dara.String("testid"),
		AccessKeySecret: dara.String("testsecret"),
		Endpoint:        dara.String(m.Host()),
		RegionId:        dara.String("cn-hangzhou"),
		HttpClient:      m.RoundTripper(),
		ReadTimeout:     dara.Int(10_000),
	})
	if err != nil {
		t.Fatal(err)
	}
	call := &openapiutil.Params{
		Action: dara.String("ListTasks"), Version: dara.String("2018-04-12"), Protocol: dara.String("HTTPS"),
		Method: dara.String("GET"), AuthType: dara.String("AK"), BodyType: dara.String("json"),
		ReqBodyType: dara.String("json"), Style: dara.String("RPC"), Pathname: dara.String("/"),
	}
	return func(task taskmocktest.Key) (seen, error) {
		query := map[string]*string{"ClusterId": dara.String(ehpcCluster), "TaskId": dara.String(task.ID)}
		answer, err := client.CallApi(call, &openapiutil.OpenApiRequest{Query: query}, &dara.RuntimeOptions{})
		if err != nil {
			return seen{}, err
		}
		var page struct {
			Body struct {
				Tasks []struct{ Status, Errors string }
			}
		}
		text, err := json.Marshal(map[string]any{"Body": answer["body"]})
		if err == nil {
			err = json.Unmarshal(text, &page)
		}
		if err != nil || len(page.Body.Tasks) == 0 {
			return seen{}, err
		}
		var reasons []string
		_ = json.Unmarshal([]byte(page.Body.Tasks[0].Errors), &reasons)
		return seen{page.Body.Tasks[0].Status, strings.Join(reasons, ", ")}, nil
	}
}

// huawei asks by Huawei's SDK, the typed call.
func huawei(t *testing.T, m *taskmocktest.Mock) func(taskmocktest.Key) (seen, error) {
	user, err := basic.NewCredentialsBuilder().WithAk("testid").WithSk("testsecret").WithProjectId(dwsProject).SafeBuild()
	if err != nil {
		t.Fatal(err)
	}
	http := config.DefaultHttpConfig().WithHttpRoundTripper(m.RoundTripper()).WithTimeout(10 * time.Second)
	client, err := dws.DwsClientBuilder().WithEndpoint(m.URL()).WithCredential(user).WithHttpConfig(http).SafeBuild()
	if err != nil {
		t.Fatal(err)
	}
	return func(task taskmocktest.Key) (seen, error) {
		request := &model.ListLogicalClusterTasksRequest{ClusterId: dwsCluster, LogicalClusterName: dara.String("story")}
		response, err := dws.NewDwsClient(client).ListLogicalClusterTasks(request)
		if err != nil {
			return seen{}, err
		}
		if response.LogicalClusterTasks == nil || len(*response.LogicalClusterTasks) == 0 {
			return seen{}, nil
		}
		first := (*response.LogicalClusterTasks)[0]
		state := dara.StringValue(first.Result)
		if state == "" {
			state = "running" // A task that runs has no result yet.
		}
		return seen{state, dara.StringValue(first.Log)}, nil
	}
}

// class is the kind of an error, as a provider's waiter tells them apart.
func class(err error) string {
	text := err.Error()
	for _, known := range []struct{ word, class string }{
		{"connection reset", "reset"}, {"EOF", "EOF"}, {"Throttl", "throttled"}, {"APIGW.0308", "throttled"},
		{"too many", "throttled"}, {"503", "503"}, {"Service Unavailable", "503"}, {"invalid character", "not JSON"}, {"NotFound", "not found"}, {"not found", "not found"},
		{"deadline", "timeout"}, {"Timeout", "timeout"},
	} {
		if strings.Contains(text, known.word) {
			if known.class == "reset" && errors.Is(err, syscall.ECONNRESET) {
				return "reset, errors.Is"
			}
			return known.class
		}
	}
	return text
}

// A tale is what happened: each attempt with its instant, the end, and when it was.
type tale struct {
	attempts []string
	end      string
	took     time.Duration
	// asked is how many requests the mock saw.
	asked int
}

// tell lets Terraform's waiter wait for a task, in a bubble.
func tell(t *testing.T, official official, prepare func(*taskmocktest.Mock, official) taskmocktest.Key, timeout time.Duration) (told tale) {
	synctest.Test(t, func(t *testing.T) {
		started := time.Now()
		m := taskmocktest.New(t, taskmocktest.Credentials("testid", "testsecret"))
		task := prepare(m, official)
		ask := official.client(t, m)
		wait := retry.StateChangeConf{
			Pending:        []string{"waiting"},
			Target:         []string{official.succeeded},
			Timeout:        timeout,
			PollInterval:   50 * time.Second,
			NotFoundChecks: 3,
			Refresh: func() (any, string, error) {
				seen, err := ask(task)
				note := seen.state
				if err != nil {
					note = class(err)
				} else if note == "" {
					note = "nothing"
				}
				told.attempts = append(told.attempts, fmt.Sprintf("%v %s", time.Since(started), note))
				switch {
				case err != nil && note == "not found", err == nil && seen.state == "":
					return nil, "", nil
				case err == nil && seen.state == official.failed:
					return seen, seen.state, fmt.Errorf("the task failed: %s", seen.reason)
				case err == nil && seen.state == official.succeeded:
					return seen, seen.state, nil
				}
				// Whatever goes wrong on the way is waited out, as providers do.
				return "task", "waiting", nil
			},
		}
		_, err := wait.WaitForStateContext(t.Context())
		told.took = time.Since(started)
		told.end = fmt.Sprint(err)
		told.asked = len(m.Requests(official.operation))
	})
	return told
}

// troubles are a reset on a fresh connection, a 503, throttling and a reset on a kept one.
func troubles(m *taskmocktest.Mock, official official) {
	m.Inject(taskmocktest.Reset().On(official.operation).AtCall(1))
	m.Inject(taskmocktest.HTTPError(503, 2*time.Second).On(official.operation).AtCall(3))
	m.Inject(taskmocktest.Throttle(5 * time.Second).On(official.operation).AtCall(5))
	m.Inject(taskmocktest.Reset().On(official.operation).AtCall(7))
}

func submit(succeeds bool) func(*taskmocktest.Mock, official) taskmocktest.Key {
	return func(m *taskmocktest.Mock, official official) taskmocktest.Key {
		troubles(m, official)
		if succeeds {
			return m.Submit(official.task(taskmocktest.Success, nil))
		}
		return m.Submit(official.task(taskmocktest.Fail, []string{"no stock"}))
	}
}

// Terraform's waiter logs each attempt.
func TestMain(m *testing.M) {
	log.SetOutput(io.Discard)
	os.Exit(m.Run())
}

// missing is a task that was there and is no more.
func missing(m *taskmocktest.Mock, official official) taskmocktest.Key {
	key := m.Submit(official.task(taskmocktest.Success, nil))
	m.Remove(key)
	return key
}

// The instants of all attempts are the same in each run: a task that takes 29:10 is polled each 50 s, at 0:00,
// 0:50 and so on, so the 36th attempt, at 29:10, sees its end.
func TestStory(t *testing.T) {
	for _, sdk := range officials {
		// net/http repeats the GET that met a reset on a kept connection: the waiter does not see it, the mock does.
		through := map[time.Duration]string{
			0:                 "reset, errors.Is",
			100 * time.Second: map[string]string{"classic": "503", "tea": "not JSON", "huawei": "503"}[sdk.name],
			200 * time.Second: "throttled",
		}
		running := map[string]string{"classic": "running", "tea": "Processing", "huawei": "running"}[sdk.name]
		attempts := func(count int, troubles map[time.Duration]string, otherwise, last string) []string {
			var attempts []string
			for i := range count {
				at := time.Duration(i) * 50 * time.Second
				note, found := troubles[at]
				if !found {
					note = otherwise
				}
				if i == count-1 && last != "" {
					note = last
				}
				attempts = append(attempts, fmt.Sprintf("%v %s", at, note))
			}
			return attempts
		}
		unknown := map[string]string{"classic": "not found", "tea": "nothing", "huawei": "nothing"}[sdk.name]
		for _, story := range []struct {
			name    string
			prepare func(*taskmocktest.Mock, official) taskmocktest.Key
			timeout time.Duration
			want    tale
		}{
			{"success", submit(true), time.Hour, tale{attempts(36, through, running, sdk.succeeded), "<nil>", takes, 37}},
			{"failure", submit(false), time.Hour, tale{attempts(36, through, running, sdk.failed), "the task failed: no stock", takes, 37}},
			{"never found", missing, time.Hour, tale{attempts(4, nil, unknown, ""), "couldn't find resource (4 retries)", 150 * time.Second, 4}},
			// The waiter gives up at 10:20, between two attempts.
			{"timed out", submit(true), 10*time.Minute + 20*time.Second, tale{attempts(13, through, running, ""), "timeout while waiting for state to become '" + sdk.succeeded + "' (last state: 'waiting', timeout: 10m20s)", 620 * time.Second, 14}},
		} {
			t.Run(sdk.name+"/"+story.name, func(t *testing.T) {
				runs, _ := strconv.Atoi(os.Getenv("TASKMOCK_RUNS"))
				runs = max(runs, 20)
				var spent []time.Duration
				for range runs {
					started := time.Now()
					told := tell(t, sdk, story.prepare, story.timeout)
					spent = append(spent, time.Since(started))
					if !reflect.DeepEqual(told, story.want) {
						t.Fatalf("told\n%s\n%s\n%v, %d requests\nwant\n%s\n%s\n%v, %d requests", strings.Join(told.attempts, "\n"), told.end, told.took, told.asked,
							strings.Join(story.want.attempts, "\n"), story.want.end, story.want.took, story.want.asked)
					}
				}
				slices.Sort(spent)
				t.Logf("%d runs, median %v", runs, spent[runs/2])
			})
		}
	}
}

// net/http repeats a request on a kept connection as it is, with its nonce. If only the answer was lost, the
// cloud has seen that nonce.
func TestARepeatedNonce(t *testing.T) {
	for _, sdk := range officials {
		t.Run(sdk.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				m := taskmocktest.New(t, taskmocktest.Credentials("testid", "testsecret"))
				task := m.Submit(sdk.task(taskmocktest.Success, nil))
				m.Inject(taskmocktest.FaultJSON(`{"reset": {"processed": true}}`).On(sdk.operation).AtCall(2))
				ask := sdk.client(t, m)
				if _, err := ask(task); err != nil {
					t.Fatal(err)
				}
				_, err := ask(task)
				requests := m.Requests(sdk.operation)
				if len(requests) != 3 {
					t.Fatalf("%d requests, %v", len(requests), err)
				}
				nonce := func(i int) string {
					for _, header := range requests[i].Header {
						if strings.EqualFold(header[0], "x-acs-signature-nonce") {
							return header[1]
						}
					}
					return ""
				}
				if nonce(1) != nonce(2) {
					t.Errorf("nonces %q and %q", nonce(1), nonce(2))
				}
				switch {
				case sdk.name == "tea" && (err == nil || !strings.Contains(err.Error(), "SignatureNonceUsed")):
					t.Errorf("the nonce %q was used before: %v", nonce(2), err)
				case sdk.name != "tea" && (err != nil || nonce(2) != ""):
					t.Errorf("without a nonce nothing is repeated: %v", err)
				}
			})
		})
	}
}
