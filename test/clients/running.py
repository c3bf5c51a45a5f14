"""ECS: clusters, task definitions, services and how they deploy."""

from checking import NAME, client, refused, same
from identities import network

ecs = client("ecs")
BREAKER = {"enable": True, "rollback": True}
ALARMS = {"alarmNames": [NAME + "-errors"], "enable": True, "rollback": False}


def register(image="check", family=NAME):
    container = {"name": "app", "image": image, "portMappings": [{"containerPort": 8080}]}
    made = ecs.register_task_definition(
        family=family,
        networkMode="awsvpc",
        requiresCompatibilities=["FARGATE"],
        cpu="256",
        memory="512",
        containerDefinitions=[container],
    )
    return made["taskDefinition"]["taskDefinitionArn"]


def service(**more):
    return ecs.create_service(
        **{
            "cluster": NAME,
            "serviceName": NAME,
            "taskDefinition": NAME,
            "desiredCount": 0,
            "launchType": "FARGATE",
            "networkConfiguration": {
                "awsvpcConfiguration": {"subnets": network()[1], "securityGroups": []}
            },
            "deploymentConfiguration": {"deploymentCircuitBreaker": BREAKER, "alarms": ALARMS},
            **more,
        }
    )["service"]


def described():
    return ecs.describe_services(cluster=NAME, services=[NAME])["services"][0]


def clusters_and_task_definitions():
    same("create_cluster", ecs.create_cluster(clusterName=NAME)["cluster"]["status"], "ACTIVE")
    first, second = register(), register()
    same("revisions", [first.split(":")[-1], second.split(":")[-1]], ["1", "2"])
    found = ecs.describe_task_definition(taskDefinition=NAME)["taskDefinition"]
    same("the newest by its family", found["taskDefinitionArn"], second)
    same("its container", found["containerDefinitions"][0]["image"], "check")
    ecs.deregister_task_definition(taskDefinition=first)
    found = ecs.describe_task_definition(taskDefinition=first)["taskDefinition"]
    same("deregistered", found["status"], "INACTIVE")
    refused("ClientException", ecs.describe_task_definition, taskDefinition="none")
    refused("ClusterNotFoundException", ecs.list_services, cluster="none")
    refused("ClusterNotFoundException", ecs.delete_cluster, cluster="none")


def services():
    service()
    read = described()
    same(
        "a service",
        [read["status"], read["desiredCount"], read["launchType"]],
        ["ACTIVE", 0, "FARGATE"],
    )
    same("one deployment", [one["status"] for one in read["deployments"]], ["PRIMARY"])

    refused("InvalidParameterException", service)
    refused("ClusterNotFoundException", service, cluster="none")
    refused("ClientException", service, serviceName=NAME + "-x", taskDefinition="none")
    refused(
        "InvalidParameterException",
        service,
        serviceName=NAME + "-x",
        deploymentConfiguration={"maximumPercent": 100, "minimumHealthyPercent": 100},
    )
    refused("ServiceNotFoundException", ecs.update_service, cluster=NAME, service="none")
    answer = ecs.describe_services(cluster=NAME, services=["none"])
    same("a missing service", [one["reason"] for one in answer["failures"]], ["MISSING"])
    refused("ClusterContainsServicesException", ecs.delete_cluster, cluster=NAME)


def deployment_configuration():
    configuration = described()["deploymentConfiguration"]
    same(
        "its circuit breaker",
        {key: configuration["deploymentCircuitBreaker"].get(key) for key in BREAKER},
        BREAKER,
    )
    same("its deployment alarms", configuration.get("alarms"), ALARMS)
    same(
        "the percentages by default",
        [configuration.get("maximumPercent"), configuration.get("minimumHealthyPercent")],
        [200, 100],
    )
    off = {"enable": False, "rollback": False}
    ecs.update_service(
        cluster=NAME, service=NAME, deploymentConfiguration={"deploymentCircuitBreaker": off}
    )
    configuration = described()["deploymentConfiguration"]
    same("the breaker off", configuration["deploymentCircuitBreaker"].get("enable"), False)
    same("the alarms stay", configuration.get("alarms"), ALARMS)


def clean_up():
    ecs.delete_service(cluster=NAME, service=NAME)
    same("a service deleted", described()["status"], "INACTIVE")
    ecs.delete_cluster(cluster=NAME)
