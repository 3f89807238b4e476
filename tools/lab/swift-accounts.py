"""Projects, users and endpoints of a fresh Keystone for swift.sh: swift-accounts.py FOLDER PORT. Standard library only."""

import json
import os
import secrets
import sys
import urllib.request

folder, port = sys.argv[1:]


def path(name):
    return os.path.join(folder, name)


def words(text):
    """The variables of an rc file as keystone.sh writes them."""
    pairs = (word.split("=", 1) for line in text.splitlines() for word in line.split()[1:])
    return {name: value.strip("'") for name, value in pairs}


with open(path("keystone/admin.rc"), encoding="utf-8") as file:
    admin = words(file.read())
URL = admin["OS_AUTH_URL"]


def call(method, where, body=None, token=None):
    headers = {"Content-Type": "application/json", **({"X-Auth-Token": token} if token else {})}
    request = urllib.request.Request(URL + where, method=method, data=None if body is None else json.dumps(body).encode(), headers=headers)
    with urllib.request.urlopen(request, timeout=60) as answer:
        text = answer.read()
        return answer.headers, json.loads(text) if text else {}


def login(user, password, project):
    who = {"methods": ["password"], "password": {"user": {"name": user, "domain": {"id": "default"}, "password": password}}}
    headers, _ = call("POST", "/auth/tokens", {"auth": {"identity": who, "scope": {"project": {"name": project, "domain": {"id": "default"}}}}})
    return headers["X-Subject-Token"]


TOKEN = login(admin["OS_USERNAME"], admin["OS_PASSWORD"], admin["OS_PROJECT_NAME"])


def make(kind, plural, **fields):
    return call("POST", "/" + plural, {kind: fields}, TOKEN)[1][kind]["id"]


service = make("service", "services", type="object-store", name="swift")
for interface in ("public", "internal", "admin"):
    make("endpoint", "endpoints", service_id=service, interface=interface, region_id="RegionOne", url="http://127.0.0.1:%s/v1/AUTH_$(project_id)s" % port)

roles = {role["name"]: role["id"] for role in call("GET", "/roles", token=TOKEN)[1]["roles"]}
for name in ("service", "swiftoperator"):
    if name not in roles:
        roles[name] = make("role", "roles", name=name)
projects = {name: make("project", "projects", name=name, domain_id="default") for name in ("service", "backup", "other")}

with open(path("service-password"), encoding="utf-8") as file:
    service_password = file.read().strip()
people = {
    "swift": ("service", service_password, ["admin", "service"]),
    "freezer": ("backup", secrets.token_hex(12), ["member", "swiftoperator"]),
    "reader": ("backup", secrets.token_hex(12), ["reader"]),
    "other": ("other", secrets.token_hex(12), ["member", "swiftoperator"]),
}
users = {}
for name, (project, password, granted) in people.items():
    user = make("user", "users", name=name, password=password, domain_id="default")
    for role in granted:
        call("PUT", "/projects/%s/users/%s/roles/%s" % (projects[project], user, roles[role]), token=TOKEN)
    users[name] = {"id": user, "password": password, "project": project, "projectId": projects[project]}

freezer = users["freezer"]
own = login("freezer", freezer["password"], "backup")
made = call("POST", "/users/%s/application_credentials" % freezer["id"], {"application_credential": {"name": "agent"}}, own)[1]["application_credential"]
keys = call("POST", "/users/%s/credentials/OS-EC2" % freezer["id"], {"tenant_id": freezer["projectId"]}, own)[1]["credential"]


def write(name, text):
    with open(os.open(path(name), os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as target:
        target.write(text)


def rc(pairs):
    return "".join("export %s='%s'\n" % pair for pair in pairs.items())


for file, name in (("swift.rc", "freezer"), ("reader.rc", "reader"), ("other.rc", "other")):
    user = users[name]
    write(file, rc({
        "OS_AUTH_URL": URL, "OS_USERNAME": name, "OS_PASSWORD": user["password"], "OS_USER_DOMAIN_NAME": "Default",
        "OS_PROJECT_NAME": user["project"], "OS_PROJECT_DOMAIN_NAME": "Default", "OS_REGION_NAME": "RegionOne", "OS_IDENTITY_API_VERSION": "3",
    }))
s3 = {"endpoint": "http://127.0.0.1:" + port, "region": "us-east-1", "accessKey": keys["access"], "secretKey": keys["secret"]}
write("s3.rc", rc({
    "ACCESS_KEY": s3["accessKey"], "SECRET_KEY": s3["secretKey"], "ENDPOINT": s3["endpoint"],
    "AWS_ACCESS_KEY_ID": s3["accessKey"], "AWS_SECRET_ACCESS_KEY": s3["secretKey"], "AWS_ENDPOINT_URL": s3["endpoint"], "AWS_DEFAULT_REGION": s3["region"],
}))
tempauth = {"authUrl": "http://127.0.0.1:%s/auth/v1.0" % port, "user": "test:tester", "key": "testing"}
write("tempauth.rc", rc({"ST_AUTH": tempauth["authUrl"], "ST_USER": tempauth["user"], "ST_KEY": tempauth["key"]}))
write("lab.json", json.dumps({
    "keystone": {"authUrl": URL, "region": "RegionOne"},
    "swift": {"url": "http://127.0.0.1:%s/v1/AUTH_%s" % (port, freezer["projectId"])},
    "users": {name: user for name, user in users.items() if name != "swift"},
    "applicationCredential": {"id": made["id"], "name": made["name"], "secret": made["secret"]},
    "s3": s3,
    "tempauth": tempauth,
}, indent=1) + "\n")
