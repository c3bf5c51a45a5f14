package main

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	cw "github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	elb "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2"
	"github.com/aws/aws-sdk-go-v2/service/sns"
	"github.com/aws/aws-sdk-go-v2/service/sns/types"
)

// notifying makes a topic with a filtered subscription, publishes, and takes it away.
func notifying(ctx context.Context, config aws.Config) {
	client := sns.NewFromConfig(config)
	topic := must(client.CreateTopic(ctx, &sns.CreateTopicInput{Name: &name})).TopicArn
	policy := `{"stage":["prod"]}`
	subscription := must(client.Subscribe(ctx, &sns.SubscribeInput{
		TopicArn:              topic,
		Protocol:              aws.String("email"),
		Endpoint:              aws.String("a@example.com"),
		Attributes:            map[string]string{"FilterPolicy": policy},
		ReturnSubscriptionArn: true,
	})).SubscriptionArn
	read := must(client.GetSubscriptionAttributes(ctx, &sns.GetSubscriptionAttributesInput{SubscriptionArn: subscription}))
	same("a filter policy", read.Attributes["FilterPolicy"], policy)
	sent := must(client.Publish(ctx, &sns.PublishInput{TopicArn: topic, Message: aws.String("hello")}))
	check("publish", aws.ToString(sent.MessageId) != "", sent)
	_, err := client.Subscribe(ctx, &sns.SubscribeInput{
		TopicArn: topic, Protocol: aws.String("email"), Endpoint: aws.String("b@example.com"),
		Attributes: map[string]string{"FilterPolicy": "{"},
	})
	refused[*types.InvalidParameterException]("InvalidParameter", err)
	must(client.DeleteTopic(ctx, &sns.DeleteTopicInput{TopicArn: topic}))
	_, err = client.Publish(ctx, &sns.PublishInput{TopicArn: topic, Message: aws.String("hello")})
	refused[*types.NotFoundException]("NotFound", err)
}

// refusedCredentials: keys that look like a real account's must not reach anything.
func refusedCredentials(ctx context.Context, config aws.Config) {
	config.Credentials = credentials.NewStaticCredentialsProvider("AKIAIOSFODNN7EXAMPLE", "check", "")
	_, err := cw.NewFromConfig(config).DescribeAlarms(ctx, &cw.DescribeAlarmsInput{})
	refusedBy("UnrecognizedClientException", err)
	_, err = elb.NewFromConfig(config).DescribeLoadBalancers(ctx, &elb.DescribeLoadBalancersInput{})
	refusedBy("UnrecognizedClientException", err)
}
