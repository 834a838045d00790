// Asks with the SDKs for Node: a question on each line of stdin, its answer on a line of stdout.
'use strict';

// Huawei's SDK prints every error to stdout; the answers have it to themselves.
const print = process.stdout.write.bind(process.stdout);
process.stdout.write = () => true;

const readline = require('readline');
const { RPCClient, ROAClient } = require('@alicloud/pop-core');
const OpenApi = require('@alicloud/openapi-client');
const { RuntimeOptions } = require('@alicloud/tea-util');
const Cs = require('@alicloud/cs20151215');
const { $OpenApiUtil } = require('@alicloud/openapi-core');
const dara = require('@darabonba/typescript');
const { BasicCredentials } = require('@huaweicloud/huaweicloud-sdk-core');
const { ClientBuilder } = require('@huaweicloud/huaweicloud-sdk-core/ClientBuilder');

const key = { accessKeyId: 'testid', accessKeySecret: 'testsecret' };

// Keeps what a function makes of its arguments.
function once(make) {
  const made = new Map();
  return (...names) => {
    const name = names.join(' ');
    if (!made.has(name)) made.set(name, make(...names));
    return made.get(name);
  };
}

const config = (url) => ({ ...key, endpoint: url.replace('http://', ''), protocol: 'http', regionId: 'cn-hangzhou' });
const rpcAt = once((endpoint, apiVersion) => new RPCClient({ ...key, endpoint, apiVersion }, true));
const openapiAt = once((url) => new OpenApi.default(new OpenApi.Config(config(url))));
const csAt = once((url) => new Cs.default(new $OpenApiUtil.Config(config(url))));

// The body without its RequestId, and that beside the one of the header.
function split({ RequestId = null, ...body }, header = null) {
  return { body, ids: { body: RequestId, header } };
}

async function pop({ endpoint, action, version, params }, options) {
  try {
    const [body, { response }] = await rpcAt(endpoint, version).request(action, params, options);
    return { status: response.statusCode, ...split(body, response.headers['x-acs-request-id']) };
  } catch (error) {
    const { name, code, data, entry } = error;
    // The SDK puts the URL behind the message.
    const message = error.message.split(', URL: ')[0];
    const { statusCode, headers } = entry.response;
    return { raised: { name, status: statusCode, code, message, data, header: headers['x-acs-request-id'] } };
  }
}

async function popRoa({ endpoint, version, params }) {
  const client = new ROAClient({ ...key, endpoint, apiVersion: version });
  try {
    return { body: await client.request('GET', `/tasks/${params.task_id}`), ids: {} };
  } catch ({ name, statusCode, code, message, result }) {
    return { raised: { name, status: statusCode, code, message, data: result } };
  }
}

async function callApi({ endpoint, action, version, params }) {
  const call = new OpenApi.Params({
    action, version, protocol: 'HTTP', pathname: '/', method: 'GET', authType: 'AK', style: 'RPC',
    reqBodyType: 'formData', bodyType: 'json',
  });
  try {
    const request = new OpenApi.OpenApiRequest({ query: params });
    const { statusCode, headers, body } = await openapiAt(endpoint).callApi(call, request, new RuntimeOptions({}));
    return { status: statusCode, ...split(body, headers['x-acs-request-id']) };
  } catch ({ name, statusCode, code, message, data }) {
    return { raised: { name, status: statusCode, code, message, data } };
  }
}

async function describeTaskInfo({ endpoint, params }) {
  try {
    const answer = await csAt(endpoint).describeTaskInfoWithOptions(params.task_id, {}, new dara.RuntimeOptions({}));
    const ids = { header: answer.headers['x-acs-request-id'] };
    return { status: answer.statusCode, body: answer.body.toMap(), ids };
  } catch ({ name, statusCode, code, message, requestId, data }) {
    return { raised: { name, status: statusCode, code, message, request_id: requestId, data } };
  }
}

const paths = { ListLogicalClusterTasks: 'logical-clusters/tasks', ListLogicalClusters: 'logical-clusters' };

// There is no package for DWS: this is the request that the generated client makes.
async function huawei({ endpoint, action, params: { project_id, cluster_id, ...queryParams } }) {
  const credentials = new BasicCredentials().withAk('testak').withSk('testsk').withProjectId(project_id);
  const client = new ClientBuilder((made) => made).withEndpoint(endpoint).withCredential(credentials).build();
  try {
    const { httpStatusCode, ...body } = await client.sendRequest({
      method: 'GET',
      url: `/v2/{project_id}/clusters/{cluster_id}/${paths[action]}`,
      contentType: 'application/json',
      queryParams,
      pathParams: { cluster_id },
      headers: {},
    });
    return { status: httpStatusCode, body, ids: {} };
  } catch ({ name, httpStatusCode, errorCode, errorMsg, requestId }) {
    return {
      raised: { type: name, status: httpStatusCode, code: errorCode, message: errorMsg, request_id: requestId },
    };
  }
}

const sdks = {
  'pop-get': (question) => pop(question, {}),
  'pop-post': (question) => pop(question, { method: 'POST' }),
  'pop-roa': popRoa,
  openapi: callApi,
  cs: describeTaskInfo,
  huawei,
};

(async () => {
  for await (const line of readline.createInterface({ input: process.stdin })) {
    const question = JSON.parse(line);
    const answer = await sdks[question.sdk](question).catch((error) => ({ crashed: `${error}` }));
    print(JSON.stringify(answer) + '\n');
  }
})();
