module taskmock.test/ehpc

go 1.25.0

require (
	github.com/aliyun/alibaba-cloud-sdk-go v1.62.461
	taskmock.test/lines v0.0.0
)

require (
	github.com/jmespath/go-jmespath v0.0.0-20180206201540-c2b33e8439af // indirect
	github.com/json-iterator/go v1.1.5 // indirect
	github.com/modern-go/concurrent v0.0.0-20180306012644-bacd9c7ef1dd // indirect
	github.com/modern-go/reflect2 v1.0.1 // indirect
	github.com/opentracing/opentracing-go v1.2.1-0.20220228012449-10b1cf09e00b // indirect
	gopkg.in/ini.v1 v1.66.2 // indirect
)

replace taskmock.test/lines => ../lines
