// Command waiters waits as a Terraform provider does, with retry.StateChangeConf: the least that compiles.
package main

import (
	"context"
	"fmt"
	"time"

	"github.com/hashicorp/terraform-plugin-sdk/v2/helper/retry"
)

func main() {
	polls := 0
	wait := retry.StateChangeConf{
		Pending:    []string{"running"},
		Target:     []string{"success"},
		Timeout:    time.Minute,
		MinTimeout: time.Millisecond,
		Refresh: func() (any, string, error) {
			polls++
			if polls < 3 {
				return polls, "running", nil
			}
			return polls, "success", nil
		},
	}
	last, err := wait.WaitForStateContext(context.Background())
	fmt.Println(last, err)
}
