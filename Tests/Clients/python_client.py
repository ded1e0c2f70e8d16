"""What users of Kubernetes' Python client do, against one server: python_client.py URL CA CERTIFICATE KEY"""
import sys
import threading

from kubernetes import client, dynamic, utils, watch
from kubernetes.client.rest import ApiException

configuration = client.Configuration()
configuration.host, configuration.ssl_ca_cert = sys.argv[1:3]
configuration.cert_file, configuration.key_file = sys.argv[3:5]
api = client.ApiClient(configuration)
core, discovery = client.CoreV1Api(api), client.DiscoveryV1Api(api)


def fails(code, reason, call, *arguments, **named):
    try:
        call(*arguments, **named)
    except ApiException as error:
        assert error.status == code, error
        assert f'"reason":"{reason}"' in error.body.replace('": ', '":'), error.body
        return
    raise AssertionError(f"no error {code}")


def names(items):
    return sorted(item.metadata.name for item in items)


def service(name, **spec):
    return client.V1Service(
        metadata=client.V1ObjectMeta(name=name, labels={"app": name}),
        spec=client.V1ServiceSpec(selector={"app": name}, ports=[client.V1ServicePort(port=80)], **spec))


# Discovery
version = client.VersionApi(api).get_code()
assert version.major == "1" and int(version.minor) >= 36, version
assert "services" in [r.name for r in core.get_api_resources().resources]
assert "discovery.k8s.io" in [g.name for g in client.ApisApi(api).get_api_versions().groups]

# Namespaces
core.create_namespace(client.V1Namespace(metadata=client.V1ObjectMeta(name="shop")))
assert core.read_namespace("shop").status.phase == "Active"
assert "shop" in names(core.list_namespace().items)
fails(409, "AlreadyExists", core.create_namespace, client.V1Namespace(metadata=client.V1ObjectMeta(name="shop")))

# Services: create, read, list, patch, replace
created = core.create_namespaced_service("shop", service("web"))
assert created.spec.cluster_ip.startswith("10.96.") and created.spec.type == "ClusterIP"
assert created.metadata.creation_timestamp.tzinfo is not None
core.create_namespaced_service("shop", service("db", type="NodePort"))
core.create_namespaced_service("shop", service("cache", cluster_ip="None"))
assert names(core.list_namespaced_service("shop", label_selector="app in (web,db)").items) == ["db", "web"]
assert names(core.list_service_for_all_namespaces(field_selector="spec.type=NodePort").items) == ["db"]
assert names(core.list_service_for_all_namespaces(field_selector="spec.clusterIP=None").items) == ["cache"]
patched = core.patch_namespaced_service("web", "shop", {"spec": {"ports": [{"port": 443, "name": "tls"}, {"port": 80, "name": "http"}]}})
assert sorted(p.port for p in patched.spec.ports) == [80, 443], patched.spec.ports
patched = core.patch_namespaced_service("web", "shop", [{"op": "replace", "path": "/metadata/labels/app", "value": "x"}])
assert patched.metadata.labels == {"app": "x"}
fails(409, "Conflict", core.replace_namespaced_service, "web", "shop", created)
patched.spec.session_affinity = "ClientIP"
replaced = core.replace_namespaced_service("web", "shop", patched)
assert replaced.spec.session_affinity_config.client_ip.timeout_seconds == 10800
status = core.patch_namespaced_service_status("web", "shop", {"status": {"conditions": [{
    "type": "Seen", "status": "True", "reason": "Test", "message": "", "lastTransitionTime": "2026-01-01T00:00:00Z"}]}})
assert status.status.conditions[0].type == "Seen"
dry = core.create_namespaced_service("shop", service("dry"), dry_run="All")
assert dry.metadata.name == "dry"
fails(404, "NotFound", core.read_namespaced_service, "dry", "shop")
fails(422, "Invalid", core.create_namespaced_service, "shop", service("Bad_Name"))
fails(404, "NotFound", core.create_namespaced_service, "nowhere", service("web"))

# Pages
first = core.list_namespaced_service("shop", limit=2)
assert len(first.items) == 2 and first.metadata.remaining_item_count == 1
second = core.list_namespaced_service("shop", limit=2, _continue=first.metadata._continue)
assert len(second.items) == 1 and second.metadata._continue is None
assert first.metadata.resource_version == second.metadata.resource_version
fails(400, "BadRequest", core.list_namespaced_service, "shop", _continue="nonsense")

# Watches: what was, what changes while they are open, and their end
start = core.list_namespaced_service("shop").metadata.resource_version
seen = []


def change():
    core.patch_namespaced_service("db", "shop", {"metadata": {"labels": {"more": "x"}}})
    core.delete_namespaced_service("cache", "shop")


threading.Timer(0.5, change).start()
stream = watch.Watch()
for event in stream.stream(core.list_namespaced_service, "shop", resource_version=start, timeout_seconds=20):
    seen.append((event["type"], event["object"].metadata.name))
    if len(seen) == 2:
        stream.stop()
assert seen == [("MODIFIED", "db"), ("DELETED", "cache")], seen
initial = [e["type"] for e in watch.Watch().stream(core.list_namespaced_service, "shop", timeout_seconds=1)]
assert initial == ["ADDED", "ADDED"], initial
marks = [e["type"] for e in watch.Watch().stream(
    core.list_namespaced_service, "shop", timeout_seconds=1, allow_watch_bookmarks=True)]
assert marks == ["ADDED", "ADDED", "BOOKMARK"], marks

# Pods
pod = client.V1Pod(
    metadata=client.V1ObjectMeta(generate_name="web-", labels={"app": "web"}),
    spec=client.V1PodSpec(containers=[client.V1Container(name="main", image="none", ports=[client.V1ContainerPort(container_port=80)])]))
made = core.create_namespaced_pod("shop", pod)
assert made.metadata.name.startswith("web-") and made.status.phase == "Pending"
core.patch_namespaced_pod_status(made.metadata.name, "shop", {"status": {"phase": "Running", "podIP": "10.244.0.9", "podIPs": [{"ip": "10.244.0.9"}]}})
assert names(core.list_namespaced_pod("shop", field_selector="status.phase=Running").items) == [made.metadata.name]
core.delete_namespaced_pod(made.metadata.name, "shop", grace_period_seconds=0)
fails(404, "NotFound", core.read_namespaced_pod, made.metadata.name, "shop")

# Endpoints and EndpointSlices
endpoints = client.V1Endpoints(
    metadata=client.V1ObjectMeta(name="web"),
    subsets=[client.V1EndpointSubset(addresses=[client.V1EndpointAddress(ip="10.244.0.9")], ports=[client.CoreV1EndpointPort(port=80)])])
core.create_namespaced_endpoints("shop", endpoints)
read = core.read_namespaced_endpoints("web", "shop")
read.subsets[0].ports[0].port = 81
assert core.replace_namespaced_endpoints("web", "shop", read).subsets[0].ports[0].port == 81
core.delete_namespaced_endpoints("web", "shop")
endpoint_slice = client.V1EndpointSlice(
    metadata=client.V1ObjectMeta(name="web-1", labels={"kubernetes.io/service-name": "web"}), address_type="IPv4",
    endpoints=[client.V1Endpoint(addresses=["10.244.0.9"], conditions=client.V1EndpointConditions(ready=True))],
    ports=[client.DiscoveryV1EndpointPort(port=80, name="http")])
discovery.create_namespaced_endpoint_slice("shop", endpoint_slice)
found = discovery.list_namespaced_endpoint_slice("shop", label_selector="kubernetes.io/service-name=web").items
assert found[0].endpoints[0].conditions.ready and found[0].ports[0].protocol == "TCP"
discovery.patch_namespaced_endpoint_slice("web-1", "shop", {"endpoints": [{"addresses": ["10.244.0.10"]}]})
assert discovery.read_namespaced_endpoint_slice("web-1", "shop").endpoints[0].addresses == ["10.244.0.10"]
discovery.delete_namespaced_endpoint_slice("web-1", "shop")

# The dynamic client, and objects as dictionaries
dyn = dynamic.DynamicClient(api)
services = dyn.resources.get(api_version="v1", kind="Service")
assert services.get(name="web", namespace="shop").spec.type == "ClusterIP"
services.patch(name="web", namespace="shop", body={"metadata": {"annotations": {"a": "b"}}}, content_type="application/merge-patch+json")
assert services.get(name="web", namespace="shop").metadata.annotations.a == "b"
utils.create_from_dict(api, {
    "apiVersion": "v1", "kind": "Service", "metadata": {"name": "out", "namespace": "shop"},
    "spec": {"type": "ExternalName", "externalName": "example.com"}})
assert core.read_namespaced_service("out", "shop").spec.external_name == "example.com"

# Deletes
fails(409, "Conflict", core.delete_namespaced_service, "out", "shop",
      body=client.V1DeleteOptions(preconditions=client.V1Preconditions(uid="other")))
gone = core.delete_namespaced_service("out", "shop", propagation_policy="Background")
assert gone.status == "Success" and gone.details.name == "out"
core.create_namespaced_pod("shop", pod)
core.delete_collection_namespaced_pod("shop", label_selector="app=web")
assert core.list_namespaced_pod("shop").items == []
core.delete_namespaced_service("db", "shop")
assert names(core.list_namespaced_service("shop").items) == ["web"]
core.delete_namespace("shop")
for _ in range(100):
    try:
        core.read_namespace("shop")
    except ApiException as error:
        assert error.status == 404
        break
    threading.Event().wait(0.1)
else:
    raise AssertionError("the namespace stays")
print("done")
