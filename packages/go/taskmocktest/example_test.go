package taskmocktest_test

import (
	"fmt"
	"io"
	"net/http"
	"time"

	"github.com/taskmock/taskmock/packages/go/taskmocktest"
)

// ask returns the status with which a request is answered.
func ask(client *http.Client, url string) int {
	response, err := client.Get(url)
	if err != nil {
		return 0
	}
	defer response.Body.Close()
	_, _ = io.Copy(io.Discard, response.Body)
	return response.StatusCode
}

func Example() {
	taskmocktest.Do(func(t taskmocktest.TB) {
		m := taskmocktest.New(t)
		task := m.Submit(taskmocktest.AckTask{ClusterID: "c-1", TaskType: "cluster_scaleout", Takes: 5 * time.Minute})
		m.Inject(taskmocktest.HTTPError(503, 2*time.Second))
		client := m.Client()
		fmt.Println(ask(client, m.URL()+"/tasks/"+task.ID), ask(client, m.URL()+"/tasks/"+task.ID))
		m.ExpectRequests("ack.describe_task_info", 2)
	})
	// Output: 503 200
}

func ExampleMock_Advance() {
	taskmocktest.Do(func(t taskmocktest.TB) {
		m := taskmocktest.New(t)
		fmt.Println(m.Advance(90 * time.Second).Format(time.RFC3339))
	})
	// Output: 2024-03-03T00:01:30Z
}

func ExampleHandler() {
	taskmocktest.Do(func(t taskmocktest.TB) {
		regions := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusTeapot) })
		m := taskmocktest.New(t, taskmocktest.Handler(regions))
		fmt.Println(ask(m.Client(), m.URL()+"/?Action=DescribeRegions&Version=2014-05-26"))
	})
	// Output: 418
}

func ExampleMock_Inject() {
	taskmocktest.Do(func(t taskmocktest.TB) {
		m := taskmocktest.New(t)
		m.Inject(taskmocktest.Throttle(5 * time.Second).On("ehpc.list_tasks").Always())
		m.Inject(taskmocktest.FaultJSON(`{"redirect": {"to": "/", "status": 302}}`).AtCall(3))
		m.Withdraw()
		fmt.Println(m.Control("GET", "faults", ""))
	})
	// Output: {"faults":[]}
}

func ExampleMock_Requests() {
	taskmocktest.Do(func(t taskmocktest.TB) {
		m := taskmocktest.New(t)
		ask(m.Client(), m.URL()+"/tasks/T-1")
		for _, request := range m.Requests("ack.describe_task_info") {
			fmt.Println(request.Parameters["task_id"], request.Status)
		}
	})
	// Output: T-1 400
}
