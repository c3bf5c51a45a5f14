"""SNS: topics, subscriptions, their filter policies, publishing."""

import json

from checking import NAME, check, client, refused, same
from identities import ACCOUNT, topic

sns = client("sns")
MISSING = f"arn:aws:sns:us-east-1:{ACCOUNT}:none"


def topics():
    arn = topic()
    same("the same topic again is no error", sns.create_topic(Name=NAME)["TopicArn"], arn)
    sns.set_topic_attributes(TopicArn=arn, AttributeName="DisplayName", AttributeValue="Check")
    attributes = sns.get_topic_attributes(TopicArn=arn)["Attributes"]
    same(
        "a topic's attributes", [attributes["DisplayName"], attributes["Owner"]], ["Check", ACCOUNT]
    )
    sns.tag_resource(ResourceArn=arn, Tags=[{"Key": "a", "Value": "b"}])
    tags = sns.list_tags_for_resource(ResourceArn=arn)["Tags"]
    same("tags of a topic", tags, [{"Key": "a", "Value": "b"}])
    check("publish", sns.publish(TopicArn=arn, Message="hello")["MessageId"])
    entries = [{"Id": "1", "Message": "a"}, {"Id": "2", "Message": "b", "Subject": "s"}]
    batch = sns.publish_batch(TopicArn=arn, PublishBatchRequestEntries=entries)
    same("publish_batch", [one["Id"] for one in batch["Successful"]], ["1", "2"])

    refused("InvalidParameter", sns.create_topic, Name="no spaces")
    refused("NotFound", sns.publish, 404, TopicArn=MISSING, Message="m")
    refused("NotFound", sns.get_topic_attributes, 404, TopicArn=MISSING)
    refused("InvalidParameter", sns.publish, TopicArn=arn, Message="")
    refused(
        "BatchEntryIdsNotDistinct",
        sns.publish_batch,
        TopicArn=arn,
        PublishBatchRequestEntries=[entries[0], entries[0]],
    )
    refused("EmptyBatchRequest", sns.publish_batch, TopicArn=arn, PublishBatchRequestEntries=[])


def subscriptions():
    arn = topic()
    subscribe = {"TopicArn": arn, "Protocol": "email", "ReturnSubscriptionArn": True}
    policy = {"store": ["shop"], "price": [{"numeric": [">=", 100]}]}
    made = sns.subscribe(
        **subscribe, Endpoint="a@example.com", Attributes={"FilterPolicy": json.dumps(policy)}
    )["SubscriptionArn"]

    def attributes():
        return sns.get_subscription_attributes(SubscriptionArn=made)["Attributes"]

    def put(name, value):
        sns.set_subscription_attributes(
            SubscriptionArn=made, AttributeName=name, AttributeValue=value
        )

    same("a filter policy read back", json.loads(attributes()["FilterPolicy"]), policy)
    same("its scope", attributes()["FilterPolicyScope"], "MessageAttributes")
    same("mail is not confirmed by itself", attributes()["PendingConfirmation"], "true")
    put("FilterPolicyScope", "MessageBody")
    put("FilterPolicy", json.dumps({"detail": {"state": [{"prefix": "AL"}]}}))
    found = attributes()
    same(
        "a nested policy on the body",
        [found["FilterPolicyScope"], json.loads(found["FilterPolicy"])],
        ["MessageBody", {"detail": {"state": [{"prefix": "AL"}]}}],
    )
    put("FilterPolicy", "{}")
    check("an empty policy takes the filter away", "FilterPolicy" not in attributes(), attributes())
    listed = sns.list_subscriptions_by_topic(TopicArn=arn)["Subscriptions"]
    same(
        "a pending subscription in the list",
        [(one["Endpoint"], one["SubscriptionArn"]) for one in listed],
        [("a@example.com", "PendingConfirmation")],
    )

    for wrong in [
        "{",
        '{"a": 1}',
        '{"a": []}',
        '{"a": [{"numeric": ["=", "x"]}]}',
        '{"a": [{"no": 1}]}',
    ]:
        refused(
            "InvalidParameter",
            sns.set_subscription_attributes,
            SubscriptionArn=made,
            AttributeName="FilterPolicy",
            AttributeValue=wrong,
        )
    six = json.dumps({key: ["v"] for key in "abcdef"})
    refused(
        "InvalidParameter",
        sns.subscribe,
        **{**subscribe, "Endpoint": "b@example.com"},
        Attributes={"FilterPolicy": six},
    )
    refused("InvalidParameter", sns.subscribe, **{**subscribe, "Protocol": "smoke"}, Endpoint="x")
    refused("NotFound", sns.subscribe, 404, **{**subscribe, "TopicArn": MISSING}, Endpoint="a@b.c")
    refused(
        "NotFound",
        sns.get_subscription_attributes,
        404,
        SubscriptionArn=f"{arn}:00000000-0000-0000-0000-000000000000",
    )


def clean_up():
    sns.delete_topic(TopicArn=topic())
    refused("NotFound", sns.get_topic_attributes, 404, TopicArn=topic())
    sns.delete_topic(TopicArn=topic())
