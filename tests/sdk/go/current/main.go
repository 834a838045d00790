// Command current asks with the official SDKs for Go, in the newest versions that are to be had.
package main

import "taskmock.test/lines"

func main() {
	lines.Serve(map[string]func(lines.Question) lines.Answer{
		"classic":  classicCommon,
		"typed-cs": classicTyped("JSON"),
		// It has the fields for XML too.
		"typed-cs-xml": classicTyped("XML"),
		"tea-v3":       tea(""),
		"tea-v1":       tea("v2"),
		"huawei":       huawei,
	})
}
